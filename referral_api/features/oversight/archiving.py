"""Old months of the log go into signed files. What is about a case that is not erased stays: its receipts are the log's entries."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists

from referral_api.access import Permission
from referral_api.audit import AuditArchive, AuditEntry
from referral_api.audit.archiving import take_out
from referral_api.audit.months import Month
from referral_api.features.cases.models import Case
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.words import Relation
from referral_api.work import OwnAgency, work

__all__ = ["archive_month", "staying"]


@dataclass(frozen=True, slots=True)
class _Archive(OwnAgency):
    """The archive that is made, as the thing acted on. It is no agency's."""

    kind: str = "archive"

    def relations(self, actor: Actor) -> frozenset[Relation]:
        return frozenset({Relation.CLOCKWORK})


def staying() -> ColumnElement[bool]:
    """Entries that a case still needs: its receipts, its timeline, who holds what was said of the child."""
    return exists().where(Case.case_ref == AuditEntry.case_ref, Case.status != "erased")


def archive_month(actor: Actor, month: Month, *, entries: int, tree_size: int, file: str, note: str) -> UUID:
    """Take a month's entries out of the database, which were written to a file and checked there. Recorded with their number.

    `audit.archiving.Changed`, with nothing done, if the month no longer holds exactly so many to be taken out.
    """
    archive = _Archive(ids.new())
    with work(actor, Permission.AUDIT_ARCHIVE, on=archive) as w:
        take_out(w.session, month, staying(), entries=entries)
        w.add(
            AuditArchive(
                id=archive.id,
                at=w.now,
                since=month.since,
                until=month.next().since,
                entries=entries,
                file=file,
                note=note,
            )
        )
        w.record(archive, tell=(), fields=[str(month)], versions={"entries": entries, "checkpoint": tree_size})
    return archive.id
