"""Public keys as JWKs (RFC 7517, 7518, 8037, 9864): read strictly, once, and bound to the algorithms that they may verify."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from referral_api.identity import base64url
from referral_api.kernel.messages import Message

__all__ = ["ALGORITHMS", "KINDS", "LONGEST_KID", "InvalidKey", "VerificationKey", "kept_jwk", "read_jwk", "thumbprint"]

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey

_CURVES: Final[Mapping[str, tuple[ec.EllipticCurve, int, str]]] = {
    "P-256": (ec.SECP256R1(), 32, "ES256"),
    "P-384": (ec.SECP384R1(), 48, "ES384"),
    "P-521": (ec.SECP521R1(), 66, "ES512"),
}
_RSA: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
_EDDSA: Final = frozenset({"EdDSA", "Ed25519"})
ALGORITHMS: Final = frozenset(alg for _, _, alg in _CURVES.values()) | _RSA | _EDDSA
"""Asymmetric and current only: no HMAC, no `none`, no SHA-1."""

_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_THUMBPRINT: Final[Mapping[str, tuple[str, ...]]] = {
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "RSA": ("e", "kty", "n"),
}
KINDS: Final = tuple(_THUMBPRINT)
LONGEST_KID: Final = 64
"""Characters of the kid of a key that is kept."""
_SAID: Final = ("kid", "use", "alg", "key_ops")
_RSA_BITS: Final = range(2048, 8193)


class InvalidKey(ValueError):
    """This is not a public key that may verify signatures here. The reason never quotes the key."""


@dataclass(frozen=True, slots=True, eq=False)
class VerificationKey:
    """A public key that has passed every check, and the algorithms it may be used with."""

    public: PublicKey
    algorithms: frozenset[str]
    kid: str | None = None


def read_jwk(jwk: Mapping[str, object]) -> VerificationKey:
    """Check a public JWK and make a key of it; InvalidKey for whatever must not verify a signature.

    A private JWK is refused, not stripped: whoever sent it has given the key away, and should hear so.
    """
    if not isinstance(jwk, Mapping):
        raise InvalidKey("a JWK is a JSON object")
    if _PRIVATE & jwk.keys():
        raise InvalidKey("this holds private or secret key material; send the public key only, and replace this one")
    if jwk.get("use", "sig") != "sig":
        raise InvalidKey("this key's use is not sig")
    # No other use beside signatures, and nothing twice (RFC 7517, 4.3).
    if jwk.get("key_ops", ["verify"]) not in (["verify"], ["sign", "verify"], ["verify", "sign"]):
        raise InvalidKey("this key's key_ops are not verify alone, or with sign")
    kid = jwk.get("kid")
    if kid is not None and not (isinstance(kid, str) and 0 < len(kid) <= 255):
        raise InvalidKey("a kid is a text of 1 to 255 characters")
    public, fitting = _material(jwk)
    named = jwk.get("alg")
    if named is None:
        return VerificationKey(public, fitting, kid)
    if not isinstance(named, str) or named not in fitting:
        raise InvalidKey("this key's alg is not allowed, or does not fit its type")
    return VerificationKey(public, frozenset({named}), kid)


def kept_jwk(jwk: Mapping[str, object]) -> dict[str, object]:
    """What is kept of a system's public JWK: the members of its type, and what it says of itself; InvalidKey if it has any other.

    RFC 7517 (4) lets a reader ignore what it does not understand. Here nothing is kept that is not understood.
    """
    read_jwk(jwk)
    names = (*_THUMBPRINT[str(jwk["kty"])], *_SAID)
    if not jwk.keys() <= set(names):
        raise InvalidKey(Message("a key of its type has {members}, and nothing else").format(members=" ".join(names)))
    if jwk.get("key_ops", ["verify"]) != ["verify"]:
        raise InvalidKey("this key's key_ops hold more than verify")
    kid = jwk.get("kid", "-")
    if not isinstance(kid, str) or len(kid) > LONGEST_KID or not kid.isprintable():
        raise InvalidKey(Message("a kid is a line of 1 to {most} characters").format(most=LONGEST_KID))
    return {name: jwk[name] for name in names if name in jwk}


def thumbprint(jwk: Mapping[str, object]) -> str:
    """The name a key has by its own content (RFC 7638, SHA-256)."""
    kind = jwk.get("kty")
    names = _THUMBPRINT.get(kind, ()) if isinstance(kind, str) else ()
    if not names or not all(isinstance(jwk.get(name), str) for name in names):
        raise InvalidKey("this key has no thumbprint: a member is missing")
    canonical = json.dumps({name: jwk[name] for name in names}, separators=(",", ":"), ensure_ascii=False)
    return base64url.encode(hashlib.sha256(canonical.encode()).digest())


def _material(jwk: Mapping[str, object]) -> tuple[PublicKey, frozenset[str]]:
    try:
        match jwk.get("kty"), jwk.get("crv"):
            case "EC", str() as name if name in _CURVES:
                curve, size, algorithm = _CURVES[name]
                x, y = (int.from_bytes(_octets(jwk, member, size)) for member in "xy")
                return ec.EllipticCurvePublicNumbers(x, y, curve).public_key(), frozenset({algorithm})
            case "OKP", "Ed25519":
                return ed25519.Ed25519PublicKey.from_public_bytes(_octets(jwk, "x", 32)), _EDDSA
            case "RSA", _:
                return _rsa_key(_number(jwk, "n"), _number(jwk, "e")), _RSA
    except InvalidKey:
        raise
    except (ValueError, TypeError):
        raise InvalidKey("this key's members do not make a public key") from None
    raise InvalidKey("this key's type or curve is not allowed")


def _rsa_key(modulus: int, exponent: int) -> rsa.RSAPublicKey:
    # NIST SP 800-131A for the least modulus, FIPS 186-5 for the exponent; the largest modulus keeps a check cheap.
    if modulus.bit_length() not in _RSA_BITS or not 2**16 < exponent < 2**256:
        raise InvalidKey("an RSA key has 2048 to 8192 bits and an exponent of 65537 or more")
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _octets(jwk: Mapping[str, object], member: str, size: int) -> bytes:
    text = jwk.get(member)
    octets = base64url.decode(text) if isinstance(text, str) else b""
    if len(octets) != size:
        raise InvalidKey(Message("this key's {member} does not have {size} bytes").format(member=member, size=size))
    return octets


def _number(jwk: Mapping[str, object], member: str) -> int:
    text = jwk.get(member)
    octets = base64url.decode(text) if isinstance(text, str) and len(text) <= 2048 else b""
    if not octets or octets[0] == 0:
        raise InvalidKey(Message("this key's {member} is missing or not in its shortest form").format(member=member))
    return int.from_bytes(octets)
