"""A lookup as JSON, in and out."""

from typing import Any

from referral_api.api.fields import Body, Code, Id, Limits, ListQuery, Moment, Nested, Text, many
from referral_api.features.lookups.queries import LookupView
from referral_api.kernel import clock, ids

__all__ = ["AnswerLookup", "AskLookup", "ListLookups", "LookupOut", "lookup_out"]


class AskLookup(Body):
    reason = Text(
        Limits.TEXT, required=True, metadata={"description": "Why you ask, for those who hold a case. Sealed."}
    )


class AnswerLookup(Body):
    answer = Code("lookup_answer", required=True, metadata={"description": "Only `known` ever reaches the asker."})


class ListLookups(ListQuery):
    box = Code(
        "box", load_default=None, metadata={"description": "`outbox`: what you asked. `inbox`: what you are asked."}
    )


class AnswerOut(Body):
    agency_id = Id("agency")
    answer = Code("lookup_answer")
    at = Moment()


class LookupOut(Body):
    """From the viewer's own side: `case_id` is always a case of the viewer's own agency."""

    id = Id("lookup")
    case_id = Id("case")
    agency_id = Id("agency", metadata={"description": "Who asks."})
    member_id = Id("member", metadata={"description": "Who asks."})
    at = Moment()
    reason = Text(Limits.TEXT, allow_none=True)
    state = Code("lookup_state")
    answers = many(
        Nested(AnswerOut),
        maximum=1_000,
        metadata={"description": "To the asker: the agencies that said that they know the child."},
    )
    your_answer = Code("lookup_answer", allow_none=True, metadata={"description": "To an agency that is asked."})


def lookup_out(view: LookupView) -> dict[str, Any]:
    lookup = view.lookup
    return {
        "id": ids.show("lookup", lookup.id),
        "case_id": ids.show("case", view.case_id),
        "agency_id": ids.show("agency", lookup.agency_id),
        "member_id": ids.show("member", lookup.member_id),
        "at": clock.show(lookup.at),
        "reason": view.reason,
        "state": view.state,
        "answers": [
            {
                "agency_id": ids.show("agency", row.agency_id),
                "answer": row.answer,
                "at": clock.show(row.answered_at or lookup.at),
            }
            for row in view.answers
        ],
        "your_answer": view.your_answer,
    }
