"""The address of the event feed."""

from typing import Any

from referral_api.access import Permission as P
from referral_api.api import paging
from referral_api.api.fields import Body, Id, ListQuery, Moment, Nested, Text
from referral_api.api.rooms import Call, Reply, Room
from referral_api.features.webhooks import queries
from referral_api.kernel import clock, ids

room = Room("events", "Events: what happened to an agency's cases and referrals, as ids and states.")


class EventSubject(Body):
    type = Text()
    id = Text()


class EventOut(Body):
    id = Id("event")
    at = Moment()
    type = Text()
    subject = Nested(EventSubject)
    state = Text(allow_none=True)


@room.get("/v1/events", permission=P.EVENT_LIST, query=ListQuery, answer=EventOut, listed=True)
def list_events(call: Call) -> Reply:
    """List the agency's events, oldest first; `next_cursor` is where the next look begins, also when there is no more."""
    rows, more = queries.list_events(call.actor, limit=call.query["limit"], after=int(paging.position(call) or 0))
    cursor = paging.cursor_at(call, str(rows[-1].seq)) if rows else call.query["cursor"]
    headers = {"Link": paging.next_link(cursor)} if more else {}
    return Reply({"items": [_event_out(row) for row in rows], "next_cursor": cursor}, headers=headers)


def _event_out(row: Any) -> dict[str, Any]:
    subject = {"type": row.subject_type, "id": ids.show(row.subject_type, row.subject_id)}
    return {
        "id": ids.show("event", row.id),
        "at": clock.show(row.at),
        "type": row.type,
        "subject": subject,
        "state": row.state,
    }
