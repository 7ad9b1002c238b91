"""Tokens made by hand: what our own code would never sign, and what PyJWT would not let us write."""

import json
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import get_default_algorithms

from referral_api.identity import base64url

NOW = datetime(2026, 11, 24, 9, 0, 0, 250_000, UTC)
SECONDS = int(NOW.timestamp())

P256 = ec.generate_private_key(ec.SECP256R1())
P384 = ec.generate_private_key(ec.SECP384R1())
P521 = ec.generate_private_key(ec.SECP521R1())
ED25519 = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)


def public_jwk(private, **members):
    """The public JWK of a private key, and whatever else it should say."""
    public = private.public_key()
    if isinstance(private, ed25519.Ed25519PrivateKey):
        octets = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(octets), **members}
    numbers = public.public_numbers()
    if isinstance(private, rsa.RSAPrivateKey):
        n, e = (number.to_bytes((number.bit_length() + 7) // 8) for number in (numbers.n, numbers.e))
        return {"kty": "RSA", "n": base64url.encode(n), "e": base64url.encode(e), **members}
    size = (private.curve.key_size + 7) // 8
    x, y = (base64url.encode(number.to_bytes(size)) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": f"P-{private.curve.key_size}", "x": x, "y": y, **members}


def compact(header, payload, key, *, algorithm=None):
    """A compact JWS over these very bytes (or over JSON of an object), signed as `algorithm` says, by default as the header does."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    signing_input = ".".join(base64url.encode(part) for part in parts)
    signer = get_default_algorithms()[(algorithm or header["alg"]).replace("Ed25519", "EdDSA")]
    return f"{signing_input}.{base64url.encode(signer.sign(signing_input.encode(), key))}"
