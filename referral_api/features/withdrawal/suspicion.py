"""When a caregiver becomes suspected, the agreements that rest on them go to review, and end 72 hours later unless another basis replaces them."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select

from referral_api.access import Permission
from referral_api.features.cases.clockwork import clockwork
from referral_api.features.cases.models import CaregiverSuspicion, Case
from referral_api.features.cases.queries import lock_case
from referral_api.features.consent.models import Consent
from referral_api.features.consent.states import AGREEMENTS
from referral_api.kernel.actor import Actor
from referral_api.kernel.clock import Clock
from referral_api.kernel.words import Relation
from referral_api.store import session
from referral_api.work import work

__all__ = ["review_suspected"]

_ENDS_AFTER = timedelta(hours=72)


def review_suspected(clock: Clock, *, limit: int = 100) -> int:
    """Send to review what rests on caregivers who became suspected. The end is judged at each read; no later sweep is needed for it."""
    current = session()
    s = CaregiverSuspicion
    query = select(s.id, s.case_id).where(s.until.is_(None), s.reviewed_at.is_(None)).order_by(s.id).limit(limit)
    found = current.execute(query).all()
    current.rollback()
    for row in found:
        lock_case(row.case_id)
        _review(clock, row.id)
        session().rollback()
    return len(found)


def _review(clock: Clock, suspicion_id: UUID) -> None:
    current, actor = session(), clockwork(clock)
    fresh = {"populate_existing": True}
    suspicion = current.execute(
        select(CaregiverSuspicion).where(CaregiverSuspicion.id == suspicion_id), execution_options=fresh
    ).scalar_one()
    if suspicion.reviewed_at is not None or suspicion.until is not None:
        return
    case = current.execute(select(Case).where(Case.id == suspicion.case_id)).scalar_one()
    resting = select(Consent).where(
        Consent.case_id == case.id,
        or_(
            Consent.given_by_caregiver_id == suspicion.caregiver_id,
            and_(Consent.given_by_caregiver_id.is_(None), Consent.given_by.in_(("caregiver", "legal_guardian"))),
        ),
        Consent.basis.in_(AGREEMENTS),
        Consent.state.in_(("active", "withdrawal_requested")),
    )
    consents = current.execute(resting.with_for_update(), execution_options=fresh).scalars().all()
    for consent in consents:
        consent.case = case
    with work(actor, Permission.CONSENT_REVIEW, on=_Suspected(case)) as w:
        suspicion.reviewed_at = w.now
        ends = suspicion.since + _ENDS_AFTER
        for consent in consents:
            consent.state = "withdrawal_requested"
            consent.valid_until = min(consent.valid_until, ends) if consent.valid_until else ends
            consent.review_due = ends
            consent.version += 1
            consent.updated_at = w.now
            w.session.flush()
            w.record(consent, basis=consent.basis, reason_code="caregiver_suspected", fields=["state", "valid_until"])
        if not consents:
            w.record(_Suspected(case), reason_code="caregiver_suspected")


class _Suspected:
    """A case whose caregiver became suspected, as the clockwork works on it."""

    kind = "case"

    def __init__(self, case: Case) -> None:
        self.id, self.state, self.case_ref, self._owner = case.id, case.status, case.case_ref, case.owner_agency_id

    def relations(self, actor: Actor) -> frozenset[Relation]:
        return frozenset({Relation.CLOCKWORK if actor.kind == "service" else Relation.NONE})

    def assigned(self, actor: Actor) -> bool:
        return False

    def concerns(self) -> tuple[UUID, ...]:
        return (self._owner,)

    def shown_versions(self, actor: Actor) -> None:
        return None
