"""The signing keys of a running server: taken anew from their file when it was rotated, so that no restart is needed."""

from collections.abc import Callable
from pathlib import Path

from referral_api.identity.keys import InvalidKey, SigningKeys

__all__ = ["RingFile"]


class RingFile:
    """The ring as its file says it now; without a file, as it was given.

    A file that cannot be used any more changes nothing: the ring in hand goes on, and `unusable` is told why, once.
    """

    def __init__(self, ring: SigningKeys, path: Path | None, *, unusable: Callable[[str], None]) -> None:
        self._ring = ring
        self._path = path
        self._unusable = unusable
        self._seen: tuple[int, int, int] | None = None

    def __call__(self) -> SigningKeys:
        mark = self._mark()
        if mark != self._seen and self._path is not None:
            self._seen = mark
            try:
                self._ring = SigningKeys.load(self._path)
            except (InvalidKey, OSError) as wrong:
                self._unusable(type(wrong).__name__)
        return self._ring

    def _mark(self) -> tuple[int, int, int] | None:
        """What tells one state of the file from another; a rotation replaces the file whole."""
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
