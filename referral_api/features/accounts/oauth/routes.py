"""The addresses of OAuth. They answer OAuth's own JSON, errors too, since that is what systems' libraries read."""

from collections.abc import Callable
from functools import wraps

from flask import current_app, request

from referral_api.access import Permission
from referral_api.api.rooms import Call, Reply
from referral_api.features.accounts.oauth import commands, schemas
from referral_api.features.accounts.oauth.errors import OAuthRefused
from referral_api.features.accounts.oauth.proofs import Proof, read_proof
from referral_api.features.accounts.room import room

__all__ = ["room"]

_FORM = ("application/x-www-form-urlencoded",)
_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def _in_oauth_words(route: Callable[[Call], Reply]) -> Callable[[Call], Reply]:
    @wraps(route)
    def answer(call: Call) -> Reply:
        try:
            if any(len(values) > 1 for _, values in request.form.lists()):
                raise OAuthRefused("invalid_request", "A parameter comes twice.")
            reply = route(call)
            reply.headers.update(_NOT_KEPT)
            return reply
        except OAuthRefused as refused:
            headers = {"WWW-Authenticate": 'Basic realm="referral-api"'} if refused.status == 401 else {}
            document = {"error": refused.error, "error_description": refused.description}
            return Reply(document, status=refused.status, headers={**headers, **_NOT_KEPT})

    return answer


def _proof(call: Call) -> Proof:
    return read_proof(request.headers.get("Authorization"), call.body)


@room.post(
    "/oauth/token",
    permission=Permission.TOKEN_ISSUE,
    body=schemas.IssueToken,
    answer=schemas.TokenOut,
    media=_FORM,
    public=True,
    refusal=schemas.OAuthErrorOut,
)
@_in_oauth_words
def issue_token(call: Call) -> Reply:
    """Get an access token for an agency's system."""
    grant = call.body.get("grant_type")
    if grant is None:
        raise OAuthRefused("invalid_request", "grant_type is missing.")
    if grant != "client_credentials":
        raise OAuthRefused("unsupported_grant_type", "Only client_credentials is taken here.")
    return Reply(commands.issue_token(call.actor.request, _proof(call), scope=call.body.get("scope")))


@room.post(
    "/oauth/revoke",
    permission=Permission.TOKEN_REVOKE,
    body=schemas.RevokeToken,
    media=_FORM,
    public=True,
    refusal=schemas.OAuthErrorOut,
)
@_in_oauth_words
def revoke_token(call: Call) -> Reply:
    """Give an access token back before its time."""
    commands.revoke_token(call.actor.request, _proof(call), token=_token(call))
    return Reply({})


@room.post(
    "/oauth/introspect",
    permission=Permission.TOKEN_INTROSPECT,
    body=schemas.IntrospectToken,
    answer=schemas.IntrospectionOut,
    media=_FORM,
    public=True,
    refusal=schemas.OAuthErrorOut,
)
@_in_oauth_words
def introspect_token(call: Call) -> Reply:
    """Ask whether a token of your agency still counts."""
    return Reply(commands.introspect_token(call.actor.request, _proof(call), token=_token(call)))


def _token(call: Call) -> str:
    if "token" not in call.body:
        raise OAuthRefused("invalid_request", "token is missing.")
    return str(call.body["token"])


@room.get("/.well-known/oauth-authorization-server", answer=schemas.MetadataOut, public=True)
def show_metadata(call: Call) -> Reply:
    """Say what this authorization server can do."""
    return Reply(schemas.metadata(current_app.config["PUBLIC_URL"]))


@room.get("/.well-known/jwks.json", answer=schemas.JwksOut, public=True)
def show_keys(call: Call) -> Reply:
    """Publish the keys that access tokens are signed with."""
    return Reply(current_app.extensions["signing_keys"].jwks(call.now))
