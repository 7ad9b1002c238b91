"""The addresses of signing in."""

from uuid import UUID

from referral_api.access import Permission
from referral_api.api.rates import SIGN_IN
from referral_api.api.rooms import Call, Reply
from referral_api.features.accounts.members.schemas import MemberOut, member_out
from referral_api.features.accounts.room import room
from referral_api.features.accounts.sessions import commands, queries, schemas
from referral_api.work import etag

__all__ = ["room"]


@room.post(
    "/v1/sessions",
    permission=Permission.SESSION_OPEN,
    body=schemas.OpenSession,
    answer=schemas.SignedInOut,
    public=True,
    bucket=SIGN_IN,
    problems=("unauthenticated",),
)
def open_session(call: Call) -> Reply:
    """Sign in with a user name and a password."""
    username, password = call.body["username"].lower(), call.body["password"]
    return Reply(schemas.signed_in_out(commands.open_session(call.actor.request, username=username, password=password)))


@room.post(
    "/v1/sessions/refresh",
    permission=Permission.SESSION_REFRESH,
    body=schemas.RefreshSession,
    answer=schemas.SignedInOut,
    public=True,
    problems=("unauthenticated",),
)
def refresh_session(call: Call) -> Reply:
    """Stay signed in: trade the refresh token for new tokens."""
    return Reply(schemas.signed_in_out(commands.refresh_session(call.actor.request, **call.body)))


@room.delete("/v1/sessions/current", permission=Permission.SESSION_END, status=204, problems=("not-found",))
def end_session(call: Call) -> Reply:
    """Sign out."""
    commands.end_session(call.actor, queries.find_session(call.actor.session_id))
    return Reply(None)


@room.get("/v1/me", answer=schemas.MeOut, etag=True)
def show_me(call: Call) -> Reply:
    """Say who I am, in which roles, and for which purposes I may ask."""
    actor = call.actor
    who = actor.id if actor.kind == "member" else None
    shown = schemas.client_out(actor) if who is None else schemas.me_out(actor, queries.about_member(who))
    return Reply(shown, etag=etag(actor, actor.kind, actor.id or UUID(int=0), [shown]))


@room.post(
    "/v1/invitations/accept",
    permission=Permission.MEMBER_JOIN,
    body=schemas.AcceptInvitation,
    answer=MemberOut,
    public=True,
    bucket=SIGN_IN,
    problems=("unauthenticated",),
)
def accept_invitation(call: Call) -> Reply:
    """Take up an invitation by choosing a password."""
    return Reply(member_out(commands.accept_invitation(call.actor.request, **call.body)))
