"""The key ring: key-encryption keys (one a quarter), and the secrets of keyed hashes, from a file or the environment."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

__all__ = ["KeyRing", "WeakKeys", "quarter_of"]

_LABELS = ("log", "etag", "cursor", "replay", "search", "blind", "username")


class WeakKeys(ValueError):
    """The ring is missing, malformed, readable by others, or not random enough."""


def quarter_of(moment: datetime) -> str:
    """The name of a quarter, `2026q4`: case keys of one quarter share a key-encryption key."""
    return f"{moment.year}q{(moment.month + 2) // 3}"


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
    def load(cls, path: Path) -> "KeyRing":
        """Read a ring from a file that only its owner may read."""
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise WeakKeys(f"{path.name}: others than its owner may read this key ring; set its mode to 600")
        return cls.parse(path.read_text("utf-8"))

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        try:
            document = json.loads(text)
            wrapping = {str(key_id): _key(value) for key_id, value in document["wrapping"].items()}
            root = _key(document["hashing"])
            active = document["active"]
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


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != 32:
        raise ValueError("a key is 32 bytes in base64")
    if len(set(key)) < 12:
        raise ValueError("a key is not random")
    return key


def write_private(path: Path, text: str) -> None:
    """Write a secret to a new file that only its owner may read; an existing file is never overwritten."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
