"""Which rows an agency may know of. No other file filters by agency: cases by their parties, referrals by their two ends."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true

from referral_api.features.cases.models import Case, CaseExclusion, CaseParty, CaseWorker
from referral_api.kernel.actor import Actor
from referral_api.kernel.words import Relation, Role
from referral_api.store.pages import Rows

__all__ = [
    "assigned_here",
    "excluded_here",
    "kept_from",
    "relations_here",
    "took_part_here",
    "visible_cases",
    "visible_glasses",
    "visible_lookups",
    "visible_referrals",
]

_READING = (Relation.OWNER, Relation.RECEIVING, Relation.PLAN_MEMBER, Relation.BREAK_GLASS)


def _now_within(since: Any, until: Any, now: datetime) -> ColumnElement[bool]:
    return and_(since <= now, or_(until.is_(None), until > now))


def _counts_for(actor: Actor) -> ColumnElement[bool]:
    """Parties now: rows of the actor's agency, but not those that stand for another member alone (break-glass)."""
    return and_(
        CaseParty.agency_id == actor.agency_id,
        or_(CaseParty.member_id.is_(None), CaseParty.member_id == actor.person_id),
        _now_within(CaseParty.since, CaseParty.until, actor.now),
    )


def relations_here(actor: Actor, case_id: Any = Case.id) -> Any:
    """The relations of the actor's agency to the case, as one comma-separated text."""
    return (
        select(func.aggregate_strings(CaseParty.relation, ","))
        .where(CaseParty.case_id == case_id, _counts_for(actor))
        .correlate(Case)
        .scalar_subquery()
    )


def assigned_here(actor: Actor, case_id: Any = Case.id) -> ColumnElement[bool]:
    """Whether the person who acts, or is acted for, is assigned to the case for the actor's agency."""
    return exists().where(
        CaseWorker.case_id == case_id,
        CaseWorker.member_id == actor.person_id,
        CaseWorker.agency_id == actor.agency_id,
        _now_within(CaseWorker.since, CaseWorker.until, actor.now),
    )


def excluded_here(actor: Actor, case_id: Any = Case.id) -> ColumnElement[bool]:
    """Whether the person or the agency is kept out of the case. It beats every grant."""
    return exists().where(CaseExclusion.case_id == case_id, _keeps_out(actor))


def _keeps_out(actor: Actor) -> ColumnElement[bool]:
    return and_(
        or_(
            and_(CaseExclusion.member_id.is_not(None), CaseExclusion.member_id == actor.person_id),
            CaseExclusion.agency_id == actor.agency_id,
        ),
        _now_within(CaseExclusion.since, CaseExclusion.until, actor.now),
    )


def kept_from(actor: Actor) -> Any:
    """The ids of the cases that the person or the agency is kept out of now."""
    return select(CaseExclusion.case_id).where(_keeps_out(actor))


def took_part_here(actor: Actor, referral: Any) -> ColumnElement[bool]:
    """Whether the actor's agency is or ever was a party of the case by its work, or received a referral of it."""
    party = exists().where(
        CaseParty.case_id == Case.id,
        CaseParty.agency_id == actor.agency_id,
        CaseParty.relation != Relation.BREAK_GLASS,
    )
    received = exists().where(
        referral.case_id == Case.id, referral.to_agency_id == actor.agency_id, referral.sent_at.is_not(None)
    )
    return or_(party, received)


def visible_cases(query: Rows, actor: Actor) -> Rows:
    """Cases of which the actor's agency is a party now, less those that it or the person is kept out of."""
    party = exists().where(CaseParty.case_id == Case.id, CaseParty.relation.in_(_READING), _counts_for(actor))
    return query.where(party, ~excluded_here(actor))


def visible_referrals(query: Rows, actor: Actor, referral: Any, box: str | None = None) -> Rows:
    """Referrals that the actor's agency sends (as owner of the case now) or received; a draft does not exist for its receiver."""
    sent = Case.owner_agency_id == actor.agency_id
    received = and_(referral.to_agency_id == actor.agency_id, referral.sent_at.is_not(None))
    ends = {"outbox": sent, "inbox": received}.get(box or "", or_(sent, received))
    return query.where(ends, ~excluded_here(actor, referral.case_id))


def visible_glasses(query: Rows, actor: Actor, glass: Any) -> Rows:
    """Uses of break-glass: a person's own, those on the cases of a supervisor's agency, and those in an auditor's scope."""
    seen: list[ColumnElement[bool]] = [glass.member_id == actor.person_id]
    if actor.roles & {Role.SUPERVISOR, Role.AUDITOR}:
        seen.append(Case.owner_agency_id == actor.agency_id)
    if Role.AUDITOR in actor.roles:
        seen.append(true() if actor.agency_type == "oversight" else glass.agency_id == actor.agency_id)
    return query.where(or_(*seen), ~excluded_here(actor))


def visible_lookups(query: Rows, actor: Actor, lookup: Any, holder: Any, box: str | None = None) -> Rows:
    """Lookups that the agency asked, for its supervisors; and those it is asked, for them and for who is assigned to the case it holds.

    `holder` is the agency's own row, joined to the query.
    """
    supervisor = true() if Role.SUPERVISOR in actor.roles else false()
    asked = and_(supervisor, lookup.agency_id == actor.agency_id, ~excluded_here(actor, lookup.case_id))
    told = and_(
        holder.agency_id == actor.agency_id,
        or_(supervisor, assigned_here(actor, holder.case_id)),
        ~excluded_here(actor, holder.case_id),
    )
    return query.where({"outbox": asked, "inbox": told}.get(box or "", or_(asked, told)))
