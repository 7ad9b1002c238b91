"""Gives visible entries their place in the tree. Requests never wait for it: it runs beside them, about once a second.

Entries are taken from `audit_pending` as they become visible, so that one whose transaction commits late is only later
in the tree, never left out. Leaves, nodes, the signed checkpoint and the emptied queue are one transaction of this
function's own, on the engine: it belongs to no act, so it is no unit of work.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select
from sqlalchemy.orm import Session

from referral_api.audit.checkpoint import Checkpoint, sign_checkpoint
from referral_api.audit.merkle import EMPTY_ROOT, leaf_hash
from referral_api.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditNode, AuditPending
from referral_api.audit.nodes import LogDamaged, node_reader
from referral_api.audit.note import Note, NoteError, SignerKey, VerifierKey
from referral_api.audit.subtrees import Frontier, look_ups

__all__ = ["integrate", "waiting_since"]

_LOCK: Final = 0x61756469_74747265
"""The PostgreSQL advisory lock of the one integrator ("audittre"). SQLite has one writer anyway."""


def integrate(
    engine: Engine,
    signer: SignerKey,
    *,
    now: datetime,
    limit: int = 5000,
    former_keys: Sequence[VerifierKey] = (),
) -> int:
    """Put up to `limit` visible entries into the tree, by time, and sign the new checkpoint. Returns how many.

    0 also means that another integrator is at work. `former_keys` are keys that signed this log before `signer` did.
    LogDamaged, with nothing written, if the tree is not the one that was signed last.
    """
    with engine.begin() as connection:
        if not _alone(connection):
            return 0
        batch = connection.execute(
            select(AuditEntry.id, AuditEntry.leaf)
            .join(AuditPending, AuditPending.entry_id == AuditEntry.id)
            .order_by(AuditPending.at, AuditPending.entry_id)
            .limit(limit)
        ).all()
        if batch:
            tree = _tree_as_signed(connection, [signer.verifier, *former_keys])
            leaves, nodes = [], []
            for entry_id, leaf in batch:
                first, *inner = tree.append(leaf_hash(bytes(leaf)))
                leaves.append({"index": first.index, "entry_id": entry_id, "leaf_hash": first.hash})
                nodes += [{"level": node.level, "index": node.index, "hash": node.hash} for node in inner]
            note = sign_checkpoint(signer, size=tree.size, root=tree.root())
            head = {"tree_size": tree.size, "at": now, "root": tree.root(), "note": str(note)}
            for table, rows in ((AuditLeaf, leaves), (AuditNode, nodes), (AuditCheckpoint, [head])):
                if rows:
                    connection.execute(insert(_table(table)), rows)
            placed = select(AuditLeaf.entry_id).where(AuditLeaf.index >= leaves[0]["index"])
            if connection.execute(delete(AuditPending).where(AuditPending.entry_id.in_(placed))).rowcount != len(batch):
                raise LogDamaged("pending entries were taken by somebody else")
        return len(batch)


def waiting_since(connection: Connection | Session) -> datetime | None:
    """When the oldest entry that has no place in the tree yet was written; None if all have theirs."""
    return connection.execute(select(func.min(AuditPending.at))).scalar_one()


def _alone(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(_LOCK))).scalar_one())


def _tree_as_signed(connection: Connection, keys: Sequence[VerifierKey]) -> Frontier:
    size = connection.execute(select(func.coalesce(func.max(AuditLeaf.index) + 1, 0))).scalar_one()
    last = connection.execute(select(AuditCheckpoint.note).order_by(AuditCheckpoint.tree_size.desc()).limit(1)).scalar()
    tree = Frontier(node_reader(connection, look_ups(lambda node: Frontier(node, size))), size)
    signed = _believed(last, keys) if last else Checkpoint(keys[0].name, 0, EMPTY_ROOT)
    if (signed.origin, signed.size, signed.root) != (keys[0].name, tree.size, tree.root()):
        raise LogDamaged("the tree is not the one that was signed last")
    return tree


def _believed(note: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    try:
        parsed = Note.parse(note.encode())
        parsed.verify(keys)
        return Checkpoint.parse(parsed.text)
    except NoteError as wrong:
        raise LogDamaged("the last checkpoint is not signed by this log") from wrong


def _table(model: type[AuditLeaf | AuditNode | AuditCheckpoint]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table
