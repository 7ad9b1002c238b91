"""When a case may be erased, and when the last backup of it is gone."""

from datetime import date, datetime, timedelta

from referral_api.vault import end_of_quarter

__all__ = ["WARNED_DAYS_BEFORE", "backups_gone_on", "why_not"]

WARNED_DAYS_BEFORE = (90, 30)
_BACKUPS_KEPT = timedelta(days=90)
"""Policy default-1: no backup is kept longer than this."""


def why_not(
    *, status: str, held: bool, open_referrals: bool, retention_until: datetime, reason_code: str, now: datetime
) -> str | None:
    """Why this case is not erased now, in words for a supervisor; None if it may be."""
    if status != "closed":
        return "Only a closed case is erased."
    if held:
        return "A legal hold keeps this case."
    if open_referrals:
        return "Referrals of this case are not ended yet: withdraw or close them first."
    if reason_code == "retention_over" and now < retention_until:
        return "The retention date is not reached; another reason is needed to erase earlier."
    return None


def backups_gone_on(kek_id: str, erased_on: date) -> date:
    """The day from which no backup holds the case's key: counted from the end of its key's quarter, or from the erasure if that is later."""
    return max(end_of_quarter(kek_id) or erased_on, erased_on) + _BACKUPS_KEPT
