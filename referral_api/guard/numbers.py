"""Runs of numbers that could be the bytes of a file, told from phone lists, docket numbers and tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal

from referral_api.guard.pairs import HEX_OF_HEX, in_pairs
from referral_api.guard.signatures import starts_a_file
from referral_api.guard.spelled import WINDOW, spelled

_RUN: Final = re.compile(r"\d[\d\s`,.;:|/\\\[\](){}<>+_'\"&#*~\u060c\u061b\u3001-]{40,}+")
_DIGITS: Final = re.compile(r"\d+")
_STANDING: Final = re.compile(r"(?<![\w.])\d{1,3}(?![\w])")
_LONG_STANDING: Final = re.compile(r"(?<![\w.+-])\d{3,20}(?![\w])")
_BELOW_ZERO: Final = re.compile(r"(?<![\w.)\]-])-(\d{1,3})(?![\w.])")
_STARTS: Final = (
    " 137 80 78 71 ",
    " 71 73 70 56 ",
    " 255 216 255 ",
    " 82 73 70 70 ",
    " 37 80 68 70 ",
    " 80 75 3 4 ",
    " 73 73 42 0 ",
    " 77 77 0 42 ",
    " 102 116 121 112 ",
    " 26 69 223 163 ",
    " 79 103 103 83 ",
    " 102 76 97 67 ",
    " 77 84 104 100 ",
    " 80 54 10 ",
    " 31 139 8 ",
    " 55 122 188 175 ",
    " 82 97 114 33 ",
    " 60 115 118 103 ",
    " 60 63 120 109 108 ",
    " 35 33 65 77 82 ",
    " 113 111 105 102 0 0 ",
    " 127 69 76 70 ",
    " 37 33 80 83 45 ",
    " 123 92 114 116 102 ",
)
_STARTS_SO: Final = (
    re.compile(r" 66 77 \d{1,3} \d{1,3} \d{1,3} 0 0 0 0 0 "),
    re.compile(r" 0 0 1 0 \d 0 \d{1,3} \d{1,3} \d{1,3} 0 [01] 0 (?:4|8|24|32) 0 "),
)
_MINUS: Final = (b" -0", b",-0", b"\n-0", b"[-0", b"(-0")
_SIGNED: Final = re.compile(r"(?<![\w.)\]-])-?\d{1,3}(?![\w.])")
_BITS: Final = re.compile(r"(?<!\d)[01](?:[\s,.;:|/_-]{0,3}[01]){63,}+(?!\d)")
_BITS_APART: Final = re.compile(r"[01]{128,}+")
_BYTES_APART: Final = re.compile(r"(?:[01]\d\d|2[0-4]\d|25[0-5]){24,}+")
_OCTAL: Final = re.compile(r"(?<!\d)[0-3][0-7]{2}(?!\d)")
_THREE: Final = re.compile(r"(?<!\d)\d{3}(?!\d)")
_THOUSANDS: Final = re.compile(r"(?<![\d,.'])\d{1,3}(?:,\d{3}){12,}+(?!\d)|(?<![\d,.'])\d{1,3}(?:\.\d{3}){12,}+(?!\d)")
_MORSE: Final = re.compile(r"(?:[.\u00b7\u2022_\u2013\u2014\u2212-]{1,7}[ /|\n]{1,3}){20,}+")
_SHAPE: Final = bytes(
    ord("0")
    if chr(each) in "0123456789"
    else ord("a")
    if chr(each) in "abcdefABCDEF"
    else ord("x")
    if chr(each).isalpha()
    else each
    for each in range(128)
) + bytes(128)
_ONLY_DIGITS: Final = bytes(each if chr(each) in "0123456789" else ord(" ") for each in range(256))
_NUMBERS: Final = bytes(ord("x") if chr(each).isalpha() and each < 128 else ord("0") for each in range(256))
_ROW: Final = b"0" * 41
_LONGEST: Final = 40
_CODE: Final = 5  # digits of a number that may be many bytes
_ENDLESS: Final = re.compile(r"(?<!\w)\d{18,}+(?!\w)")
_MANY: Final = 64
_FEW: Final = 24
_LONGEST_BITS: Final = 128
_FLAT: Final = 96
_ROW_OF_BYTES: Final = 200
_LARGE: Final = 1 << 32
_PAST_A_LIST: Final = 400
_BEFORE: Final = re.compile(r"^[+*#(\s-]{0,8}(?:\d{1,3}[.):]\s+)?")  # what stands before the numbers of a list
_INSIDE: Final = re.compile(r"0[./:-]0")
_WORDS: Final = (16, 24, 32, 64)
_FRACTIONS: Final = re.compile(r"(?:(?<![\d.])-?[01]?\.\d{2,17}[^\w.]{1,3}){32,}+")


def bytes_in_numbers(text: str) -> bool:
    """Whether the numbers of a text could be the bytes of a file."""
    plain = text.encode("ascii", "replace")
    shape = plain.translate(_SHAPE)
    found = plain.translate(_ONLY_DIGITS).decode("ascii").split()
    lengths = list(map(len, found))
    threes, longer = lengths.count(3), sum(length > 2 for length in lengths)
    long = [each for each in found if len(each) > _CODE]
    return (
        _starts_a_file(found)
        or _number_run(text, shape)
        or _digits_apart("".join(found))
        or (len(long) > 7 and (_digits_apart("".join(long)) or _endless(text)))
        or (threes >= _FEW and (_bytes_among_words(text) or _octal(text)))
        or (len(found) >= 2 * WINDOW and spelled(_standing(text)))
        or (longer >= _FEW and _whole_words(text))
        or _counted(found)
        or _below_zero(text, shape)
        or in_pairs(text, plain, shape, sum(lengths))
    )


def _number_run(text: str, shape: bytes) -> bool:
    """Whether a text has a run of numbers or bits that is longer and more even than people write.

    Each pattern is searched only if the shape (its digits as zeros) has as many parts as the pattern needs.
    """
    if text.count("0") + text.count("1") >= 64 and _BITS.search(text):
        return True
    if shape.count(b".00") >= 32 and _FRACTIONS.search(text):
        return True
    if (shape.count(b",000") >= 12 or shape.count(b".000") >= 12) and _THOUSANDS.search(text):
        return True
    if _ROW not in shape.translate(_NUMBERS):
        return False
    for run in _RUN.findall(text):
        numbers = _DIGITS.findall(run)
        if any(len(each) > _LONGEST and len(set(each)) > 4 for each in numbers) or _bytes_in_words(run, numbers):
            return True
    return False


def _endless(text: str) -> bool:
    """Whether many numbers are longer than those of cards and telephones, and begin anyhow, as the pieces of one number do."""
    long = [each[:2] for each in _ENDLESS.findall(text)]
    return len(long) > 7 and sum(times for _, times in Counter(long).most_common(3)) * 2 < len(long)


def _standing(text: str) -> list[int]:
    """The numbers of up to three digits that stand by themselves."""
    return list(map(int, _STANDING.findall(text)))


def _bytes_among_words(text: str) -> bool:
    """Whether the numbers of a text, words between them left out, are bytes: nearly all that have three digits end at 255."""
    found = _standing(text)
    if spelled(found):
        return True
    often = Counter(found)
    # What stands there again and again and is no byte is the name of something.
    long = [each for each in found if 99 < each < 256 or (each > 255 and often[each] < 5)]
    if len(long) < _FEW or len(set(long)) < 20:
        return False
    small = [each for each in long if each < 256]
    return len(small) * 20 >= len(long) * 19 and sum(each >= 200 for each in small) * 8 >= len(small)


def _octal(text: str) -> bool:
    """Whether the numbers of three digits are bytes in octal."""
    found = _OCTAL.findall(text)
    if len(found) < _FEW:
        return False
    values = [int(each, 8) for each in found]
    if _starts_a_file(list(map(str, values))) or spelled(values):
        return True
    return (
        len(set(found)) > 15
        and sum(each >= "200" for each in found) * 8 > len(found)
        and len(found) * 20 >= len(_THREE.findall(text)) * 19
    )


def _counted(found: list[str]) -> bool:
    """Whether every second number only counts, and the others are bytes."""
    if len(found) < 2 * _FEW:
        return False
    small = [int(each) if len(each) < 6 else -1 for each in found]
    for counters, others in ((small[::2], small[1::2]), (small[1::2], small[::2])):
        if sum(after == before + 1 for before, after in pairwise(counters)) * 10 > 9 * len(counters):
            return looks_like_bytes(others)
    return False


def _whole_words(text: str) -> bool:
    """Whether numbers fill the range of 16, 24, 32 or 64 bits and never leave it, as no people's numbers do."""
    found = list(map(int, _LONG_STANDING.findall(text)))
    if len(found) < _FEW:
        return False
    width = max(found).bit_length()
    if width not in _WORDS:
        return False
    if any(_starts_a_file(_bytes_of(text, width, order)) for order in ("big", "little")):
        return True
    wide = [each for each in found if each >> (width - 7)]
    filled = Counter(each >> (width - 2) for each in wide)
    return (
        len(wide) >= _FEW and all(filled[each] * 10 > len(wide) for each in range(4)) and len(set(wide)) * 2 > len(wide)
    )


def _bytes_of(text: str, width: int, order: Literal["big", "little"]) -> list[str]:
    """The bytes of the numbers of a text, each of so many bits."""
    found = [int(each) for each in _DIGITS.findall(text) if len(each) < 21]
    return [str(byte) for each in found if each >> width == 0 for byte in each.to_bytes(width // 8, order)]


def _starts_a_file(found: list[str]) -> bool:
    joined = f" {' '.join(found)} "
    return any(map(joined.__contains__, _STARTS)) or any(pattern.search(joined) for pattern in _STARTS_SO)


def _below_zero(text: str, shape: bytes) -> bool:
    """Whether a text has bytes as numbers from -128 to 127."""
    if sum(map(shape.count, _MINUS)) > 1 and _starts_a_file([str(int(each) % 256) for each in _SIGNED.findall(text)]):
        return True
    if text.count("-") < _FEW:
        return False
    found = list(map(int, _BELOW_ZERO.findall(text)))
    if len(found) < _FEW or max(found) > 128:
        return False
    many = len(set(found)) > 15 and sum(each > 64 for each in found) > 5
    return many or (len(found) >= _FLAT // 2 and sum(each > 40 for each in found) >= _FLAT // 4)


def _digits_apart(digits: str) -> bool:
    """Whether the digits of a text, put together again, are bytes of three digits or bits."""
    for run in _BYTES_APART.findall(digits):
        values = [int(run[at : at + 3]) for at in range(0, len(run), 3)]
        # Years in a row have groups like 200, 012 and 199: bytes fill the room between as well.
        different = set(values)
        if len(different) > 15 and sum(128 < each < 198 or 209 < each for each in different) > 9:
            return True
        if spelled(values):
            return True
    if HEX_OF_HEX.search(digits):
        return True
    return any(4 * run.count("1") > len(run) // 2 and len(set(_blocks(run))) > 7 for run in _BITS_APART.findall(digits))


def _blocks(bits: str) -> list[str]:
    return [bits[at : at + 8] for at in range(0, len(bits), 8)]


def morse(text: str) -> bool:
    """Whether a text has a long run of dots and dashes."""
    return any("." in run and len(set(run)) > 2 for run in _MORSE.findall(text))


def _bytes_in_words(run: str, numbers: list[str]) -> bool:
    if len(numbers) >= _FEW and all(len(each) <= 3 for each in numbers):
        values = list(map(int, numbers))
        if looks_like_bytes(values) or spelled(values):
            return True
        if max(values) < 256 and (
            len(values) > _ROW_OF_BYTES
            or (len(values) >= _MANY and max(values) >= 200 and sum(each > 127 for each in values) > 7)
        ):
            return True
    digits = sum(map(len, numbers))
    if digits < _PAST_A_LIST:
        return False
    items = [item.strip() for item in re.split(r"[\n,;|]+", run) if item.strip()]
    if len(items) < 8:
        return True
    # Dates, times, places and telephone numbers have one shape; numbers of one length without a sign inside may be a file's.
    shapes = Counter(re.sub(r"\d", "0", item) for item in items).most_common(3)
    shaped = sum(times for shape, times in shapes if _INSIDE.search(shape))
    common = Counter(_BEFORE.sub("", item)[:2] for item in items).most_common(3)
    return shaped * 3 < 2 * len(items) and sum(times for _, times in common) * 2 < len(items)


def looks_like_bytes(values: Sequence[int | float]) -> bool:
    """Whether numbers are spread over 0 to 255 as the bytes of a file are, or begin as a file does."""
    if len(values) < _FEW or not all(isinstance(each, int) and 0 <= each <= 255 for each in values):
        return False
    data = bytes(each for each in values if isinstance(each, int))
    if starts_a_file(data) and data[0] != 0x78:
        return True
    high = sum(each >= 128 for each in data)
    many = len(data) >= 40 and len(set(data)) >= 20 and max(data) >= 200 and high * 5 > len(data)
    # A picture of one colour has few different ones.
    return many or (len(data) >= _FLAT and max(data) >= 200 and high * 8 > len(data))


def number_list(values: Sequence[int | float]) -> bool:
    """Whether a JSON list holds more numbers than any field of this service needs, the bytes of a file, or a number that is one."""
    if len(values) > _MANY or any(isinstance(each, int) and each.bit_length() > _LONGEST_BITS for each in values):
        return True
    whole = [each for each in values if isinstance(each, int)]
    if sum(abs(each) > _LARGE for each in whole) > 7:
        return True
    if len(values) < _FEW:
        return False
    if len(whole) < len(values):
        # A byte as a part of one.
        parts = [each * 255 for each in values]
        return all(0 <= each <= 255 and abs(each - round(each)) < 0.01 for each in parts) and len(set(parts)) > 8
    if min(whole) < 0:
        whole = [each + 256 if -129 < each < 0 else each for each in whole]
    return looks_like_bytes(whole) or spelled(whole)
