"""What runs out: a consent whose time is over is judged so at every read; this only puts the state down and tells the receivers."""

from sqlalchemy import select

from referral_api.access import Permission
from referral_api.features.cases.clockwork import clockwork
from referral_api.features.cases.models import Case
from referral_api.features.cases.queries import lock_case
from referral_api.features.consent.models import Consent
from referral_api.features.consent.queries import lock_consent
from referral_api.features.withdrawal.commands import stop_referrals
from referral_api.kernel.actor import Actor
from referral_api.kernel.clock import Clock
from referral_api.store import session
from referral_api.work import work

__all__ = ["expire_consents"]

_LIVING = ("active", "withdrawal_requested", "pending_approval")


def expire_consents(clock: Clock, *, limit: int = 200) -> int:
    """Put down as expired what has run out. Returns how many."""
    current = session()
    due = (
        select(Consent.id, Consent.case_id)
        .where(Consent.state.in_(_LIVING), Consent.valid_until <= clock())
        .order_by(Consent.id)
        .limit(limit)
    )
    found = current.execute(due).all()
    current.rollback()
    for row in found:
        lock_case(row.case_id)
        lock_consent(row.id)
        _expire(clockwork(clock), row.id)
        session().rollback()
    return len(found)


def _expire(actor: Actor, consent_id: object) -> None:
    consent = (
        session()
        .execute(select(Consent).where(Consent.id == consent_id), execution_options={"populate_existing": True})
        .scalar_one()
    )
    consent.case = session().execute(select(Case).where(Case.id == consent.case_id)).scalar_one()
    if consent.state not in _LIVING:
        return
    with work(actor, Permission.CONSENT_EXPIRE, on=consent) as w:
        consent.state, consent.ended_at, consent.ended_because = "expired", w.now, "time"
        consent.version += 1
        consent.updated_at = w.now
        w.session.flush()
        w.record(consent, basis=consent.basis, fields=["state"])
        stop_referrals(w, consent, consent.case, reason_code="consent_expired")
