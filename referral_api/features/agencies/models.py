"""The tables of agencies, and how anything that belongs to one agency stands to an actor."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.kernel.actor import Actor
from referral_api.kernel.words import Relation
from referral_api.store import Base, GuardedText, UtcDateTime, choice
from referral_api.store.columns import GuardedJson

__all__ = ["Agency", "AgencyCapability", "OfAgency"]


class OfAgency:
    """What belongs to one agency and to no case: its people, systems, certificates, services. For every other agency it does not exist."""

    if TYPE_CHECKING:
        kind: str
        id: Mapped[UUID]
        agency_id: Mapped[UUID]
        status: Mapped[str]
        version: Mapped[int]
    case_ref = None

    @property
    def state(self) -> str | None:
        return self.status

    def relations(self, actor: Actor) -> frozenset[Relation]:
        return frozenset({Relation.OWN_AGENCY if actor.agency_id == self.agency_id else Relation.NONE})

    def assigned(self, actor: Actor) -> bool:
        return False

    def concerns(self) -> Iterable[UUID]:
        return (self.agency_id,)

    def shown_versions(self, actor: Actor) -> Sequence[object] | None:
        return (self.version,)


class Agency(Base):
    """An agency. `duty_contacts` and `second_contact` are for those who refer to it: whom to call, and whom to tell when nobody answers."""

    __tablename__ = "agencies"
    __table_args__ = (Index("ix_agencies_type_country", "type", "country", "id"),)
    kind = "agency"
    case_ref = None

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(GuardedText(200))
    type: Mapped[str] = mapped_column(choice())
    country: Mapped[str] = mapped_column(choice(2))
    languages: Mapped[list[str]] = mapped_column(JSON)
    capabilities: Mapped[list[str]] = mapped_column(JSON)
    time_zone: Mapped[str] = mapped_column(String(64))
    opening_hours: Mapped[Any | None] = mapped_column(GuardedJson)
    answers_24_7: Mapped[bool] = mapped_column(Boolean)
    duty_contacts: Mapped[list[dict[str, Any]]] = mapped_column(GuardedJson)
    second_contact: Mapped[dict[str, Any] | None] = mapped_column(GuardedJson)
    deadline_policy: Mapped[dict[str, Any] | None] = mapped_column(GuardedJson)
    lookups_opt_out: Mapped[bool] = mapped_column(Boolean)
    dpop_required: Mapped[bool] = mapped_column(Boolean, default=False)
    status: Mapped[str] = mapped_column(choice(12))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def state(self) -> str:
        return self.status

    def relations(self, actor: Actor) -> frozenset[Relation]:
        return frozenset({Relation.OWN_AGENCY if actor.agency_id == self.id else Relation.NONE})

    def assigned(self, actor: Actor) -> bool:
        return False

    def concerns(self) -> Iterable[UUID]:
        return (self.id,)

    def shown_versions(self, actor: Actor) -> Sequence[object] | None:
        return (self.version,)


class AgencyCapability(Base):
    """What an agency can do, once more, to search by: the same on SQLite and PostgreSQL."""

    __tablename__ = "agency_capabilities"

    capability: Mapped[str] = mapped_column(choice(), primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), primary_key=True)
