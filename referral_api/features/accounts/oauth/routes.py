"""The addresses of OAuth. They answer OAuth's own JSON, errors too, since that is what systems' libraries read."""

from collections.abc import Callable
from functools import wraps

from flask import current_app, request

from referral_api.access import Permission
from referral_api.api.authorization import INVALID_PROOF, proof_of_key
from referral_api.api.problems import STATUS
from referral_api.api.rates import SIGN_IN
from referral_api.api.rooms import Call, Reply
from referral_api.features.accounts.oauth import commands, schemas
from referral_api.features.accounts.oauth.errors import OAuthRefused
from referral_api.features.accounts.oauth.proofs import Proof, read_proof
from referral_api.features.accounts.room import room
from referral_api.identity import dpop
from referral_api.kernel.errors import CallError, Unauthenticated

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
            return _refusal(refused)

    return answer


def _refusal(refused: OAuthRefused) -> Reply:
    headers = {"WWW-Authenticate": 'Basic realm="referral-api"'} if refused.status == 401 else {}
    document = {"error": refused.error, "error_description": refused.description}
    return Reply(document, status=refused.status, headers={**headers, **_NOT_KEPT})


def _refuse(error: CallError) -> Reply | None:
    """What the door finds wrong with a form is invalid_request (RFC 6749, 5.2), JSON instead of a form and half a form too."""
    if STATUS[error.code] not in (400, 415, 422):
        return None
    return _refusal(OAuthRefused("invalid_request", error.detail))


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
    refuse=_refuse,
    bindable=True,
    bucket=SIGN_IN,
)
@_in_oauth_words
def issue_token(call: Call) -> Reply:
    """Get an access token for an agency's system; with a DPoP proof it is bound to the proof's key (RFC 9449)."""
    grant = call.body.get("grant_type")
    if grant is None:
        raise OAuthRefused("invalid_request", "grant_type is missing.")
    if grant != "client_credentials":
        raise OAuthRefused("unsupported_grant_type", "Only client_credentials is taken here.")
    scope = call.body.get("scope")
    return Reply(commands.issue_token(call.actor.request, _proof(call), scope=scope, holder=_holder()))


def _holder() -> dpop.Proof | None:
    if "DPoP" not in request.headers:
        return None
    try:
        return proof_of_key()
    except Unauthenticated as error:
        raise OAuthRefused(INVALID_PROOF, error.detail) from None


@room.post(
    "/oauth/revoke",
    permission=Permission.TOKEN_REVOKE,
    body=schemas.RevokeToken,
    media=_FORM,
    public=True,
    refusal=schemas.OAuthErrorOut,
    refuse=_refuse,
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
    refuse=_refuse,
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


@room.get("/.well-known/oauth-protected-resource", answer=schemas.ResourceOut, public=True)
def show_resource(call: Call) -> Reply:
    """Say which server's tokens are taken here, and how they are shown."""
    return Reply(schemas.resource(current_app.config["PUBLIC_URL"]))


@room.get("/.well-known/jwks.json", answer=schemas.JwksOut, public=True)
def show_keys(call: Call) -> Reply:
    """Publish the keys that access tokens are signed with."""
    return Reply(current_app.extensions["signing_keys"]().jwks(call.now))
