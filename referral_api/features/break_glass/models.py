"""One use of break-glass. Until when it opens the case is the row of `case_parties` that it made, and nothing else."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.features.cases.models import Case
from referral_api.kernel.actor import Actor
from referral_api.kernel.words import Relation, Role
from referral_api.store import Base, UtcDateTime, choice
from referral_api.vault import Place

__all__ = ["Glass"]


class Glass(Base):
    """`reason_sealed` and `review_note_sealed` are under the case's key."""

    __tablename__ = "break_glass"
    __table_args__ = (
        Index("ix_break_glass_agency", "agency_id", "id"),
        Index("ix_break_glass_case", "case_id", "id"),
        Index("ix_break_glass_member", "member_id", "started_at"),
        Index(
            "ix_break_glass_unreviewed",
            "review_due",
            postgresql_where=text("reviewed_at IS NULL"),
            sqlite_where=text("reviewed_at IS NULL"),
        ),
    )
    kind = "glass"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referrals.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    reason_code: Mapped[str] = mapped_column(choice())
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    minutes: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    review_due: Mapped[datetime] = mapped_column(UtcDateTime)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by: Mapped[UUID | None] = mapped_column(Uuid)
    review_outcome: Mapped[str | None] = mapped_column(choice())
    review_note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(Integer)

    case: Case
    until: datetime
    """When the row of `case_parties` ends: `expires_at`, or earlier."""

    @property
    def case_ref(self) -> str:
        return self.case.case_ref

    @property
    def ended_at(self) -> datetime | None:
        return self.until if self.until < self.expires_at else None

    @property
    def state(self) -> str:
        return self.review_outcome or ("ended" if self.ended_at else "open")

    def relations(self, actor: Actor) -> frozenset[Relation]:
        auditor = Role.AUDITOR in actor.roles
        stands = {
            Relation.SELF: self.member_id == actor.person_id,
            Relation.OWNER: self.case.owner_agency_id == actor.agency_id and (auditor or actor.works_with_children),
            Relation.OWN_AGENCY: auditor and self.agency_id == actor.agency_id,
            Relation.OVERSEER: auditor and actor.agency_type == "oversight",
        }
        return frozenset(r for r, holds in stands.items() if holds) or frozenset({Relation.NONE})

    def assigned(self, actor: Actor) -> bool:
        return False

    def concerns(self) -> Iterable[UUID]:
        return (self.case.owner_agency_id, self.agency_id)

    def shown_versions(self, actor: Actor) -> Sequence[object] | None:
        return (self.version, self.until)

    def reason_place(self) -> Place:
        return Place("break_glass", "reason", self.case_id, self.id)

    def note_place(self) -> Place:
        return Place("break_glass", "review_note", self.case_id, self.id)
