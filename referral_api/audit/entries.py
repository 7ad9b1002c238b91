"""Writing an entry: one insert, in the act's own transaction. `append` is the only writer of the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from referral_api.audit.canonical import dumps
from referral_api.audit.models import AuditEntry
from referral_api.kernel import clock, ids
from referral_api.kernel.actor import Actor

__all__ = ["Entry", "append"]

_INSERT = insert(AuditEntry.__table__)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is said of an act: codes, ids and names of fields; never a value, a name of a child, or a caller's free text (NIST AU-3)."""

    action: str
    subject_type: str | None = None
    subject_id: UUID | None = None
    subject_hash: str | None = None
    case_ref: str | None = None
    outcome: str = "allowed"
    reason_code: str | None = None
    fields: Sequence[str] = ()
    data_classes: Sequence[str] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    basis: str | None = None
    consent_id: UUID | None = None
    referral_id: UUID | None = None
    returned_ids: Sequence[str] = ()


def append(session: Session, actor: Actor, entry: Entry) -> UUID:
    """Write the entry of an act by `actor`; it becomes real with the transaction or not at all. Returns its id."""
    entry_id = ids.new()
    at = actor.now
    session.execute(
        _INSERT,
        {
            "id": entry_id,
            "at": at,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "agency_id": actor.agency_id,
            "action": entry.action,
            "subject_type": entry.subject_type,
            "subject_id": entry.subject_id,
            "case_ref": entry.case_ref,
            "outcome": entry.outcome,
            "disclosed": bool(entry.data_classes) and entry.outcome == "allowed",
            "leaf": dumps(_document(entry_id, actor, entry)),
            "person_id": actor.person_id,
            "reason_code": entry.reason_code,
            "consent_id": entry.consent_id,
            "data_classes": f" {' '.join(entry.data_classes)} " if entry.data_classes else None,
        },
    )
    return entry_id


def _document(entry_id: UUID, actor: Actor, entry: Entry) -> dict[str, Any]:
    return {
        "id": ids.show("entry", entry_id),
        "at": clock.show(actor.now),
        "actor": {
            "kind": actor.kind,
            "id": _shown(actor.kind, actor.id),
            "agency_id": _shown("agency", actor.agency_id),
            "roles": sorted(actor.roles),
            "on_behalf_of": _shown("member", actor.on_behalf_of),
        },
        "purpose": actor.purpose,
        "action": entry.action,
        "subject": {
            "type": entry.subject_type,
            "id": entry.subject_hash or _shown(entry.subject_type, entry.subject_id),
        },
        "case_ref": entry.case_ref,
        "outcome": entry.outcome,
        "reason_code": entry.reason_code,
        "fields": list(entry.fields),
        "data_classes": list(entry.data_classes),
        "versions": dict(entry.versions),
        "basis": entry.basis,
        "consent_id": _shown("consent", entry.consent_id),
        "referral_id": _shown("referral", entry.referral_id),
        "returned_ids": list(entry.returned_ids),
        "request_id": actor.request.id,
        "client_address": actor.request.address,
    }


def _shown(kind: str | None, value: UUID | None) -> str | None:
    return None if kind is None or value is None else ids.show(kind, value)
