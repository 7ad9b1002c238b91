"""Nobody else's agreement outlives the child's majority: when a birth date becomes known later, the agreements that others gave are cut short."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from referral_api import vault
from referral_api.access import Permission
from referral_api.features.cases import sealed
from referral_api.features.cases.clockwork import for_clockwork, one_by_one
from referral_api.features.cases.models import CaseData
from referral_api.features.cases.queries import lock_case
from referral_api.features.consent.models import Consent
from referral_api.features.consent.rules import majority_of
from referral_api.features.consent.states import AGREEMENTS, OWN_VOICE
from referral_api.kernel.actor import Actor
from referral_api.kernel.clock import Clock
from referral_api.store import session
from referral_api.vault import CaseKey
from referral_api.work import work

__all__ = ["cut_at_majority"]

_LOOKS_BACK = timedelta(days=7)


def cut_at_majority(clock: Clock, *, since: datetime | None = None) -> int:
    """Look at the identities that were changed since then (a week ago, if left out). Returns how many agreements were cut.

    What follows when the time is over is judged at each read, as for every consent.
    """
    query = (
        select(Consent.id, Consent.case_id)
        .join(CaseData, (CaseData.case_id == Consent.case_id) & CaseData.current & (CaseData.data_class == "identity"))
        .where(
            CaseData.at > (since or clock() - _LOOKS_BACK),
            CaseData.at > Consent.created_at,
            Consent.basis.in_(AGREEMENTS),
            or_(Consent.given_by.is_(None), Consent.given_by.not_in(OWN_VOICE)),
            Consent.state.in_(("active", "withdrawal_requested", "pending_approval")),
        )
        .order_by(Consent.id)
    )
    return one_by_one(clock, query, _cut)


def _cut(actor: Actor, case_id: UUID, consent_id: UUID) -> bool:
    lock_case(case_id)
    case, majority = for_clockwork(case_id), _majority(case_id)
    consent = session().execute(select(Consent).where(Consent.id == consent_id).with_for_update()).scalar_one()
    if case is None or majority is None or (consent.valid_until is not None and consent.valid_until <= majority):
        return False
    consent.case = case
    with work(actor, Permission.CONSENT_REVIEW, on=consent) as w:
        consent.valid_until = majority
        consent.version += 1
        consent.updated_at = w.now
        w.session.flush()
        w.record(consent, basis=consent.basis, reason_code="majority", fields=["valid_until"])
    return True


def _majority(case_id: UUID) -> datetime | None:
    found = (
        session()
        .execute(
            select(CaseKey.kek_id, CaseKey.wrapped, CaseData.version, CaseData.sealed)
            .join(CaseData, CaseData.case_id == CaseKey.case_id)
            .where(CaseKey.case_id == case_id, CaseData.current, CaseData.data_class == "identity")
        )
        .first()
    )
    if found is None or found.wrapped is None:
        return None
    key = vault.ring().unwrap(found.kek_id, found.wrapped)
    return majority_of(sealed.open_class(key, case_id, "identity", found.version, found.sealed))
