"""The addresses of agencies."""

from uuid import UUID

from referral_api.access import Permission
from referral_api.api import paging
from referral_api.api.rooms import REQUIRED, Call, Reply, Room
from referral_api.features.agencies import commands, queries
from referral_api.features.agencies.models import Agency
from referral_api.features.agencies.schemas import AgencyList, AgencyOut, ChangeAgency, CreateAgency, agency_out
from referral_api.work import etag

__all__ = ["room"]

room = Room("agencies", "Agencies: who takes part, what they can do, and when they can be reached.")

_ALL = "/v1/agencies"
_ONE = "/v1/agencies/{agency_id}"


def _reply(call: Call, agency: Agency) -> Reply:
    return Reply(agency_out(agency), etag=etag(call.actor, "agency", agency.id, (agency.version,)))


def _again(call: Call, agency_id: UUID) -> Reply:
    return _reply(call, queries.read_agency(call.actor, agency_id))


@room.get(_ALL, permission=Permission.AGENCY_READ, query=AgencyList, answer=AgencyOut, listed=True)
def list_agencies(call: Call) -> Reply:
    """List the agencies that take part, by type, country and capability."""
    filters = {name: call.query[name] for name in ("type", "country", "capability")}
    page = queries.list_agencies(call.actor, **filters, limit=call.query["limit"], after=paging.after(call))
    return paging.page(call, [agency_out(row) for row in page.rows], page.next_after)


@room.post(
    _ALL,
    permission=Permission.AGENCY_CREATE,
    body=CreateAgency,
    answer=AgencyOut,
    status=201,
    idempotency=REQUIRED,
    again=_again,
    etag=True,
)
def admit_agency(call: Call) -> Reply:
    """Let an agency take part."""
    return _reply(call, commands.admit_agency(call.actor, **call.body))


@room.get(_ONE, permission=Permission.AGENCY_READ, answer=AgencyOut, etag=True)
def read_agency(call: Call) -> Reply:
    """Read an agency's entry."""
    return _again(call, call.id("agency"))


@room.patch(
    _ONE, permission=Permission.AGENCY_CHANGE, body=ChangeAgency, answer=AgencyOut, if_match=REQUIRED, etag=True
)
def change_agency(call: Call) -> Reply:
    """Change an agency's entry; the platform may suspend it."""
    return _reply(call, commands.change_agency(call.actor, queries.lock_agency(call.id("agency")), **call.body))
