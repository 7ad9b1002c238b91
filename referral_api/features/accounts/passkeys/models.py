"""The tables of passkeys, and of the challenges that wait for an answer."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.store import Base, GuardedText, UtcDateTime, choice
from referral_api.work import OfTheService

__all__ = ["MOST", "Passkey", "PasskeyChallenge"]

MOST: Final = 20
"""Passkeys of one member."""


class Passkey(Base):
    """What a member signs in with: the public half of a key that never leaves their authenticator."""

    __tablename__ = "passkeys"
    __table_args__ = (Index("ix_passkeys_member", "member_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    name: Mapped[str] = mapped_column(GuardedText(64))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """How often it said it was used; some always say 0."""
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasskeyChallenge(OfTheService, Base):
    """Random bytes that an authenticator is to sign within five minutes, kept as a digest, and gone with their first answer.

    To register, they are bound to the session that asked; to sign in, to the member who was named, or to nobody.
    """

    __tablename__ = "passkey_challenges"
    kind = "passkey_challenge"
    case_ref = state = None

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    use: Mapped[str] = mapped_column(choice(12))
    bound_to: Mapped[UUID | None] = mapped_column(Uuid)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
