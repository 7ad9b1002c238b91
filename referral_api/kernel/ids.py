"""Ids that say what they name: a TypeID outside (`case_01m8...`), a UUIDv7 inside. An id is never a secret."""

from uuid import UUID

from typeid import TypeID
from typeid.codecs import base32
from typeid.errors import TypeIDException
from uuid_utils.compat import uuid7

__all__ = ["UUID", "is_id", "new", "read", "show"]


def new() -> UUID:
    """A new UUIDv7 (RFC 9562): ordered by time, so that a key is also a place in a list."""
    return uuid7()


def show(kind: str, value: UUID) -> str:
    """The one spelling of an id."""
    return f"{kind}_{base32.encode(value.bytes)}"


def read(kind: str, text: str) -> UUID | None:
    """The UUID that `text` spells as an id of this kind; None for any other kind or spelling."""
    try:
        parsed = TypeID.from_string(text)
    except (TypeIDException, ValueError, TypeError):
        return None
    if parsed.prefix != kind or str(parsed) != text:
        return None
    return UUID(bytes=parsed.uuid_bytes)


def is_id(kind: str, text: str) -> bool:
    return read(kind, text) is not None
