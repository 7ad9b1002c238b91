"""What an agency's identity provider says of who has just signed in there (OpenID Connect Core 1.0, 3.1.3.7), judged strictly."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from referral_api.identity import base64url
from referral_api.identity.claims import ClaimSet
from referral_api.identity.jws import InvalidToken, read_header, verify_signature

__all__ = ["IdToken", "UnknownKey", "verify_id_token"]

_SKEW: Final = timedelta(minutes=1)
"""How far the provider's clock may be from ours."""
_OLDEST: Final = timedelta(minutes=10)
"""A token is made at the end of a sign-in that was begun here at most so long ago."""
_MOST_KEYS: Final = 20
_HASHES: Final = {
    "256": hashlib.sha256,
    "384": hashlib.sha384,
    "512": hashlib.sha512,
    "DSA": hashlib.sha512,
    "519": hashlib.sha512,
}
"""By the last three letters of the algorithm; Ed25519, also called EdDSA, hashes with SHA-512."""
_MOST_CLAIMS: Final = 1_000
"""Providers add groups and roles. Nothing is made of them."""


class UnknownKey(InvalidToken):
    """No key of the set is the one that the token names: the provider may have changed its keys."""

    def __init__(self) -> None:
        super().__init__("key")


@dataclass(frozen=True, slots=True)
class IdToken:
    """Who signed in, and how the provider says that it was proved (`acr`; `amr`, RFC 8176). Nothing else of the token is read."""

    subject: str
    acr: str | None
    amr: frozenset[str]


def verify_id_token(
    token: str,
    *,
    jwks: Sequence[Mapping[str, object]],
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str | None,
    now: datetime,
) -> IdToken:
    """Judge an ID token; InvalidToken unless everything is right.

    The audience is this client alone: a token that is meant for others too could have been got by any of them.
    """
    header = read_header(token)
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") != "jwt":
        raise InvalidToken("type")
    said = ClaimSet(_payload(token, jwks, header.get("kid")), most=_MOST_CLAIMS, depth=8)
    if said.text("iss", longest=2_000) != issuer:
        raise InvalidToken("issuer")
    if said.texts("aud") != (client_id,) or said.text_if_any("azp") not in (None, client_id):
        raise InvalidToken("audience")
    if not hmac.compare_digest(said.text("nonce").encode(), nonce.encode()):
        raise InvalidToken("nonce")
    _judge_times(said, now)
    if (half := said.text_if_any("at_hash")) is not None and half != _half_hash(str(header["alg"]), access_token):
        raise InvalidToken("access-token")
    return IdToken(said.text("sub"), said.text_if_any("acr"), frozenset(said.texts_if_any("amr") or ()))


def _judge_times(said: ClaimSet, now: datetime) -> None:
    made_at = said.moment("iat")
    if now >= said.moment("exp") + _SKEW or made_at + _OLDEST + _SKEW < now:
        raise InvalidToken("expired")
    if max(made_at, said.moment_if_any("nbf") or made_at) > now + _SKEW:
        raise InvalidToken("not-yet-valid")


def _payload(token: str, jwks: Sequence[Mapping[str, object]], kid: object) -> bytes:
    found = list(_named(jwks, kid))
    if not found:
        raise UnknownKey
    for jwk in found:
        try:
            return verify_signature(token, jwk)
        except InvalidToken:
            continue
    raise InvalidToken("signature")


def _named(jwks: Sequence[Mapping[str, object]], kid: object) -> Iterator[Mapping[str, object]]:
    return (jwk for jwk in jwks[:_MOST_KEYS] if isinstance(jwk, dict) and (kid is None or jwk.get("kid") == kid))


def _half_hash(algorithm: str, access_token: str | None) -> str:
    """The left half of the access token's hash, which ties it to the ID token (OpenID Connect Core 1.0, 3.1.3.6)."""
    if access_token is None:
        raise InvalidToken("access-token")
    digest = _HASHES[algorithm[-3:]](access_token.encode("utf-8", "surrogatepass")).digest()
    return base64url.encode(digest[: len(digest) // 2])
