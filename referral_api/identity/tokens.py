"""Access tokens: who is calling, signed by this service for five minutes (RFC 9068, under RFC 8725)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import jwt

from referral_api.identity.claims import ClaimSet
from referral_api.identity.jws import InvalidToken, read_header, verify_signature
from referral_api.identity.keys import SigningKey, SigningKeys

__all__ = ["LIFETIME", "Claims", "InvalidToken", "issue", "read", "verify", "verify_signature"]

LIFETIME: Final = 300
"""Seconds. Short, because a token cannot be called back; what its holder may do is read anew at each call."""

_SKEW: Final = timedelta(seconds=10)
"""How far the clocks of two of our own servers may be apart: a token of the other one is not from the future."""

_TYPE: Final = "at+jwt"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified access token says. It names the caller; it grants nothing by itself."""

    issuer: str
    audience: str
    subject: str
    client_id: str
    token_id: str
    issued_at: datetime
    valid_from: datetime
    expires_at: datetime
    session_id: str | None = None
    scope: frozenset[str] | None = None
    confirmation: Mapping[str, str] | None = None


def issue(
    keys: SigningKeys,
    *,
    issuer: str,
    audience: str,
    subject: str,
    client_id: str,
    now: datetime,
    lifetime: int = LIFETIME,
    session_id: str | None = None,
    scope: frozenset[str] | None = None,
    confirmation: Mapping[str, str] | None = None,
) -> str:
    """Sign a new access token with the active key; `lifetime` is in seconds.

    `confirmation` (RFC 7800) binds the token to a key of its holder: `verify` then refuses it without the same proof.
    """
    issued_at = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "client_id": client_id,
        "jti": secrets.token_urlsafe(16),
        "iat": issued_at,
        "exp": issued_at + lifetime,
    }
    if session_id is not None:
        claims["sid"] = session_id
    if scope is not None:
        claims["scope"] = " ".join(sorted(scope))
    if confirmation is not None:
        claims["cnf"] = dict(confirmation)
    return jwt.encode(claims, keys.active.private, "ES256", {"typ": _TYPE, "kid": keys.active.kid})


def verify(
    keys: SigningKeys,
    token: str,
    *,
    issuer: str,
    audience: str,
    now: datetime,
    confirmation: Mapping[str, str] | None = None,
) -> Claims:
    """What this access token says, if it is ours, for us, and current; InvalidToken otherwise.

    `confirmation` is what the caller has proven to hold, such as `{"jkt": ...}`: just what the token asks for, or none.
    """
    claims = read(keys, token, issuer=issuer, audience=audience, now=now)
    if claims.confirmation != confirmation:
        raise InvalidToken("confirmation")
    return claims


def read(keys: SigningKeys, token: str, *, issuer: str, audience: str, now: datetime) -> Claims:
    """The same without the binding: for talking about a token (introspection, revocation), never for letting its bearer in."""
    key, claims = _signed(keys, token)
    if not key.verifies_at(now):
        raise InvalidToken("key")
    if claims.issuer != issuer:
        raise InvalidToken("issuer")
    if claims.audience != audience:
        raise InvalidToken("audience")
    if now >= claims.expires_at:
        raise InvalidToken("expired")
    if now + _SKEW < claims.valid_from:
        raise InvalidToken("not-yet-valid")
    return claims


# Only what a signature proves for good is remembered; time, issuer and audience are judged at every call. A failure
# raises, so that forged tokens never enter; the ring is part of the question, so that no other ring's verdict is taken.
@lru_cache(maxsize=1024)
def _signed(keys: SigningKeys, token: str) -> tuple[SigningKey, Claims]:
    header = read_header(token)
    kind = header.get("typ")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") != _TYPE:
        raise InvalidToken("type")
    key = keys.find(header.get("kid"))
    if key is None:
        raise InvalidToken("key")
    said = ClaimSet(verify_signature(token, key.verification))
    issued_at = said.moment("iat")
    confirmation = said.members_if_any("cnf")
    return key, Claims(
        issuer=said.text("iss"),
        audience=said.text("aud"),
        subject=said.text("sub"),
        client_id=said.text("client_id"),
        token_id=said.text("jti"),
        issued_at=issued_at,
        valid_from=max(issued_at, said.moment_if_any("nbf") or issued_at),
        expires_at=said.moment("exp"),
        session_id=said.text_if_any("sid"),
        scope=said.words_if_any("scope"),
        confirmation=None if confirmation is None else MappingProxyType(confirmation),
    )
