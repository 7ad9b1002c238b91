"""What every question is asked within, and the few words of SQL that the two databases spell differently."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, func, literal, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from referral_api.audit import AuditEntry
from referral_api.store.pages import Rows

__all__ = ["Frame", "day_of", "grouped", "says", "who"]


@dataclass(frozen=True, slots=True)
class Frame:
    """The entries that the auditor may read, of the time asked about; the case, where the question is about one; and now."""

    within: Sequence[ColumnElement[bool]]
    now: datetime
    case_ref: str | None = None

    def entries(self) -> Rows:
        """Each entry within, counted as one."""
        return select(AuditEntry.id, AuditEntry.leaf, literal(1).label("count")).where(*self.within)


def who() -> ColumnElement[Any]:
    """Whose act it is: the person, or the system if it acted for nobody, or the account that somebody tried to open."""
    return func.coalesce(AuditEntry.person_id, AuditEntry.actor_id, AuditEntry.subject_id)


def grouped(frame: Frame, *conditions: ColumnElement[bool], by: Sequence[ColumnElement[Any]], least: int = 1) -> Rows:
    """The newest entry of each group of at least so many, with their number."""
    newest = (
        select(
            AuditEntry.id,
            func.count().over(partition_by=by).label("count"),
            func.row_number().over(partition_by=by, order_by=AuditEntry.id.desc()).label("place"),
        )
        .where(*frame.within, *conditions)
        .subquery()
    )
    return (
        select(AuditEntry.id, AuditEntry.leaf, newest.c["count"])
        .join(newest, newest.c.id == AuditEntry.id)
        .where(newest.c.place == 1, newest.c["count"] >= least)
    )


class day_of(FunctionElement[Any]):  # noqa: N801 - it stands in a query as a function does
    """The day of a time, in UTC."""

    type = Date()
    inherit_cache = True


@compiles(day_of, "sqlite")
def _sqlite_day(element: day_of, compiler: Any, **more: Any) -> str:
    return f"date({compiler.process(element.clauses, **more)})"


@compiles(day_of, "postgresql")
def _postgresql_day(element: day_of, compiler: Any, **more: Any) -> str:
    return f"CAST(timezone('UTC', {compiler.process(element.clauses, **more)}) AS date)"


def says(leaf: Any, words: bytes) -> ColumnElement[bool]:
    """Whether the leaf's bytes hold these words of ours. They stand in the statement itself, so that an index can be over them."""
    return _place_of(leaf, words) > literal_column("0")


class _place_of(FunctionElement[Any]):  # noqa: N801
    type = Integer()
    inherit_cache = False

    def __init__(self, leaf: Any, words: bytes) -> None:
        super().__init__(leaf)
        self.words = words.hex()


@compiles(_place_of, "sqlite")
def _sqlite_place(element: _place_of, compiler: Any, **more: Any) -> str:
    return f"instr({compiler.process(element.clauses, **more)}, X'{element.words}')"


@compiles(_place_of, "postgresql")
def _postgresql_place(element: _place_of, compiler: Any, **more: Any) -> str:
    return f"position('\\x{element.words}'::bytea IN {compiler.process(element.clauses, **more)})"
