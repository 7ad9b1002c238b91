"""A referral, its steps, and what is said and arranged along the way."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.features.cases.models import Case
from referral_api.features.referrals.states import machine_of
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.words import Relation, Role
from referral_api.store import Base, UtcDateTime, choice
from referral_api.vault import Place

if TYPE_CHECKING:
    from referral_api.work import Work

__all__ = ["Appointment", "Message", "Referral", "ReferralStep"]


class Referral(Base):
    """`left_state` remembers where a suspended referral goes back to. `need_sealed` is under the case's key."""

    __tablename__ = "referrals"
    __table_args__ = (
        Index("ix_referrals_case", "case_id", "id"),
        Index("ix_referrals_inbox", "to_agency_id", "id"),
        Index("ix_referrals_consent", "consent_id"),
        Index("ix_referrals_deadlines", "state", "expire_by"),
    )
    kind = "referral"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    referral_kind: Mapped[str] = mapped_column(choice())
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("consents.id"))
    from_agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    to_agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"))
    onward_id: Mapped[UUID | None] = mapped_column(Uuid)
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("services.id"))
    service_type: Mapped[str] = mapped_column(choice())
    urgency: Mapped[str] = mapped_column(choice(8))
    need_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    need_version: Mapped[int] = mapped_column(Integer)
    questioning: Mapped[str] = mapped_column(choice())
    state: Mapped[str] = mapped_column(choice(20))
    left_state: Mapped[str | None] = mapped_column(choice(20))
    acknowledge_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expire_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deadline_policy: Mapped[str | None] = mapped_column(choice(64))
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(choice())
    feedback_code: Mapped[str | None] = mapped_column(choice())
    report_receipt_number: Mapped[str | None] = mapped_column(choice(24), unique=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    steps_taken: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    case: Case
    worker_assigned: bool = False

    @property
    def case_ref(self) -> str:
        return self.case.case_ref

    def relations(self, actor: Actor) -> frozenset[Relation]:
        if actor.kind == "service":
            return frozenset({Relation.CLOCKWORK})
        found = set()
        if self.case.owner_agency_id == actor.agency_id:
            found.add(Relation.SENDER)
        if self.to_agency_id == actor.agency_id and self.sent_at is not None:
            found.add(Relation.RECEIVER)
        return frozenset(found or {Relation.NONE})

    def assigned(self, actor: Actor) -> bool:
        return self.worker_assigned

    def concerns(self) -> Iterable[UUID]:
        """Both ends hear of every step; the receiver of nothing before it is sent."""
        return (
            (self.case.owner_agency_id, self.to_agency_id) if self.sent_at is not None else (self.case.owner_agency_id,)
        )

    def shown_versions(self, actor: Actor) -> Sequence[object] | None:
        return (self.version, self.case.minimum_version)

    def sides(self, actor: Actor) -> frozenset[str]:
        """The sides of the step table on which this actor stands."""
        relations = self.relations(actor)
        sides = {"sender"} if Relation.SENDER in relations else set()
        if sides and Role.SUPERVISOR in actor.roles:
            sides.add("sender_supervisor")
        if Relation.RECEIVER in relations:
            sides.add("receiver")
        return frozenset(sides | ({"system"} if Relation.CLOCKWORK in relations else set()))

    def allowed_steps(self, actor: Actor) -> list[str]:
        return machine_of(self.referral_kind).allowed(self.state, self.sides(actor))

    def need_place(self) -> Place:
        return Place("referrals", "need", self.case_id, self.id, self.need_version)

    def step(
        self,
        name: str,
        w: "Work",
        *,
        sides: frozenset[str] | None = None,
        reason_code: str | None = None,
        note_sealed: bytes | None = None,
    ) -> "ReferralStep":
        """Take a step, or raise IllegalStep. The new row of the history says who took it, when and why."""
        state = (
            machine_of(self.referral_kind).target(name, self.state, self.sides(w.actor) if sides is None else sides)
            or self.left_state
        )
        if state is None:
            raise RuntimeError("a suspended referral that does not know where it was")
        self.left_state = self.state if name == "suspend" else None
        self.state = state
        self.steps_taken += 1
        self.version += 1
        self.updated_at = w.now
        row = ReferralStep(
            id=ids.new(),
            referral_id=self.id,
            seq=self.steps_taken,
            step=name,
            state=state,
            at=w.now,
            agency_id=w.actor.agency_id,
            member_id=w.actor.person_id,
            reason_code=reason_code,
            note_sealed=note_sealed,
        )
        return row


class ReferralStep(Base):
    """One line of a referral's history."""

    __tablename__ = "referral_steps"
    __table_args__ = (Index("uq_referral_steps_seq", "referral_id", "seq", unique=True),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"))
    seq: Mapped[int] = mapped_column(Integer)
    step: Mapped[str] = mapped_column(choice(20))
    state: Mapped[str] = mapped_column(choice(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    agency_id: Mapped[UUID | None] = mapped_column(Uuid)
    member_id: Mapped[UUID | None] = mapped_column(Uuid)
    reason_code: Mapped[str | None] = mapped_column(choice())
    declined_by: Mapped[str | None] = mapped_column(choice(16))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    def note_place(self, case_id: UUID) -> Place:
        return Place("referral_steps", "note", case_id, self.referral_id, self.seq)


class Message(Base):
    """What one end writes to the other, or a note of a call."""

    __tablename__ = "referral_messages"
    __table_args__ = (Index("ix_referral_messages_referral", "referral_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    agency_id: Mapped[UUID] = mapped_column(Uuid)
    member_id: Mapped[UUID | None] = mapped_column(Uuid)
    message_kind: Mapped[str] = mapped_column(choice(16))
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    def place(self) -> Place:
        return Place("referral_messages", "text", self.case_id, self.id)


class Appointment(Base):
    """When and where the child is seen; the place and the note are sealed."""

    __tablename__ = "referral_appointments"
    __table_args__ = (Index("ix_referral_appointments_referral", "referral_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    details_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(choice(12))
    version: Mapped[int] = mapped_column(Integer)
    member_id: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def place(self) -> Place:
        return Place("referral_appointments", "details", self.case_id, self.id, self.version)
