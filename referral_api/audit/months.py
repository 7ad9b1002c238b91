"""The log by months. PostgreSQL keeps each month's entries in a table of its own, so that whole months can be archived; SQLite keeps one table.

An entry's month is that of its id, since a UUIDv7 begins with its time (RFC 9562): so the id alone is the key of the table, and says where
to look. It is the time at which the entry was written, a moment after the `at` of the act.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, and_, text
from sqlalchemy.orm import InstrumentedAttribute, Session

__all__ = ["AHEAD", "Month", "make_ahead", "months"]

AHEAD: Final = 3
"""So many months beyond this one have their tables ready. An entry without a table is not written, and so the act neither."""

_LAST_SECOND: Final = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
"""An id that somebody made up may name a time after all calendars."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month in UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> Self:
        utc = moment.astimezone(UTC)
        return cls(utc.year, utc.month)

    @classmethod
    def of_id(cls, entry_id: UUID) -> Self:
        seconds = (entry_id.int >> 80) // 1000
        return cls.of(datetime.fromtimestamp(min(seconds, _LAST_SECOND), UTC))

    def next(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def since(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    def holds(self, column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
        """Whether the entry with the id in this column is of this month."""
        return and_(column >= _first_id(self), column < _first_id(self.next()))

    @property
    def table(self) -> str:
        """Where PostgreSQL keeps it."""
        return f"entries_{self.year:04}_{self.number:02}"

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


def _first_id(month: Month) -> UUID:
    return UUID(int=int(month.since.timestamp() * 1000) << 80)


def make_ahead(engine: Engine, now: datetime) -> int:
    """Make the tables of this month and the next ones, as far as they are missing. Returns how many it made."""
    if engine.dialect.name != "postgresql":
        return 0
    month, made = Month.of(now), 0
    for _ in range(AHEAD + 1):
        with engine.begin() as connection:
            made += bool(connection.execute(text("SELECT audit_make_month(:moment)"), {"moment": month.since}).scalar())
        month = month.next()
    return made


def months(connection: Connection | Session) -> Iterator[Month]:
    """The months that have a table, in their order. PostgreSQL only."""
    found = connection.execute(
        text(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = to_regclass('public.audit_entries') ORDER BY c.relname"
        )
    ).scalars()
    for name in found.all():
        _, year, number = name.split("_")
        yield Month(int(year), int(number))
