"""The outbox. `seq` is given afterwards, per agency and without a gap, by the same loop that integrates the audit tree."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Index, Uuid, func, insert, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from referral_api.kernel import ids
from referral_api.store import Base, UtcDateTime, choice

__all__ = ["OutboxEvent", "number_events", "put"]


class OutboxEvent(Base):
    __tablename__ = "outbox_events"
    __table_args__ = (
        Index("ix_outbox_events_feed", "agency_id", "seq", unique=True),
        Index(
            "ix_outbox_events_unnumbered",
            "at",
            "id",
            postgresql_where=text("seq IS NULL"),
            sqlite_where=text("seq IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(Uuid)
    seq: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    type: Mapped[str] = mapped_column(choice())
    subject_type: Mapped[str] = mapped_column(choice())
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    state: Mapped[str | None] = mapped_column(choice())


_PUT = insert(OutboxEvent.__table__)  # type: ignore[arg-type]
_NUMBERING = 0x6F757462_6F780000
"""The PostgreSQL advisory lock of whoever numbers events ("outbox"). SQLite has one writer anyway."""


def put(
    session: Session,
    *,
    to: Iterable[UUID],
    at: datetime,
    type: str,
    subject_type: str,
    subject_id: UUID,
    state: str | None,
) -> None:
    """Put one event for each agency in `to`; it becomes real with the transaction or not at all."""
    rows = [
        {
            "id": ids.new(),
            "agency_id": agency,
            "at": at,
            "type": type,
            "subject_type": subject_type,
            "subject_id": subject_id,
            "state": state,
        }
        for agency in dict.fromkeys(to)
    ]
    if rows:
        session.execute(_PUT, rows)


def number_events(connection: Connection, *, limit: int = 1000) -> int:
    """Number visible events per agency, by time: a feed has no gap, and nothing that commits late is skipped. Returns how many."""
    if connection.dialect.name == "postgresql":
        alone = connection.execute(select(func.pg_try_advisory_xact_lock(_NUMBERING))).scalar_one()
        if not alone:
            return 0
    events = OutboxEvent.__table__
    rows = connection.execute(
        select(OutboxEvent.id, OutboxEvent.agency_id)
        .where(OutboxEvent.seq.is_(None))
        .order_by(OutboxEvent.at, OutboxEvent.id)
        .limit(limit)
    ).all()
    last: dict[UUID, int] = {}
    for row in rows:
        if row.agency_id not in last:
            newest = select(func.max(OutboxEvent.seq)).where(OutboxEvent.agency_id == row.agency_id)
            last[row.agency_id] = connection.execute(newest).scalar_one() or 0
        last[row.agency_id] += 1
        connection.execute(update(events).where(events.c.id == row.id).values(seq=last[row.agency_id]))  # type: ignore[arg-type]
    return len(rows)
