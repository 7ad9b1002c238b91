"""The addresses of members."""

from uuid import UUID

from referral_api.access import Permission
from referral_api.api import paging
from referral_api.api.fields import ListQuery
from referral_api.api.rooms import OPTIONAL, REQUIRED, Call, Reply
from referral_api.features.accounts.agency import people_of
from referral_api.features.accounts.members import commands, queries
from referral_api.features.accounts.members.queries import Person
from referral_api.features.accounts.members.schemas import ChangeMember, InviteMember, MemberOut, Nothing, member_out
from referral_api.features.accounts.room import room
from referral_api.work import etag

__all__ = ["room"]

_ALL = "/v1/agencies/{agency_id}/members"
_ONE = "/v1/agencies/{agency_id}/members/{member_id}"


def _reply(call: Call, person: Person, invitation: str | None = None) -> Reply:
    versions = (person.member.version,)
    return Reply(member_out(person, invitation), etag=etag(call.actor, "member", person.member.id, versions))


def _again(call: Call, member_id: UUID) -> Reply:
    agency = people_of(call.actor, call.id("agency"))
    return _reply(call, queries.read_person(call.actor, agency.id, member_id))


@room.get(_ALL, permission=Permission.MEMBER_READ, query=ListQuery, answer=MemberOut, listed=True)
def list_members(call: Call) -> Reply:
    """List the people of your agency."""
    agency = people_of(call.actor, call.id("agency"))
    people, next_after = queries.list_people(call.actor, agency, limit=call.query["limit"], after=paging.after(call))
    return paging.page(call, [member_out(person) for person in people], next_after)


@room.post(
    _ALL,
    permission=Permission.MEMBER_INVITE,
    body=InviteMember,
    answer=MemberOut,
    status=201,
    idempotency=REQUIRED,
    again=_again,
    etag=True,
)
def invite_member(call: Call) -> Reply:
    """Invite somebody to your agency; the invitation is shown once."""
    person, invitation = commands.invite_member(call.actor, people_of(call.actor, call.id("agency")), **call.body)
    return _reply(call, person, invitation)


@room.get(_ONE, permission=Permission.MEMBER_READ, answer=MemberOut, etag=True)
def read_member(call: Call) -> Reply:
    """Read a member of your agency."""
    return _again(call, call.id("member"))


@room.patch(
    _ONE,
    permission=Permission.MEMBER_CHANGE,
    body=ChangeMember,
    answer=MemberOut,
    if_match=REQUIRED,
    etag=True,
    problems=("illegal-step",),
)
def change_member(call: Call) -> Reply:
    """Change a member's roles or language, invite it anew, or note that it left."""
    agency = people_of(call.actor, call.id("agency"))
    person = queries.find_person(agency.id, call.id("member"), lock=True)
    return _reply(call, *commands.change_member(call.actor, person, **call.body))


@room.post(
    _ONE + "/confirm",
    permission=Permission.MEMBER_CONFIRM,
    body=Nothing,
    answer=MemberOut,
    if_match=OPTIONAL,
    etag=True,
    problems=("illegal-step",),
)
def confirm_member(call: Call) -> Reply:
    """Confirm, as a second person, the roles that another gave."""
    agency = people_of(call.actor, call.id("agency"))
    person = queries.find_person(agency.id, call.id("member"), lock=True)
    return _reply(call, commands.confirm_member(call.actor, person))
