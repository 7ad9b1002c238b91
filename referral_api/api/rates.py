"""Rate limits per person, client and address, with RateLimit headers (IETF draft-ietf-httpapi-ratelimit-headers).

Counts lie in Redis where an installation has several servers (`REFERRAL_RATE_STORAGE`); otherwise, and while Redis cannot be reached,
each process counts for itself.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from flask import Flask, Response, current_app, g
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from referral_api.api.counts import InProcess
from referral_api.kernel.errors import RateLimited

__all__ = [
    "GUESSES_AN_HOUR", "LISTS", "RECORDS_AN_HOUR", "SIGN_IN", "count", "count_guess", "count_record", "init_app",
    "refuse_guessing", "show",
]  # fmt: skip

SIGN_IN: Final = "sign-in"
"""Signing in, by address: each try costs the server a password's hash, or a signature."""
LISTS: Final = "lists"
"""Pages of lists and exports: many records in one call."""
RECORDS_AN_HOUR: Final = 300
"""Different children's records that one person, or one system that acts for nobody, may open in an hour: one every twelve seconds."""

GUESSES_AN_HOUR: Final = 20
"""Texts of one agency about one referral that may be refused for naming the child, before the next one waits."""

_Answer = TypeVar("_Answer")
_SHARED_WAITS: Final = 0.25
"""Seconds that a call waits for Redis before it is counted here."""


@dataclass(frozen=True, slots=True)
class _Rates:
    shared: FixedWindowRateLimiter
    own: FixedWindowRateLimiter
    items: dict[str, RateLimitItem]

    def hit(self, item: RateLimitItem, *who: str) -> tuple[bool, int, int]:
        """Count one; whether it was within the limit, how many are left, and for how many seconds."""
        return self._asked(_hit, item, *who)

    def has_room(self, item: RateLimitItem, *who: str) -> bool:
        """Whether one more would be within the limit; it is not counted."""
        return self._asked(FixedWindowRateLimiter.test, item, *who)

    def _asked(self, ask: Callable[..., _Answer], item: RateLimitItem, *who: str) -> _Answer:
        try:
            return ask(self.shared, item, *who)
        except StorageError:
            if self.own.hit(_ONCE_A_MINUTE, "unreachable"):
                current_app.extensions["log"].error("rate_storage_unreachable")
            return ask(self.own, item, *who)


_ONCE_A_MINUTE: Final = RateLimitItemPerMinute(1)
_ONCE_AN_HOUR: Final = RateLimitItemPerHour(1)
_GUESSES: Final = RateLimitItemPerHour(GUESSES_AN_HOUR)


def _hit(limiter: FixedWindowRateLimiter, item: RateLimitItem, *who: str) -> tuple[bool, int, int]:
    allowed = limiter.hit(item, *who)
    stats = limiter.get_window_stats(item, *who)
    return allowed, stats.remaining, max(1, int(stats.reset_time - time.time()) + 1)


def init_app(app: Flask, *, storage: str, per_minute: int, sign_in_per_minute: int) -> None:
    own = FixedWindowRateLimiter(InProcess())
    shared = own
    if storage != "memory://":
        waits = {"socket_timeout": _SHARED_WAITS, "socket_connect_timeout": _SHARED_WAITS}
        shared = FixedWindowRateLimiter(storage_from_string(storage, wrap_exceptions=True, **waits))
    items = {"default": per_minute, LISTS: per_minute // 2, SIGN_IN: sign_in_per_minute}
    app.extensions["rates"] = _Rates(
        shared, own, {name: RateLimitItemPerMinute(amount, namespace=name) for name, amount in items.items()}
    )


def count(who: str, *buckets: str) -> None:
    """Count one call of `who`, in each of these buckets too; RateLimited once the minute's calls are used up."""
    rates: _Rates = current_app.extensions["rates"]
    g.rates, wait = [], 0
    for name in ("default", *buckets):
        item = rates.items[name]
        allowed, remaining, seconds = rates.hit(item, who)
        g.rates.append((name, item.amount, remaining, seconds))
        wait = wait if allowed else max(wait, seconds)
    if wait:
        raise RateLimited("Slow down, then try again.", retry_after=wait)


def count_record(who: UUID, record: UUID) -> None:
    """Count a child's record that somebody opens, the first time in an hour; RateLimited beyond what work could ask for.

    The log hears of it at most once a minute.
    """
    rates: _Rates = current_app.extensions["rates"]
    opened = ("opened", who.hex, record.hex)
    if not rates.has_room(_ONCE_AN_HOUR, *opened):
        return
    allowed, _, seconds = rates.hit(RateLimitItemPerHour(RECORDS_AN_HOUR), "records", who.hex)
    if allowed:
        rates.hit(_ONCE_AN_HOUR, *opened)
    else:
        error = RateLimited("So many records in an hour are too many.", reason="bulk_reads", retry_after=seconds)
        if rates.hit(_ONCE_A_MINUTE, "told", who.hex)[0]:
            error.outcome = "denied"
        raise error


def refuse_guessing(agency: UUID, record: UUID) -> None:
    """RateLimited once an agency was told too often that a text names the child of this record: each such answer confirms a guess."""
    rates: _Rates = current_app.extensions["rates"]
    if not rates.has_room(_GUESSES, "guesses", agency.hex, record.hex):
        raise RateLimited("Slow down, then try again.", reason="guessing", retry_after=600)


def count_guess(agency: UUID, record: UUID) -> None:
    """Count one text that was refused because it names the child."""
    rates: _Rates = current_app.extensions["rates"]
    rates.hit(_GUESSES, "guesses", agency.hex, record.hex)


def show(response: Response) -> None:
    if rates := g.get("rates"):
        response.headers["RateLimit-Policy"] = ", ".join(f'"{name}";q={amount};w=60' for name, amount, _, _ in rates)
        response.headers["RateLimit"] = ", ".join(f'"{name}";r={left};t={until}' for name, _, left, until in rates)
