"""The tables of a case. What a receiver may be shown is the view `case_disclosures`: the join of referrals, consents and grants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.kernel.actor import Actor
from referral_api.kernel.words import Relation
from referral_api.store import Base, UtcDateTime, choice

__all__ = [
    "BlindIndex", "CaregiverSuspicion", "Case", "CaseData", "CaseExclusion", "CaseLink", "CaseParty", "CaseWorker",
    "ContactAcknowledgement", "Standing", "case_disclosures",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """How one actor stands to one case, as the database knew it in the statement that found the case."""

    relations: frozenset[Relation]
    assigned: bool

    @property
    def relation(self) -> Relation:
        """The strongest relation, shown as `your_relation`."""
        order = (Relation.OWNER, Relation.RECEIVING, Relation.PLAN_MEMBER, Relation.BREAK_GLASS, Relation.FORMER)
        return next((r for r in order if r in self.relations), Relation.NONE)


class Case(Base):
    """A case's minimum. `minimum_version` counts changes of what a receiver of a sent referral is shown; `version` those of the row."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_owner", "owner_agency_id", "id"), Index("ix_cases_retention", "retention_until"))
    kind = "case"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_ref: Mapped[str] = mapped_column(String(64), unique=True)
    owner_agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    lead_agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    case_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    case_number_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    identification_status: Mapped[str] = mapped_column(choice())
    subject_role: Mapped[str] = mapped_column(choice())
    intake_channel: Mapped[str | None] = mapped_column(choice())
    risk_level: Mapped[str] = mapped_column(choice())
    risk_flags: Mapped[list[str]] = mapped_column(JSON)
    language: Mapped[str | None] = mapped_column(choice(35))
    area_country: Mapped[str | None] = mapped_column(choice(2))
    area_subdivision: Mapped[str | None] = mapped_column(choice(6))
    age_band: Mapped[str] = mapped_column(choice(8))
    status: Mapped[str] = mapped_column(choice(12))
    close_reason: Mapped[str | None] = mapped_column(choice())
    close_note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    retention_until: Mapped[datetime] = mapped_column(UtcDateTime)
    legal_hold: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer)
    minimum_version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    standing: Standing | None = None
    seen: Sequence[object] | None = None

    @property
    def state(self) -> str:
        return self.status

    def relations(self, actor: Actor) -> frozenset[Relation]:
        return self.standing.relations if self.standing else frozenset({Relation.NONE})

    def assigned(self, actor: Actor) -> bool:
        return self.standing is not None and self.standing.assigned

    def concerns(self) -> Iterable[UUID]:
        return (self.owner_agency_id,)

    def shown_versions(self, actor: Actor) -> Sequence[object] | None:
        return self.seen


class CaseData(Base):
    """One version of one data class (or of `safe_contact`), sealed under the case's key."""

    __tablename__ = "case_data"
    __table_args__ = (
        Index(
            "uq_case_data_current",
            "case_id",
            "data_class",
            unique=True,
            postgresql_where=text("current"),
            sqlite_where=text("current"),
        ),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    data_class: Mapped[str] = mapped_column(choice(), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    current: Mapped[bool] = mapped_column(Boolean)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    change_reason: Mapped[str | None] = mapped_column(choice())
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    agency_id: Mapped[UUID] = mapped_column(Uuid)
    member_id: Mapped[UUID | None] = mapped_column(Uuid)


class BlindIndex(Base):
    """Who the child of a case is, as a keyed hash: two cases can be compared without opening either (`blind.py`)."""

    __tablename__ = "blind_index"
    __table_args__ = (Index("ix_blind_index_value", "value"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary(32))


class CaseParty(Base):
    """An agency's relation to a case, for one cause, from when until when; where a member is named, it is this member's alone."""

    __tablename__ = "case_parties"
    __table_args__ = (
        UniqueConstraint(
            "case_id", "agency_id", "relation", "because_kind", "because_id", name="uq_case_parties_cause"
        ),
        Index("ix_case_parties_agency", "agency_id", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    relation: Mapped[str] = mapped_column(choice(16))
    because_kind: Mapped[str] = mapped_column(choice(16))
    because_id: Mapped[UUID] = mapped_column(Uuid)
    member_id: Mapped[UUID | None] = mapped_column(Uuid)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseWorker(Base):
    """A member of a party who is assigned to the case."""

    __tablename__ = "case_workers"
    __table_args__ = (Index("ix_case_workers_member", "member_id", "case_id"), Index("ix_case_workers_case", "case_id"))

    kind = "assignment"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    worker_kind: Mapped[str] = mapped_column(choice(16))
    no_conflict: Mapped[bool] = mapped_column(Boolean)
    assigned_by: Mapped[UUID | None] = mapped_column(Uuid)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseExclusion(Base):
    """A member or a whole agency kept out of a case."""

    __tablename__ = "case_exclusions"
    __table_args__ = (Index("ix_case_exclusions_case", "case_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("members.id"))
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agencies.id"))
    reason_code: Mapped[str] = mapped_column(choice())
    excluded_by: Mapped[UUID | None] = mapped_column(Uuid)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaregiverSuspicion(Base):
    """Since when a caregiver is suspected. `reviewed_at` is when the agreements that rest on them went to review."""

    __tablename__ = "caregiver_suspicions"
    __table_args__ = (Index("ix_caregiver_suspicions_case", "case_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    caregiver_id: Mapped[UUID] = mapped_column(Uuid)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseLink(Base):
    """Two cases that belong together: siblings, one household, one incident."""

    __tablename__ = "case_links"
    __table_args__ = (UniqueConstraint("case_id", "to_case_id", "link_kind", name="uq_case_links_pair"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    to_case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    link_kind: Mapped[str] = mapped_column(choice())
    linked_by: Mapped[UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ContactAcknowledgement(Base):
    """A member has read how this child may safely be contacted: one member, one referral, one version, 30 days at most."""

    __tablename__ = "contact_acknowledgements"
    __table_args__ = (Index("ix_contact_acknowledgements_member", "member_id", "case_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    referral_id: Mapped[UUID] = mapped_column(Uuid)
    member_id: Mapped[UUID] = mapped_column(Uuid)
    safe_contact_version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


case_disclosures = Table(
    "case_disclosures",
    Base.metadata,
    Column("case_id", Uuid),
    Column("agency_id", Uuid),
    Column("purpose", String),
    Column("data_class", String),
    Column("basis", String),
    Column("consent_id", Uuid),
    Column("referral_id", Uuid),
    Column("valid_from", UtcDateTime),
    Column("valid_until", UtcDateTime),
    Column("consent_state", String),
    info={"view": True},
)
"""The join of domain.md, as a database view: what each open referral's own consent grants its receiver (migrations hold its text).

Time is not in it: whoever asks compares `valid_from` and `valid_until` with the request's one time.
"""
