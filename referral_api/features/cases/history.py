"""What became of a case: its parties, workers, exclusions and links, the versions of its data, its receipts and its timeline."""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from referral_api.access import Permission
from referral_api.access.wall import behind_wall
from referral_api.audit import AuditEntry
from referral_api.features.agencies.queries import names_of
from referral_api.features.cases import rules, sealed
from referral_api.features.cases.models import Case, CaseData, CaseExclusion, CaseLink, CaseParty, CaseWorker
from referral_api.features.cases.printed import Told, language_of, printed
from referral_api.features.cases.queries import CaseFile, documents, view
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden
from referral_api.kernel.words import Relation
from referral_api.store import session
from referral_api.store.pages import Page, page_of
from referral_api.work import disclose

__all__ = [
    "holders_of", "list_assignments", "list_disclosures", "list_exclusions", "list_links", "list_parties", "list_timeline", "list_versions",
    "print_disclosures",
]  # fmt: skip

_PRINTED = 2_000


def _owner(file: CaseFile) -> bool:
    return file.case.standing is not None and Relation.OWNER in file.case.standing.relations


def list_parties(actor: Actor, file: CaseFile, *, limit: int, after: UUID | None) -> Page:
    """The owner sees every party; a receiver sees the owner and itself, so that a shelter or a clinic is not given away."""
    query = select(CaseParty.id, CaseParty.agency_id, CaseParty.relation, CaseParty.since, CaseParty.until).where(
        CaseParty.case_id == file.case.id
    )
    if not _owner(file):
        query = query.where(or_(CaseParty.agency_id == actor.agency_id, CaseParty.relation == Relation.OWNER))
    page = page_of(session(), query, CaseParty.id, limit=limit, after=after)
    disclose(
        actor,
        Permission.CASE_READ,
        file.case,
        fields=["parties"],
        returned_ids=[ids.show("agency", row.agency_id) for row in page.rows],
    )
    return page


def list_assignments(actor: Actor, file: CaseFile) -> Sequence[Any]:
    rows = (
        session()
        .execute(
            select(CaseWorker)
            .where(CaseWorker.case_id == file.case.id, CaseWorker.agency_id == actor.agency_id)
            .order_by(CaseWorker.id.desc())
            .limit(100)
        )
        .scalars()
        .all()
    )
    disclose(
        actor,
        Permission.CASE_READ,
        file.case,
        fields=["assignments"],
        returned_ids=[ids.show("member", row.member_id) for row in rows],
    )
    return rows


def list_exclusions(actor: Actor, file: CaseFile) -> Sequence[Any]:
    rows = (
        session()
        .execute(
            select(CaseExclusion)
            .where(CaseExclusion.case_id == file.case.id)
            .order_by(CaseExclusion.id.desc())
            .limit(100)
        )
        .scalars()
        .all()
    )
    disclose(actor, Permission.CASE_HISTORY, file.case, fields=["exclusions"])
    return rows


def list_links(actor: Actor, file: CaseFile) -> Sequence[Any]:
    rows = (
        session()
        .execute(select(CaseLink).where(CaseLink.case_id == file.case.id).order_by(CaseLink.id.desc()).limit(100))
        .scalars()
        .all()
    )
    disclose(
        actor,
        Permission.CASE_HISTORY,
        file.case,
        fields=["links"],
        returned_ids=[ids.show("case", row.to_case_id) for row in rows],
    )
    return rows


def list_versions(actor: Actor, file: CaseFile, *, data_class: str) -> list[tuple[CaseData, dict[str, Any]]]:
    """Every version of a class that the viewer is shown today, newest first; behind the wall those that the viewer's agency wrote itself."""
    shown = view(actor, file).shown
    walled = dict(shown.withheld).get(data_class) == "wall"
    if data_class not in shown.classes and not walled and not (data_class == "safe_contact" and shown.safe_contact):
        error = Forbidden("This data class is not shown to you.", reason="not_disclosed")
        error.case_ref = file.case.case_ref
        raise error
    query = select(CaseData).where(CaseData.case_id == file.case.id, CaseData.data_class == data_class)
    if walled or behind_wall(data_class, actor.agency_type, "own_case"):
        query = query.where(CaseData.agency_id == actor.agency_id)
    rows = session().execute(query.order_by(CaseData.version.desc()).limit(100)).scalars().all()
    key = file.key()
    found = [(row, sealed.open_class(key, row.case_id, data_class, row.version, row.sealed)) for row in rows]
    disclose(
        actor,
        Permission.CASE_HISTORY,
        file.case,
        data_classes=[data_class],
        versions={data_class: rows[0].version} if rows else {},
        fields=["versions"],
    )
    return found


def list_disclosures(actor: Actor, file: CaseFile, *, limit: int, after: UUID | None) -> Page:
    """The receipts of a case: the audit entries in which another agency was shown some of it."""
    query = _entries(file).where(AuditEntry.disclosed, AuditEntry.agency_id != file.case.owner_agency_id)
    page = page_of(session(), query, AuditEntry.id, limit=limit, after=after)
    disclose(
        actor, Permission.DISCLOSURE_LIST, file.case, returned_ids=[ids.show("receipt", row.id) for row in page.rows]
    )
    return Page([json.loads(row.leaf) for row in page.rows], page.next_after)


def print_disclosures(actor: Actor, file: CaseFile, *, caregiver_id: UUID | None, language: str | None) -> bytes:
    """The receipts as a page for the child; or for a caregiver, of whom it is known that they may know."""
    case = file.case
    if caregiver_id is not None:
        known = documents(file, ["family", "safe_contact"])
        named = ids.show("caregiver", caregiver_id)
        carers = known.get("family", {}).get("caregivers") or []
        carer = next((carer for carer in carers if carer["id"] == named), None)
        if not rules.may_be_told(carer, known.get("safe_contact", {})):
            error = Forbidden("This person is not to be given what was shared.", reason="caregiver_not_to_be_told")
            error.case_ref = case.case_ref
            raise error
    query = select(AuditEntry.at, AuditEntry.agency_id, AuditEntry.leaf).where(
        AuditEntry.case_ref == case.case_ref, AuditEntry.disclosed, AuditEntry.agency_id != case.owner_agency_id
    )
    rows = session().execute(query.order_by(AuditEntry.id).limit(_PRINTED)).all()
    agencies = names_of(session(), {row.agency_id for row in rows})
    told = []
    for row in rows:
        entry, (name, kind) = json.loads(row.leaf), agencies[row.agency_id]
        told.append(Told(row.at.date(), name, kind, entry["purpose"], entry["data_classes"], entry["basis"]))
    reader = "child" if caregiver_id is None else "guardian"
    disclose(actor, Permission.DISCLOSURE_LIST, case, fields=["receipts"], reason_code=reader)
    return printed(told, reader=reader, language=language_of(language, case.language))


def list_timeline(actor: Actor, file: CaseFile, *, limit: int, after: UUID | None) -> Page:
    """What was done, from the log: changes, not reads. A receiver sees its own acts only."""
    query = _entries(file).where(
        AuditEntry.outcome == "allowed", ~AuditEntry.action.like("%.read"), ~AuditEntry.action.like("%.listed")
    )
    query = query.where(~AuditEntry.action.like("%\\_read", escape="\\"))
    if not _owner(file):
        query = query.where(AuditEntry.agency_id == actor.agency_id)
    page = page_of(session(), query, AuditEntry.id, limit=limit, after=after)
    disclose(actor, Permission.CASE_READ, file.case, fields=["timeline"])
    return Page([json.loads(row.leaf) for row in page.rows], page.next_after)


def holders_of(case: Case, data_classes: Collection[str]) -> list[UUID]:
    """The agencies that were ever shown one of these classes, and so hold what it said then: the log knows."""
    query = select(AuditEntry.agency_id, AuditEntry.leaf).where(
        AuditEntry.case_ref == case.case_ref, AuditEntry.disclosed, AuditEntry.agency_id != case.owner_agency_id
    )
    wanted = set(data_classes)
    shown = (row.agency_id for row in session().execute(query) if wanted & set(json.loads(row.leaf)["data_classes"]))
    return list(dict.fromkeys(shown))


def _entries(file: CaseFile) -> Any:
    return select(AuditEntry.id, AuditEntry.leaf).where(AuditEntry.case_ref == file.case.case_ref)
