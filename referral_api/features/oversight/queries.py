"""The log, read by auditors within their scope."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, true

from referral_api import audit
from referral_api.access import Permission, decide
from referral_api.audit import export, proofs
from referral_api.audit.archiving import is_archived
from referral_api.audit.months import Month
from referral_api.audit.note import VerifierKey
from referral_api.audit.tables import csv_lines, fhir_lines
from referral_api.features.agencies.models import Agency
from referral_api.features.cases.models import Case
from referral_api.features.oversight.questions import Frame, Question
from referral_api.guard import FAMILIES
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Archived, Forbidden, NotFound
from referral_api.store import db, session
from referral_api.store.pages import Rows, page_of
from referral_api.work import OwnAgency, disclose

__all__ = ["ask", "count_refusals", "export_entries", "list_entries", "own_agency", "prove_entry", "read_entry"]

_COUNTED = timedelta(days=90)


def own_agency(actor: Actor) -> OwnAgency:
    if actor.agency_id is None:
        raise Forbidden("Only agencies have auditors.")
    return OwnAgency(actor.agency_id)


def within_scope(actor: Actor) -> ColumnElement[bool]:
    """Entries that this auditor may read."""
    if actor.agency_type == "oversight":
        return true()
    owned = select(Case.case_ref).where(Case.owner_agency_id == actor.agency_id)
    return or_(audit.AuditEntry.agency_id == actor.agency_id, audit.AuditEntry.case_ref.in_(owned))


def between(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    """Entries of a time: from the first moment on, before the second."""
    at = audit.AuditEntry.at
    return [*([at >= since] if since else []), *([at < until] if until else [])]


def list_entries(
    actor: Actor,
    *,
    limit: int,
    after: UUID | None,
    filters: Mapping[str, Any],
    since: datetime | None,
    until: datetime | None,
) -> tuple[list[dict[str, Any]], UUID | None]:
    """One page of entries, newest first, each with its place in the tree (None until it has one)."""
    entry = audit.AuditEntry
    query: Rows = select(entry.id, entry.leaf).where(within_scope(actor), *between(since, until))
    for name, value in filters.items():
        query = query.where(getattr(entry, name) == value)
    decide(actor, Permission.AUDIT_READ, own_agency(actor))
    page = page_of(session(), query, entry.id, limit=limit, after=after)
    items = _with_places({row.id: row.leaf for row in page.rows})
    disclose(actor, Permission.AUDIT_READ, own_agency(actor), returned_ids=[item["id"] for item in items])
    return items, page.next_after


def ask(
    actor: Actor,
    question: Question,
    *,
    limit: int,
    after: UUID | None,
    since: datetime | None,
    until: datetime | None,
    case_ref: str | None,
) -> tuple[list[dict[str, Any]], UUID | None]:
    """One page of a question's answer, newest first. Asking is recorded, with the question's name and the entries shown."""
    own = own_agency(actor)
    decide(actor, Permission.AUDIT_READ, own)
    within = [within_scope(actor), *between(since, until)]
    if case_ref is not None:
        within.append(audit.AuditEntry.case_ref == case_ref)
    query = question.select(Frame(within, actor.now, case_ref))
    page = page_of(session(), query, audit.AuditEntry.id, limit=limit, after=after)
    entries = _with_places({row.id: row.leaf for row in page.rows})
    items = [{"entry": entry, "count": row.count} for entry, row in zip(entries, page.rows, strict=True)]
    disclose(
        actor,
        Permission.AUDIT_READ,
        own,
        fields=[f"questions.{question.name}"],
        returned_ids=[entry["id"] for entry in entries],
    )
    return items, page.next_after


def export_entries(
    actor: Actor, key: VerifierKey, *, form: str, since: datetime | None, until: datetime | None
) -> Iterator[bytes]:
    """The auditor's entries as a file, line by line. It is recorded before the first line, with the checkpoint that it is about.

    The lines are read page by page, each page in a transaction of its own, so that writers never wait for a slow reader.
    """
    own = own_agency(actor)
    decide(actor, Permission.AUDIT_EXPORT, own)
    at = export.head(session())
    disclose(actor, Permission.AUDIT_EXPORT, own, fields=[form], versions={"checkpoint": at.size})
    everything = actor.agency_type == "oversight" and since is None and until is None
    chosen = [] if everything else [within_scope(actor), *between(since, until)]
    read: export.Read = db.engine.begin
    if form == "csv":
        return csv_lines(export.rows(read, at.size, chosen))
    if form == "fhir":
        return fhir_lines(export.rows(read, at.size, chosen), key.name)
    return export.complete(read, key, at) if everything else export.selection(read, key, at, chosen)


def read_entry(actor: Actor, entry_id: UUID) -> dict[str, Any]:
    [item] = _with_places({entry_id: _leaf(actor, entry_id)})
    disclose(actor, Permission.AUDIT_READ, own_agency(actor), returned_ids=[ids.show("entry", entry_id)])
    return item


def prove_entry(actor: Actor, entry_id: UUID) -> dict[str, Any]:
    """The inclusion proof of an entry that the auditor may read. Whose an archived entry was is not known here: oversight may prove it."""
    try:
        _leaf(actor, entry_id)
    except Archived:
        if actor.agency_type != "oversight" or entry_id not in proofs.places(session(), [entry_id]):
            raise
    return proofs.inclusion_proof(session(), entry_id)


def count_refusals(actor: Actor, agency: Agency) -> list[dict[str, Any]]:
    """How often imagery was refused to the agency's people and systems in the last 90 days, by day and family: never whose, where or what."""
    decide(actor, Permission.REFUSAL_COUNT, agency)
    entry = audit.AuditEntry
    day = func.date(entry.at)
    query = (
        select(day.label("day"), entry.reason_code, func.count().label("refused"))
        .where(
            entry.agency_id == agency.id,
            entry.outcome == "refused",
            entry.reason_code.in_(FAMILIES),
            *between(actor.now - _COUNTED, None),
        )
        .group_by(day, entry.reason_code)
        .order_by(day.desc(), entry.reason_code)
    )
    rows = session().execute(query).all()
    disclose(actor, Permission.REFUSAL_COUNT, agency)
    return [{"day": str(row.day), "family": row.reason_code, "refused": row.refused} for row in rows]


def _leaf(actor: Actor, entry_id: UUID) -> bytes:
    decide(actor, Permission.AUDIT_READ, own_agency(actor))
    query = select(audit.AuditEntry.leaf).where(audit.AuditEntry.id == entry_id, within_scope(actor))
    leaf: bytes | None = session().execute(query).scalar_one_or_none()
    if leaf is None:
        month = Month.of_id(entry_id)
        raise Archived(month=str(month)) if is_archived(session(), month) else NotFound()
    return leaf


def _with_places(leaves: Mapping[UUID, bytes]) -> list[dict[str, Any]]:
    found = proofs.places(session(), leaves)
    return [{**json.loads(leaf), "index": found.get(entry_id)} for entry_id, leaf in leaves.items()]
