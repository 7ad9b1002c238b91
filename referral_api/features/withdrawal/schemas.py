"""Bodies of withdrawing and of a second person's decision."""

from referral_api.api.fields import Body, Code, Id, Limits, Text, many

__all__ = ["DecideConsent", "WithdrawConsent"]


class WithdrawConsent(Body):
    by = Code("withdrawn_by", required=True)
    reason = Text(Limits.TEXT, allow_none=True, load_default=None)
    exclude_agency_ids = many(
        Id("agency"),
        maximum=20,
        load_default=list,
        metadata={"description": "Agencies that must never come back by break-glass."},
    )


class DecideConsent(Body):
    reason = Text(Limits.TEXT, allow_none=True, load_default=None)
