"""The tables of identity providers. Who somebody is there, and what a sign-in was begun with, are kept as keyed hashes alone."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.features.agencies.models import OfAgency
from referral_api.kernel.actor import Actor
from referral_api.store import Base, GuardedText, UtcDateTime
from referral_api.store.columns import GuardedJson
from referral_api.work import OfTheService

__all__ = ["FederatedStart", "IdentityLink", "IdentityProvider"]


class _Confirmed(OfAgency):
    """Entered by one person, confirmed by another, ended."""

    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @property
    def state(self) -> str:
        return "ended" if self.ended_at else "confirmed" if self.confirmed_at else "entered"


class IdentityProvider(_Confirmed, Base):
    """Where an agency's people sign in. Its `issuer` never changes: at another one the same subject is somebody else."""

    __tablename__ = "identity_providers"
    __table_args__ = (Index("ix_identity_providers_agency", "agency_id", "id"),)
    kind = "identity_provider"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    issuer: Mapped[str] = mapped_column(GuardedText(200))
    client_id: Mapped[str] = mapped_column(GuardedText(200))
    client_secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    redirect_uri: Mapped[str] = mapped_column(GuardedText(200))
    factor_acr: Mapped[list[str]] = mapped_column(GuardedJson)
    factor_amr: Mapped[list[str]] = mapped_column(GuardedJson)
    """What the provider must say, so that its own second factor counts instead of ours; with neither it never counts."""
    version: Mapped[int] = mapped_column(Integer)
    entered_by: Mapped[UUID] = mapped_column(Uuid)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[UUID | None] = mapped_column(Uuid)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class IdentityLink(_Confirmed, Base):
    """Which member a subject of a provider is."""

    __tablename__ = "identity_links"
    __table_args__ = (
        Index("ix_identity_links_agency", "agency_id", "id"),
        Index("ix_identity_links_subject", "provider_id", "subject_hash"),
    )
    kind = "identity_link"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("identity_providers.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    subject_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    entered_by: Mapped[UUID] = mapped_column(Uuid)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[UUID | None] = mapped_column(Uuid)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def shown_versions(self, actor: Actor) -> Sequence[object] | None:
        return (self.state,)


class FederatedStart(OfTheService, Base):
    """A sign-in that was begun and has not come back yet."""

    __tablename__ = "federated_starts"
    kind = "federated_start"
    case_ref = None
    state: str | None = None

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("identity_providers.id"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
