"""Rate limits per person or client, with RateLimit headers (IETF draft-ietf-httpapi-ratelimit-headers)."""

import time

from flask import Flask, Response, current_app, g
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from referral_api.kernel.errors import RateLimited

__all__ = ["count", "init_app", "show"]


def init_app(app: Flask, *, storage: str, per_minute: int) -> None:
    app.extensions["rates"] = (FixedWindowRateLimiter(storage_from_string(storage)), RateLimitItemPerMinute(per_minute))


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
