"""The feed of an agency."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, union_all

from referral_api.access import Permission, decide
from referral_api.features.break_glass.models import Glass
from referral_api.features.cases.scope import kept_from
from referral_api.features.consent.models import Consent
from referral_api.features.erasure.models import Erasure
from referral_api.features.lookups.models import Lookup, LookupHolder
from referral_api.features.referrals.models import Referral
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden
from referral_api.outbox import OutboxEvent
from referral_api.store import session
from referral_api.work import OwnAgency, disclose

__all__ = ["list_events"]


def list_events(actor: Actor, *, limit: int, after: int) -> tuple[Sequence[Any], bool]:
    """The agency's events after a place in its feed, oldest first, and whether there are more. An empty look leaves no entry.

    Whoever is kept out of a case hears nothing of it: for them the feed goes on as if it were not there.
    """
    if actor.agency_id is None:
        raise Forbidden("Only agencies hear events.")
    own = OwnAgency(actor.agency_id)
    decide(actor, Permission.EVENT_LIST, own)
    e = OutboxEvent.__table__.c
    query = select(e.id, e.seq, e.at, e.type, e.subject_type, e.subject_id, e.state).where(
        e.agency_id == actor.agency_id, e.seq > after, e.subject_id.not_in(_kept_from(actor))
    )
    rows = session().execute(query.order_by(e.seq).limit(limit + 1)).all()
    if rows:
        disclose(actor, Permission.EVENT_LIST, own, returned_ids=[ids.show("event", row.id) for row in rows[:limit]])
    return rows[:limit], len(rows) > limit


def _kept_from(actor: Actor) -> Any:
    """The cases that the actor is kept out of, and all that hangs on them."""
    cases = kept_from(actor)
    held = (LookupHolder.agency_id == actor.agency_id, LookupHolder.case_id.in_(cases))
    return union_all(
        cases,
        *(select(thing.id).where(thing.case_id.in_(cases)) for thing in (Consent, Referral, Glass, Erasure, Lookup)),
        select(LookupHolder.lookup_id).where(*held),
    )
