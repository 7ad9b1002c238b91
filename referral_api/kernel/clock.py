"""Time, in one place: UTC, aware, whole milliseconds, so that what is stored, shown and signed is one value."""

from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Clock", "show", "system_clock"]

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def show(moment: datetime) -> str:
    """RFC 3339, UTC, milliseconds: `2026-11-24T09:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
