"""The log, read by auditors within their scope."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from referral_api import audit
from referral_api.access import Permission, decide
from referral_api.audit import proofs
from referral_api.features.cases.models import Case
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden, NotFound
from referral_api.store import session
from referral_api.store.pages import Rows, page_of
from referral_api.work import OwnAgency, disclose

__all__ = ["list_entries", "own_agency", "prove_entry", "read_entry"]


def own_agency(actor: Actor) -> OwnAgency:
    if actor.agency_id is None:
        raise Forbidden("Only agencies have auditors.")
    return OwnAgency(actor.agency_id)


def _within_scope(query: Rows, actor: Actor) -> Rows:
    if actor.agency_type == "oversight":
        return query
    owned = select(Case.case_ref).where(Case.owner_agency_id == actor.agency_id)
    return query.where(or_(audit.AuditEntry.agency_id == actor.agency_id, audit.AuditEntry.case_ref.in_(owned)))


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
    query = _within_scope(select(entry.id, entry.leaf), actor)
    for name, value in filters.items():
        query = query.where(getattr(entry, name) == value)
    if since is not None:
        query = query.where(entry.at >= since)
    if until is not None:
        query = query.where(entry.at < until)
    decide(actor, Permission.AUDIT_READ, own_agency(actor))
    page = page_of(session(), query, entry.id, limit=limit, after=after)
    items = _with_places({row.id: row.leaf for row in page.rows})
    disclose(actor, Permission.AUDIT_READ, own_agency(actor), returned_ids=[item["id"] for item in items])
    return items, page.next_after


def read_entry(actor: Actor, entry_id: UUID) -> dict[str, Any]:
    [item] = _with_places({entry_id: _leaf(actor, entry_id)})
    disclose(actor, Permission.AUDIT_READ, own_agency(actor), returned_ids=[ids.show("entry", entry_id)])
    return item


def prove_entry(actor: Actor, entry_id: UUID) -> dict[str, Any]:
    """The inclusion proof of an entry that the auditor may read."""
    _leaf(actor, entry_id)
    return proofs.inclusion_proof(session(), entry_id)


def _leaf(actor: Actor, entry_id: UUID) -> bytes:
    decide(actor, Permission.AUDIT_READ, own_agency(actor))
    query = _within_scope(select(audit.AuditEntry.leaf).where(audit.AuditEntry.id == entry_id), actor)
    leaf: bytes | None = session().execute(query).scalar_one_or_none()
    if leaf is None:
        raise NotFound()
    return leaf


def _with_places(leaves: Mapping[UUID, bytes]) -> list[dict[str, Any]]:
    found = proofs.places(session(), leaves)
    return [{**json.loads(leaf), "index": found.get(entry_id)} for entry_id, leaf in leaves.items()]
