"""How usual each pair of letters is in the world's languages: the measure of whether a run of letters can be read aloud.

The table `letters.bin` was learnt from CLDR's names in some 300 locales (tests/guard/train_letters.py). A score is in
half-bits: how much likelier the second letter is at random than after the first one in language.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from struct import unpack
from typing import Final

_ZERO: Final = ord("M")
UNKNOWN: Final = 12
CASE: Final = 8  # a capital inside a word
DIGIT: Final = 6  # a digit next to a letter


class _Spelled(dict[str, int]):
    """Scores of pairs as they are learnt; a pair that was never seen has the score of its second letter alone."""

    alone: dict[str, int]

    def __missing__(self, pair: str) -> int:
        return self.alone.get(pair[1], UNKNOWN)


class _Pairs(dict[int, int]):
    """The same for two letters as one number, the first in its lower 16 bits: the pair as UTF-16-LE writes it."""

    alone: dict[int, int]

    def __missing__(self, pair: int) -> int:
        return self.alone.get(pair >> 16, UNKNOWN)


def _load() -> _Pairs:
    made = json.loads(zlib.decompress(Path(__file__).with_name("letters.bin").read_bytes()))
    pairs = _Spelled()
    pairs.alone = {}
    for rest, rows in made.values():
        _read(pairs.alone, "", rest)
        for first, row in rows.items():
            if first != " ":
                _read(pairs, first, row)
            else:
                starts: dict[str, int] = {}
                _read(starts, " ", row)
                pairs.update(starts)
    pairs.alone[" "] = 0
    pairs.alone.update(dict.fromkeys(map(chr, _NEUTRAL), 0))
    pairs.update({a + b: pairs[a + b] for a in _LOWER for b in _LOWER + " "})
    _add_capitals_and_digits(pairs)
    numbered = _Pairs({_unit(pair[0]) | _unit(pair[1]) << 16: score for pair, score in pairs.items()})
    numbered.alone = {_unit(letter): score for letter, score in pairs.alone.items()}
    return numbered


def _unit(letter: str) -> int:
    """A letter as 16 bits; those that UTF-16 writes with two such units have a stand-in, in their order of appearance."""
    code = ord(letter)
    return code if code < 0x10000 else ord(_STAND_INS.setdefault(letter, chr(_FIRST_STAND_IN + len(_STAND_INS))))


def _read(into: dict[str, int], first: str, row: str) -> None:
    for second, code in zip(row[::2], row[1::2], strict=True):
        into[first + second] = ord(code) - _ZERO


_LOWER: Final = "abcdefghijklmnopqrstuvwxyz"


# Living scripts that CLDR has too little of: they say nothing for or against.
_NEUTRAL: Final = (
    *range(0x1050, 0x10A0), *range(0x1900, 0x1950), *range(0xA900, 0xA930), *range(0x10D00, 0x10D40),
    *range(0xA000, 0xA4D0), *range(0xA500, 0xA640),
    *range(0x0780, 0x07C0), *range(0x1700, 0x1780), *range(0x1800, 0x18B0), *range(0x1950, 0x1A20), *range(0x1B00, 0x1C50),
    *range(0xA4D0, 0xA500), *range(0xA980, 0xA9E0), *range(0xAA00, 0xAAE0), *range(0xABC0, 0xAC00),
    *range(0x02B0, 0x0300), 0xA78B, 0xA78C, *range(0x2000, 0x2070), 0x00B7, 0x0964, 0x0965, 0x060C, 0x061B, 0x061F,
)  # fmt: skip
_BEYOND: Final = re.compile("[\U00010000-\U0010ffff]")
_FIRST_STAND_IN: Final = 0xE000  # private use, which was refused before letters are measured
_STAND_INS: Final[dict[str, str]] = {}
_NEVER_SEEN: Final = "\uffff"
_SIGNS: Final = "!#$%&*+;<=>@[]^`{|}~\\"


def _add_capitals_and_digits(pairs: _Spelled) -> None:
    for a in _LOWER:
        upper = a.upper()
        for b in _LOWER:
            pairs[upper + b.upper()] = pairs[upper + b] = pairs[a + b]
            pairs[a + b.upper()] = CASE
        pairs[" " + upper] = pairs[" " + a]
        pairs[upper + " "] = pairs[a + " "]
        for digit in "0123456789":
            pairs[a + digit] = pairs[upper + digit] = pairs[digit + a] = pairs[digit + upper] = DIGIT
    for sign in _SIGNS:
        for a in _LOWER + _LOWER.upper() + "0123456789":
            pairs[a + sign], pairs[sign + a] = 5, 2
        for other in _SIGNS:
            pairs[sign + other] = 0 if sign == other else 3
        pairs[" " + sign], pairs[sign + " "] = 0, -5
    for a in "0123456789 ":
        for b in "0123456789 ":
            pairs[a + b] = 0


PAIRS: Final = _load()


def scores(text: str) -> list[int]:
    """The score of each pair of neighbours in a text of words divided by single spaces."""
    if not text.isascii():
        text = _BEYOND.sub(lambda found: _STAND_INS.get(found.group(), _NEVER_SEEN), text)
    data, many = text.encode("utf-16-le", "surrogatepass"), len(text) - 1
    found = [0] * many
    found[::2] = map(PAIRS.__getitem__, unpack(f"<{(many + 1) // 2}I", data[: (many + 1) // 2 * 4]))
    found[1::2] = map(PAIRS.__getitem__, unpack(f"<{many // 2}I", data[2 : 2 + many // 2 * 4]))
    return found


def highest(parts: Iterable[int]) -> int:
    """The largest sum of any stretch of scores (the CUSUM test for a change of source; E. S. Page, 1954)."""
    best = running = 0
    for part in parts:
        running += part
        if running < 0:
            running = 0
        elif running > best:
            best = running
    return best
