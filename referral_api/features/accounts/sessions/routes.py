"""The addresses of signing in."""

from uuid import UUID

from referral_api.access import Permission
from referral_api.api import paging
from referral_api.api.fields import ListQuery
from referral_api.api.rates import SIGN_IN
from referral_api.api.rooms import NEVER, Call, Reply
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
    """Sign in with a user name, a password and a one-time code.

    Whoever has no second factor yet leaves the code out; such a session may do nothing but enrol one.
    """
    said = {**call.body, "username": call.body["username"].lower()}
    return Reply(schemas.signed_in_out(commands.open_session(call.actor.request, **said)))


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


@room.delete(
    "/v1/sessions/current", permission=Permission.SESSION_END, status=204, before_factor=True, problems=("not-found",)
)
def end_session(call: Call) -> Reply:
    """Sign out."""
    commands.end_session(call.actor, queries.find_session(call.actor.session_id))
    return Reply(None)


@room.get(
    "/v1/sessions",
    permission=Permission.SESSION_LIST,
    query=ListQuery,
    answer=schemas.SessionOut,
    listed=True,
    problems=("not-found",),
)
def list_sessions(call: Call) -> Reply:
    """List where I am signed in."""
    page = queries.list_sessions(call.actor, limit=call.query["limit"], after=paging.after(call))
    return paging.page(call, [schemas.session_out(call.actor, row) for row in page.rows], page.next_after)


@room.delete("/v1/sessions", permission=Permission.SESSION_END, status=204, problems=("not-found",))
def end_all_sessions(call: Call) -> Reply:
    """Sign out everywhere, here too."""
    commands.end_all_sessions(call.actor)
    return Reply(None)


@room.delete("/v1/sessions/{session_id}", permission=Permission.SESSION_END, if_match=NEVER, status=204)
def end_one_session(call: Call) -> Reply:
    """Sign out from one of my sessions."""
    commands.end_session(call.actor, queries.find_own_session(call.actor, call.id("session")))
    return Reply(None)


@room.get("/v1/me", answer=schemas.MeOut, etag=True, before_factor=True)
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
