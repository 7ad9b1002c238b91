"""Who may ask whether a child is known: pure decisions over words."""

from datetime import datetime, timedelta
from math import ceil

__all__ = ["A_DAY", "ASKERS", "MOST_A_DAY", "refusal", "wait"]

ASKERS = frozenset({"police_unit", "social_service_authority"})
MOST_A_DAY = 10
A_DAY = timedelta(hours=24)


def refusal(agency_type: str, certified: bool) -> str | None:
    """Why this supervisor may not ask, as a reason code for the log."""
    if agency_type not in ASKERS:
        return "agency_type"
    return None if certified else "certificate"


def wait(used: int, oldest: datetime | None, now: datetime) -> int | None:
    """Seconds until the person may ask again, once ten were asked within a day."""
    if used < MOST_A_DAY or oldest is None:
        return None
    return max(1, ceil((oldest + A_DAY - now).total_seconds()))
