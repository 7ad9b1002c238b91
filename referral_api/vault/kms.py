"""Who keeps the key over the ring's keys. It is asked once, when the service starts; a case's key never leaves this process.

The ring's file then holds its keys wrapped, and a copy of the file alone opens nothing. Another key management service (a
hardware module, a cloud's) is another class with these three members.
"""

import base64
import secrets
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

__all__ = ["KeyFile", "KmsRefused", "UnwrapKeys"]


class KmsRefused(ValueError):
    """The key over the ring's keys is missing, malformed, or not the one under which they were wrapped."""


class UnwrapKeys(Protocol):
    """What a key management service must do for the ring. `name` is kept in the ring's file, so that another is not asked."""

    @property
    def name(self) -> str: ...
    def wrap(self, key: bytes) -> bytes: ...
    def unwrap(self, wrapped: bytes) -> bytes:
        """The key that was wrapped; KmsRefused if it is not this service's."""
        ...


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key in a file of its own, on another medium than the ring: a mounted secret, a credential of the service manager (RFC 3394)."""

    key: bytes = field(repr=False)
    name: str = "key-file"

    @classmethod
    def generate(cls) -> str:
        """A new key as the text that `parse` reads."""
        return base64.b64encode(secrets.token_bytes(32)).decode() + "\n"

    @classmethod
    def parse(cls, text: str) -> "KeyFile":
        try:
            key = base64.b64decode(text.strip(), validate=True)
        except ValueError:
            raise KmsRefused("the key over the key ring is not base64") from None
        if len(key) != 32 or len(set(key)) < 12:
            raise KmsRefused("the key over the key ring is not 32 random bytes")
        return cls(key)

    def wrap(self, key: bytes) -> bytes:
        return aes_key_wrap(self.key, key)

    def unwrap(self, wrapped: bytes) -> bytes:
        try:
            return aes_key_unwrap(self.key, wrapped)
        except (InvalidUnwrap, ValueError):
            raise KmsRefused("the key ring was wrapped under another key") from None
