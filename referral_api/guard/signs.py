"""What a text has beyond ASCII: its signs in their order, and the different ones among them.

A class of signs is looked for among the different ones first: they are few, and most classes have none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from struct import pack
from typing import Final, NamedTuple

_ASCII: Final = bytes(range(128))
BASIC: Final = bytes(pack("<63360H", *range(0x80, 0xD800), *range(0xE000, 0x10000))).decode("utf-16-le")
"""The signs beyond ASCII of Unicode's basic plane."""
_EVERY: Final = BASIC + pack("<131072I", *range(0x10000, 0x30000)).decode("utf-32-le")
_FEW: Final = 24


class Beyond(NamedTuple):
    """The signs of a text beyond ASCII in their order, each of the different ones once, and the last of these in Unicode."""

    signs: str
    kinds: str
    last: str


NOTHING: Final = Beyond("", "", "")


def beyond(text: str) -> Beyond:
    """Look once at what a text has beyond ASCII."""
    if text.isascii():
        return NOTHING
    signs = strange(text)
    kinds = "".join(set(signs))
    return Beyond(signs, kinds, max(kinds))


def strange(text: str) -> str:
    """The signs of a text beyond ASCII, in order."""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


class Signs:
    """A class of single characters beyond ASCII."""

    __slots__ = ("_first", "_runs", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern: Final = re.compile(pattern)
        self._runs: Final = re.compile(f"{pattern}+")
        first = self.pattern.search(_EVERY)
        self._first: Final = first.group() if first else ""

    def stand_in(self, seen: Beyond) -> bool:
        return self._first <= seen.last and self.pattern.search(seen.kinds) is not None

    def kinds_in(self, seen: Beyond) -> list[str]:
        """The different signs of the class, each once."""
        return self.pattern.findall(seen.kinds) if self._first <= seen.last else []

    def found_in(self, seen: Beyond) -> str:
        """Every sign of the class, in order."""
        return self.all_in(seen.signs) if self.stand_in(seen) else ""

    def replaced(self, text: str, by: str) -> str:
        """The text with each row of them exchanged."""
        return self._runs.sub(by, text)

    def all_in(self, text: str) -> str:
        """The same, in whatever text."""
        return "".join(self._runs.findall(text))


def one_of(letters: Iterable[str]) -> str:
    """A class of a regular expression for single characters, as ranges of their code points."""
    ranges: list[list[int]] = []
    for code in sorted(map(ord, letters)):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges) + "]"


def replaced(text: str, forms: Mapping[str, str]) -> str:
    """The text with single characters exchanged; a few different ones one after another, which is ten times as fast."""
    if len(forms) > _FEW:
        return text.translate({ord(sign): form for sign, form in forms.items()})
    for sign, form in forms.items():
        text = text.replace(sign, form)
    return text
