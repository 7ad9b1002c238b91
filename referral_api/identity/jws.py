"""The one gate for signatures: every signed token that is accepted passes `verify_signature` (RFC 7515, RFC 8725)."""

import re
from collections.abc import Mapping
from typing import Final

from jwt import PyJWS, PyJWTError
from jwt.algorithms import OKPAlgorithm

from referral_api.guard import strict_json
from referral_api.identity import base64url
from referral_api.identity.jwk import ALGORITHMS, InvalidKey, VerificationKey, read_jwk

__all__ = ["InvalidToken", "read_header", "verify_own_signature", "verify_signature"]

_LONGEST: Final = 8192
_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")
"""A payload may be empty, and is then signed as such: whoever reads claims in it finds none."""
_REFUSED_HEADERS: Final = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"})
"""Members by which a token would bring its own key, or change what is signed or how it is read."""
_JWS: Final = PyJWS(sorted(ALGORITHMS), {"verify_signature": True, "enforce_minimum_key_length": True})
_JWS.register_algorithm("Ed25519", OKPAlgorithm())  # RFC 9864: what newer clients call EdDSA with this curve.


class InvalidToken(ValueError):
    """This token proves nothing. `reason` is a short code for our own log: it never quotes the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_header(token: str) -> dict[str, object]:
    """The header of a well-formed compact JWS, still unproven: good for finding the key and for nothing else."""
    return _read_header(token, refused=_REFUSED_HEADERS)


def _read_header(token: str, *, refused: frozenset[str]) -> dict[str, object]:
    if not isinstance(token, str) or len(token) > _LONGEST or not _COMPACT.fullmatch(token):
        raise InvalidToken("malformed")
    try:
        octets = [base64url.decode(segment) for segment in token.split(".")]
        header = strict_json.loads(octets[0], max_depth=4, max_items=32)
    except ValueError:
        raise InvalidToken("malformed") from None
    if not isinstance(header, dict):
        raise InvalidToken("malformed")
    if refused & header.keys():
        raise InvalidToken("header")
    if not isinstance(header.get("alg"), str) or header["alg"] not in ALGORITHMS:
        raise InvalidToken("algorithm")
    if not isinstance(header.get("kid", ""), str):
        raise InvalidToken("header")
    return header


def verify_signature(token: str, jwk: Mapping[str, object] | VerificationKey) -> bytes:
    """The payload of a compact JWS that this key has signed; InvalidToken for anything else.

    The key says which algorithms may be used with it, never the token alone (RFC 8725, 3.1). What the payload claims is
    not judged here. An ECDSA signature has two valid forms, (r, s) and (r, n - s): whoever must see a token only once
    keys it by `jti`, never by its text.
    """
    return _verified(token, read_header(token), jwk)


def verify_own_signature(token: str) -> tuple[dict[str, object], Mapping[str, object], bytes]:
    """The header, the public key and the payload of a JWS that brings its own key: it proves that its sender holds that key, and no more.

    For DPoP proofs alone (RFC 9449): whose key it is must be known from elsewhere.
    """
    header = _read_header(token, refused=_REFUSED_HEADERS - {"jwk"})
    jwk = header.get("jwk")
    if not isinstance(jwk, dict):
        raise InvalidToken("key")
    return header, jwk, _verified(token, header, jwk)


def _verified(token: str, header: Mapping[str, object], jwk: Mapping[str, object] | VerificationKey) -> bytes:
    algorithm = header["alg"]
    try:
        key = jwk if isinstance(jwk, VerificationKey) else read_jwk(jwk)
    except InvalidKey:
        raise InvalidToken("key") from None
    if algorithm not in key.algorithms:
        raise InvalidToken("algorithm")
    try:
        payload: bytes = _JWS.decode(token, key.public, algorithms=[str(algorithm)])
    except PyJWTError:
        raise InvalidToken("signature") from None
    return payload
