"""The wrapped key of each case. Its row is all that stands between a case's ciphertext and anybody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid
from sqlalchemy.orm import Mapped, Session, mapped_column

from referral_api.store import Base, UtcDateTime, choice
from referral_api.vault.keyring import KeyRing

__all__ = ["CaseKey", "case_key", "wrap_case_key"]


class CaseKey(Base):
    """`wrapped` is emptied by erasure; `kek_id` tells under which quarter's key it was, and so when the last backup is gone."""

    __tablename__ = "case_keys"

    case_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kek_id: Mapped[str] = mapped_column(choice())
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def wrap_case_key(ring: KeyRing, case_id: UUID, key: bytes, now: datetime) -> CaseKey:
    """The row that keeps a fresh case's key, wrapped."""
    return CaseKey(case_id=case_id, kek_id=ring.active, wrapped=ring.wrap(key), created_at=now)


def case_key(session: Session, ring: KeyRing, case_id: UUID) -> bytes:
    """The case's key, unwrapped for this request and kept no longer."""
    row = session.get_one(CaseKey, case_id)
    if row.wrapped is None:
        raise LookupError("the key of this case is destroyed")
    return ring.unwrap(row.kek_id, row.wrapped)
