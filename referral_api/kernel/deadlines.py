"""By when a receiver should acknowledge and answer (domain.md, Deadlines): a default, not a standard.

High urgency runs on the clock. Medium and low run on the clock too, but end in the receiver's opening hours: a deadline that falls
when nobody is there moves on to the next opening, so that a request sent on Friday evening is due on Monday morning, not on Saturday.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from referral_api.kernel.hours import Fault, Hours, next_opening

__all__ = ["DEFAULT", "Deadlines", "check", "compute", "overdue"]

DEFAULT: Mapping[str, Any] = {
    "version": "default-1",
    "high": {"acknowledge_hours": 4, "answer_hours": 24},
    "medium": {"acknowledge_hours": 24, "answer_hours": 72},
    "low": {"acknowledge_hours": 72, "answer_hours": 168},
}
_URGENCIES = ("high", "medium", "low")
_MOST_HOURS = 24 * 60


class Deadlines(NamedTuple):
    """Moments in UTC, and the version of the policy that set them."""

    acknowledge_by: datetime
    answer_by: datetime
    expire_by: datetime
    policy: str


def compute(
    urgency: str,
    sent_at: datetime,
    *,
    hours: Hours,
    zone: str,
    answers_24_7: bool,
    override: Mapping[str, Any] | None = None,
) -> Deadlines:
    """The deadlines of a referral sent now. It expires one more answer period after it should have been answered."""
    policy = override if override and urgency in override else DEFAULT
    periods = policy[urgency]
    answer = timedelta(hours=periods["answer_hours"])
    moments = [sent_at + timedelta(hours=periods["acknowledge_hours"]), sent_at + answer]
    if urgency != "high" and not answers_24_7:
        moments = [next_opening(hours, zone, moment) for moment in moments]
    return Deadlines(moments[0], moments[1], moments[1] + answer, policy["version"])


def overdue(state: str, acknowledge_by: datetime | None, answer_by: datetime | None, now: datetime) -> str | None:
    """What the receiver owes at this moment: `acknowledge`, `answer`, or nothing."""
    if state in ("sent", "acknowledged") and answer_by is not None and now >= answer_by:
        return "answer"
    if state == "sent" and acknowledge_by is not None and now >= acknowledge_by:
        return "acknowledge"
    return None


def check(value: Any) -> list[Fault]:
    """What is wrong with an agency's own deadlines: (pointer, code, detail) for each fault."""
    if not isinstance(value, Mapping):
        return [("", "invalid", "Deadlines are an object of urgencies.")]
    faults: list[Fault] = []
    version = value.get("version")
    if not isinstance(version, str) or not 1 <= len(version) <= 64:
        faults.append(("/version", "required", "The policy names its version."))
    for name, periods in value.items():
        if name in _URGENCIES:
            faults += _faults_of(f"/{name}", periods)
        elif name != "version":
            faults.append(("", "unknown-field", "Urgencies are high, medium and low."))
    return faults


def _faults_of(pointer: str, periods: Any) -> list[Fault]:
    names = ("acknowledge_hours", "answer_hours")
    if not isinstance(periods, Mapping) or set(periods) != set(names):
        return [(pointer, "invalid", "Say acknowledge_hours and answer_hours.")]
    acknowledge, answer = (periods[name] for name in names)
    whole = all(isinstance(each, int) and not isinstance(each, bool) for each in (acknowledge, answer))
    if not whole or not 1 <= acknowledge <= answer <= _MOST_HOURS:
        return [(pointer, "order", f"Whole hours, 1 to {_MOST_HOURS}, the acknowledgement first.")]
    return []
