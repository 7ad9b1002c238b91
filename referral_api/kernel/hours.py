"""Opening hours: is an agency open, and when has it been open for so long. In its own time zone, right over changes of summer time.

`{"mon": [["08:00", "12:00"], ["13:00", "17:00"]], ..., "exceptions": {"2026-12-25": []}}`: a day that is missing is closed,
"24:00" is the end of a day. An agency without hours counts as always open.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["DAYS", "Fault", "Hours", "add_open_time", "check", "is_open"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LOOK_AHEAD = 60
"""Days: a door that stays shut for so long is no door to wait for."""
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)

Fault = tuple[str, str, str]
Hours = Mapping[str, Any] | None


def check(value: Any) -> list[Fault]:
    """What is wrong with somebody's opening hours: (pointer, code, detail) for each fault."""
    if not isinstance(value, Mapping):
        return [("", "invalid", "Opening hours are an object of days.")]
    faults: list[Fault] = []
    for name in DAYS:
        if name in value:
            faults += _faults_of_day(f"/{name}", value[name])
    if "exceptions" in value:
        faults += _faults_of_exceptions(value["exceptions"])
    if value.keys() - {*DAYS, "exceptions"}:
        faults.append(("", "unknown-field", "Days are mon to sun; other days are exceptions."))
    return faults


def _faults_of_exceptions(value: Any) -> list[Fault]:
    if not isinstance(value, Mapping) or len(value) > 100:
        return [("/exceptions", "invalid", "Exceptions are an object of at most 100 dates.")]
    faults: list[Fault] = []
    for day, spans in value.items():
        if _is_date(day):
            faults += _faults_of_day("/exceptions", spans)
        else:
            faults.append(("/exceptions", "invalid", "An exception is a date, YYYY-MM-DD."))
    return faults


def _is_date(text: Any) -> bool:
    try:
        return str(date.fromisoformat(text)) == str(text)
    except (TypeError, ValueError):
        return False


def _faults_of_day(pointer: str, spans: Any) -> list[Fault]:
    if not isinstance(spans, list) or len(spans) > 6:
        return [(pointer, "invalid", "A day is a list of at most six spans.")]
    if not all(_is_span(span) for span in spans):
        return [(pointer, "invalid", 'A span is two times, like ["08:00", "17:00"].')]
    ordered = all(start < end for start, end in spans) and all(a[1] <= b[0] for a, b in pairwise(spans))
    return [] if ordered else [(pointer, "order", "Spans are in order and do not overlap.")]


def _is_span(span: Any) -> bool:
    return isinstance(span, list) and len(span) == 2 and all(isinstance(t, str) and _TIME.fullmatch(t) for t in span)


def is_open(hours: Hours, zone: str, at: datetime) -> bool:
    """Whether somebody is there at this moment."""
    if not hours:
        return True
    day = at.astimezone(ZoneInfo(zone)).date()
    return any(start <= at < end for start, end in _spans(hours, zone, day))


def add_open_time(hours: Hours, zone: str, start: datetime, duration: timedelta) -> datetime:
    """The moment, in UTC, at which the agency has been open for `duration` since `start`.

    No duration at all gives the next opening, or `start` itself if somebody is there. On the clock for an agency without hours, or
    that does not open within 60 days; and for what is left of the duration after them, so that the answer is never later than
    `start` plus 60 days plus the duration.
    """
    begin = start.astimezone(UTC)
    if not hours:
        return begin + duration
    horizon = begin + timedelta(days=_LOOK_AHEAD)
    left, opened = duration, False
    first = begin.astimezone(ZoneInfo(zone)).date()
    for days in range(_LOOK_AHEAD + 2):
        for opens, closes in _spans(hours, zone, first + timedelta(days=days)):
            opens, closes = max(opens, begin), min(closes, horizon)
            if opens < closes:
                opened = True
                if left <= closes - opens:
                    return opens + left
                left -= closes - opens
    return (horizon if opened else begin) + left


def _spans(hours: Mapping[str, Any], zone: str, day: date) -> Iterator[tuple[datetime, datetime]]:
    exceptions = hours.get("exceptions") or {}
    for start, end in exceptions.get(day.isoformat(), hours.get(DAYS[day.weekday()])) or []:
        yield _moment(zone, day, start), _moment(zone, day, end)


def _moment(zone: str, day: date, text: str) -> datetime:
    """When a clock on the wall shows this time: the first time, if it does so twice; if it skips it, the moment at which it does."""
    local = ZoneInfo(zone)
    wall = datetime.combine(day, time(), local) + timedelta(hours=int(text[:2]), minutes=int(text[3:]))
    moment, earlier = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if moment <= earlier:
        return moment

    # Skipped: its two readings lie on either side of the leap, and the offset from UTC changes in between.
    def leapt(seconds: int) -> bool:
        return (earlier + timedelta(seconds=seconds)).astimezone(local).utcoffset() != wall.utcoffset()

    return earlier + timedelta(seconds=bisect_left(range(int((moment - earlier).total_seconds())), True, key=leapt))
