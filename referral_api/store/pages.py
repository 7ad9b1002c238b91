"""Keyset pages: newest first by id, which is a UUIDv7 and so a time. No OFFSET, no COUNT: a page costs the same at any depth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, Select, Uuid, bindparam
from sqlalchemy.orm import InstrumentedAttribute, Session

__all__ = ["Page", "Rows", "page_from", "page_of", "paged"]

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
    query = paged(query, key, later=after is not None, ascending=ascending)
    return _page(session.execute(query, _place(limit, after)).all(), limit)


def paged(query: Rows, key: InstrumentedAttribute[UUID] | Any, *, later: bool, ascending: bool = False) -> Rows:
    """The query in pages, for `page_from`; `later` if the page is another than the first."""
    if later:
        after = bindparam("page_after", type_=Uuid)
        query = query.where(key > after if ascending else key < after)
    return query.order_by(key if ascending else key.desc()).limit(bindparam("page_limit", type_=Integer))


def page_from(session: Session, statement: Rows, values: Mapping[str, Any], *, limit: int, after: UUID | None) -> Page:
    """One page of a statement that `paged` built once, as plain rows: past the session's machinery for objects."""
    rows = session.connection().execute(statement, {**values, **_place(limit, after)}).all()
    return _page(rows, limit)


def _place(limit: int, after: UUID | None) -> dict[str, Any]:
    return {"page_limit": limit + 1} if after is None else {"page_limit": limit + 1, "page_after": after}


def _page(rows: Sequence[Row[Any]], limit: int) -> Page:
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)
