"""How a caller proves with each call that it holds the key that its token is bound to (DPoP, RFC 9449)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import unquote, urlsplit

from referral_api.identity import base64url
from referral_api.identity.claims import ClaimSet
from referral_api.identity.jwk import thumbprint
from referral_api.identity.jws import InvalidToken, verify_own_signature

__all__ = ["WINDOW", "InvalidToken", "Proof", "verify_proof"]

WINDOW: Final = timedelta(minutes=1)
"""How old a proof may be, and how far ahead of ours its maker's clock."""
_TYPE: Final = "dpop+jwt"
_LONGEST_ID: Final = 128
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that was good: of which key (`jkt`, RFC 7638). The caller keeps `digest` until `expires_at`, and takes none twice."""

    jkt: str
    digest: bytes
    expires_at: datetime


def verify_proof(proof: str, *, method: str, url: str, now: datetime, token: str | None = None) -> Proof:
    """Judge a proof for this call; InvalidToken unless everything is right.

    `url` is where the call was meant to go, built from our own public address; with `token`, the proof must be made for it (`ath`).
    """
    header, jwk, payload = verify_own_signature(proof)
    if header.get("typ") != _TYPE:
        raise InvalidToken("type")
    said = ClaimSet(payload)
    if said.text("htm") != method:
        raise InvalidToken("method")
    if _place(said.text("htu", longest=2_000)) != _place(url):
        raise InvalidToken("url")
    made_at = said.moment("iat")
    if not made_at - WINDOW <= now < made_at + WINDOW:
        raise InvalidToken("time")
    expires_at = said.moment_if_any("exp")
    if expires_at is not None and now >= expires_at:
        raise InvalidToken("expired")
    starts_at = said.moment_if_any("nbf")
    if starts_at is not None and now + WINDOW < starts_at:
        raise InvalidToken("not-yet-valid")
    jti = said.text("jti", longest=_LONGEST_ID)
    if token is not None and said.text("ath") != base64url.encode(
        hashlib.sha256(token.encode("utf-8", "replace")).digest()
    ):
        raise InvalidToken("token")
    jkt = thumbprint(jwk)
    # By its key and `jti`, never by its text: an ECDSA signature has two valid spellings.
    return Proof(jkt, hashlib.sha256(f"{jkt}\0{jti}".encode("utf-8", "surrogatepass")).digest(), made_at + WINDOW)


def _place(url: str) -> tuple[str, str, int | None, str]:
    """A URL without query and fragment, in one spelling (RFC 9449, 4.3; RFC 3986, 6.2.2 and 6.2.3)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidToken("url") from None
    if parts.username is not None or parts.password is not None or not parts.hostname:
        raise InvalidToken("url")
    scheme = parts.scheme.lower()
    return scheme, parts.hostname, _PORTS.get(scheme) if port is None else port, unquote(parts.path) or "/"
