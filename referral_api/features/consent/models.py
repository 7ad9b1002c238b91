"""A consent, and its grants line by line: one row for each recipient, purpose and data class."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.features.cases.models import Case
from referral_api.kernel.actor import Actor
from referral_api.kernel.words import Relation
from referral_api.store import Base, UtcDateTime, choice

__all__ = ["Consent", "ConsentExclusion", "ConsentGrant"]


class Consent(Base):
    """`details_sealed` holds what is said in words: legal reference, the child's view, restrictions, how it was explained, the evidence."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_case", "case_id", "id"), Index("ix_consents_validity", "state", "valid_until"))
    kind = "consent"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    basis: Mapped[str] = mapped_column(choice())
    state: Mapped[str] = mapped_column(choice())
    given_by: Mapped[str | None] = mapped_column(choice())
    given_by_caregiver_id: Mapped[UUID | None] = mapped_column(Uuid)
    details_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    details_version: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    review_due: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_by: Mapped[UUID | None] = mapped_column(Uuid)
    reviewed_by: Mapped[UUID | None] = mapped_column(Uuid)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_because: Mapped[str | None] = mapped_column(choice())
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    case: Case
    full_view: bool = True

    @property
    def case_ref(self) -> str:
        return self.case.case_ref

    def relations(self, actor: Actor) -> frozenset[Relation]:
        """The owner's consents; a receiver knows those alone on which it was told."""
        if actor.kind == "service":
            return frozenset({Relation.CLOCKWORK})
        standing = self.case.relations(actor)
        return standing if self.full_view else standing & {Relation.RECEIVING}

    def assigned(self, actor: Actor) -> bool:
        return self.case.assigned(actor)

    def concerns(self) -> Iterable[UUID]:
        return (self.case.owner_agency_id,)

    def shown_versions(self, actor: Actor) -> Sequence[object] | None:
        return (self.version, self.full_view)


class ConsentGrant(Base):
    """What one recipient may be shown of one class for one purpose; `line` says which grant of the document it came from."""

    __tablename__ = "consent_grants"
    __table_args__ = (Index("ix_consent_grants_recipient", "recipient_agency_id", "consent_id"),)

    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    recipient_agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(choice(16), primary_key=True)
    data_class: Mapped[str] = mapped_column(choice(24), primary_key=True)


class ConsentExclusion(Base):
    """An agency that the child named at a withdrawal: it never comes back by break-glass."""

    __tablename__ = "consent_exclusions"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), index=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
