"""Writing the log for somebody who does not trust us: NDJSON that can be checked offline (docs/audit-format.md).

The verifier shares nothing with this file but the format.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from referral_api.audit.canonical import dumps, is_canonical, loads
from referral_api.audit.note import VerifierKey

__all__ = ["FORMAT", "TILE", "checkpoint_line", "entry_line", "header_line", "tile_lines"]

FORMAT: Final = "referral-audit-export/1"
TILE: Final = 256
"""Leaf hashes in a full tile, as in C2SP tlog-tiles."""


def header_line(key: VerifierKey, *, complete: bool) -> bytes:
    """The first line: which log this is, and whether all of its entries follow or a selection with proofs."""
    scope = "complete" if complete else "selection"
    return _line({"format": FORMAT, "origin": key.name, "key": str(key), "scope": scope})


def tile_lines(leaf_hashes: Iterable[bytes]) -> Iterator[bytes]:
    """All leaf hashes of a complete export: by them the verifier tells what became of an entry that is not right."""
    tile, number = bytearray(), 0
    for leaf in leaf_hashes:
        tile += leaf
        if len(tile) == TILE * len(leaf):
            yield _line({"tile": number, "hashes": b64encode(tile).decode()})
            tile, number = bytearray(), number + 1
    if tile:
        yield _line({"tile": number, "hashes": b64encode(tile).decode()})


def entry_line(index: int, leaf: bytes, proof: Sequence[bytes] | None = None) -> bytes:
    """One entry, readable where its stored bytes are canonical JSON, else those bytes; with a proof in a selection."""
    line: dict[str, Any] = {"index": index}
    if is_canonical(leaf):
        line["entry"] = loads(leaf)
    else:
        line["leaf"] = b64encode(leaf).decode()
    if proof is not None:
        line["proof"] = [b64encode(step).decode() for step in proof]
    return _line(line)


def checkpoint_line(note: str, *, entries: int | None = None) -> bytes:
    """A signed checkpoint. The one that ends the export says how many entries went before, the earlier ones do not."""
    return _line({"checkpoint": note} if entries is None else {"checkpoint": note, "entries": entries})


def _line(members: dict[str, Any]) -> bytes:
    return dumps(members) + b"\n"
