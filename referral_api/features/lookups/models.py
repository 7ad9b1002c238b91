"""A lookup, and the agencies that were told of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.kernel.actor import Actor
from referral_api.kernel.words import Relation
from referral_api.store import Base, UtcDateTime, choice
from referral_api.vault import Place

__all__ = ["Lookup", "LookupHolder"]


class Lookup(Base):
    """`value` is what is compared; it is emptied once the holders were told. `reason_sealed` is under the key of the asker's case."""

    __tablename__ = "lookups"
    __table_args__ = (
        Index("ix_lookups_agency", "agency_id", "id"),
        Index("ix_lookups_member", "member_id", "at"),
        Index(
            "ix_lookups_waiting",
            "id",
            postgresql_where=text("value IS NOT NULL"),
            sqlite_where=text("value IS NOT NULL"),
        ),
    )
    kind = "lookup"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    value: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    case_ref: str | None = None
    """The pseudonym of the viewer's own case, never of the other one: auditors find entries by it."""
    standing: frozenset[Relation] = frozenset({Relation.NONE})
    worker_assigned: bool = False
    state: str = "asked"
    seen: Sequence[object] | None = None

    def relations(self, actor: Actor) -> frozenset[Relation]:
        return frozenset({Relation.CLOCKWORK}) if actor.kind == "service" else self.standing

    def assigned(self, actor: Actor) -> bool:
        return self.worker_assigned

    def concerns(self) -> Iterable[UUID]:
        """Nobody by itself: an event that goes out without being meant for its reader would tell who holds."""
        return ()

    def shown_versions(self, actor: Actor) -> Sequence[object] | None:
        return self.seen

    def reason_place(self) -> Place:
        return Place("lookups", "reason", self.case_id, self.id)


class LookupHolder(Base):
    """An agency that was told, for its newest case of the same identity. The copy of the reason is under that case's key."""

    __tablename__ = "lookup_holders"
    __table_args__ = (Index("ix_lookup_holders_agency", "agency_id", "lookup_id"),)

    lookup_id: Mapped[UUID] = mapped_column(ForeignKey("lookups.id"), primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(choice())
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[UUID | None] = mapped_column(Uuid)

    def reason_place(self) -> Place:
        return Place("lookup_holders", "reason", self.case_id, self.lookup_id)
