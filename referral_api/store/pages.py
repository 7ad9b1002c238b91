"""Keyset pages: newest first by id, which is a UUIDv7 and so a time. No OFFSET, no COUNT: a page costs the same at any depth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

__all__ = ["Page", "Rows", "page_of"]

Rows = Select[*tuple[Any, ...]]
"""A query of whatever columns."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the id after which the next page begins (None on the last)."""

    rows: Sequence[Any]
    next_after: UUID | None


def page_of(
    session: Session,
    query: Rows,
    key: InstrumentedAttribute[UUID] | Any,
    *,
    limit: int,
    after: UUID | None,
    ascending: bool = False,
) -> Page:
    """One page of `query`, whose rows have the key as attribute `id`."""
    if after is not None:
        query = query.where(key > after if ascending else key < after)
    query = query.order_by(key if ascending else key.desc()).limit(limit + 1)
    rows: Sequence[Row[Any]] = session.execute(query).all()
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)
