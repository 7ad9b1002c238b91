"""The addresses of one's own passkeys, and of signing in with one."""

from referral_api.access import Permission
from referral_api.api import paging
from referral_api.api.fields import ListQuery
from referral_api.api.rates import SIGN_IN
from referral_api.api.rooms import Call, Reply
from referral_api.features.accounts.passkeys import commands, queries, schemas, signing_in
from referral_api.features.accounts.room import room
from referral_api.features.accounts.sessions.schemas import SignedInOut, signed_in_out

__all__ = ["room"]


@room.post(
    "/v1/me/passkeys/options",
    permission=Permission.FACTOR_PREPARE,
    body=schemas.PreparePasskey,
    answer=schemas.CreationOptionsOut,
    before_factor=True,
    problems=("not-found", "illegal-step"),
)
def prepare_passkey(call: Call) -> Reply:
    """Ask for what my authenticator needs to make a passkey.

    Whoever has a factor already sends a one-time code, or a recovery code. The answer must come from the same session within five minutes.
    """
    return Reply(commands.prepare_passkey(call.actor, **call.body))


@room.post(
    "/v1/me/passkeys",
    permission=Permission.FACTOR_ENROLL,
    body=schemas.RegisterPasskey,
    answer=schemas.RegisteredOut,
    status=201,
    before_factor=True,
    problems=("not-found", "illegal-step"),
)
def register_passkey(call: Call) -> Reply:
    """Register the passkey that my authenticator made; as the first factor, all sessions end, and a new one begins."""
    said = schemas.attestation_in(call.body["credential"])
    enrolled = commands.register_passkey(call.actor, name=call.body["name"], said=said)
    return Reply(schemas.registered_out(enrolled))


@room.get(
    "/v1/me/passkeys",
    permission=Permission.FACTOR_READ,
    query=ListQuery,
    answer=schemas.PasskeyOut,
    listed=True,
    problems=("not-found",),
)
def list_passkeys(call: Call) -> Reply:
    """List my passkeys."""
    page = queries.list_passkeys(call.actor, limit=call.query["limit"], after=paging.after(call))
    return paging.page(call, [schemas.passkey_out(row) for row in page.rows], page.next_after)


@room.post(
    "/v1/me/passkeys/{passkey_id}/remove",
    permission=Permission.FACTOR_REMOVE,
    body=schemas.RemovePasskey,
    status=204,
)
def remove_passkey(call: Call) -> Reply:
    """Give one of my passkeys up; all sessions end."""
    commands.remove_passkey(call.actor, call.id("passkey"), **call.body)
    return Reply(None)


@room.post(
    "/v1/sessions/passkey/options",
    permission=Permission.PASSKEY_CHALLENGE,
    body=schemas.AskForPasskey,
    answer=schemas.RequestOptionsOut,
    public=True,
    bucket=SIGN_IN,
)
def ask_for_passkey(call: Call) -> Reply:
    """Ask for what my authenticator needs to sign me in.

    Without a user name it is for passkeys that the authenticator finds by itself. Every user name gets an answer of one shape.
    """
    said = {name: value.lower() for name, value in call.body.items()}
    return Reply(signing_in.ask_for_passkey(call.actor.request, **said))


@room.post(
    "/v1/sessions/passkey",
    permission=Permission.SESSION_OPEN,
    body=schemas.OpenWithPasskey,
    answer=SignedInOut,
    public=True,
    bucket=SIGN_IN,
    problems=("unauthenticated",),
)
def open_session_with_passkey(call: Call) -> Reply:
    """Sign in with a passkey, instead of a password and a code."""
    said = schemas.assertion_in(call.body["credential"])
    return Reply(signed_in_out(signing_in.open_session_with_passkey(call.actor.request, said=said)))
