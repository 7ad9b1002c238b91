"""Opening hours: open or closed, and how open time is counted, over midnight, holidays and changes of summer time."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from referral_api.kernel.hours import DAYS, add_open_time, check, is_open

WEEK = {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in DAYS[:5]}
ALWAYS = {day: [["00:00", "24:00"]] for day in DAYS}
BERLIN, PHNOM_PENH = "Europe/Berlin", "Asia/Phnom_Penh"
ZONES = (
    BERLIN, PHNOM_PENH, "UTC", "America/New_York", "America/St_Johns", "Africa/Cairo", "Asia/Beirut", "America/Havana", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Pacific/Kiritimati", "Africa/Casablanca",
)  # fmt: skip


def local(zone, text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def hour(number):
    return timedelta(hours=number)


# Open or closed


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("2026-11-24T07:59:59", False), ("2026-11-24T08:00:00", True), ("2026-11-24T11:59:59", True), ("2026-11-24T12:00:00", False), ("2026-11-24T13:00:00", True),
        ("2026-11-24T17:00:00", False), ("2026-11-28T10:00:00", False),
    ],
)  # fmt: skip
def test_a_span_begins_with_its_first_moment_and_ends_before_its_last(text, opened):
    assert opened == is_open(WEEK, PHNOM_PENH, local(PHNOM_PENH, text))


def test_the_hours_are_those_of_the_agency_and_not_of_the_caller():
    assert is_open(WEEK, PHNOM_PENH, datetime(2026, 11, 24, 1, tzinfo=UTC))
    assert not is_open(WEEK, BERLIN, datetime(2026, 11, 24, 1, tzinfo=UTC))


def test_an_exception_closes_a_day_or_opens_another():
    hours = {**WEEK, "exceptions": {"2026-12-25": [], "2026-12-26": [["09:00", "10:00"]]}}
    assert not is_open(hours, BERLIN, local(BERLIN, "2026-12-25T10:00"))
    assert is_open(hours, BERLIN, local(BERLIN, "2026-12-26T09:30"))


@pytest.mark.parametrize("hours", [None, {}])
def test_an_agency_without_hours_counts_as_open(hours):
    assert is_open(hours, BERLIN, local(BERLIN, "2026-11-29T03:00"))


def test_an_agency_that_says_that_it_never_opens_is_closed():
    assert not is_open({"mon": []}, BERLIN, local(BERLIN, "2026-11-23T10:00"))


# Adding open time


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-24T08:00", 3, "2026-11-24T11:00"),
        ("2026-11-24T11:00", 2, "2026-11-24T14:00"),
        ("2026-11-24T16:00", 2, "2026-11-25T09:00"),
        ("2026-11-27T16:00", 2, "2026-11-30T09:00"),
        ("2026-11-28T10:00", 1, "2026-11-30T09:00"),
        ("2026-11-24T08:00", 24, "2026-11-26T17:00"),
        ("2026-11-24T12:30", 0, "2026-11-24T13:00"),
    ],
)
def test_only_open_time_is_counted(start, hours, end):
    assert local(BERLIN, end) == add_open_time(WEEK, BERLIN, local(BERLIN, start), hour(hours))


def test_time_that_ends_with_a_span_ends_there_and_not_at_the_next_opening():
    assert local(BERLIN, "2026-11-24T12:00") == add_open_time(WEEK, BERLIN, local(BERLIN, "2026-11-24T08:00"), hour(4))


def test_a_holiday_does_not_count():
    hours = {**WEEK, "exceptions": {"2026-12-25": []}}
    assert local(BERLIN, "2026-12-28T09:00") == add_open_time(hours, BERLIN, local(BERLIN, "2026-12-24T16:00"), hour(2))


def test_a_night_shift_goes_on_over_midnight():
    night = {day: [["00:00", "06:00"], ["22:00", "24:00"]] for day in DAYS}
    assert local(BERLIN, "2026-11-25T03:00") == add_open_time(night, BERLIN, local(BERLIN, "2026-11-24T21:00"), hour(5))
    assert is_open(night, BERLIN, local(BERLIN, "2026-11-25T00:00"))


@pytest.mark.parametrize(
    ("start", "end"), [("2026-03-28T20:00", "2026-03-29T09:00"), ("2026-10-24T20:00", "2026-10-25T07:00")]
)
def test_a_night_in_which_the_clock_is_changed_has_an_hour_less_or_more(start, end):
    assert local(BERLIN, end) == add_open_time(ALWAYS, BERLIN, local(BERLIN, start), hour(12))


def test_a_morning_begins_at_eight_on_the_wall_before_and_after_the_change():
    assert datetime(2026, 3, 27, 7, tzinfo=UTC) == add_open_time(
        WEEK, BERLIN, local(BERLIN, "2026-03-27T01:00"), hour(0)
    )
    assert datetime(2026, 3, 30, 6, tzinfo=UTC) == add_open_time(
        WEEK, BERLIN, local(BERLIN, "2026-03-28T01:00"), hour(0)
    )


def test_an_opening_that_the_clock_skips_is_the_moment_of_the_change():
    hours = {"sun": [["02:30", "10:00"]]}
    assert datetime(2026, 3, 29, 1, tzinfo=UTC) == add_open_time(
        hours, BERLIN, local(BERLIN, "2026-03-29T00:00"), hour(0)
    )


def test_a_span_that_the_clock_skips_whole_is_no_open_time():
    hours = {"sun": [["02:00", "03:00"], ["05:00", "06:00"]]}
    assert local(BERLIN, "2026-03-29T05:30") == add_open_time(
        hours, BERLIN, local(BERLIN, "2026-03-29T00:00"), hour(0.5)
    )


def test_an_hour_that_the_clock_shows_twice_is_open_time_twice():
    hours = {"sun": [["01:00", "04:00"]]}
    assert local(BERLIN, "2026-10-25T04:00") == add_open_time(hours, BERLIN, local(BERLIN, "2026-10-25T01:00"), hour(4))


@pytest.mark.parametrize("hours", [None, {}, {"mon": []}, {"exceptions": {"2026-12-25": []}}])
def test_without_an_opening_in_the_week_time_runs_on_the_clock(hours):
    start = datetime(2026, 11, 28, 3, tzinfo=UTC)
    assert start + hour(72) == add_open_time(hours, BERLIN, start, hour(72))


def shut(start, days):
    return {**ALWAYS, "exceptions": {(start.date() + timedelta(days=each)).isoformat(): [] for each in range(days)}}


def test_who_does_not_open_within_sixty_days_is_on_the_clock():
    start = datetime(2026, 6, 1, tzinfo=UTC)
    assert start + hour(5) == add_open_time(shut(start, 60), "UTC", start, hour(5))
    assert start + timedelta(days=59) + hour(5) == add_open_time(shut(start, 59), "UTC", start, hour(5))
    noon = start + hour(12)
    assert start + timedelta(days=60) + hour(5) == add_open_time(shut(start, 60), "UTC", noon, hour(5))


def test_what_is_left_of_the_time_after_sixty_days_runs_on_the_clock():
    start = datetime(2026, 6, 1, tzinfo=UTC)
    hours = {"exceptions": {"2026-06-10": [["08:00", "09:00"]]}}
    assert start + timedelta(days=60) + hour(4) == add_open_time(hours, "UTC", start, hour(5))


def test_the_answer_is_in_utc_whatever_zone_the_start_is_in():
    start = datetime(2026, 11, 24, 9, tzinfo=ZoneInfo(BERLIN))
    assert UTC == add_open_time(WEEK, BERLIN, start, hour(1)).tzinfo
    assert UTC == add_open_time(None, BERLIN, start, hour(1)).tzinfo


# Properties


def _as_time(minutes):
    return f"{minutes // 60:02}:{minutes % 60:02}"


@st.composite
def days(draw):
    points = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    return [[_as_time(a * 15), _as_time(b * 15)] for a, b in zip(points[::2], points[1::2], strict=False)]


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda m: m.replace(tzinfo=UTC, microsecond=0))
durations = st.integers(0, 7 * 24 * 60).map(lambda m: timedelta(minutes=m))
zones = st.sampled_from(ZONES)
exceptions = st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(date.isoformat), days(), max_size=5)
weeks = st.one_of(
    st.none(), st.fixed_dictionaries({}, optional={**{day: days() for day in DAYS}, "exceptions": exceptions})
)


@given(weeks)
def test_hours_made_as_described_have_no_fault_and_are_json(hours):
    assert [] == check(hours or {})
    assert hours == json.loads(json.dumps(hours))


@given(weeks, zones, moments, durations)
def test_open_time_is_never_shorter_than_the_clock_and_never_endless(hours, zone, start, duration):
    end = add_open_time(hours, zone, start, duration)
    assert start + duration <= end <= start + timedelta(days=60) + duration


@given(weeks, zones, moments, durations.filter(bool))
def test_counted_time_ends_while_the_doors_are_open(hours, zone, start, duration):
    end = add_open_time(hours, zone, start, duration)
    on_the_clock = (start + duration, start + timedelta(days=60) + duration)
    assert (
        end in on_the_clock or end > start + timedelta(days=60) or is_open(hours, zone, end - timedelta(microseconds=1))
    )


@given(weeks, zones, moments)
def test_no_time_at_all_leads_to_the_next_opening(hours, zone, start):
    end = add_open_time(hours, zone, start, timedelta())
    assert is_open(hours, zone, end) or end == start
    assert not is_open(hours, zone, start) or end == start


@given(weeks, zones, moments, durations, durations)
def test_more_time_never_ends_earlier(hours, zone, start, one, more):
    assert add_open_time(hours, zone, start, one) <= add_open_time(hours, zone, start, one + more)


@given(
    st.fixed_dictionaries({day: days() for day in DAYS}).filter(lambda week: any(week.values())),
    zones,
    moments,
    durations,
    durations,
)
def test_who_begins_later_never_ends_earlier_unless_the_agency_stays_shut(hours, zone, start, later, duration):
    assert add_open_time(hours, zone, start, duration) <= add_open_time(hours, zone, start + later, duration)


@given(zones, moments, durations)
def test_who_is_open_day_and_night_counts_like_the_clock_in_every_zone(zone, start, duration):
    assert start + duration == add_open_time(ALWAYS, zone, start, duration)
    assert is_open(ALWAYS, zone, start)


@given(st.fixed_dictionaries({day: days() for day in DAYS}), zones, moments)
def test_who_reads_the_clock_on_the_wall_knows_whether_the_doors_are_open(hours, zone, at):
    wall = at.astimezone(ZoneInfo(zone))
    around = {(at + hour(each)).astimezone(ZoneInfo(zone)).utcoffset() for each in (-24, 24)}
    assume(len(around) == 1)
    reading = f"{wall:%H:%M}"
    assert any(start <= reading < end for start, end in hours[DAYS[wall.weekday()]]) == is_open(hours, zone, at)


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries({day: days() for day in DAYS}), zones, moments, st.integers(1, 24))
def test_counting_agrees_with_looking_each_quarter_whether_the_doors_are_open(hours, zone, start, quarters):
    quarter = timedelta(minutes=15)
    start = start.replace(minute=start.minute // 15 * 15, second=0)
    opened = [start + each * quarter for each in range(3 * 96) if is_open(hours, zone, start + each * quarter)]
    assume(len(opened) >= quarters)
    assert opened[quarters - 1] + quarter == add_open_time(hours, zone, start, quarters * quarter)


# What is wrong with hours


@pytest.mark.parametrize(
    ("value", "pointer", "code"),
    [
        ("always", "", "invalid"), ([], "", "invalid"), ({"monday": []}, "", "unknown-field"), ({"mon": "08:00-17:00"}, "/mon", "invalid"), ({"mon": [["08:00"]]}, "/mon", "invalid"),
        ({"mon": [["8:00", "17:00"]]}, "/mon", "invalid"), ({"mon": [["08:00", "25:00"]]}, "/mon", "invalid"), ({"mon": [["08:00", "24:01"]]}, "/mon", "invalid"),
        ({"mon": [["T0800", "17:00"]]}, "/mon", "invalid"), ({"mon": [["08+01", "17:00"]]}, "/mon", "invalid"), ({"mon": [["٠٨:٠٠", "17:00"]]}, "/mon", "invalid"),
        ({"mon": [{"08:00": 1, "17:00": 2}]}, "/mon", "invalid"), ({"mon": [[8, 17]]}, "/mon", "invalid"), ({"mon": [["17:00", "08:00"]]}, "/mon", "order"),
        ({"mon": [["08:00", "08:00"]]}, "/mon", "order"), ({"mon": [["08:00", "12:00"], ["11:00", "17:00"]]}, "/mon", "order"), ({"mon": [["08:00", "09:00"]] * 7}, "/mon", "invalid"),
        ({"exceptions": []}, "/exceptions", "invalid"), ({"exceptions": {"25 December": []}}, "/exceptions", "invalid"), ({"exceptions": {"20261225": []}}, "/exceptions", "invalid"),
        ({"exceptions": {"2026-W52-5": []}}, "/exceptions", "invalid"), ({"exceptions": {"2026-02-30": []}}, "/exceptions", "invalid"),
        ({"exceptions": {"2026-12-25": [["10:00", "09:00"]]}}, "/exceptions", "order"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_pointer_and_code(value, pointer, code):
    assert [(pointer, code)] == [fault[:2] for fault in check(value)]


def test_a_fault_never_echoes_the_value():
    faults = check({"lucy": [], "mon": ["lucy"], "exceptions": {"lucy": []}})
    assert (3, False) == (len(faults), "lucy" in repr(faults))


def test_names_that_are_unknown_are_one_fault_however_many_they_are():
    assert [("", "unknown-field")] == [fault[:2] for fault in check({f"day{each}": [] for each in range(1000)})]


def test_more_exceptions_than_a_year_has_holidays_are_refused():
    first = date(2026, 1, 1)
    many = {(first + timedelta(days=each)).isoformat(): [] for each in range(101)}
    assert [("/exceptions", "invalid")] == [fault[:2] for fault in check({"exceptions": many})]
