"""An erasure from its request to its certificate; holds with their reasons; the warnings that were given."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, LargeBinary, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.features.cases.models import Case
from referral_api.kernel.actor import Actor
from referral_api.kernel.words import Relation, Role
from referral_api.store import Base, UtcDateTime, choice
from referral_api.vault import Place

__all__ = ["CaseHold", "Erasure", "RetentionWarning"]


class Erasure(Base):
    """Asked for, then confirmed by a second person or refused. A confirmed one is the certificate, and holds no word of anybody."""

    __tablename__ = "erasures"
    __table_args__ = (
        Index("ix_erasures_case", "case_id", "id"),
        Index(
            "uq_erasures_living",
            "case_id",
            unique=True,
            postgresql_where=text("state <> 'refused'"),
            sqlite_where=text("state <> 'refused'"),
        ),
    )
    kind = "erasure"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    state: Mapped[str] = mapped_column(choice(12))
    reason_code: Mapped[str] = mapped_column(choice())
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    requested_by: Mapped[UUID] = mapped_column(Uuid)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[UUID | None] = mapped_column(Uuid)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_by: Mapped[UUID | None] = mapped_column(Uuid)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kek_id: Mapped[str | None] = mapped_column(choice())
    backups_gone_on: Mapped[date | None] = mapped_column(Date)
    rows_destroyed: Mapped[int | None] = mapped_column(Integer)

    case: Case

    @property
    def case_ref(self) -> str:
        return self.case.case_ref

    def relations(self, actor: Actor) -> frozenset[Relation]:
        """The owner's people, its admins and auditors too: nothing here is of the child. Oversight sees every erasure."""
        if actor.kind == "service":
            return frozenset({Relation.CLOCKWORK})
        if self.case.owner_agency_id == actor.agency_id:
            return frozenset({Relation.OWNER})
        overseer = actor.agency_type == "oversight" and Role.AUDITOR in actor.roles
        return frozenset({Relation.OVERSEER if overseer else Relation.NONE})

    def assigned(self, actor: Actor) -> bool:
        return False

    def concerns(self) -> Iterable[UUID]:
        return (self.case.owner_agency_id,)

    def shown_versions(self, actor: Actor) -> Sequence[object] | None:
        return (self.state, self.may_read_reason(actor))

    def may_read_reason(self, actor: Actor) -> bool:
        """The words may speak of the child: they are for the owner's supervisors, until the key is gone."""
        return self.state == "requested" and Role.SUPERVISOR in actor.roles and Relation.OWNER in self.relations(actor)

    def place(self) -> Place:
        return Place("erasures", "reason", self.case_id, self.id)


class CaseHold(Base):
    """A supervisor's word that a case must be kept, or need not be any more."""

    __tablename__ = "case_holds"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    held: Mapped[bool] = mapped_column(Boolean)
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    member_id: Mapped[UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    def place(self) -> Place:
        return Place("case_holds", "reason", self.case_id, self.id)


class RetentionWarning(Base):
    """The owner was told that this retention date is near: once for each distance."""

    __tablename__ = "retention_warnings"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    retention_until: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    days_before: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
