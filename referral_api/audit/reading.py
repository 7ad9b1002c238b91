"""Reads an export strictly, line by line (docs/audit-format.md): hashes and numbers stay in memory, entries do not."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from referral_api.audit.canonical import dumps, loads
from referral_api.audit.merkle import HASH_SIZE, leaf_hash
from referral_api.audit.note import NoteError, VerifierKey, unbase64

__all__ = ["Export", "Unreadable", "hash_list", "read_export"]

_FORMAT: Final = "referral-audit-export/1"
_SCOPES: Final = ("complete", "selection")
_MAX_LINE: Final = 4_000_000


class Unreadable(ValueError):
    """The file is not an export. `cut` says that it may be one whose end is missing, after `entries` entries."""

    def __init__(self, message: str, *, cut: bool = False, entries: int = 0) -> None:
        super().__init__(message)
        self.cut = cut
        self.entries = entries


@dataclass(slots=True)
class Export:
    """What an export says: found are the hashes of its entries, stated those of its tiles."""

    origin: str
    key: VerifierKey | None
    complete: bool
    found: bytearray = field(default_factory=bytearray)
    stated: bytearray = field(default_factory=bytearray)
    indices: "array[int]" = field(default_factory=lambda: array("q"))
    archived: "array[int]" = field(default_factory=lambda: array("q"))
    """The places, counted from the first line, of entries that are shown by their hashes alone."""
    proofs: list[list[bytes]] = field(default_factory=list)
    tiles: int = 0
    checkpoints: list[str] = field(default_factory=list)
    counted: int | None = None
    """How many entries the last line says there are."""


def read_export(lines: Iterable[bytes]) -> Export:
    """Read a whole export. Unreadable if it is none, or if its last line is missing."""
    export: Export | None = None
    for number, line in enumerate(lines, start=1):
        try:
            if export is None:
                export = _header(_members(line))
            elif export.counted is not None:
                raise Unreadable("nothing follows the last checkpoint")
            else:
                _take(export, _members(line))
        except (ValueError, OverflowError) as wrong:
            if export and not line.endswith(b"\n"):
                raise _cut(export) from wrong
            raise Unreadable(f"Line {number} is not of this format: {wrong}.") from wrong
    if export is None:
        raise Unreadable("The file is empty.")
    if export.counted is None:
        raise _cut(export)
    return export


def hash_list(value: object) -> list[bytes]:
    """Hashes in standard base64, as they stand in a proof. Unreadable for anything else."""
    if not isinstance(value, list) or not all(isinstance(step, str) for step in value):
        raise Unreadable("a proof is a list of base64 texts")
    try:
        steps = [unbase64(step) for step in value]
    except NoteError as wrong:
        raise Unreadable(str(wrong)) from wrong
    if any(len(step) != HASH_SIZE for step in steps):
        raise Unreadable(f"a hash has {HASH_SIZE} bytes")
    return steps


def _cut(export: Export) -> Unreadable:
    seen = len(export.indices)
    return Unreadable(f"The file is cut off after {seen} entries: it has no last line.", cut=True, entries=seen)


def _members(line: bytes) -> dict[str, Any]:
    if len(line) > _MAX_LINE or not line.endswith(b"\n"):
        raise Unreadable("it has no end")
    members = loads(line)
    if not isinstance(members, dict):
        raise Unreadable("it is not an object")
    return members


def _header(members: Mapping[str, Any]) -> Export:
    if members.get("format") != _FORMAT or members.keys() - {"key"} != {"format", "origin", "scope"}:
        raise Unreadable(f"it is not the header of a {_FORMAT}")
    if not isinstance(members["origin"], str) or members["scope"] not in _SCOPES:
        raise Unreadable("the header is wrong")
    key = VerifierKey.parse(members["key"]) if isinstance(members.get("key"), str) else None
    return Export(members["origin"], key, members["scope"] == "complete")


def _take(export: Export, members: Mapping[str, Any]) -> None:
    match sorted(members):
        case ["entry", "index"] | ["index", "leaf"] if export.complete:
            _entry(export, members)
        case ["archived", "index"] if export.complete:
            export.archived.append(len(export.indices))
            export.indices.append(_number(members["index"]))
            export.found += hash_list([members["archived"]])[0]
        case ["entry", "index", "proof"] | ["index", "leaf", "proof"] if not export.complete:
            export.proofs.append(hash_list(members["proof"]))
            _entry(export, members)
        case ["hashes", "tile"] if export.complete:
            _tile(export, members)
        case ["checkpoint"] | ["checkpoint", "entries"]:
            export.checkpoints.append(_text(members["checkpoint"]))
            export.counted = _number(members["entries"]) if "entries" in members else None
        case _:
            raise Unreadable("it is not a line of such an export")


def _entry(export: Export, members: Mapping[str, Any]) -> None:
    export.indices.append(_number(members["index"]))
    export.found += leaf_hash(unbase64(_text(members["leaf"])) if "leaf" in members else dumps(members["entry"]))


def _tile(export: Export, members: Mapping[str, Any]) -> None:
    hashes = unbase64(_text(members["hashes"]))
    if _number(members["tile"]) != export.tiles or not hashes or len(hashes) % HASH_SIZE:
        raise Unreadable("the tile is out of order or holds no hashes")
    export.tiles += 1
    export.stated += hashes


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unreadable("a text is missing")
    return value


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise Unreadable("a number is missing")
    return value
