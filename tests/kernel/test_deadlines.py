"""Deadlines: by when to acknowledge and answer, and what is late, judged from what was stored when the referral was sent."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_api.kernel import codes
from referral_api.kernel.deadlines import DEFAULT, check, compute, overdue
from referral_api.kernel.hours import DAYS, add_open_time, is_open

WEEK = {day: [["08:00", "17:00"]] for day in DAYS[:5]}
ALWAYS = {day: [["00:00", "24:00"]] for day in DAYS}
BERLIN = "Europe/Berlin"
FRIDAY = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
"""16:00 in Berlin, an hour before the doors close for the weekend."""
MOMENT = timedelta(milliseconds=1)
ANSWER = {"high": timedelta(hours=24), "medium": timedelta(hours=72), "low": timedelta(days=7)}
ACKNOWLEDGE = {"high": timedelta(hours=4), "medium": timedelta(hours=24), "low": timedelta(days=3)}

urgencies = st.sampled_from(("high", "medium", "low"))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
    lambda m: m.replace(tzinfo=UTC, microsecond=m.microsecond // 1000 * 1000)
)
zones = st.sampled_from((BERLIN, "UTC", "Asia/Phnom_Penh", "America/New_York", "Australia/Lord_Howe"))
weeks = st.sampled_from((None, {}, {"mon": []}, WEEK, {"wed": [["22:00", "24:00"]]}, ALWAYS))
periods = st.tuples(st.integers(1, 1440), st.integers(1, 1440)).map(
    lambda two: {"acknowledge_hours": min(two), "answer_hours": max(two)}
)
overrides = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"version": st.just("agreed-2")}, optional=dict.fromkeys(DEFAULT.keys() - {"version"}, periods)
    ),
)


def friday(urgency, *, hours=WEEK, answers_24_7=False, override=None):
    return compute(urgency, FRIDAY, hours=hours, zone=BERLIN, answers_24_7=answers_24_7, override=override)


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


def test_the_default_has_a_period_for_each_urgency():
    assert {"version", *codes.values("urgency")} == {*DEFAULT}


def test_high_urgency_runs_on_the_clock_even_when_the_doors_are_closed():
    due = friday("high")
    assert (FRIDAY + timedelta(hours=4), FRIDAY + timedelta(hours=24)) == (due.acknowledge_by, due.answer_by)
    assert (FRIDAY + timedelta(hours=48), "default-1") == (due.expire_by, due.policy)


@pytest.mark.parametrize(
    ("urgency", "sent", "acknowledge", "answer", "expire"),
    [
        ("medium", "2026-11-24T10:00", "2026-11-25T10:00", "2026-11-27T10:00", "2026-11-30T10:00"),
        ("medium", "2026-11-27T16:00", "2026-11-30T11:00", "2026-11-30T16:00", "2026-12-03T16:00"),
        ("medium", "2026-11-27T18:00", "2026-11-30T12:00", "2026-12-01T08:00", "2026-12-04T08:00"),
        ("medium", "2026-11-28T11:00", "2026-11-30T12:00", "2026-12-01T11:00", "2026-12-04T11:00"),
        ("low", "2026-11-24T10:00", "2026-11-27T10:00", "2026-12-01T10:00", "2026-12-08T10:00"),
        ("low", "2026-11-28T11:00", "2026-12-01T11:00", "2026-12-07T08:00", "2026-12-14T08:00"),
    ],
)
def test_lower_urgencies_end_when_somebody_is_there_after_at_least_four_open_hours(
    urgency, sent, acknowledge, answer, expire
):
    due = compute(urgency, berlin(sent), hours=WEEK, zone=BERLIN, answers_24_7=False)
    assert tuple(map(berlin, (acknowledge, answer, expire))) == due[:3]


def test_the_clock_on_the_wall_may_change_in_between_but_the_period_does_not():
    due = compute("medium", berlin("2026-10-23T10:00"), hours=ALWAYS, zone=BERLIN, answers_24_7=False)
    assert berlin("2026-10-26T09:00") == due.answer_by


def test_holidays_put_a_deadline_off():
    hours = {**WEEK, "exceptions": {"2026-11-30": []}}
    assert berlin("2026-12-01T11:00") == friday("medium", hours=hours).acknowledge_by


def test_a_short_period_that_was_agreed_is_given_whole_in_open_time():
    agreed = {"version": "north-3", "medium": {"acknowledge_hours": 2, "answer_hours": 3}}
    due = friday("medium", override=agreed)
    assert (berlin("2026-11-30T09:00"), berlin("2026-11-30T10:00")) == (due.acknowledge_by, due.answer_by)


def test_deadlines_are_whole_milliseconds():
    due = compute("high", FRIDAY.replace(microsecond=123999), hours=None, zone=BERLIN, answers_24_7=False)
    assert [123000] * 3 == [moment.microsecond for moment in due[:3]]


@pytest.mark.parametrize("urgency", ["high", "medium", "low"])
@pytest.mark.parametrize("receiver", [{"answers_24_7": True}, {"hours": None}, {"hours": {"mon": []}}])
def test_a_receiver_that_answers_day_and_night_or_has_no_hours_is_on_the_clock(urgency, receiver):
    due = friday(urgency, **receiver)
    assert (FRIDAY + ACKNOWLEDGE[urgency], FRIDAY + ANSWER[urgency]) == (due.acknowledge_by, due.answer_by)
    assert FRIDAY + 2 * ANSWER[urgency] == due.expire_by


def test_an_agreement_replaces_the_urgencies_that_it_names_and_no_other():
    agreed = {"version": "north-3", "high": {"acknowledge_hours": 1, "answer_hours": 2}}
    due = friday("high", override=agreed)
    hour = timedelta(hours=1)
    assert (FRIDAY + hour, FRIDAY + 2 * hour, FRIDAY + 4 * hour, "north-3") == due
    assert friday("medium") == friday("medium", override=agreed)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        compute("high", FRIDAY.replace(tzinfo=None), hours=None, zone=BERLIN, answers_24_7=False)


@given(urgencies, moments, weeks, zones, st.booleans(), overrides)
def test_deadlines_come_in_their_order_in_utc_and_never_before_the_clock(urgency, sent, hours, zone, always, override):
    due = compute(urgency, sent, hours=hours, zone=zone, answers_24_7=always, override=override)
    policy = override if override and urgency in override else DEFAULT
    answer = timedelta(hours=policy[urgency]["answer_hours"])
    assert sent < due.acknowledge_by <= due.answer_by < due.expire_by
    assert (sent + answer <= due.answer_by, due.answer_by + answer <= due.expire_by) == (True, True)
    assert [UTC] * 3 == [due.acknowledge_by.tzinfo, due.answer_by.tzinfo, due.expire_by.tzinfo]
    assert policy["version"] == due.policy


@given(moments, weeks, zones)
def test_the_more_urgent_is_never_due_later(sent, hours, zone):
    high, medium, low = (compute(each, sent, hours=hours, zone=zone, answers_24_7=False) for each in ANSWER)
    assert high.acknowledge_by <= medium.acknowledge_by <= low.acknowledge_by
    assert high.answer_by <= medium.answer_by <= low.answer_by


@given(urgencies, moments, weeks, zones)
def test_it_expires_when_the_same_request_sent_at_the_deadline_would_have_to_be_answered(urgency, sent, hours, zone):
    due = compute(urgency, sent, hours=hours, zone=zone, answers_24_7=False)
    again = compute(urgency, due.answer_by, hours=hours, zone=zone, answers_24_7=False)
    assert again.answer_by == due.expire_by


@given(
    st.sampled_from(("medium", "low")), moments, st.sampled_from((WEEK, {"wed": [["22:00", "24:00"]]}, ALWAYS)), zones
)
def test_lower_urgencies_end_while_somebody_is_there_and_leave_four_open_hours(urgency, sent, hours, zone):
    due = compute(urgency, sent, hours=hours, zone=zone, answers_24_7=False)
    four = add_open_time(hours, zone, sent, timedelta(hours=4))
    for moment in (due.acknowledge_by, due.answer_by):
        assert is_open(hours, zone, moment) or is_open(hours, zone, moment - MOMENT)
        assert four <= moment


@given(urgencies, moments, weeks, zones)
def test_the_zone_in_which_the_sending_is_told_changes_nothing(urgency, sent, hours, zone):
    told = compute(urgency, sent.astimezone(ZoneInfo("Asia/Tokyo")), hours=hours, zone=zone, answers_24_7=False)
    assert compute(urgency, sent, hours=hours, zone=zone, answers_24_7=False) == told


# Overdue

SENT, LATER = FRIDAY + timedelta(hours=4), FRIDAY + timedelta(hours=24)


@pytest.mark.parametrize(
    ("state", "now", "owed"),
    [
        ("sent", SENT - MOMENT, None), ("sent", SENT, "acknowledge"), ("sent", LATER - MOMENT, "acknowledge"), ("sent", LATER, "answer"),
        ("acknowledged", SENT, None), ("acknowledged", LATER - MOMENT, None), ("acknowledged", LATER, "answer"),
    ],
)  # fmt: skip
def test_what_is_owed_turns_at_the_deadline_itself(state, now, owed):
    assert owed == overdue(state, SENT, LATER, now)


@pytest.mark.parametrize(
    "state", [state for state in codes.values("referral_state") if state not in ("sent", "acknowledged")]
)
def test_nothing_is_overdue_in_any_other_state(state):
    assert overdue(state, SENT, LATER, LATER + timedelta(days=400)) is None


def test_nothing_is_overdue_where_no_deadline_was_stored():
    assert [None, None] == [overdue(state, None, None, LATER) for state in ("sent", "acknowledged")]


@given(st.sampled_from(codes.values("referral_state")), moments, st.timedeltas(timedelta(), timedelta(days=60)))
def test_what_is_overdue_is_a_published_code_and_never_heals_by_waiting(state, now, wait):
    order = [None, *codes.values("overdue")]
    assert order.index(overdue(state, SENT, LATER, now)) <= order.index(overdue(state, SENT, LATER, now + wait))


# What is wrong with an agency's own deadlines


@given(overrides.filter(bool))
def test_deadlines_made_as_described_have_no_fault(override):
    assert [] == check(override)


TWO = {"acknowledge_hours": 1, "answer_hours": 2}


@pytest.mark.parametrize(
    ("value", "pointer", "code"),
    [
        ("fast", "", "invalid"), ({"high": TWO}, "/version", "required"), ({"version": "", "high": TWO}, "/version", "required"), ({"version": "v" * 65}, "/version", "required"),
        ({"version": 2}, "/version", "required"), ({"version": "default-1", "high": TWO}, "/version", "required"), ({"version": "a", "urgent": TWO}, "", "unknown-field"),
        ({"version": "a", "high": 4}, "/high", "invalid"), ({"version": "a", "low": {"answer_hours": 2}}, "/low", "invalid"), ({"version": "a", "low": {**TWO, "days": 1}}, "/low", "invalid"),
        ({"version": "a", "high": {"acknowledge_hours": 3, "answer_hours": 2}}, "/high", "order"), ({"version": "a", "high": {"acknowledge_hours": 0, "answer_hours": 2}}, "/high", "order"),
        ({"version": "a", "high": {"acknowledge_hours": 1.5, "answer_hours": 2}}, "/high", "order"), ({"version": "a", "high": {"acknowledge_hours": True, "answer_hours": 2}}, "/high", "order"),
        ({"version": "a", "high": {"acknowledge_hours": 1, "answer_hours": 1441}}, "/high", "order"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_pointer_and_code(value, pointer, code):
    assert [(pointer, code)] == [fault[:2] for fault in check(value)]
