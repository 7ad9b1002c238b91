"""Old months leave the database for signed files. Their leaves stay, so the tree is whole and each entry keeps its proof.

An archive is a selection as `export` writes it, each entry with its proof, so that it can be checked alone; the rest of the log names
the hashes of what it lacks, so that both can be checked together.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, func, select, text
from sqlalchemy.orm import Session

from referral_api.audit.export import Read
from referral_api.audit.models import AuditArchive, AuditEntry, AuditLeaf
from referral_api.audit.months import Month
from referral_api.audit.note import VerifierKey
from referral_api.audit.signed_file import read_note

__all__ = ["Changed", "archived_total", "count_of", "is_archived", "of_month", "signed_total", "take_out"]


class Changed(RuntimeError):
    """The month is not what was written to the file: nothing was taken out."""


def of_month(connection: Connection | Session, month: Month, staying: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """What selects a month's entries that have their place in the tree, but for those that stay (a condition on AuditEntry)."""
    places = select(func.min(AuditLeaf.index), func.max(AuditLeaf.index)).where(month.holds(AuditLeaf.entry_id))
    first, last = connection.execute(places).one()
    bounds = [AuditLeaf.index >= (first or 0), AuditLeaf.index <= (-1 if last is None else last)]
    return [*bounds, month.holds(AuditLeaf.entry_id), month.holds(AuditEntry.id), ~staying]


def count_of(connection: Connection | Session, chosen: Sequence[ColumnElement[bool]]) -> int:
    """How many entries `of_month` selects."""
    query = select(func.count()).select_from(AuditLeaf).join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
    return connection.execute(query.where(*chosen)).scalar_one()


def take_out(session: Session, month: Month, staying: ColumnElement[bool], *, entries: int) -> None:
    """Drop a month's table, of which so many entries are in a file; what stays is put into a new one. The owner's role alone can.

    Changed, with the transaction to be rolled back, if the month holds another number of entries that do not stay.
    """
    name = f"audit_months.{month.table}"
    # Readers go on until the month is detached: who reads the log holds it before its months, so a stronger lock could be a deadlock.
    for statement in ("SET LOCAL lock_timeout = '10s'", f"LOCK TABLE {name} IN SHARE MODE"):
        session.execute(text(statement))
    going = select(func.count()).select_from(AuditEntry).where(month.holds(AuditEntry.id), ~staying)
    if session.execute(going).scalar_one() != entries:
        raise Changed(f"{month} holds other entries than the file")
    kept = select(AuditEntry.__table__).where(month.holds(AuditEntry.id), staying)
    rows: Sequence[object] = session.execute(kept.limit(1)).all()
    if rows:
        session.execute(kept.into("audit_staying", temporary=True))
    session.execute(text(f"ALTER TABLE audit_entries DETACH PARTITION {name}"))
    session.execute(text(f"DROP TABLE {name}"))
    if rows:
        # They have their places in the tree, so the trigger that makes an entry wait for one is not to see them.
        session.execute(text("SELECT audit_make_month(:moment)"), {"moment": month.since})
        for statement in (
            f"ALTER TABLE {name} DISABLE TRIGGER USER",
            f"INSERT INTO {name} SELECT * FROM audit_staying",  # noqa: S608 - a month has no other spelling
            f"ALTER TABLE {name} ENABLE TRIGGER USER",
            "DROP TABLE audit_staying",
        ):
            session.execute(text(statement))


def is_archived(connection: Connection | Session, month: Month) -> bool:
    """Whether entries of this month were archived."""
    return (
        connection.execute(select(AuditArchive.id).where(AuditArchive.since == month.since).limit(1)).first()
        is not None
    )


def archived_total(connection: Connection | Session) -> int:
    """How many entries are said to be in archives."""
    return int(connection.execute(select(func.coalesce(func.sum(AuditArchive.entries), 0))).scalar_one())


def signed_total(read: Read, key: VerifierKey) -> int:
    """How many entries the archives hold, by the notes that the log's key signed. NoteError for one that it did not sign."""
    with read() as connection:
        notes = connection.execute(select(AuditArchive.note)).scalars().all()
    total = 0
    for note in notes:
        said = read_note(note.encode(), key)
        total += said.entries
    return total
