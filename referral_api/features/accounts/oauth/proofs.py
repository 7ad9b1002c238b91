"""How a system says who it is: a secret in the header or the form, or a statement signed with its own key. One of them, not two."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from referral_api.features.accounts.oauth.errors import OAuthRefused

__all__ = ["JWT_BEARER", "Proof", "read_proof", "unknown_client"]

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Proof:
    """Which client it claims to be, and by what: a secret, or an assertion (RFC 7523)."""

    client_id: str
    secret: str | None = None
    assertion: str | None = None


def read_proof(authorization: str | None, form: Mapping[str, str]) -> Proof:
    """client_secret_basic, client_secret_post or private_key_jwt (RFC 6749, 2.3; RFC 7523, 2.2)."""
    ways = [authorization is not None, "client_secret" in form, "client_assertion" in form]
    if sum(ways) > 1:
        raise OAuthRefused("invalid_request", "One way to authenticate, not two.")
    if authorization is not None:
        proof = _basic(authorization)
        if form.get("client_id", proof.client_id) != proof.client_id:
            raise OAuthRefused("invalid_request", "The header and the form name two clients.")
        return proof
    if "client_assertion" in form:
        if form.get("client_assertion_type") != JWT_BEARER:
            raise OAuthRefused("invalid_request", "This client_assertion_type is not known here.")
        return Proof(form.get("client_id", ""), assertion=form["client_assertion"])
    if "client_secret" in form:
        return Proof(form.get("client_id", ""), secret=form["client_secret"])
    raise unknown_client()


def unknown_client() -> OAuthRefused:
    return OAuthRefused("invalid_client", "The client could not be authenticated.", status=401)


def _basic(authorization: str) -> Proof:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise unknown_client()
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise unknown_client() from None
    if not colon:
        raise unknown_client()
    return Proof(unquote_plus(client_id), secret=unquote_plus(secret))
