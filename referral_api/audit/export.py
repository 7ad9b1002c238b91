"""Writing the log for somebody who does not trust us: NDJSON that can be checked offline (docs/audit-format.md).

`whole_log` is also how a live database is checked: its lines go straight into the verifier, which shares nothing with
this file but the format. Much is read page by page, each in a transaction of its own where the reader wants that: the log
only grows, so pages fit together, and all are of the tree of one checkpoint.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.orm import Session

from referral_api.audit.canonical import dumps, is_canonical, loads
from referral_api.audit.models import AuditArchive, AuditCheckpoint, AuditEntry, AuditLeaf
from referral_api.audit.months import Month
from referral_api.audit.nodes import node_reader
from referral_api.audit.note import VerifierKey
from referral_api.audit.proofs import latest
from referral_api.audit.subtrees import NodeAt, inclusion_path, look_ups

__all__ = [
    "FORMAT", "PAGE", "TILE", "Head", "Read", "Row", "archived_line", "checkpoint_line", "complete", "entry_line", "head", "header_line", "rows", "selected",
    "selection", "tile_lines", "whole_log",
]  # fmt: skip

FORMAT: Final = "referral-audit-export/1"
TILE: Final = 256
"""Leaf hashes in a full tile, as in C2SP tlog-tiles."""
PAGE: Final = 1000

Read = Callable[[], AbstractContextManager[Connection | Session]]
"""Gives the connection for one page."""


@dataclass(frozen=True, slots=True)
class Head:
    """The checkpoint that an export is about."""

    size: int
    note: str


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in its place, with its proof where one was asked for."""

    index: int
    leaf: bytes
    leaf_hash: bytes
    proof: list[bytes] | None = None


def head(connection: Connection | Session) -> Head:
    """The latest checkpoint. NotIntegrated while the log is empty."""
    size, _, note = latest(connection)
    return Head(size, note)


def whole_log(connection: Connection | Session, key: VerifierKey) -> Iterator[bytes]:
    """All entries up to the latest checkpoint, line by line. NotIntegrated while the log is empty."""
    yield from complete(lambda: nullcontext(connection), key, head(connection))


def selected(connection: Connection | Session, key: VerifierKey, chosen: Select[tuple[UUID]]) -> Iterator[bytes]:
    """The entries whose ids `chosen` selects, those that have their place in the log, each with its proof."""
    yield from selection(lambda: nullcontext(connection), key, head(connection), [AuditLeaf.entry_id.in_(chosen)])


def complete(read: Read, key: VerifierKey, at: Head) -> Iterator[bytes]:
    """All entries, with the hashes and the earlier checkpoints that tell where one was changed. What is archived stands as its hash."""
    yield header_line(key, complete=True)
    yield from tile_lines(_leaf_hashes(read, at.size))
    with read() as connection:
        archived = {Month.of(since) for since in connection.execute(select(AuditArchive.since).distinct()).scalars()}
    query = select(AuditLeaf.index, AuditLeaf.entry_id, AuditEntry.leaf, AuditLeaf.leaf_hash)
    written = 0
    for page in _pages(read, query.outerjoin(AuditEntry, AuditEntry.id == AuditLeaf.entry_id), at.size, PAGE):
        for index, entry_id, leaf, leaf_hash in page:
            if leaf is not None:
                yield entry_line(index, bytes(leaf))
            elif Month.of_id(entry_id) in archived:
                yield archived_line(index, bytes(leaf_hash))
            else:
                continue
            written += 1
    for note in _earlier(read, at.size):
        yield checkpoint_line(note)
    yield checkpoint_line(at.note, entries=written)


def selection(read: Read, key: VerifierKey, at: Head, chosen: Sequence[ColumnElement[bool]]) -> Iterator[bytes]:
    """The entries for which these conditions hold, each with its proof."""
    yield header_line(key, complete=False)
    written = 0
    for row in rows(read, at.size, chosen, proved=True):
        yield entry_line(row.index, row.leaf, row.proof)
        written += 1
    yield checkpoint_line(at.note, entries=written)


def rows(
    read: Read, size: int, chosen: Sequence[ColumnElement[bool]] = (), *, proved: bool = False, page: int = PAGE
) -> Iterator[Row]:
    """The chosen entries among the first `size` of the log, in its order."""
    query = select(AuditLeaf.index, AuditEntry.leaf, AuditLeaf.leaf_hash)
    query = query.join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id).where(*chosen)
    for found in _pages(read, query, size, page):
        proofs: Sequence[list[bytes] | None] = [None] * len(found)
        if proved:
            with read() as connection:
                proofs = _proofs(connection, [index for index, _, _ in found], size)
        for (index, leaf, leaf_hash), proof in zip(found, proofs, strict=True):
            yield Row(index, bytes(leaf), bytes(leaf_hash), proof)


def _pages(read: Read, query: Any, size: int, page: int) -> Iterator[Sequence[Any]]:
    """What the query finds among the first `size` leaves, by their index, which is its first column."""
    query, after = query.where(AuditLeaf.index < size).order_by(AuditLeaf.index).limit(page), -1
    while True:
        with read() as connection:
            found = connection.execute(query.where(AuditLeaf.index > after)).all()
        if found:
            yield found
        if len(found) < page:
            return
        after = found[-1][0]


def _proofs(connection: Connection | Session, indices: Sequence[int], size: int) -> Sequence[list[bytes]]:
    def paths(node: NodeAt) -> list[list[bytes]]:
        return [inclusion_path(node, index, size) for index in indices]

    return paths(node_reader(connection, look_ups(paths))) if indices else []


def _leaf_hashes(read: Read, size: int) -> Iterator[bytes]:
    step = 16 * PAGE
    for start in range(0, size, step):
        within = (AuditLeaf.index >= start, AuditLeaf.index < min(size, start + step))
        with read() as connection:
            query = select(AuditLeaf.leaf_hash).where(*within).order_by(AuditLeaf.index)
            found = connection.execute(query).scalars().all()
        yield from map(bytes, found)


def _earlier(read: Read, size: int) -> Iterator[str]:
    # One earlier checkpoint a tile narrows a forgery down to a tile; all of them could outnumber the entries.
    last_of_tile = (
        select(func.max(AuditCheckpoint.tree_size))
        .where(AuditCheckpoint.tree_size < size)
        .group_by(AuditCheckpoint.tree_size // TILE)
    )
    with read() as connection:
        sizes = sorted(connection.execute(last_of_tile).scalars())
    for start in range(0, len(sizes), PAGE):
        query = select(AuditCheckpoint.note).where(AuditCheckpoint.tree_size.in_(sizes[start : start + PAGE]))
        with read() as connection:
            found = connection.execute(query.order_by(AuditCheckpoint.tree_size)).scalars().all()
        yield from found


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


def archived_line(index: int, leaf_hash: bytes) -> bytes:
    """An entry that is in an archive and no longer here: its hash alone."""
    return _line({"index": index, "archived": b64encode(leaf_hash).decode()})


def checkpoint_line(note: str, *, entries: int | None = None) -> bytes:
    """A signed checkpoint. The one that ends the export says how many entries went before, the earlier ones do not."""
    return _line({"checkpoint": note} if entries is None else {"checkpoint": note, "entries": entries})


def _line(members: dict[str, Any]) -> bytes:
    return dumps(members) + b"\n"
