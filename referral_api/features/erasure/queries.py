"""Finding erasures and reading their certificates; what is kept beyond its time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from referral_api import vault
from referral_api import work as spine
from referral_api.access import Permission, decide
from referral_api.features.cases.models import Case
from referral_api.features.cases.queries import CaseFile, lock_case
from referral_api.features.cases.scope import excluded_here, visible_cases
from referral_api.features.erasure.models import CaseHold, Erasure
from referral_api.features.erasure.rules import WARNED_DAYS_BEFORE
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden, NotFound
from referral_api.store import session
from referral_api.store.pages import Page, Rows, page_of
from referral_api.work import OwnAgency, disclose

__all__ = ["etag", "find_erasure", "list_erasures", "list_holds", "list_retention", "read_erasure", "reason_of"]


def etag(actor: Actor, erasure: Erasure) -> str:
    return spine.etag(actor, erasure.kind, erasure.id, erasure.shown_versions(actor) or ())


def find_erasure(actor: Actor, erasure_id: UUID) -> Erasure:
    """The erasure with its case, locked if the call changes something; NotFound for whoever may not know of it."""
    current = session()
    case_id = current.execute(select(Erasure.case_id).where(Erasure.id == erasure_id)).scalar_one_or_none()
    if case_id is None:
        raise NotFound()
    if actor.request.changing:
        lock_case(case_id)
    row = current.execute(
        select(Erasure, Case, excluded_here(actor).label("excluded"))
        .join(Case, Case.id == Erasure.case_id)
        .where(Erasure.id == erasure_id),
        execution_options={"populate_existing": True},
    ).one()
    erasure: Erasure = row[0]
    erasure.case = row[1]
    if row.excluded:
        raise NotFound(case_ref=erasure.case_ref, reason="excluded")
    return erasure


def reason_of(actor: Actor, erasure: Erasure) -> str | None:
    """Why it is asked for, in words, for those who may read them."""
    if not erasure.may_read_reason(actor) or erasure.reason_sealed is None:
        return None
    key = vault.case_key(session(), vault.ring(), erasure.case_id)
    return vault.open_sealed(key, erasure.reason_sealed, erasure.place())


def read_erasure(actor: Actor, erasure_id: UUID) -> tuple[Erasure, str | None]:
    """Read a request, or the certificate that it became."""
    erasure = find_erasure(actor, erasure_id)
    decide(actor, Permission.ERASURE_READ, erasure)
    reason = reason_of(actor, erasure)
    disclose(actor, Permission.ERASURE_READ, erasure, fields=["reason"] if reason is not None else [])
    return erasure, reason


def list_erasures(actor: Actor, *, limit: int, after: UUID | None, state: str | None) -> Page:
    """One page of the agency's erasures, newest first; an overseer's of all."""
    own = _own(actor)
    decide(actor, Permission.ERASURE_LIST, own)
    query: Rows = select(Erasure.id, Erasure).join(Case, Case.id == Erasure.case_id)
    if actor.agency_type != "oversight":
        query = query.where(Case.owner_agency_id == actor.agency_id, ~excluded_here(actor))
    if state is not None:
        query = query.where(Erasure.state == state)
    page = page_of(session(), query, Erasure.id, limit=limit, after=after)
    disclose(actor, Permission.ERASURE_LIST, own, returned_ids=[ids.show("erasure", row.id) for row in page.rows])
    return page


def list_retention(actor: Actor, *, limit: int, after: UUID | None) -> Page:
    """The agency's own cases whose retention date is near or over."""
    own = _own(actor)
    decide(actor, Permission.RETENTION_LIST, own)
    near = actor.now + timedelta(days=max(WARNED_DAYS_BEFORE))
    query: Rows = select(Case.id, Case.status, Case.retention_until, Case.legal_hold)
    query = visible_cases(query, actor).where(Case.owner_agency_id == actor.agency_id, Case.retention_until <= near)
    page = page_of(session(), query, Case.id, limit=limit, after=after)
    disclose(actor, Permission.RETENTION_LIST, own, returned_ids=[ids.show("case", row.id) for row in page.rows])
    return page


def list_holds(actor: Actor, file: CaseFile) -> Sequence[tuple[Any, str]]:
    """When a case was held and released, by whom and why, newest first."""
    query = select(CaseHold).where(CaseHold.case_id == file.case.id).order_by(CaseHold.id.desc()).limit(100)
    rows = session().execute(query).scalars().all()
    decide(actor, Permission.CASE_HISTORY, file.case)
    shown = [(row, vault.open_sealed(file.key(), row.reason_sealed, row.place())) for row in rows]
    disclose(actor, Permission.CASE_HISTORY, file.case, fields=["holds"])
    return shown


def _own(actor: Actor) -> OwnAgency:
    if actor.agency_id is None:
        raise Forbidden("Only agencies keep cases.")
    return OwnAgency(actor.agency_id)
