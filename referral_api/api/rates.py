"""Rate limits per person or client, with RateLimit headers (IETF draft-ietf-httpapi-ratelimit-headers)."""

import threading
import time

from flask import Flask, Response, current_app, g
from limits import RateLimitItemPerMinute
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from referral_api.kernel.errors import RateLimited

__all__ = ["InProcess", "count", "init_app", "show"]


class InProcess(Storage):
    """The counts of this process alone. limits' own memory storage starts a thread at nearly every call, to forget old counts."""

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}
        self._forget_at = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` more calls; the first one opens a window of `expiry` seconds."""
        now = time.time()
        with self._lock:
            if now >= self._forget_at:
                self._counts = {name: kept for name, kept in self._counts.items() if kept[1] > now}
                self._forget_at = now + expiry
            counted, until = self._counts.get(key, (0, 0.0))
            if until <= now:
                counted, until = 0, now + expiry
            self._counts[key] = (counted + amount, until)
            return counted + amount

    def get(self, key: str) -> int:
        counted, until = self._counts.get(key, (0, 0.0))
        return counted if until > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since the epoch."""
        return self._counts[key][1] if key in self._counts else time.time()

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            forgotten = len(self._counts)
            self._counts = {}
        return forgotten

    def clear(self, key: str) -> None:
        with self._lock:
            self._counts.pop(key, None)


def init_app(app: Flask, *, storage: str, per_minute: int) -> None:
    counts = InProcess() if storage == "memory://" else storage_from_string(storage)
    app.extensions["rates"] = (FixedWindowRateLimiter(counts), RateLimitItemPerMinute(per_minute))


def count(who: str) -> None:
    """Count one call of `who`; RateLimited once the minute's calls are used up."""
    limiter, item = current_app.extensions["rates"]
    allowed = limiter.hit(item, who)
    g.rate = (item.amount, *_left(limiter, item, who))
    if not allowed:
        raise RateLimited("Slow down, then try again.", retry_after=g.rate[2])


def _left(limiter: FixedWindowRateLimiter, item: RateLimitItemPerMinute, who: str) -> tuple[int, int]:
    stats = limiter.get_window_stats(item, who)
    return stats.remaining, max(1, int(stats.reset_time - time.time()) + 1)


def show(response: Response) -> None:
    if (rate := g.get("rate")) is not None:
        response.headers["RateLimit-Policy"] = f'"default";q={rate[0]};w=60'
        response.headers["RateLimit"] = f'"default";r={rate[1]};t={rate[2]}'
