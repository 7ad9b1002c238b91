"""Offering a service, and keeping its entry."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert

from referral_api.access import Permission
from referral_api.features.directory.models import Service, ServiceCountry, ServiceLanguage
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, Invalid
from referral_api.work import OwnAgency, Work, work

__all__ = ["change_service", "offer_service"]


def offer_service(actor: Actor, agency: OwnAgency, **said: Any) -> Service:
    """Put one of the agency's services into the directory."""
    service = Service(
        id=ids.new(),
        agency_id=agency.id,
        status="offered",
        version=1,
        created_at=actor.now,
        updated_at=actor.now,
        **said,
    )
    with work(actor, Permission.SERVICE_OFFER, on=agency) as w:
        _ages_in_order(service)
        w.add(service)
        _keep_countries(w, service.id, service.countries)
        _keep_languages(w, service.id, service.languages)
        w.record(service)
    return service


def change_service(actor: Actor, service: Service, **changes: Any) -> Service:
    """Change a service's entry, or withdraw it: then no search finds it."""
    with work(actor, Permission.SERVICE_CHANGE, on=service) as w:
        for name, value in changes.items():
            setattr(service, name, value)
        _ages_in_order(service)
        if "countries" in changes:
            w.session.execute(delete(ServiceCountry).where(ServiceCountry.service_id == service.id))
            _keep_countries(w, service.id, service.countries)
        if "languages" in changes:
            w.session.execute(delete(ServiceLanguage).where(ServiceLanguage.service_id == service.id))
            _keep_languages(w, service.id, service.languages)
        service.version += 1
        service.updated_at = w.now
        w.record(service, fields=sorted(changes))
    return service


def _keep_countries(w: Work, service_id: UUID, countries: list[str]) -> None:
    if countries:
        w.session.execute(insert(ServiceCountry), [{"service_id": service_id, "country": each} for each in countries])


def _keep_languages(w: Work, service_id: UUID, languages: list[str]) -> None:
    if languages:
        w.session.execute(insert(ServiceLanguage), [{"service_id": service_id, "language": each} for each in languages])


def _ages_in_order(service: Service) -> None:
    if service.age_min is not None and service.age_max is not None and service.age_min > service.age_max:
        raise Invalid([FieldError("/age_max", "order", "The oldest age comes before the youngest.")])
