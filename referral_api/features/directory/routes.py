"""The addresses of the directory."""

from uuid import UUID

from referral_api.access import Permission
from referral_api.api import paging
from referral_api.api.rooms import REQUIRED, Call, Reply, Room
from referral_api.features.directory import commands, queries
from referral_api.features.directory.models import Service
from referral_api.features.directory.schemas import (
    ChangeService,
    OfferService,
    ServiceList,
    ServiceOut,
    ValueSetOut,
    service_out,
)
from referral_api.kernel import codes
from referral_api.kernel.errors import NotFound
from referral_api.work import OwnAgency, etag

__all__ = ["room"]

room = Room("directory", "The directory of services, and the published value sets.")

_ALL = "/v1/services"
_ONE = "/v1/services/{service_id}"
_FILTERS = ("service_type", "country", "language", "age", "capacity", "agency_id")


def _reply(call: Call, service: Service) -> Reply:
    return Reply(service_out(service), etag=etag(call.actor, "service", service.id, (service.version,)))


def _again(call: Call, service_id: UUID) -> Reply:
    return _reply(call, queries.read_service(call.actor, service_id))


@room.get(_ALL, permission=Permission.SERVICE_READ, query=ServiceList, answer=ServiceOut, listed=True)
def list_services(call: Call) -> Reply:
    """Search the directory."""
    wanted = {name: call.query[name] for name in _FILTERS}
    page = queries.list_services(call.actor, limit=call.query["limit"], after=paging.after(call), **wanted)
    return paging.page(call, [service_out(row) for row in page.rows], page.next_after)


@room.post(
    _ALL,
    permission=Permission.SERVICE_OFFER,
    body=OfferService,
    answer=ServiceOut,
    status=201,
    idempotency=REQUIRED,
    again=_again,
    etag=True,
)
def offer_service(call: Call) -> Reply:
    """Put one of your agency's services into the directory."""
    if call.actor.agency_id is None:
        raise NotFound()
    return _reply(call, commands.offer_service(call.actor, OwnAgency(call.actor.agency_id), **call.body))


@room.get(_ONE, permission=Permission.SERVICE_READ, answer=ServiceOut, etag=True)
def read_service(call: Call) -> Reply:
    """Read a service's entry."""
    return _again(call, call.id("service"))


@room.patch(
    _ONE, permission=Permission.SERVICE_CHANGE, body=ChangeService, answer=ServiceOut, if_match=REQUIRED, etag=True
)
def change_service(call: Call) -> Reply:
    """Change one of your agency's services, or withdraw it."""
    service = queries.find_service(call.id("service"), lock=True)
    return _reply(call, commands.change_service(call.actor, service, **call.body))


@room.get("/v1/codes", answer=ValueSetOut, listed=True, public=True)
def list_value_sets(call: Call) -> Reply:
    """List the published value sets, with labels in four languages."""
    return Reply(codes.document())
