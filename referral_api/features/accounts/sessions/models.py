"""The tables of signing in. No token and no user name is kept, only hashes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.kernel.actor import Actor
from referral_api.kernel.words import Relation
from referral_api.store import Base, UtcDateTime, choice
from referral_api.work import Untold

__all__ = ["MemberSession", "RefreshToken", "SignInTry"]


class MemberSession(Untold, Base):
    """One signing-in of a member, until it is ended or `expires_at` has come."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_member", "member_id"),)
    kind = "session"
    case_ref = None

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(choice())
    factor: Mapped[str | None] = mapped_column(choice(16))
    """What was proved beside the password when it was opened; without it the session may only enrol. It never changes."""
    network: Mapped[str | None] = mapped_column(String(64))

    @property
    def state(self) -> str | None:
        return "open" if self.ended_at is None else "ended"

    def relations(self, actor: Actor) -> frozenset[Relation]:
        return frozenset({Relation.SELF if actor.id == self.member_id else Relation.NONE})


class RefreshToken(Base):
    """One link of a session's chain of refresh tokens."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index("ix_refresh_tokens_session", "session_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInTry(Base):
    """How often an account was tried from an address lately, so that guessing is slow and the log is not flooded."""

    __tablename__ = "sign_in_tries"

    account_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    count: Mapped[int] = mapped_column(Integer)
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
