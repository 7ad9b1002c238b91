"""Runs of numbers that could be the bytes of a file, told from phone lists, docket numbers and tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from referral_api.guard.signatures import starts_a_file

_RUN: Final = re.compile(r"\d[\d\s,.;:|/\\\[\](){}<>+_'\"&#*~-]{40,}+")
_DIGITS: Final = re.compile(r"\d+")
_STANDING: Final = re.compile(r"(?<![\w.])\d{1,3}(?![\w])")
_STARTS: Final = (
    "137 80 78 71",
    "71 73 70 56",
    "255 216 255",
    "82 73 70 70",
    "37 80 68 70",
    "80 75 3 4",
    "73 73 42 0",
    "77 77 0 42",
    "102 116 121 112",
    "26 69 223 163",
)
_BITS: Final = re.compile(r"(?<!\d)[01](?:[\s,.;:|/_-]{0,3}[01]){63,}+(?!\d)")
_MORSE: Final = re.compile(r"(?:[.\u00b7\u2022_\u2013\u2014\u2212-]{1,7}[ /|\n]{1,3}){20,}+")
_LONGEST: Final = 40
_MANY: Final = 48
_FEW: Final = 24
_PAST_A_LIST: Final = 400
_FRACTIONS: Final = re.compile(r"(?:(?<![\d.])-?[01]?\.\d{2,17}[^\w.]{1,3}){32,}+")


def number_run(text: str) -> bool:
    """Whether a text has a run of numbers, bits or Morse signs that is longer and more even than people write."""
    if _BITS.search(text) or (text.count(".") > 32 and _FRACTIONS.search(text)):
        return True
    for run in _RUN.findall(text):
        numbers = _DIGITS.findall(run)
        if any(len(each) > _LONGEST and len(set(each)) > 4 for each in numbers) or _bytes_in_words(run, numbers):
            return True
    return False


def bytes_among_words(text: str) -> bool:
    """Whether the numbers of a text, words between them left out, are bytes: nearly all that have three digits end at 255."""
    found = _STANDING.findall(text)
    if any(f" {start} " in f" {' '.join(found)} " for start in _STARTS):
        return True
    long = [each for each in map(int, found) if each > 99]
    if len(long) < _FEW or len(set(long)) < 20:
        return False
    small = [each for each in long if each < 256]
    return len(small) * 20 >= len(long) * 19 and sum(each >= 200 for each in small) * 8 >= len(small)


def morse(text: str) -> bool:
    """Whether a text has a long run of dots and dashes."""
    return any("." in run and len(set(run)) > 2 for run in _MORSE.findall(text))


def _bytes_in_words(run: str, numbers: list[str]) -> bool:
    if len(numbers) >= _FEW and all(len(each) <= 3 for each in numbers):
        values = list(map(int, numbers))
        if looks_like_bytes(values):
            return True
        signed = run.count("-") * 4 > len(values) and max(values) <= 128
        if (
            signed
            and len(values) >= _MANY
            and sum(each >= 64 for each in values) * 4 > len(values)
            and len(set(values)) > 24
        ):
            return True
    digits = sum(map(len, numbers))
    if digits < _PAST_A_LIST:
        return False
    items = [item.strip() for item in re.split(r"[\n,;|]+", run) if item.strip()]
    common = Counter(item[:2] for item in items).most_common(3)
    return len(items) < 8 or sum(times for _, times in common) * 3 < len(items)


def looks_like_bytes(values: Sequence[int | float]) -> bool:
    """Whether numbers are spread over 0 to 255 as the bytes of a file are, or begin as a file does."""
    if len(values) < _FEW or not all(isinstance(each, int) and 0 <= each <= 255 for each in values):
        return False
    data = bytes(each for each in values if isinstance(each, int))
    if starts_a_file(data) and data[0] != 0x78:
        return True
    return (
        len(data) >= 40
        and len(set(data)) >= 20
        and max(data) >= 200
        and sum(each >= 128 for each in data) * 5 > len(data)
    )


def number_list(values: Sequence[int | float]) -> bool:
    """Whether a JSON list holds more numbers than any field of this service needs, or the bytes of a file."""
    return len(values) > _MANY or looks_like_bytes(values)
