"""Searching the directory."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from referral_api.access import Permission
from referral_api.features.agencies.models import Agency
from referral_api.features.directory.models import Service, ServiceCountry, ServiceLanguage
from referral_api.kernel import hours, ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import NotFound
from referral_api.store.pages import Page, page_of
from referral_api.store.session import find_fresh, session
from referral_api.work import OwnAgency, disclose

__all__ = ["find_service", "list_services", "offers", "open_alternatives", "read_service"]

_services = Service.__table__


def find_service(service_id: UUID, *, lock: bool = False) -> Service:
    """The service; locked, nobody else changes it meanwhile."""
    return find_fresh(select(Service).where(Service.id == service_id), lock=lock)


def read_service(actor: Actor, service_id: UUID) -> Service:
    service = find_service(service_id)
    disclose(actor, Permission.SERVICE_READ, service)
    return service


def list_services(actor: Actor, *, limit: int, after: UUID | None, **wanted: Any) -> Page:
    """What is on offer by active agencies, newest first. `wanted`: service_type, country, language, age, capacity, agency_id."""
    column = _services.c
    query = (
        select(_services)
        .join(Agency.__table__, Agency.__table__.c.id == column.agency_id)
        .where(column.status == "offered", Agency.__table__.c.status == "active")
    )
    for name in ("service_type", "capacity", "agency_id"):
        if wanted[name] is not None:
            query = query.where(column[name] == wanted[name])
    if wanted["country"] is not None:
        place = ServiceCountry.__table__.c
        query = query.where(column.id.in_(select(place.service_id).where(place.country == wanted["country"])))
    if wanted["language"] is not None:
        spoken = ServiceLanguage.__table__.c
        query = query.where(column.id.in_(select(spoken.service_id).where(spoken.language == wanted["language"])))
    if (age := wanted["age"]) is not None:
        query = query.where(
            or_(column.age_min.is_(None), column.age_min <= age), or_(column.age_max.is_(None), column.age_max >= age)
        )
    page = page_of(session(), query, column.id, limit=limit, after=after)
    if actor.agency_id is None:
        raise NotFound()
    shown = [ids.show("service", row.id) for row in page.rows]
    disclose(actor, Permission.SERVICE_READ, OwnAgency(actor.agency_id), returned_ids=shown)
    return page


def offers(current: Session, service_id: UUID, agency_id: UUID) -> bool:
    """Whether this agency offers this service now."""
    query = select(_services.c.id).where(
        _services.c.id == service_id, _services.c.agency_id == agency_id, _services.c.status == "offered"
    )
    return current.execute(query).first() is not None


def open_alternatives(
    current: Session,
    service_type: str,
    country: str | None,
    now: datetime,
    *,
    but: Collection[UUID],
    but_types: Collection[str],
) -> list[dict[str, str | None]]:
    """Who else offers such a service in the country and is open at this moment; at most five, and nobody who takes no referral of the case."""
    agency = Agency.__table__.c
    query = (
        select(
            _services.c.id, agency.id.label("agency_id"), agency.opening_hours, agency.time_zone, agency.answers_24_7
        )
        .join(Agency.__table__, agency.id == _services.c.agency_id)
        .where(
            _services.c.service_type == service_type,
            _services.c.status == "offered",
            _services.c.capacity != "no_capacity",
            agency.status == "active",
            agency.id.not_in(but),
            agency.type.not_in(but_types),
        )
    )
    if country is not None:
        place = ServiceCountry.__table__.c
        query = query.where(_services.c.id.in_(select(place.service_id).where(place.country == country)))
    rows = current.execute(query.order_by(_services.c.id).limit(50)).all()
    found = [row for row in rows if row.answers_24_7 or hours.is_open(row.opening_hours, row.time_zone, now)]
    return [{"agency_id": ids.show("agency", r.agency_id), "service_id": ids.show("service", r.id)} for r in found[:5]]
