"""The tables of people and systems: who they are, what they may do, what they are trained for."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.features.agencies.models import OfAgency
from referral_api.kernel.actor import Actor
from referral_api.kernel.words import Relation
from referral_api.store import Base, GuardedText, UtcDateTime, choice

__all__ = ["Certificate", "Client", "Member", "MemberRole"]


class Member(OfAgency, Base):
    """A person of an agency: invited, active, left. The user name is stored in lower case, and is one over all agencies.

    `version` also counts changes of the roles and certificates that are shown with the member.
    """

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("username"), Index("ix_members_agency", "agency_id", "id"))
    kind = "member"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    username: Mapped[str] = mapped_column(GuardedText(64))
    language: Mapped[str] = mapped_column(choice(35))
    status: Mapped[str] = mapped_column(choice(12))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    invitation_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    invitation_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int | None] = mapped_column(Integer)
    totp_enrolled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_pending_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_pending_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    passkey_handle: Mapped[bytes | None] = mapped_column(LargeBinary(64))
    """What authenticators know the member by; random."""
    codes_missed: Mapped[int] = mapped_column(Integer, default=0)
    """How often in a row the password was right and the code wrong, from wherever."""
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def relations(self, actor: Actor) -> frozenset[Relation]:
        return super().relations(actor) | ({Relation.SELF} if actor.id == self.id else frozenset())


class MemberRole(Base):
    """A role that somebody granted. It counts from `confirmed_at`, when a second person looked, until `ended_at`."""

    __tablename__ = "member_roles"
    __table_args__ = (Index("ix_member_roles_member", "member_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    role: Mapped[str] = mapped_column(choice(16))
    granted_by: Mapped[UUID | None] = mapped_column(Uuid)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[UUID | None] = mapped_column(Uuid)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Certificate(OfAgency, Base):
    """What a member is trained for, until when, and who vouched for it: one who entered it, another who confirmed it."""

    __tablename__ = "certificates"
    __table_args__ = (Index("ix_certificates_member", "member_id"), Index("ix_certificates_agency", "agency_id", "id"))
    kind = "certificate"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    certificate_kind: Mapped[str] = mapped_column(choice())
    issuer: Mapped[str] = mapped_column(GuardedText(200))
    expires_on: Mapped[date] = mapped_column(Date)
    entered_by: Mapped[UUID] = mapped_column(Uuid)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[UUID | None] = mapped_column(Uuid)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def state(self) -> str:
        return "ended" if self.ended_at else "confirmed" if self.confirmed_at else "entered"

    def shown_versions(self, actor: Actor) -> Sequence[object] | None:
        return (self.state,)


class Client(OfAgency, Base):
    """An agency's system: its scope in words of `access.Permission`, and a secret's hash or the public keys that it signs with."""

    __tablename__ = "clients"
    __table_args__ = (Index("ix_clients_agency", "agency_id", "id"),)
    kind = "client"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    name: Mapped[str] = mapped_column(GuardedText(200))
    scope: Mapped[str] = mapped_column(String(4_000))
    secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    jwks: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    dpop_bound_access_tokens: Mapped[bool] = mapped_column(Boolean, default=False)
    identity_granted_by: Mapped[UUID | None] = mapped_column(Uuid)
    identity_confirmed_by: Mapped[UUID | None] = mapped_column(Uuid)
    identity_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(choice(12))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[UUID | None] = mapped_column(Uuid)

    def relations(self, actor: Actor) -> frozenset[Relation]:
        """A system stands to itself as somebody who signs in."""
        return super().relations(actor) | ({Relation.SELF} if actor.id == self.id else frozenset())
