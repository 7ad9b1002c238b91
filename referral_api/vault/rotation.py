"""Changing the key ring's file: a new active key, an old one dropped, the whole ring put under a key management service.

The file is replaced whole, so that a reader sees the ring before or the ring after. A running service holds the ring that it
started with; old keys stay in the file, so whatever is stored opens for both.
"""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from referral_api.vault.keyring import KeyRing, WeakKeys, quarter_of, write_private
from referral_api.vault.kms import UnwrapKeys

__all__ = ["drop_key", "put_under_kms", "rotate_ring"]

_Change = Callable[[dict[str, Any]], None]


def rotate_ring(path: Path, now: datetime, kms: UnwrapKeys | None = None) -> KeyRing:
    """Add a key-encryption key of this quarter and make it the active one. A second one in a quarter is `2026q4-2`."""

    def change(document: dict[str, Any]) -> None:
        quarter = quarter_of(now)
        taken = {*document["wrapping"], *document.get("dropped", ())}
        name = next(n for n in (quarter, *(f"{quarter}-{i}" for i in range(2, 1_000))) if n not in taken)
        document["wrapping"][name] = _spelt(secrets.token_bytes(32), kms if "kms" in document else None)
        document["active"] = name

    return _changed(path, kms, change)


def drop_key(path: Path, key_id: str, kms: UnwrapKeys | None = None) -> KeyRing:
    """Take an old key out of the ring; its name is never used again. Whoever calls this has retired it in the database first."""

    def change(document: dict[str, Any]) -> None:
        if key_id == document["active"]:
            raise WeakKeys(f"{key_id} is the active key; rotate first")
        if document["wrapping"].pop(key_id, None) is None:
            raise WeakKeys(f"the key ring has no key {key_id}")
        document["dropped"] = [*document.get("dropped", ()), key_id]

    return _changed(path, kms, change)


def put_under_kms(path: Path, kms: UnwrapKeys) -> KeyRing:
    """Wrap every key of a plain ring, so that its file alone opens nothing."""

    def change(document: dict[str, Any]) -> None:
        if "kms" in document:
            raise WeakKeys(f"the key ring is wrapped by {document['kms']} already")
        document["kms"] = kms.name
        document["hashing"] = _spelt(base64.b64decode(document["hashing"]), kms)
        for key_id, key in document["wrapping"].items():
            document["wrapping"][key_id] = _spelt(base64.b64decode(key), kms)

    return _changed(path, kms, change)


def _spelt(key: bytes, kms: UnwrapKeys | None) -> str:
    return base64.b64encode(key if kms is None else kms.wrap(key)).decode()


def _changed(path: Path, kms: UnwrapKeys | None, change: _Change) -> KeyRing:
    with _alone(path.parent):
        KeyRing.load(path, kms)
        document = json.loads(path.read_text("utf-8"))
        change(document)
        text = json.dumps(document, indent=2) + "\n"
        ring = KeyRing.parse(text, kms)
        beside = path.with_name(f".{path.name}.{uuid4().hex}")
        try:
            write_private(beside, text)
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    return ring


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two changes at once would lose one's new key, and with it every case that was opened under it."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
        os.fsync(number)
    finally:
        os.close(number)
