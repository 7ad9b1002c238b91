"""What time does to referrals: at `answer_by` the second contact is told, one answer period later the request is an unmet need again."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from referral_api.access import Permission
from referral_api.features.cases.clockwork import clockwork
from referral_api.features.referrals.models import Referral
from referral_api.features.referrals.queries import ReferralFile, find_referral
from referral_api.kernel.actor import Actor
from referral_api.kernel.clock import Clock
from referral_api.store import session
from referral_api.work import work

__all__ = ["run_deadlines"]

_WAITING = ("sent", "acknowledged")


def run_deadlines(clock: Clock, *, limit: int = 200) -> int:
    """Escalate and expire what is due, each in its own unit of work. Returns how many referrals were moved."""
    now = clock()
    expired = _due(select(Referral.id).where(Referral.state.in_(_WAITING), Referral.expire_by <= now), limit)
    escalated = _due(
        select(Referral.id).where(
            Referral.state.in_(_WAITING), Referral.answer_by <= now, Referral.escalated_at.is_(None)
        ),
        limit,
    )
    done = sum(_each(clock, referral_id, _escalate) for referral_id in escalated)
    return done + sum(_each(clock, referral_id, _expire) for referral_id in expired)


def _due(query: object, limit: int) -> list[UUID]:
    current = session()
    found = list(current.execute(query.order_by(Referral.id).limit(limit)).scalars())  # type: ignore[attr-defined]
    current.rollback()
    return found


def _each(clock: Clock, referral_id: UUID, act: Callable[[Actor, ReferralFile], bool]) -> int:
    actor = clockwork(clock)
    done = act(actor, find_referral(actor, referral_id))
    session().rollback()
    return int(done)


def _escalate(actor: Actor, file: ReferralFile) -> bool:
    referral = file.referral
    if (
        referral.state not in _WAITING
        or referral.answer_by is None
        or actor.now < referral.answer_by
        or referral.escalated_at is not None
    ):
        return False
    with work(actor, Permission.REFERRAL_ESCALATE, on=referral) as w:
        referral.escalated_at = w.now
        w.record(referral, reason_code="answer", fields=["escalated_at"])
    return True


def _expire(actor: Actor, file: ReferralFile) -> bool:
    referral = file.referral
    if referral.state not in _WAITING or referral.expire_by is None or actor.now < referral.expire_by:
        return False
    with work(actor, Permission.REFERRAL_EXPIRE, on=referral) as w:
        w.add(referral.step("expire", w))
        w.record(referral, fields=["state"], consent_id=referral.consent_id)
    return True
