"""Counts of calls within windows of time, in this process alone."""

import threading
import time

from limits.storage import Storage

__all__ = ["InProcess"]

_TIDIED_EVERY = 60


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
                self._forget_at = now + min(expiry, _TIDIED_EVERY)
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
