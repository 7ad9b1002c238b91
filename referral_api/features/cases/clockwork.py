"""What goes on in cases without being asked: whoever has left an agency is no longer assigned."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Select, select, update

from referral_api.access import Permission
from referral_api.features.accounts.models import Member
from referral_api.features.cases.models import Case, CaseWorker, Standing
from referral_api.features.cases.queries import lock_case
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.clock import Clock
from referral_api.kernel.words import Relation, Role
from referral_api.store import session
from referral_api.work import work

__all__ = ["clockwork", "for_clockwork", "one_by_one", "unassign_leavers"]


def clockwork(clock: Clock) -> Actor:
    """The service itself as actor: it may expire, escalate and tidy up, and nothing else."""
    return Actor(
        "service", None, None, Request(id=ids.new().hex, now=clock(), changing=True), roles=frozenset({Role.SERVICE})
    )


def for_clockwork(case_id: UUID) -> Case | None:
    """The case, as the service itself stands to it."""
    query = select(Case).where(Case.id == case_id)
    case = session().execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if case is not None:
        case.standing = Standing(frozenset({Relation.CLOCKWORK}), False)
    return case


def one_by_one(clock: Clock, query: Select[UUID, UUID], act: Callable[[Actor, UUID, UUID], int]) -> int:
    """Act on what was found (its id, and its case's) in a transaction each, by the service itself. Returns the sum of what was done."""
    found = session().execute(query).all()
    session().rollback()
    done = 0
    for thing_id, case_id in found:
        done += act(clockwork(clock), case_id, thing_id)
        session().rollback()
    return done


def unassign_leavers(clock: Clock, *, limit: int = 200) -> int:
    """End the assignments of members who left. They have no access since the moment they left; this puts it down in each case.

    The accounts room cannot do it as they leave, since it does not know of cases. Returns how many were ended.
    """
    left = (
        select(CaseWorker.id, CaseWorker.case_id)
        .join(Member, Member.id == CaseWorker.member_id)
        .where(Member.status == "left", CaseWorker.until.is_(None))
        .order_by(CaseWorker.id)
        .limit(limit)
    )
    return one_by_one(clock, left, _unassign)


def _unassign(actor: Actor, case_id: UUID, worker_id: UUID) -> int:
    lock_case(case_id)
    case = for_clockwork(case_id)
    if case is None:
        return 0
    with work(actor, Permission.CASE_UNASSIGN, on=case) as w:
        ended = update(CaseWorker).where(CaseWorker.id == worker_id, CaseWorker.until.is_(None)).values(until=w.now)
        w.session.execute(ended, execution_options={"synchronize_session": False})
        w.record(case, fields=["assignments"], reason_code="member_left")
    return 1
