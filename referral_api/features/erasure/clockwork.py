"""What time does to a case that is kept: its owner is warned, 90 and 30 days before the retention date. Time erases nothing."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, select

from referral_api.access import Permission
from referral_api.features.cases.clockwork import clockwork, for_clockwork
from referral_api.features.cases.models import Case
from referral_api.features.cases.queries import lock_case
from referral_api.features.erasure.models import RetentionWarning
from referral_api.features.erasure.rules import WARNED_DAYS_BEFORE
from referral_api.kernel.actor import Actor
from referral_api.kernel.clock import Clock
from referral_api.store import session
from referral_api.store.pages import Rows
from referral_api.work import work

__all__ = ["warn_of_retention"]


def warn_of_retention(clock: Clock, *, limit: int = 200) -> int:
    """Tell owners, once for each distance, which cases come to the end of their time. Returns how many warnings were given."""
    given, later = 0, None
    for days in sorted(WARNED_DAYS_BEFORE):
        due = _due(clock, days, later).order_by(Case.retention_until, Case.id).limit(limit)
        found = list(session().execute(due).scalars())
        session().rollback()
        for case_id in found:
            given += _warn(clockwork(clock), case_id, days)
            session().rollback()
        later = days
    return given


def _due(clock: Clock, days: int, later: int | None) -> Rows:
    """Cases nearer than `days`, and not so near that a later warning is the one to give."""
    given = exists().where(
        RetentionWarning.case_id == Case.id,
        RetentionWarning.retention_until == Case.retention_until,
        RetentionWarning.days_before == days,
    )
    query: Rows = select(Case.id).where(
        Case.status != "erased", Case.retention_until <= clock() + timedelta(days=days), ~given
    )
    return query if later is None else query.where(Case.retention_until > clock() + timedelta(days=later))


def _warn(actor: Actor, case_id: UUID, days: int) -> int:
    lock_case(case_id)
    case = for_clockwork(case_id)
    if case is None or case.status == "erased" or case.retention_until > actor.now + timedelta(days=days):
        return 0
    with work(actor, Permission.RETENTION_WARN, on=case) as w:
        w.add(RetentionWarning(case_id=case.id, retention_until=case.retention_until, days_before=days, at=w.now))
        w.record(case, reason_code=f"{days}_days")
    return 1
