"""Telling the holders: apart from the asking, by the service itself, whether there are any or none."""

from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, or_, select

from referral_api import vault
from referral_api.access import Permission
from referral_api.features.agencies.models import Agency
from referral_api.features.cases.clockwork import clockwork
from referral_api.features.cases.models import BlindIndex, Case, CaseExclusion
from referral_api.features.lookups.models import Lookup, LookupHolder
from referral_api.kernel.actor import Actor
from referral_api.kernel.clock import Clock
from referral_api.store import session
from referral_api.vault import CaseKey
from referral_api.work import work

__all__ = ["pass_on_lookups"]


def pass_on_lookups(clock: Clock, *, limit: int = 200) -> int:
    """Tell the holders of what was asked since the last time, each lookup in its own unit of work. Returns how many were passed on."""
    current = session()
    waiting = select(Lookup.id).where(Lookup.value.is_not(None)).order_by(Lookup.id).limit(limit)
    found = list(current.execute(waiting).scalars())
    current.rollback()
    for lookup_id in found:
        _pass_on(clockwork(clock), lookup_id)
        session().rollback()
    return len(found)


def _pass_on(actor: Actor, lookup_id: UUID) -> None:
    query = (
        select(Lookup, Case.case_ref, CaseKey.kek_id, CaseKey.wrapped)
        .join(Case, Case.id == Lookup.case_id)
        .join(CaseKey, CaseKey.case_id == Lookup.case_id)
        .where(Lookup.id == lookup_id, Lookup.value.is_not(None), CaseKey.wrapped.is_not(None))
        .with_for_update(of=Lookup)
    )
    row = session().execute(query, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        return
    lookup: Lookup = row[0]
    key = vault.ring().unwrap(row.kek_id, row.wrapped)
    reason = vault.open_sealed(key, lookup.reason_sealed, lookup.reason_place())
    holders = _holders(actor, lookup)
    with work(actor, Permission.LOOKUP_PASS_ON, on=lookup) as w:
        lookup.value, lookup.case_ref = None, row.case_ref
        w.record(lookup)
        for held in holders:
            holder = LookupHolder(lookup_id=lookup.id, agency_id=held.owner_agency_id, case_id=held.id, told_at=w.now)
            held_key = vault.ring().unwrap(held.kek_id, held.wrapped)
            holder.reason_sealed = w.seal(held_key, reason, holder.reason_place())
            w.add(holder)
            lookup.case_ref = held.case_ref
            w.record(lookup, Permission.LOOKUP_ASK.event, tell=(held.owner_agency_id,))


def _holders(actor: Actor, lookup: Lookup) -> list[Any]:
    """The newest case of the same identity of each other agency that is active, has not opted out, and is not kept out of the asker's case."""
    kept_out = exists().where(
        CaseExclusion.case_id == lookup.case_id,
        CaseExclusion.agency_id == Case.owner_agency_id,
        or_(CaseExclusion.until.is_(None), CaseExclusion.until > actor.now),
    )
    rows = session().execute(
        select(Case.id, Case.case_ref, Case.owner_agency_id, CaseKey.kek_id, CaseKey.wrapped)
        .join(BlindIndex, BlindIndex.case_id == Case.id)
        .join(CaseKey, and_(CaseKey.case_id == Case.id, CaseKey.wrapped.is_not(None)))
        .join(Agency, Agency.id == Case.owner_agency_id)
        .where(
            BlindIndex.value == lookup.value,
            Case.owner_agency_id != lookup.agency_id,
            Agency.status == "active",
            Agency.lookups_opt_out.is_(False),
            ~kept_out,
        )
        .order_by(Case.id)
    )
    return list({row.owner_agency_id: row for row in rows}.values())
