"""Which rows of Unicode (256 code points each) a text has: what spares a look at every letter for signs that cannot be there."""

from __future__ import annotations

import re
from typing import Final

_ALL: Final = bytes(range(256))
_ROWS: Final = ["".join(map(chr, range(row << 8, (row + 1) << 8))) for row in range(256)]
_BEYOND: Final = bytes(range(0xD8, 0xE0))
"""The rows of UTF-16's surrogates: anything may stand there."""


def rows(text: str) -> bytes:
    """The rows that a text has none of (the other way about it would cost a set of all letters)."""
    return _ALL.translate(None, text.encode("utf-16-le", "surrogatepass")[1::2])


class Signs:
    """A class of single characters, which is looked for only in texts that have one of its rows."""

    __slots__ = ("pattern", "rows")

    def __init__(self, pattern: str) -> None:
        self.pattern: Final = re.compile(pattern)
        self.rows: Final = _BEYOND + bytes(row for row in range(256) if self.pattern.search(_ROWS[row]))

    def may_stand_in(self, absent: bytes) -> bool:
        return bool(self.rows.translate(None, absent))

    def found_in(self, text: str, absent: bytes) -> list[str]:
        """Every sign of the class, in order."""
        return self.pattern.findall(text) if self.may_stand_in(absent) else []
