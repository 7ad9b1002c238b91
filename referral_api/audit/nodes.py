"""Looks up stored hashes of the tree: those of one proof in one statement."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from sqlalchemy import Connection, and_, literal, or_, select, union_all
from sqlalchemy.orm import Session

from referral_api.audit.models import AuditLeaf, AuditNode
from referral_api.audit.subtrees import NodeAt

__all__ = ["LogDamaged", "node_reader"]


_AT_ONCE: Final = 1000


class LogDamaged(RuntimeError):
    """The log's tables do not fit together, or not with what was signed: somebody changed them. Nothing is signed."""


def node_reader(connection: Connection | Session, wanted: Iterable[tuple[int, int]]) -> NodeAt:
    """Fetch these subtrees (level, index) at once, and give them one by one. LogDamaged for one that is missing."""
    places = sorted(set(wanted))
    found: dict[tuple[int, int], bytes] = {}
    for start in range(0, len(places), _AT_ONCE):
        found |= _fetch(connection, places[start : start + _AT_ONCE])

    def node(level: int, index: int) -> bytes:
        try:
            return found[level, index]
        except KeyError:
            raise LogDamaged(f"the log lacks the hash at level {level}, index {index}") from None

    return node


def _fetch(connection: Connection | Session, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    levels = [(level, [index for _, index in group]) for level, group in groupby(places, key=lambda place: place[0])]
    parts = [
        select(literal(0).label("level"), AuditLeaf.index, AuditLeaf.leaf_hash).where(AuditLeaf.index.in_(indices))
        for level, indices in levels
        if level == 0
    ]
    inner = [and_(AuditNode.level == level, AuditNode.index.in_(indices)) for level, indices in levels if level]
    if inner:
        parts.append(select(AuditNode.level, AuditNode.index, AuditNode.hash).where(or_(*inner)))
    return {(level, index): bytes(stored) for level, index, stored in connection.execute(union_all(*parts))}
