"""Reads the tree back: this entry is in the log, that tree only grew. Hashes only, so reading them leaves no entry."""

from base64 import b64encode
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from referral_api.audit.models import AuditCheckpoint, AuditLeaf
from referral_api.audit.nodes import node_reader
from referral_api.audit.subtrees import NodeAt, consistency_path, inclusion_path, look_ups, root_at
from referral_api.kernel.errors import Unavailable

__all__ = ["NotIntegrated", "checkpoint_note", "consistency_proof", "inclusion_proof", "latest", "places"]


class NotIntegrated(Unavailable):
    """The entry has no place in the tree yet, or the log has no entry in it at all: ask again in a second."""

    def __init__(self) -> None:
        super().__init__("This is not in the signed log yet.", retry_after=1)


def checkpoint_note(connection: Connection | Session) -> str:
    """The latest checkpoint, as the signed note that witnesses fetch. NotIntegrated while the log is empty."""
    return latest(connection)[2]


def inclusion_proof(connection: Connection | Session, entry_id: UUID) -> dict[str, Any]:
    """What shows that an entry is in the log as of its latest checkpoint. NotIntegrated while it is pending."""
    found = connection.execute(select(AuditLeaf.index, AuditLeaf.leaf_hash).where(AuditLeaf.entry_id == entry_id)).all()
    if not found:
        raise NotIntegrated
    [(index, leaf_hash)] = found
    tree_size, root, note = latest(connection)

    def path(node: NodeAt) -> list[bytes]:
        return inclusion_path(node, index, tree_size)

    return {
        "index": index,
        "tree_size": tree_size,
        "leaf_hash": _shown(leaf_hash),
        "root_hash": _shown(root),
        "hashes": [_shown(step) for step in path(node_reader(connection, look_ups(path)))],
        "checkpoint": note,
    }


def consistency_proof(
    connection: Connection | Session, first_size: int, second_size: int | None = None
) -> dict[str, Any]:
    """What shows that the tree of the second size (by default the latest signed) only adds to that of the first.

    ValueError for sizes that this log never had, or that are not in this order. NotIntegrated while the log is empty.
    """
    tree_size, _, _ = latest(connection)
    second = tree_size if second_size is None else second_size
    if not 0 < first_size <= second <= tree_size:
        raise ValueError("the sizes are from 1 to that of the latest checkpoint, the smaller first")

    def parts(node: NodeAt) -> tuple[bytes, bytes, list[bytes]]:
        return root_at(node, first_size), root_at(node, second), consistency_path(node, first_size, second)

    first_root, second_root, path = parts(node_reader(connection, look_ups(parts)))
    return {
        "first_size": first_size,
        "second_size": second,
        "first_root": _shown(first_root),
        "second_root": _shown(second_root),
        "hashes": [_shown(step) for step in path],
    }


def places(connection: Connection | Session, entry_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The index of each of these entries that has its place in the tree."""
    wanted = list(entry_ids)
    if not wanted:
        return {}
    rows = connection.execute(select(AuditLeaf.entry_id, AuditLeaf.index).where(AuditLeaf.entry_id.in_(wanted)))
    return {entry_id: index for entry_id, index in rows}


def latest(connection: Connection | Session) -> tuple[int, bytes, str]:
    """Size, root and signed note of the latest checkpoint. NotIntegrated while the log is empty."""
    row = connection.execute(
        select(AuditCheckpoint.tree_size, AuditCheckpoint.root, AuditCheckpoint.note)
        .order_by(AuditCheckpoint.tree_size.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotIntegrated
    return row.tree_size, bytes(row.root), row.note


def _shown(value: bytes) -> str:
    return b64encode(value).decode()
