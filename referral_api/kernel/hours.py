"""Opening hours: is an agency open, and when does it open next. In the agency's own time zone, right over changes of summer time.

`{"mon": [["08:00", "12:00"], ["13:00", "17:00"]], ..., "exceptions": {"2026-12-25": []}}`: a day that is missing is closed,
"24:00" is the end of a day. An agency without hours counts as always open.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["DAYS", "check", "is_open", "next_opening"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LOOK_AHEAD = 60
"""Days: who does not open within them counts as always open, so that no deadline waits for ever."""

Fault = tuple[str, str, str]
Hours = Mapping[str, Any] | None


def check(value: Any) -> list[Fault]:
    """What is wrong with somebody's opening hours: (pointer, code, detail) for each fault."""
    if not isinstance(value, Mapping):
        return [("", "invalid", "Opening hours are an object of days.")]
    faults: list[Fault] = []
    for name, spans in value.items():
        if name in DAYS:
            faults += _faults_of_day(f"/{name}", spans)
        elif name == "exceptions":
            faults += _faults_of_exceptions(spans)
        else:
            faults.append(("", "unknown-field", "Days are mon to sun; other days are exceptions."))
    return faults


def _faults_of_exceptions(value: Any) -> list[Fault]:
    if not isinstance(value, Mapping) or len(value) > 100:
        return [("/exceptions", "invalid", "Exceptions are an object of at most 100 dates.")]
    faults: list[Fault] = []
    for day, spans in value.items():
        try:
            date.fromisoformat(day)
        except (TypeError, ValueError):
            faults.append(("/exceptions", "invalid", "An exception is a date, YYYY-MM-DD."))
        else:
            faults += _faults_of_day("/exceptions", spans)
    return faults


def _faults_of_day(pointer: str, spans: Any) -> list[Fault]:
    if not isinstance(spans, list) or len(spans) > 6:
        return [(pointer, "invalid", "A day is a list of at most six spans.")]
    try:
        minutes = [(_minutes(start), _minutes(end)) for start, end in spans]
    except (TypeError, ValueError):
        return [(pointer, "invalid", 'A span is two times, like ["08:00", "17:00"].')]
    ordered = all(start < end for start, end in minutes) and all(a[1] <= b[0] for a, b in pairwise(minutes))
    return [] if ordered else [(pointer, "order", "Spans are in order and do not overlap.")]


def _minutes(text: Any) -> int:
    if text == "24:00":
        return 1440
    if not isinstance(text, str) or len(text) != 5:
        raise ValueError("not a time of day")
    moment = time.fromisoformat(text)
    return moment.hour * 60 + moment.minute


def is_open(hours: Hours, zone: str, at: datetime) -> bool:
    """Whether somebody is there at this moment."""
    if not _ever_opens(hours):
        return True
    day = at.astimezone(ZoneInfo(zone)).date()
    return any(start <= at < end for start, end in _spans(hours, zone, day))


def next_opening(hours: Hours, zone: str, at: datetime) -> datetime:
    """The first moment from `at` on at which somebody is there: `at` itself if it is one. UTC."""
    if is_open(hours, zone, at):
        return at
    first = at.astimezone(ZoneInfo(zone)).date()
    for days in range(_LOOK_AHEAD):
        for start, _ in _spans(hours, zone, first + timedelta(days=days)):
            if start >= at:
                return start
    return at


def _ever_opens(hours: Hours) -> bool:
    return bool(hours) and any(spans for name, spans in (hours or {}).items() if name != "exceptions")


def _spans(hours: Hours, zone: str, day: date) -> Iterator[tuple[datetime, datetime]]:
    known = hours or {}
    exceptions = known.get("exceptions") or {}
    spans = exceptions.get(day.isoformat(), known.get(DAYS[day.weekday()])) or []
    for start, end in spans:
        yield _moment(zone, day, start), _moment(zone, day, end)


def _moment(zone: str, day: date, text: str) -> datetime:
    minutes = _minutes(text)
    local = datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(minutes=minutes)
    return local.astimezone(UTC)
