"""Finding the case whose glass somebody wants to break: what it takes to know of it, and what refuses it still."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import aliased

from referral_api import vault, work
from referral_api.features.accounts.queries import lock_member
from referral_api.features.break_glass import rules
from referral_api.features.break_glass.models import Glass
from referral_api.features.cases.models import Case, Standing
from referral_api.features.cases.queries import lock_case
from referral_api.features.cases.scope import excluded_here, relations_here, took_part_here
from referral_api.features.consent.models import ConsentExclusion
from referral_api.features.referrals.models import Referral, ReferralStep
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import NotFound
from referral_api.kernel.words import Relation, Role
from referral_api.store import session
from referral_api.vault import CaseKey

__all__ = ["Behind", "case_of", "find_behind"]


@dataclass(slots=True)
class Behind:
    """A case behind glass, with all that deciding about breaking it needs, as one statement found it."""

    case: Case
    kek_id: str
    wrapped: bytes
    refused_because: str | None

    def key(self) -> bytes:
        return vault.ring().unwrap(self.kek_id, self.wrapped)


def case_of(actor: Actor, referral_id: UUID) -> UUID:
    """The case of a referral, for its two ends alone."""
    query = select(Referral.case_id, Referral.to_agency_id, Referral.sent_at, Case.owner_agency_id)
    row = session().execute(query.join(Case).where(Referral.id == referral_id)).one_or_none()
    if row is None:
        raise NotFound()
    case_id: UUID = row.case_id
    if row.owner_agency_id != actor.agency_id and (row.to_agency_id != actor.agency_id or row.sent_at is None):
        raise NotFound(case_ref=work.case_ref(case_id))
    return case_id


def find_behind(actor: Actor, case_id: UUID) -> Behind:
    """The case, for certified caseworkers and supervisors of an agency that takes or took part; for all others it is as missing."""
    lock_case(case_id)
    if actor.person_id is not None:
        lock_member(actor.person_id)
    row = (
        session()
        .execute(
            select(
                Case,
                CaseKey.kek_id,
                CaseKey.wrapped,
                relations_here(actor).label("relations"),
                excluded_here(actor).label("excluded"),
                took_part_here(actor, Referral).label("took_part"),
                _ended_unsafe(actor).label("ended_unsafe"),
                _barred(actor).label("barred"),
                _used(actor).label("used"),
            )
            .join(CaseKey, CaseKey.case_id == Case.id)
            .where(Case.id == case_id),
            execution_options={"populate_existing": True},
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound(case_ref=work.case_ref(case_id))
    case: Case = row[0]
    knows = row.took_part and bool(actor.roles & {Role.CASEWORKER, Role.SUPERVISOR}) and actor.works_with_children
    if not knows or row.excluded or row.wrapped is None:
        raise NotFound(case_ref=case.case_ref, reason="excluded" if row.excluded else None)
    if not actor.certified:
        raise NotFound(case_ref=case.case_ref, reason="certificate")
    standing = {Relation(each) for each in (row.relations or "").split(",") if each}
    case.standing = Standing(frozenset(standing or {Relation.FORMER}), False)
    why = rules.refusal(ended_unsafe=row.ended_unsafe, barred=row.barred, used=row.used)
    return Behind(case, row.kek_id, row.wrapped, why)


def _ended_unsafe(actor: Actor) -> Any:
    """Whether a referral to the agency ended, or rests, because contact through it is unsafe, and did not go on afterwards."""
    resumed = aliased(ReferralStep)
    went_on = exists().where(
        resumed.referral_id == ReferralStep.referral_id, resumed.seq > ReferralStep.seq, resumed.step == "resume"
    )
    return exists().where(
        Referral.case_id == Case.id,
        Referral.to_agency_id == actor.agency_id,
        ReferralStep.referral_id == Referral.id,
        ReferralStep.reason_code.in_(rules.UNSAFE),
        ~went_on,
    )


def _barred(actor: Actor) -> Any:
    return exists().where(ConsentExclusion.case_id == Case.id, ConsentExclusion.agency_id == actor.agency_id)


def _used(actor: Actor) -> Any:
    """How often the person broke a glass in the week that ends now, in whatever case."""
    mine = and_(Glass.member_id == actor.person_id, Glass.started_at > actor.now - rules.A_WEEK)
    return select(func.count()).select_from(Glass).where(mine).scalar_subquery()
