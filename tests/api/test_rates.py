"""Counting calls: a window of a minute, then a new one."""

import pytest
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from referral_api.api import rates


@pytest.fixture
def passing(monkeypatch):
    """Seconds that only the test lets pass."""
    seconds = [1_000.0]
    monkeypatch.setattr(rates.time, "time", lambda: seconds[0])
    return seconds


def test_the_third_call_of_two_is_too_many_and_the_next_minute_begins_anew(passing):
    limiter, two = FixedWindowRateLimiter(rates.InProcess()), RateLimitItemPerMinute(2)
    assert [True, True, False] == [limiter.hit(two, "somebody") for _ in range(3)]
    assert (1_060.0, 0) == limiter.get_window_stats(two, "somebody")
    passing[0] += 60
    assert (1_060.0, 2) == limiter.get_window_stats(two, "somebody")
    assert limiter.hit(two, "somebody")
    assert (1_120.0, 1) == limiter.get_window_stats(two, "somebody")


def test_one_does_not_use_up_the_calls_of_another(passing):
    limiter, one = FixedWindowRateLimiter(rates.InProcess()), RateLimitItemPerMinute(1)
    assert [True, True, False] == [limiter.hit(one, who) for who in ("somebody", "another", "somebody")]


def test_ended_windows_are_forgotten(passing):
    counts = rates.InProcess()
    for number in range(50):
        counts.incr(f"caller {number}", 60)
    passing[0] += 61
    counts.incr("caller", 60)
    assert 1 == counts.reset()
