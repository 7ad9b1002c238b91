"""Proof of the telling: who was told that a basis is over, and when. When they read it, the log says."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.store import Base, UtcDateTime

__all__ = ["Notice"]


class Notice(Base):
    __tablename__ = "withdrawal_notices"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), index=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"))
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
