"""Proofs that count once: each is written down when it is first seen, until its time is over anyway (RFC 9449, 11.1)."""

from datetime import datetime

from sqlalchemy import LargeBinary, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from referral_api.store import Base, UtcDateTime

__all__ = ["UsedProof", "first_use", "forget_old_proofs"]


class UsedProof(Base):
    __tablename__ = "used_proofs"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


_proof = UsedProof.__table__.c
_USE = {
    name: dialect.insert(UsedProof.__table__).on_conflict_do_nothing().returning(_proof.digest)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


def first_use(session: Session, digest: bytes, *, until: datetime) -> bool:
    """Whether this proof was not seen before: of equal ones that come at once, one is the first."""
    taken = session.execute(_USE[session.get_bind().dialect.name], {"digest": digest, "expires_at": until})
    return taken.first() is not None


def forget_old_proofs(session: Session, now: datetime) -> None:
    session.execute(delete(UsedProof.__table__).where(_proof.expires_at <= now))  # type: ignore[arg-type]
