"""What must be remembered so that an assertion is used once and a revoked token no more. Rows can go once `expires_at` has passed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.store import Base, UtcDateTime

__all__ = ["ClientAssertion", "RevokedToken"]


class ClientAssertion(Base):
    """An assertion that a client has signed in with (RFC 7523): its `jti`, hashed, since a client chooses it freely."""

    __tablename__ = "client_assertions"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"), primary_key=True)
    jti_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class RevokedToken(Base):
    """An access token that its client gave back before its time."""

    __tablename__ = "revoked_tokens"

    jti: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[UUID] = mapped_column(Uuid)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
