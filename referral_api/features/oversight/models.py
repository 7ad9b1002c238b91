"""Why an auditor asked for a case's pseudonym; the words are sealed under the case's key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.store import Base, UtcDateTime
from referral_api.vault import Place

__all__ = ["CaseRefRequest"]


class CaseRefRequest(Base):
    __tablename__ = "case_ref_requests"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    member_id: Mapped[UUID | None] = mapped_column(Uuid)
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    def place(self) -> Place:
        return Place("case_ref_requests", "reason", self.case_id, self.id)
