"""Passwords that were stolen somewhere: the list of Pwned Passwords that an operator has laid here, searched where it lies.

Its lines are `SHA-1:count`, ordered by hash, as its own downloader writes them: some 40 GB, of which a search reads a few KB.
"""

import hashlib
import re
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

__all__ = ["BreachedPasswords", "NoSuchList"]

_LINE: Final = re.compile(rb"([0-9A-Fa-f]{40})(?::[0-9]{1,12})?\r?\n?")
_PAST_THE_END: Final = b"~"
_SAMPLES: Final = 256
_LONGEST: Final = 64
"""Bytes of a line: a longer one is none of such a list."""


class NoSuchList(ValueError):
    """This is not such a list, or not in the order of its hashes: a search in it would find nothing."""


@dataclass(frozen=True, slots=True)
class BreachedPasswords:
    """A list that lies in a file. It is opened for each search: processes share nothing, and a newer list counts at once."""

    path: Path

    def check(self) -> None:
        """Raise NoSuchList unless it looks like one from its beginning to its end; OSError if it cannot be read."""
        with self.path.open("rb") as file:
            size = file.seek(0, 2)
            found = [_hash_at(file, size * step // _SAMPLES) for step in range(_SAMPLES)]
        if found[0] == _PAST_THE_END or found != sorted(found):
            raise NoSuchList

    def holds(self, password: str) -> bool:
        """Whether this very password, as it was typed, was stolen; OSError if the list cannot be read, NoSuchList if it is none."""
        octets = password.encode("utf-8", "surrogatepass")
        wanted = hashlib.sha1(octets, usedforsecurity=False).hexdigest().upper().encode()
        with self.path.open("rb") as file:
            places = range(file.seek(0, 2))
            place = bisect_left(places, wanted, key=lambda place: _hash_at(file, place))
            return _hash_at(file, place) == wanted


def _hash_at(file: IO[bytes], place: int) -> bytes:
    """The hash of the first line that begins here or later."""
    if place:
        file.seek(place - 1)
        file.readline(_LONGEST)
    else:
        file.seek(0)
    line = file.readline(_LONGEST)
    if not line:
        return _PAST_THE_END
    match = _LINE.fullmatch(line)
    if match is None:
        raise NoSuchList
    return match[1].upper()
