"""Bodies of withdrawing and of a second person's decision, and the notices as JSON."""

from typing import Any

from referral_api.api.fields import Body, Code, Id, Limits, Moment, Text, many
from referral_api.kernel import clock, ids

__all__ = ["DecideConsent", "NoticeOut", "WithdrawConsent", "notice_out"]


class WithdrawConsent(Body):
    by = Code("withdrawn_by", required=True)
    by_caregiver_id = Id(
        "caregiver",
        allow_none=True,
        load_default=None,
        metadata={"description": "Which caregiver on file withdraws, where it is not the one who gave it."},
    )
    reason = Text(Limits.TEXT, allow_none=True, load_default=None)
    exclude_agency_ids = many(
        Id("agency"),
        maximum=20,
        load_default=list,
        metadata={"description": "Agencies that must never come back by break-glass."},
    )


class DecideConsent(Body):
    reason = Text(Limits.TEXT, allow_none=True, load_default=None)


class NoticeOut(Body):
    """One agency, told of one referral that its basis is over."""

    agency_id = Id("agency")
    referral_id = Id("referral")
    told_at = Moment()
    read_at = Moment(allow_none=True, metadata={"description": "When somebody of the agency first read it."})


def notice_out(row: Any) -> dict[str, Any]:
    return {
        "agency_id": ids.show("agency", row.agency_id),
        "referral_id": ids.show("referral", row.referral_id),
        "told_at": clock.show(row.told_at),
        "read_at": clock.show(row.read_at) if row.read_at else None,
    }
