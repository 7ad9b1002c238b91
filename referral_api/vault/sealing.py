"""Sealing a text under a case's key, bound to its place: moved to another table, column, case, row or version, it does not open."""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from referral_api import guard
from referral_api.guard import Tail
from referral_api.kernel.errors import FieldError, ImageryRefused

__all__ = [
    "Place",
    "SealBroken",
    "open_bytes",
    "open_sealed",
    "open_sealed_document",
    "seal",
    "seal_bytes",
    "seal_document",
]

_NONCE = 12


class SealBroken(RuntimeError):
    """A sealed text does not open at its place: it was changed, moved, or its key is another."""


class Place(NamedTuple):
    """Where a sealed text lives: the additional authenticated data of AES-GCM (NIST SP 800-38D)."""

    table: str
    column: str
    case: UUID
    row: UUID
    version: int = 1

    def bound(self) -> bytes:
        return f"{self.table}\0{self.column}\0{self.case.hex}\0{self.row.hex}\0{self.version}".encode()


def seal(key: bytes, text: str, place: Place, *, tail: Tail = Tail.EMPTY, pointer: str = "") -> tuple[bytes, Tail]:
    """Scan together with what its author wrote before, then encrypt. Returns what is stored, and the author's new tail.

    `pointer` is where the text stands in the request, for the refusal.
    """
    family, after = guard.scan(text, tail)
    if family:
        raise ImageryRefused([FieldError(pointer, family, guard.FAMILIES[family])], size=len(text))
    return seal_bytes(key, text.encode("utf-8"), place), after


def seal_document(
    key: bytes, document: Any, place: Place, *, tail: Tail = Tail.EMPTY, said: Any = None, pointer: str = ""
) -> tuple[bytes, Tail]:
    """Seal a JSON document: its keys and values are scanned as the texts that they are, `said` (the part that is new) with the tail."""
    if findings := guard.scan_document(document):
        raise ImageryRefused(
            [FieldError(pointer, f.family, guard.FAMILIES[f.family]) for f in findings],
            size=sum(f.size for f in findings),
        )
    text = "\n".join(_texts(document if said is None else said))
    family, after = guard.scan(text, tail)
    if family:
        raise ImageryRefused([FieldError(pointer, family, guard.FAMILIES[family])], size=len(text))
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return seal_bytes(key, text.encode("utf-8"), place), after


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def seal_bytes(key: bytes, data: bytes, place: Place) -> bytes:
    """Encrypt (AES-256-GCM): nonce (12 bytes), then ciphertext with its tag (16 bytes). For what was scanned already."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, place.bound())


def open_bytes(key: bytes, sealed: bytes, place: Place) -> bytes:
    """What was sealed at this place; SealBroken if it was not."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.bound())
    except InvalidTag:
        raise SealBroken(f"{place.table}.{place.column} of row {place.row}") from None


def open_sealed(key: bytes, sealed: bytes, place: Place) -> str:
    return open_bytes(key, sealed, place).decode("utf-8")


def open_sealed_document(key: bytes, sealed: bytes, place: Place) -> Any:
    return json.loads(open_sealed(key, sealed, place))
