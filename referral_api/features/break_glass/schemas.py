"""A use of break-glass as JSON, in and out."""

from typing import Any

from referral_api.api.fields import Body, Code, Id, Limits, ListQuery, Moment, Text, Whole
from referral_api.features.break_glass.queries import GlassView
from referral_api.features.break_glass.rules import MOST_MINUTES
from referral_api.kernel import clock, ids

__all__ = ["BreakGlass", "EndGlass", "GlassOut", "ListGlasses", "ReviewGlass", "glass_out"]


class BreakGlass(Body):
    reason_code = Code("break_glass_reason", required=True)
    reason = Text(
        Limits.TEXT, required=True, metadata={"description": "In words. Sealed, and read by whoever reviews it."}
    )
    minutes = Whole(1, MOST_MINUTES, required=True, metadata={"description": "For how long, at most four hours."})


class EndGlass(Body):
    """Ending says nothing more than itself."""


class ReviewGlass(Body):
    outcome = Code("break_glass_review", required=True)
    note = Text(Limits.NOTES, allow_none=True, load_default=None)


class ListGlasses(ListQuery):
    overdue = Code(
        among=("true", "false"),
        load_default=None,
        metadata={"description": "`true`: the review was due and is not done."},
    )
    case_id = Id("case", load_default=None)


class GlassOut(Body):
    id = Id("glass")
    case_id = Id("case")
    referral_id = Id("referral", allow_none=True)
    agency_id = Id("agency")
    member_id = Id("member")
    reason_code = Code("break_glass_reason")
    reason = Text(
        Limits.TEXT,
        allow_none=True,
        metadata={"description": "For whoever used it and the owner's supervisors; else null."},
    )
    minutes = Whole(1, MOST_MINUTES)
    started_at = Moment()
    expires_at = Moment()
    ended_at = Moment(allow_none=True, metadata={"description": "When it was ended before it ran out."})
    review_due = Moment()
    reviewed_at = Moment(allow_none=True)
    review_outcome = Code("break_glass_review", allow_none=True)
    review_note = Text(Limits.NOTES, allow_none=True, metadata={"description": "For the same readers as `reason`."})


def glass_out(view: GlassView) -> dict[str, Any]:
    glass = view.glass
    return {
        "id": ids.show("glass", glass.id),
        "case_id": ids.show("case", glass.case_id),
        "referral_id": ids.show("referral", glass.referral_id) if glass.referral_id else None,
        "agency_id": ids.show("agency", glass.agency_id),
        "member_id": ids.show("member", glass.member_id),
        "reason_code": glass.reason_code,
        "reason": view.reason,
        "minutes": glass.minutes,
        "started_at": clock.show(glass.started_at),
        "expires_at": clock.show(glass.expires_at),
        "ended_at": clock.show(glass.ended_at) if glass.ended_at else None,
        "review_due": clock.show(glass.review_due),
        "reviewed_at": clock.show(glass.reviewed_at) if glass.reviewed_at else None,
        "review_outcome": glass.review_outcome,
        "review_note": view.note,
    }
