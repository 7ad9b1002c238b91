"""The addresses of an agency's systems."""

from uuid import UUID

from referral_api.access import Permission
from referral_api.api import paging
from referral_api.api.fields import ListQuery
from referral_api.api.rooms import OPTIONAL, REQUIRED, Call, Reply
from referral_api.features.accounts.agency import people_of
from referral_api.features.accounts.clients import commands, queries
from referral_api.features.accounts.clients.schemas import ChangeClient, ClientOut, ConnectClient, client_out
from referral_api.features.accounts.members.schemas import Nothing
from referral_api.features.accounts.models import Client
from referral_api.features.accounts.room import room
from referral_api.work import etag

__all__ = ["room"]

_ALL = "/v1/agencies/{agency_id}/clients"
_ONE = "/v1/agencies/{agency_id}/clients/{client_id}"


def _reply(call: Call, client: Client, secret: str | None = None) -> Reply:
    return Reply(client_out(client, call.now, secret), etag=etag(call.actor, "client", client.id, (client.version,)))


def _again(call: Call, client_id: UUID) -> Reply:
    agency = people_of(call.actor, call.id("agency"))
    return _reply(call, queries.read_client(call.actor, agency.id, client_id))


@room.get(_ALL, permission=Permission.CLIENT_READ, query=ListQuery, answer=ClientOut, listed=True)
def list_clients(call: Call) -> Reply:
    """List your agency's systems."""
    agency = people_of(call.actor, call.id("agency"))
    found, next_after = queries.list_clients(call.actor, agency, limit=call.query["limit"], after=paging.after(call))
    return paging.page(call, [client_out(each, call.now) for each in found], next_after)


@room.post(
    _ALL,
    permission=Permission.CLIENT_CREATE,
    body=ConnectClient,
    answer=ClientOut,
    status=201,
    idempotency=REQUIRED,
    again=_again,
    etag=True,
)
def connect_client(call: Call) -> Reply:
    """Connect one of your agency's systems; its secret is shown once."""
    client, secret = commands.connect_client(call.actor, people_of(call.actor, call.id("agency")), **call.body)
    return _reply(call, client, secret)


@room.get(_ONE, permission=Permission.CLIENT_READ, answer=ClientOut, etag=True)
def read_client(call: Call) -> Reply:
    """Read one of your agency's systems."""
    return _again(call, call.id("client"))


@room.patch(
    _ONE,
    permission=Permission.CLIENT_CHANGE,
    body=ChangeClient,
    answer=ClientOut,
    if_match=REQUIRED,
    etag=True,
    problems=("illegal-step",),
)
def change_client(call: Call) -> Reply:
    """Change or revoke one of your agency's systems."""
    agency = people_of(call.actor, call.id("agency"))
    client = queries.find_client(agency.id, call.id("client"), lock=True)
    return _reply(call, commands.change_client(call.actor, client, **call.body))


@room.post(
    _ONE + "/confirm",
    permission=Permission.CLIENT_CONFIRM,
    body=Nothing,
    answer=ClientOut,
    if_match=OPTIONAL,
    etag=True,
    problems=("illegal-step",),
)
def confirm_client(call: Call) -> Reply:
    """Agree, as a second person, that a system is shown identities for a year."""
    agency = people_of(call.actor, call.id("agency"))
    client = queries.find_client(agency.id, call.id("client"), lock=True)
    return _reply(call, commands.confirm_client(call.actor, client))
