"""Numbers that are letters: a file that is written in plain characters, or bytes that were encoded before, as the numbers of their characters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

WINDOW: Final = 48
_WORD: Final = re.compile(rb"[a-z]{3,}+")
_NOT_DIGITS: Final = bytes(set(range(256)) - set(b"0123456789"))
_NOT_LETTERS: Final = bytes(each for each in range(256) if not chr(each).isalpha() or each > 127)
_BETWEEN: Final = b"+/=_-%, ;\r\n"


def spelled(values: Sequence[int]) -> bool:
    """Whether numbers are the letters of a file that is written in plain characters, or of bytes that were encoded before."""
    for at in range(0, len(values) - WINDOW + 1, WINDOW // 2):
        printed = bytes([each for each in values[at : at + WINDOW] if 31 < each < 127 or 8 < each < 14])
        if len(printed) * 4 >= WINDOW * 3 and (_has_words(printed) or _is_encoded(printed)):
            return True
    return False


def _has_words(printed: bytes) -> bool:
    words = _WORD.findall(printed)
    return len(words) > 3 and sum(map(len, words)) * 3 > WINDOW and sum(each < 58 for each in printed) * 12 > WINDOW


def _is_encoded(printed: bytes) -> bool:
    """Whether characters are digits and letters and hardly another, as base64 and its kin have, or of every kind, as base85 has."""
    digits, letters = len(printed.translate(None, _NOT_DIGITS)), len(printed.translate(None, _NOT_LETTERS))
    between = len(printed) - len(printed.translate(None, _BETWEEN))
    if digits + letters + between == len(printed):
        return len(set(printed)) > 7 and min(digits, max(letters, between)) > 2
    low, high = sum(32 < each < 58 for each in printed), sum(each > 100 for each in printed)
    return len(set(printed)) >= WINDOW // 2 and min(low, high, len(printed) - low - high) > 7
