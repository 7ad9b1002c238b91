"""The keys that sign access tokens (ES256): one active, older ones kept for verification until they retire."""

import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec

from referral_api.guard import strict_json
from referral_api.identity import base64url
from referral_api.identity.jwk import InvalidKey, VerificationKey, read_jwk, thumbprint

__all__ = ["KEPT_FOR_VERIFICATION", "InvalidKey", "SigningKey", "SigningKeys", "new_ring"]

KEPT_FOR_VERIFICATION: Final = timedelta(days=1)
"""How long a replaced key still verifies: far longer than a token lives, so that the published keys may be cached."""


@dataclass(frozen=True, eq=False)
class SigningKey:
    """One key pair. From `retires_at` on it verifies nothing; the active key has no such time."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    public_jwk: Mapping[str, str] = field(repr=False)
    verification: VerificationKey = field(repr=False)
    retires_at: datetime | None = None

    @classmethod
    def of(cls, private: ec.EllipticCurvePrivateKey, retires_at: datetime | None = None) -> "SigningKey":
        point = private.public_key().public_numbers()
        jwk = {"kty": "EC", "crv": "P-256", "x": _spell(point.x), "y": _spell(point.y)}
        jwk |= {"kid": thumbprint(jwk), "alg": "ES256", "use": "sig"}
        return cls(private, jwk, read_jwk(jwk), retires_at)

    @property
    def kid(self) -> str:
        return self.public_jwk["kid"]

    def verifies_at(self, now: datetime) -> bool:
        return self.retires_at is None or now < self.retires_at


@dataclass(frozen=True, eq=False)
class SigningKeys:
    """The ring. As JSON: `active`, a kid, and `keys`, private JWKs of P-256; `exp` in one is when it retires."""

    active: SigningKey
    by_kid: Mapping[str, SigningKey] = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> "SigningKeys":
        """Read a ring from a file that only its owner may read."""
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise InvalidKey(f"{path.name}: others than its owner may use these signing keys; set its mode to 600")
            return cls.parse(file.read())

    @classmethod
    def parse(cls, text: str) -> "SigningKeys":
        try:
            document = strict_json.loads(text.encode())
        except ValueError:
            raise InvalidKey("the signing keys are not JSON") from None
        if not isinstance(document, dict) or document.keys() != {"active", "keys"}:
            raise InvalidKey("the signing keys are an object of active and keys")
        if not isinstance(document["keys"], list):
            raise InvalidKey("the signing keys are a list of JWKs")
        keys = [_read_private_jwk(jwk) for jwk in document["keys"]]
        by_kid = {key.kid: key for key in keys}
        if len(by_kid) != len(keys):
            raise InvalidKey("the signing keys hold a key twice")
        active = next((key for key in keys if key.kid == document["active"]), None)
        if active is None or active.retires_at is not None:
            raise InvalidKey("the active signing key is missing or retires")
        return cls(active, by_kid)

    @classmethod
    def generate(cls, path: Path) -> "SigningKeys":
        """Write a new ring to a new file of mode 600; an existing file is never overwritten."""
        text = new_ring()
        _write_private(path, text)
        return cls.parse(text)

    @classmethod
    def rotate(cls, path: Path, now: datetime, *, keep: timedelta = KEPT_FOR_VERIFICATION) -> "SigningKeys":
        """Put a new active key into the ring's file. The old ones verify for `keep` more at most: zero if they have leaked.

        Keys that have retired are dropped. The file is replaced whole; a running server takes it at its next call (RingFile).
        """
        retires_at = (now + keep).replace(microsecond=0)
        old = cls.load(path)
        kept = [replace(key, retires_at=min(key.retires_at or retires_at, retires_at)) for key in old.by_kid.values()]
        new = SigningKey.of(ec.generate_private_key(ec.SECP256R1()))
        text = _write(new, [new, *(key for key in kept if key.verifies_at(now))])
        beside = path.with_name(f".{path.name}.{uuid4().hex}")
        try:
            _write_private(beside, text)
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
        return cls.parse(text)

    def find(self, kid: object) -> SigningKey | None:
        return self.by_kid.get(kid) if isinstance(kid, str) else None

    def jwks(self, now: datetime | None = None) -> dict[str, list[dict[str, str]]]:
        """The public keys as a JWK set (RFC 7517); with `now`, only those that have not retired."""
        keys = (key for key in self.by_kid.values() if now is None or key.verifies_at(now))
        return {"keys": [dict(key.public_jwk) for key in keys]}


def new_ring() -> str:
    """A ring of one new key, as the JSON that `SigningKeys.parse` reads."""
    new = SigningKey.of(ec.generate_private_key(ec.SECP256R1()))
    return _write(new, [new])


def _spell(number: int) -> str:
    return base64url.encode(number.to_bytes(32))


def _write(active: SigningKey, keys: Iterable[SigningKey]) -> str:
    jwks = []
    for key in keys:
        jwk: dict[str, object] = {**key.public_jwk, "d": _spell(key.private.private_numbers().private_value)}
        jwks.append(jwk if key.retires_at is None else {**jwk, "exp": int(key.retires_at.timestamp())})
    return json.dumps({"active": active.kid, "keys": jwks}, indent=2) + "\n"


def _read_private_jwk(jwk: object) -> SigningKey:
    if not isinstance(jwk, dict):
        raise InvalidKey("a signing key is a JWK")
    retires = jwk.get("exp")
    if retires is not None and (type(retires) is not int or not 0 <= retires < 2**32):
        raise InvalidKey("a signing key's exp is a whole number of seconds since 1970")
    try:
        secret = base64url.decode(jwk["d"])
        private = ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1())
    except (KeyError, ValueError, AttributeError):
        raise InvalidKey("a signing key has no private part that fits its curve") from None
    key = SigningKey.of(private, None if retires is None else datetime.fromtimestamp(retires, UTC))
    if len(secret) != 32 or any(jwk.get(name) != value for name, value in key.public_jwk.items()):
        raise InvalidKey("a signing key is one of P-256 for ES256, named by its thumbprint, with its own public part")
    return key


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
