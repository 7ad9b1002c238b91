"""Holds and erasures as JSON."""

from datetime import datetime
from typing import Any

from referral_api.api.fields import Body, Code, Day, Flag, Id, Limits, ListQuery, Moment, Text, Whole
from referral_api.features.erasure.models import CaseHold, Erasure
from referral_api.kernel import clock, ids

__all__ = [
    "ErasureOut", "HoldCase", "HoldOut", "ListErasures", "Nothing", "RequestErasure", "RetentionOut", "erasure_out", "hold_out", "retention_out",
]  # fmt: skip


class HoldCase(Body):
    on = Flag(required=True, metadata={"description": "True: nobody erases the case. False: the hold is lifted."})
    reason = Text(Limits.TEXT, required=True)


class RequestErasure(Body):
    reason_code = Code("erasure_reason", required=True)
    reason = Text(Limits.TEXT, required=True, metadata={"description": "In words; destroyed with the case."})


class Nothing(Body):
    """A step that needs no words."""


class ListErasures(ListQuery):
    state = Code("erasure_state", load_default=None)


class HoldOut(Body):
    id = Id("hold")
    on = Flag()
    at = Moment()
    member_id = Id("member", allow_none=True)
    reason = Text(Limits.TEXT)


class ErasureOut(Body):
    id = Id("erasure")
    case_id = Id("case")
    state = Code("erasure_state")
    reason_code = Code("erasure_reason")
    reason = Text(
        Limits.TEXT, allow_none=True, metadata={"description": "For the owner's supervisors, until it is carried out."}
    )
    requested_by = Id("member")
    requested_at = Moment()
    confirmed_by = Id("member", allow_none=True)
    confirmed_at = Moment(allow_none=True)
    refused_by = Id("member", allow_none=True)
    refused_at = Moment(allow_none=True)
    kek_id = Text(48, allow_none=True, metadata={"description": "Under which key the case's key was wrapped."})
    backups_gone_on = Day(allow_none=True, metadata={"description": "From this day on no backup holds the case's key."})
    rows_destroyed = Whole(0, 2**31 - 1, allow_none=True)


class RetentionOut(Body):
    case_id = Id("case")
    status = Code("case_status")
    retention_until = Moment()
    legal_hold = Flag()
    overdue = Flag()


def hold_out(row: CaseHold, reason: str) -> dict[str, Any]:
    return {
        "id": ids.show("hold", row.id),
        "on": row.held,
        "at": clock.show(row.at),
        "member_id": ids.show("member", row.member_id) if row.member_id else None,
        "reason": reason,
    }


def erasure_out(row: Erasure, reason: str | None = None) -> dict[str, Any]:
    return {
        "id": ids.show("erasure", row.id),
        "case_id": ids.show("case", row.case_id),
        "state": row.state,
        "reason_code": row.reason_code,
        "reason": reason,
        "requested_by": ids.show("member", row.requested_by),
        "requested_at": clock.show(row.requested_at),
        "confirmed_by": ids.show("member", row.confirmed_by) if row.confirmed_by else None,
        "confirmed_at": clock.show(row.confirmed_at) if row.confirmed_at else None,
        "refused_by": ids.show("member", row.refused_by) if row.refused_by else None,
        "refused_at": clock.show(row.refused_at) if row.refused_at else None,
        "kek_id": row.kek_id,
        "backups_gone_on": row.backups_gone_on.isoformat() if row.backups_gone_on else None,
        "rows_destroyed": row.rows_destroyed,
    }


def retention_out(row: Any, now: datetime) -> dict[str, Any]:
    return {
        "case_id": ids.show("case", row.id),
        "status": row.status,
        "retention_until": clock.show(row.retention_until),
        "legal_hold": row.legal_hold,
        "overdue": row.retention_until <= now,
    }
