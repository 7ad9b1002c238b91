"""The proof of the telling: who was told that a basis is over, and when they read it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from referral_api.access import Permission
from referral_api.audit import AuditEntry
from referral_api.features.consent.models import Consent
from referral_api.features.withdrawal.models import Notice
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.store import session
from referral_api.work import disclose

__all__ = ["list_notices"]

_READ = Permission.REFERRAL_READ.event


def list_notices(actor: Actor, consent: Consent) -> Sequence[Any]:
    """Every notice of this consent's end: the owner sees all. It was read when somebody of the agency first read the suspended referral."""
    read = (
        select(func.min(AuditEntry.at))
        .where(
            AuditEntry.subject_id == Notice.referral_id,
            AuditEntry.agency_id == Notice.agency_id,
            AuditEntry.at > Notice.told_at,
            AuditEntry.action == _READ,
            AuditEntry.outcome == "allowed",
        )
        .scalar_subquery()
    )
    query = select(Notice.id, Notice.agency_id, Notice.referral_id, Notice.told_at, read.label("read_at"))
    rows = session().execute(query.where(Notice.consent_id == consent.id).order_by(Notice.id).limit(100)).all()
    told = [ids.show("agency", row.agency_id) for row in rows]
    disclose(actor, Permission.CONSENT_HISTORY, consent, fields=["notices"], returned_ids=told)
    return rows
