"""Nobody else's agreement outlives the child's majority: when a birth date becomes known later, the agreements that others gave are cut short."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from referral_api.access import Permission
from referral_api.features.cases.clockwork import clockwork
from referral_api.features.cases.models import Case, CaseData
from referral_api.features.cases.queries import CaseFile, documents, lock_case
from referral_api.features.consent.models import Consent
from referral_api.features.consent.rules import majority_of
from referral_api.features.consent.states import AGREEMENTS, OWN_VOICE
from referral_api.kernel.clock import Clock
from referral_api.store import session
from referral_api.vault import CaseKey
from referral_api.work import work

__all__ = ["cut_at_majority"]

_LOOKS_BACK = timedelta(days=7)


def cut_at_majority(clock: Clock, *, limit: int = 50) -> int:
    """Look at the identities that were changed since an agreement was recorded. Returns how many agreements were cut.

    What follows when the time is over is judged at each read, as for every consent.
    """
    current, now = session(), clock()
    query = (
        select(Consent.id, Consent.case_id)
        .join(CaseData, (CaseData.case_id == Consent.case_id) & CaseData.current & (CaseData.data_class == "identity"))
        .where(
            CaseData.at > now - _LOOKS_BACK,
            CaseData.at > Consent.created_at,
            Consent.basis.in_(AGREEMENTS),
            or_(Consent.given_by.is_(None), Consent.given_by.not_in(OWN_VOICE)),
            Consent.state.in_(("active", "withdrawal_requested", "pending_approval")),
        )
        .order_by(Consent.id)
        .limit(limit)
    )
    found = current.execute(query).all()
    current.rollback()
    return sum(_cut(clock, row.case_id, row.id) for row in found)


def _cut(clock: Clock, case_id: UUID, consent_id: UUID) -> bool:
    current = session()
    lock_case(case_id)
    consent = current.execute(select(Consent).where(Consent.id == consent_id).with_for_update()).scalar_one()
    identity = _identity(case_id)
    majority = majority_of(identity)
    if majority is None or (consent.valid_until is not None and consent.valid_until <= majority):
        current.rollback()
        return False
    consent.case = current.execute(select(Case).where(Case.id == case_id)).scalar_one()
    with work(clockwork(clock), Permission.CONSENT_REVIEW, on=consent) as w:
        consent.valid_until = majority
        consent.version += 1
        consent.updated_at = w.now
        w.session.flush()
        w.record(consent, basis=consent.basis, reason_code="majority", fields=["valid_until"])
    return True


def _identity(case_id: UUID) -> dict[str, object]:
    row = (
        session()
        .execute(
            select(Case, CaseKey.kek_id, CaseKey.wrapped, CaseData.version, CaseData.sealed, CaseData.at)
            .join(CaseKey, CaseKey.case_id == Case.id)
            .join(CaseData, CaseData.case_id == Case.id)
            .where(Case.id == case_id, CaseData.current, CaseData.data_class == "identity")
        )
        .first()
    )
    if row is None or row.wrapped is None:
        return {}
    file = CaseFile(row[0], row.kek_id, row.wrapped, {"identity": (row.version, row.sealed, row.at)})
    return documents(file, ["identity"]).get("identity", {})
