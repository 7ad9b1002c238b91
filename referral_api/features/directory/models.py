"""The tables of the directory."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, SmallInteger, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.features.agencies.models import OfAgency
from referral_api.store import Base, GuardedText, UtcDateTime, choice

__all__ = ["Service", "ServiceCountry", "ServiceLanguage"]


class Service(OfAgency, Base):
    """Something that an agency offers. `status`: offered, or withdrawn (kept, but no longer found by a search)."""

    __tablename__ = "services"
    __table_args__ = (Index("ix_services_type", "service_type", "id"), Index("ix_services_agency", "agency_id", "id"))
    kind = "service"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"))
    name: Mapped[str] = mapped_column(GuardedText(200))
    service_type: Mapped[str] = mapped_column(choice())
    countries: Mapped[list[str]] = mapped_column(JSON)
    languages: Mapped[list[str]] = mapped_column(JSON)
    age_min: Mapped[int | None] = mapped_column(SmallInteger)
    age_max: Mapped[int | None] = mapped_column(SmallInteger)
    capacity: Mapped[str] = mapped_column(choice())
    description: Mapped[str | None] = mapped_column(GuardedText(4_000))
    status: Mapped[str] = mapped_column(choice(12))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ServiceCountry(Base):
    """Where a service is offered, once more, to search by."""

    __tablename__ = "service_countries"

    country: Mapped[str] = mapped_column(choice(2), primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"), primary_key=True)


class ServiceLanguage(Base):
    """In which language a service is offered, once more, to search by."""

    __tablename__ = "service_languages"

    language: Mapped[str] = mapped_column(choice(35), primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"), primary_key=True)
