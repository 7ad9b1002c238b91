"""Writing the log for somebody who does not trust us: NDJSON that can be checked offline (docs/audit-format.md).

`whole_log` is also how a live database is checked: its lines go straight into the verifier, which shares nothing with
this file but the format.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.orm import Session

from referral_api.audit.canonical import dumps, is_canonical, loads
from referral_api.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf
from referral_api.audit.nodes import node_reader
from referral_api.audit.note import VerifierKey
from referral_api.audit.proofs import latest
from referral_api.audit.subtrees import NodeAt, inclusion_path, look_ups

__all__ = ["FORMAT", "TILE", "checkpoint_line", "entry_line", "header_line", "selected", "tile_lines", "whole_log"]

FORMAT: Final = "referral-audit-export/1"
TILE: Final = 256
"""Leaf hashes in a full tile, as in C2SP tlog-tiles."""
_STREAM: Final = {"yield_per": 1000}


def whole_log(connection: Connection | Session, key: VerifierKey) -> Iterator[bytes]:
    """All entries up to the latest checkpoint, line by line. NotIntegrated while the log is empty."""
    size, _, note = latest(connection)
    yield header_line(key, complete=True)
    hashes = select(AuditLeaf.leaf_hash).where(AuditLeaf.index < size).order_by(AuditLeaf.index)
    yield from tile_lines(bytes(stored) for stored in connection.execute(hashes, execution_options=_STREAM).scalars())
    entries = (
        select(AuditLeaf.index, AuditEntry.leaf)
        .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
        .where(AuditLeaf.index < size)
        .order_by(AuditLeaf.index)
    )
    written = 0
    for index, leaf in connection.execute(entries, execution_options=_STREAM):
        yield entry_line(index, bytes(leaf))
        written += 1
    # One earlier checkpoint a tile narrows a forgery down to a tile; all of them could outnumber the entries.
    last_of_tile = (
        select(func.max(AuditCheckpoint.tree_size))
        .where(AuditCheckpoint.tree_size < size)
        .group_by(AuditCheckpoint.tree_size // TILE)
    )
    earlier = select(AuditCheckpoint.note).where(AuditCheckpoint.tree_size.in_(last_of_tile))
    for kept in connection.execute(earlier.order_by(AuditCheckpoint.tree_size), execution_options=_STREAM).scalars():
        yield checkpoint_line(kept)
    yield checkpoint_line(note, entries=written)


def selected(connection: Connection | Session, key: VerifierKey, chosen: Select[tuple[UUID]]) -> Iterator[bytes]:
    """The entries whose ids `chosen` selects, those that have their place in the log, each with its proof.

    All proofs are made before the first line, so this is for some thousands. NotIntegrated while the log is empty.
    """
    size, _, note = latest(connection)
    rows = connection.execute(
        select(AuditLeaf.index, AuditEntry.leaf)
        .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
        .where(AuditLeaf.entry_id.in_(chosen), AuditLeaf.index < size)
        .order_by(AuditLeaf.index)
    ).all()

    def paths(node: NodeAt) -> list[list[bytes]]:
        return [inclusion_path(node, index, size) for index, _ in rows]

    yield header_line(key, complete=False)
    for (index, leaf), proof in zip(rows, paths(node_reader(connection, look_ups(paths))), strict=True):
        yield entry_line(index, bytes(leaf), proof)
    yield checkpoint_line(note, entries=len(rows))


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
