"""What witnesses sign under the log's checkpoints (C2SP tlog-cosignature): kept as sent, shown under the checkpoint.

Keeping a cosignature leaves no entry. It holds a hash and a time and is its own proof; and an entry would make the
checkpoint that it is about the last but one, so that a witness would chase its own tail.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from referral_api.audit.checkpoint import with_cosignature
from referral_api.audit.models import AuditCheckpoint, AuditCosignature
from referral_api.audit.note import Note, NoteError, Signature, VerifierKey
from referral_api.kernel.errors import Unavailable
from referral_api.kernel.messages import Message

__all__ = ["NotCosigned", "UnknownCheckpoint", "checked", "cosigned_note", "keep", "witnesses_of"]

_MOST_LINES: Final = 20


class UnknownCheckpoint(LookupError):
    """The log never signed a checkpoint of this size."""


class NotCosigned(Unavailable):
    """No witness has signed under a checkpoint of this log yet."""

    def __init__(self) -> None:
        super().__init__("No witness has cosigned this log yet.", retry_after=60)


def checked(
    connection: Connection | Session, *, size: int, lines: str, witnesses: Sequence[VerifierKey]
) -> list[Signature]:
    """The cosignatures in these lines, all of which must be by known witnesses and hold for our checkpoint of this size.

    UnknownCheckpoint if there is none; NoteError for a line that is none, or of no known witness, or does not hold.
    """
    note = connection.execute(select(AuditCheckpoint.note).where(AuditCheckpoint.tree_size == size)).scalar()
    if note is None:
        raise UnknownCheckpoint
    sent = lines.removesuffix("\n").split("\n")
    if len(sent) > _MOST_LINES:
        raise NoteError(Message("more than {most} lines").format(most=_MOST_LINES))
    known = {(witness.name, witness.id): witness for witness in witnesses}
    signatures = [Signature.parse(line) for line in sent]
    for signature in signatures:
        witness = known.get((signature.name, signature.key_id))
        if witness is None:
            raise NoteError("a line is not by a witness that this log knows")
        try:
            with_cosignature(Note.parse(note.encode()), str(signature), witness)
        except NoteError as wrong:
            raise NoteError(Message("the signature of {name} does not hold").format(name=witness.name)) from wrong
    return signatures


def keep(engine: Engine, size: int, signatures: Sequence[Signature], *, now: datetime) -> None:
    """Keep what `checked` returned. A witness signs under a checkpoint once; what it sends again changes nothing.

    A transaction of its own, on the engine: on SQLite the caller's must be over.
    """
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    table = AuditCosignature.__table__
    assert isinstance(table, Table)
    with engine.begin() as connection:
        there = set(witnesses_of(connection, size))
        for each in signatures:
            key_id = f"{each.key_id:08x}"
            if (each.name, key_id) in there:
                continue
            row = {"tree_size": size, "witness": each.name, "key_id": key_id, "line": str(each), "at": now}
            connection.execute(dialect.insert(table).values(row).on_conflict_do_nothing())
            there.add((each.name, key_id))


def witnesses_of(connection: Connection | Session, size: int) -> list[tuple[str, str]]:
    """Name and key id of each witness that signed under the checkpoint of this size."""
    c = AuditCosignature
    rows = connection.execute(select(c.witness, c.key_id).where(c.tree_size == size).order_by(c.witness, c.key_id))
    return [(witness, key_id) for witness, key_id in rows]


def cosigned_note(connection: Connection | Session) -> str:
    """The newest checkpoint under which a witness signed, with all its cosignatures. NotCosigned if there is none."""
    c = AuditCosignature
    newest = select(c.tree_size).order_by(c.tree_size.desc()).limit(1).scalar_subquery()
    rows = connection.execute(
        select(AuditCheckpoint.note, c.line)
        .join(c, c.tree_size == AuditCheckpoint.tree_size)
        .where(c.tree_size == newest)
        .order_by(c.witness, c.key_id)
    ).all()
    if not rows:
        raise NotCosigned
    return str(rows[0].note) + "".join(row.line for row in rows)
