"""The feed of an agency."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from referral_api.access import Permission, decide
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden
from referral_api.outbox import OutboxEvent
from referral_api.store import session
from referral_api.work import OwnAgency, disclose

__all__ = ["list_events"]


def list_events(actor: Actor, *, limit: int, after: int) -> tuple[Sequence[Any], bool]:
    """The agency's events after a place in its feed, oldest first, and whether there are more. An empty look leaves no entry."""
    if actor.agency_id is None:
        raise Forbidden("Only agencies hear events.")
    own = OwnAgency(actor.agency_id)
    decide(actor, Permission.EVENT_LIST, own)
    e = OutboxEvent.__table__.c
    query = select(e.id, e.seq, e.at, e.type, e.subject_type, e.subject_id, e.state).where(
        e.agency_id == actor.agency_id, e.seq > after
    )
    rows = session().execute(query.order_by(e.seq).limit(limit + 1)).all()
    if rows:
        disclose(actor, Permission.EVENT_LIST, own, returned_ids=[ids.show("event", row.id) for row in rows[:limit]])
    return rows[:limit], len(rows) > limit
