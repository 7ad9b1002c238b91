"""Sealing a text under a case's key, bound to its place: moved to another table, column, case, row or version, it does not open."""

import json
import os
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from referral_api import guard
from referral_api.kernel.errors import FieldError, ImageryRefused

__all__ = ["Place", "SealBroken", "open_sealed", "open_sealed_document", "seal", "seal_document"]

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


def seal(key: bytes, text: str, place: Place) -> bytes:
    """Scan, then encrypt (AES-256-GCM): nonce (12 bytes) and ciphertext with its tag (16 bytes)."""
    family, _ = guard.scan(text)
    if family:
        raise ImageryRefused([FieldError("", family, guard.FAMILIES[family])])
    return _encrypt(key, text, place)


def seal_document(key: bytes, document: Any, place: Place) -> bytes:
    """Seal a JSON document: its keys and values are scanned as the texts that they are."""
    if findings := guard.scan_document(document):
        raise ImageryRefused([FieldError("", f.family, guard.FAMILIES[f.family]) for f in findings])
    return _encrypt(key, json.dumps(document, ensure_ascii=False, separators=(",", ":")), place)


def _encrypt(key: bytes, text: str, place: Place) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text.encode("utf-8"), place.bound())


def open_sealed(key: bytes, sealed: bytes, place: Place) -> str:
    """The text that was sealed at this place; SealBroken if it was not."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.bound()).decode("utf-8")
    except InvalidTag:
        raise SealBroken(f"{place.table}.{place.column} of row {place.row}") from None


def open_sealed_document(key: bytes, sealed: bytes, place: Place) -> Any:
    return json.loads(open_sealed(key, sealed, place))
