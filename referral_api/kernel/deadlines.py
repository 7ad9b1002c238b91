"""By when a receiver should acknowledge and answer (domain.md, Deadlines): a default, not a standard.

High urgency runs on the clock. Medium and low are told as people at a duty desk say them: "within 24 hours" is this time tomorrow, not
24 hours of open doors, which would be three working days and make a week of low urgency a month. So the period runs on the clock, and
who is closed when it ends has until the next opening; but nobody is late before four open hours have passed since the sending (the
whole period, if it is shorter). Sent on Tuesday at ten: due on Wednesday at ten. Sent on Friday after closing: due on Monday, not
at the moment when the doors open but four hours later. A receiver that answers day and night, or has no hours, is on the clock.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from referral_api.kernel.hours import Fault, Hours, add_open_time
from referral_api.kernel.messages import Message

__all__ = ["DEFAULT", "Deadlines", "check", "compute", "overdue"]

DEFAULT: Mapping[str, Any] = {
    "version": "default-1",
    "high": {"acknowledge_hours": 4, "answer_hours": 24},
    "medium": {"acknowledge_hours": 24, "answer_hours": 72},
    "low": {"acknowledge_hours": 72, "answer_hours": 168},
}
_URGENCIES = ("high", "medium", "low")
_MOST_HOURS = 24 * 60
_LEAST_OPEN = timedelta(hours=4)
"""Nobody has less open time for a lower urgency than high urgency leaves on the clock to acknowledge."""


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
    """The deadlines of a referral sent at `sent_at`. It expires one more answer period after it should have been answered.

    An override counts for the urgencies that it names; the others keep the default. Whole milliseconds, in UTC. ValueError for a
    time without a zone.
    """
    if sent_at.tzinfo is None:
        raise ValueError("sent_at has no time zone")
    policy = override if override and urgency in override else DEFAULT
    acknowledge, answer = (timedelta(hours=policy[urgency][name]) for name in ("acknowledge_hours", "answer_hours"))
    counted = None if urgency == "high" or answers_24_7 else hours
    sent = sent_at.astimezone(UTC).replace(microsecond=sent_at.microsecond // 1000 * 1000)
    answer_by = _due(counted, zone, sent, answer)
    return Deadlines(
        acknowledge_by=_due(counted, zone, sent, acknowledge),
        answer_by=answer_by,
        expire_by=_due(counted, zone, answer_by, answer),
        policy=policy["version"],
    )


def _due(hours: Hours, zone: str, start: datetime, period: timedelta) -> datetime:
    there_again = add_open_time(hours, zone, start + period, timedelta())
    return max(there_again, add_open_time(hours, zone, start, min(period, _LEAST_OPEN)))


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
    if not isinstance(version, str) or not 1 <= len(version) <= 64 or version.startswith("default-"):
        faults.append(("/version", "required", "The policy names its version, in another way than the default does."))
    for name in _URGENCIES:
        if name in value:
            faults += _faults_of(f"/{name}", value[name])
    if value.keys() - {*_URGENCIES, "version"}:
        faults.append(("", "unknown-field", "Urgencies are high, medium and low."))
    return faults


def _faults_of(pointer: str, periods: Any) -> list[Fault]:
    names = ("acknowledge_hours", "answer_hours")
    if not isinstance(periods, Mapping) or set(periods) != set(names):
        return [(pointer, "invalid", "Say acknowledge_hours and answer_hours.")]
    acknowledge, answer = (periods[name] for name in names)
    whole = all(isinstance(each, int) and not isinstance(each, bool) for each in (acknowledge, answer))
    if not whole or not 1 <= acknowledge <= answer <= _MOST_HOURS:
        return [
            (pointer, "order", Message("Whole hours, 1 to {most}, the acknowledgement first.").format(most=_MOST_HOURS))
        ]
    return []
