"""Bytes as pairs of hexadecimal digits: in a row, in a dump, or wherever they stand."""

from __future__ import annotations

import re
from typing import Final

from referral_api.guard.spelled import spelled

_DUMPED: Final = re.compile(r"(?<![^\n])[ >]{0,4}[0-9A-Fa-f]{6,8}:?[ \t]{1,3}((?:[0-9A-Fa-f]{2,4}[ \t]{1,2}){6,16}+)")
_PAIR: Final = re.compile(r"(?<![0-9A-Za-z])(?:0[xX]|\\x)?([0-9A-Fa-f]{2})[hH]?(?![0-9A-Za-z])")
_CHUNK: Final = re.compile(r"[0-9A-Za-z]+")
_DUMP: Final = 3
_DIGITS_OF_PAIRS: Final = 64
_LETTERS_OF_PAIRS: Final = 6
_PAIRS: Final = re.compile(r"(?:(?:0[xX]|\\x)?[0-9A-Fa-f]{2}[hH]?[:\s,;|-]{1,2}|\\x[0-9A-Fa-f]{2}){48,}+")
_PAIR_SHAPE: Final = bytes(
    ord("h") if chr(each) in "0123456789abcdefABCDEF" else ord("x") if chr(each).isalpha() and each < 128 else 32
    for each in range(256)
)
_PAIR_ROWS: Final = tuple(b" ".join([each] * 4) for each in (b"hh", b"hhhh", b"hxhh", b"xhh", b"hhx"))
_FEW: Final = 64
HEX_OF_HEX: Final = re.compile(r"(?:25|3\d|[46][1-6]){48,}+")  # digits, letters up to F, and percent signs, in digits


def in_pairs(text: str, plain: bytes, shape: bytes, digits: int) -> bool:
    """Whether a text holds bytes in pairs; `plain` is the text in ASCII, `shape` that with its digits as zeros, `digits` how many these are."""
    in_row = digits >= _DIGITS_OF_PAIRS and _may_have_pairs(plain) and (_row_of_pairs(text) or _dumped(text))
    return in_row or _hexadecimal_pairs(text, shape)


def _hexadecimal_pairs(text: str, shape: bytes) -> bool:
    """Whether a text has many different pairs of a digit and a letter up to F, in both orders, wherever they stand."""
    if shape.count(b"0a") < 7 or shape.count(b"a0") < 7:
        return False
    pairs: list[str] = _PAIR.findall(text)
    found = {pair.lower() for pair in pairs}
    first = sum(pair[0].isdigit() and pair[1].isalpha() for pair in found)
    last = sum(pair[0].isalpha() and pair[1].isdigit() for pair in found)
    if first > 6 and last > 6 and first + last > 18:
        return True
    return first + last > 3 and _are_most(pairs, text)


def _are_most(pairs: list[str], text: str) -> bool:
    """Whether most that stands in a text are pairs in hexadecimal, though a picture of few colours has few different ones."""
    if len(pairs) < _FEW or sum(any(map(str.isalpha, pair)) for pair in pairs) * 5 < len(pairs):
        return False
    return len(pairs) * 5 > 3 * len(_CHUNK.findall(text))


def _may_have_pairs(plain: bytes) -> bool:
    """A cheap look for a row of pairs in hexadecimal, in one of the ways to write them."""
    shape = plain.translate(_PAIR_SHAPE).replace(b"  ", b" ")
    return any(map(shape.__contains__, _PAIR_ROWS))


def _row_of_pairs(text: str) -> bool:
    """Whether pairs in hexadecimal stand in a long row, however few different ones there are."""
    for row in _PAIRS.findall(text):
        letters = sum(map(str.isalpha, row))
        if letters >= _LETTERS_OF_PAIRS:
            return True
        pairs = "".join(_PAIR.findall(row))
        if spelled(bytes.fromhex(pairs)) if letters else HEX_OF_HEX.search(pairs):
            return True
    return False


def _dumped(text: str) -> bool:
    """Whether lines are those of a dump: a place, then what stands there in hexadecimal."""
    return sum(any(map(str.isalpha, row)) for row in _DUMPED.findall(text)) >= _DUMP
