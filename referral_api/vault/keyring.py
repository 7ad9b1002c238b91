"""The key ring: key-encryption keys (one a quarter), and the secrets of keyed hashes, from a file or the environment.

How the file changes over the quarters is in `rotation`.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from referral_api.vault.kms import KmsRefused, UnwrapKeys

__all__ = ["KeyRing", "WeakKeys", "end_of_quarter", "quarter_of", "write_private"]

_QUARTER = re.compile(r"(\d{4})q([1-4])(?:-\d+)?", re.ASCII)
_LABELS = (
    "log",
    "etag",
    "cursor",
    "replay",
    "search",
    "blind",
    "username",
    "factor",
    "recovery",
    "passkey",
    "federation",
)


class WeakKeys(ValueError):
    """The ring is missing, malformed, readable by others, or not random enough."""


def quarter_of(moment: datetime) -> str:
    """The name of a quarter, `2026q4`: case keys of one quarter share a key-encryption key."""
    return f"{moment.year}q{(moment.month + 2) // 3}"


def end_of_quarter(key_id: str) -> date | None:
    """The last day of the quarter of which a key is; None for a key that is not named so."""
    if not (found := _QUARTER.fullmatch(key_id)):
        return None
    year, month = int(found[1]), 3 * int(found[2])
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


@dataclass(frozen=True)
class KeyRing:
    """Key-encryption keys by id (AES-256), the active one's id, and one root from which each keyed hash gets a key of its own."""

    active: str
    wrapping: Mapping[str, bytes] = field(repr=False)
    hashing: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def generate(cls, now: datetime) -> str:
        """A new ring as the JSON that `parse` reads."""
        key_id = quarter_of(now)
        document = {
            "active": key_id,
            "wrapping": {key_id: _encode(secrets.token_bytes(32))},
            "hashing": _encode(secrets.token_bytes(32)),
        }
        return json.dumps(document, indent=2) + "\n"

    @classmethod
    def load(cls, path: Path, kms: UnwrapKeys | None = None) -> "KeyRing":
        """Read a ring from a file that only its owner may read."""
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise WeakKeys(f"{path.name}: others than its owner may read this key ring; set its mode to 600")
        return cls.parse(path.read_text("utf-8"), kms)

    @classmethod
    def parse(cls, text: str, kms: UnwrapKeys | None = None) -> "KeyRing":
        """Read a ring. One that a key management service wrapped (`kms` in it) is unwrapped here, once."""
        try:
            document = json.loads(text)
            wrapped_by = document.get("kms")
            if wrapped_by is not None and (kms is None or kms.name != wrapped_by):
                raise WeakKeys(f"the key ring is wrapped by {wrapped_by}, which is not at hand")
            over = kms if wrapped_by is not None else None
            wrapping = {str(key_id): _key(value, over) for key_id, value in document["wrapping"].items()}
            root = _key(document["hashing"], over)
            active = document["active"]
        except (KmsRefused, WeakKeys) as error:
            raise WeakKeys(str(error)) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WeakKeys(f"the key ring cannot be read: {error}") from None
        if active not in wrapping:
            raise WeakKeys("the key ring's active key is not in it")
        hashing = {label: HKDFExpand(SHA256(), 32, b"referral-api " + label.encode()).derive(root) for label in _LABELS}
        return cls(active, wrapping, hashing)

    def wrap(self, key: bytes) -> bytes:
        """Wrap a case's key under the active key-encryption key (RFC 3394)."""
        return aes_key_wrap(self.wrapping[self.active], key)

    def unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        if key_id not in self.wrapping:
            raise WeakKeys(f"the key ring has no key {key_id}")
        try:
            return aes_key_unwrap(self.wrapping[key_id], wrapped)
        except InvalidUnwrap:
            raise WeakKeys(f"a case's key does not open under {key_id}") from None

    def digest(self, label: str, data: bytes) -> bytes:
        """A keyed hash (HMAC-SHA-256) under the key of this label: 32 bytes."""
        return hmac.digest(self.hashing[label], data, hashlib.sha256)


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _key(text: str, kms: UnwrapKeys | None) -> bytes:
    key = base64.b64decode(text, validate=True)
    if kms is not None:
        key = kms.unwrap(key)
    if len(key) != 32:
        raise ValueError("a key is 32 bytes in base64")
    if len(set(key)) < 12:
        raise ValueError("a key is not random")
    return key


def write_private(path: Path, text: str) -> None:
    """Write a secret to a new file that only its owner may read; an existing file is never overwritten."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
