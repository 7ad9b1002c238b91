"""The wrapped key of each case. Its row is all that stands between a case's ciphertext and anybody."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid
from sqlalchemy.orm import Mapped, Session, mapped_column

from referral_api.store import Base, UtcDateTime, choice
from referral_api.vault.keyring import KeyRing

__all__ = ["CaseKey", "case_key", "create_case_key"]


class CaseKey(Base):
    """`wrapped` is emptied by erasure; `kek_id` tells under which quarter's key it was, and so when the last backup is gone."""

    __tablename__ = "case_keys"

    case_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kek_id: Mapped[str] = mapped_column(choice())
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def create_case_key(session: Session, ring: KeyRing, case_id: UUID, now: datetime) -> bytes:
    """A fresh key for a case, stored wrapped."""
    key = secrets.token_bytes(32)
    session.add(CaseKey(case_id=case_id, kek_id=ring.active, wrapped=ring.wrap(key), created_at=now))
    return key


def case_key(session: Session, ring: KeyRing, case_id: UUID) -> bytes:
    """The case's key, unwrapped for this request and kept no longer."""
    row = session.get_one(CaseKey, case_id)
    if row.wrapped is None:
        raise LookupError("the key of this case is destroyed")
    return ring.unwrap(row.kek_id, row.wrapped)
