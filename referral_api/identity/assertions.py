"""How an agency's system proves that it is itself: a statement signed with its own key (private_key_jwt, RFC 7523)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from referral_api.identity.claims import ClaimSet
from referral_api.identity.jws import InvalidToken, read_header, verify_signature

__all__ = ["Assertion", "InvalidToken", "verify_assertion"]

_LONGEST_LIFE: Final = timedelta(hours=1)
_SKEW: Final = timedelta(minutes=1)
"""How far ahead of ours an agency's clock may be."""
_MOST_KEYS: Final = 10
_LONGEST_ID: Final = 128
_TYPES: Final = frozenset({"jwt", "client-authentication+jwt"})


@dataclass(frozen=True, slots=True)
class Assertion:
    """A proof that was good. The caller keeps (client, `jti`) until `expires_at`, and takes none twice."""

    jti: str
    expires_at: datetime


def verify_assertion(
    assertion: str,
    *,
    jwks: Sequence[Mapping[str, object]],
    client_id: str,
    audiences: set[str],
    now: datetime,
) -> Assertion:
    """Judge a client assertion by the client's registered public keys; InvalidToken unless everything is right.

    The audience is one text and one of ours: an assertion made for several servers could be replayed by any of them.
    """
    header = read_header(assertion)
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in _TYPES:
        raise InvalidToken("type")
    said = ClaimSet(_payload(assertion, jwks, header.get("kid")))
    if said.text("iss") != client_id or said.text("sub") != client_id:
        raise InvalidToken("issuer")
    if said.text("aud") not in audiences:
        raise InvalidToken("audience")
    expires_at = said.moment("exp")
    if now >= expires_at:
        raise InvalidToken("expired")
    made_at = said.moment_if_any("iat") or now
    if max(made_at, said.moment_if_any("nbf") or now) > now + _SKEW:
        raise InvalidToken("not-yet-valid")
    # From when it was made by its maker's clock: libraries give it just an hour, and their clock may be ahead of ours.
    if expires_at > made_at + _LONGEST_LIFE:
        raise InvalidToken("too-long")
    return Assertion(said.text("jti", longest=_LONGEST_ID), expires_at)


def _payload(assertion: str, jwks: Sequence[Mapping[str, object]], kid: object) -> bytes:
    if len(jwks) > _MOST_KEYS:
        raise InvalidToken("key")
    for jwk in jwks:
        if kid is not None and jwk.get("kid") != kid:
            continue
        try:
            return verify_signature(assertion, jwk)
        except InvalidToken:
            continue
    raise InvalidToken("key")
