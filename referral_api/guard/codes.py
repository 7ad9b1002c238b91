"""Codes with few signs: dots and dashes, two emoji, `yes` and `no`, the spelling alphabet, one word of a list for each byte.

Such a code has letters or words that language has too, so what gives it away is how it uses them: a stretch of text with few
different signs says little in language, because it repeats itself, and much in a code. How much is measured by how small it can be packed.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice, pairwise
from typing import Any, Final, TypeVar

from referral_api.guard.signs import BASIC, Beyond, Signs, one_of, replaced

Row = TypeVar("Row", bytes, Sequence[str])

_SYMBOLS: Final = re.compile(r"(?:[^\w\s]|_)(?:\s{0,8}(?:[^\w\s]|_)){5,}+")
# Vowel signs and the like belong to letters.
_SYMBOL: Final = re.compile(
    one_of(sign for sign in re.findall(r"[^\w\s]", BASIC) if not unicodedata.category(sign).startswith("M"))
    + "|[\U00010000-\U0010ffff]"
)
_SIGNS: Final = re.compile(r"[!-/:-@\[-`{-~]{64,}+")
_REPEATED: Final = re.compile(r"([\W_])\1{3,}+")
_PICTURE: Final = Signs("[\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u2500-\u27bf\u2900-\u2bff\U0001f000-\U0001fbff]")
_DIGIT: Final = re.compile(r"\d")
_NOT_LETTERS: Final = re.compile(r"[\W_]+")
_WORD: Final = re.compile(r"[^\s\d,.;:|/\\()\[\]{}<>\"'!?_=+*&%$#@~^-]+")
_SHORT_WORDS: Final = re.compile(r"(?:(?<![A-Za-z])[a-z]{3,8}[^A-Za-z,;|]{1,6}){64,}+")
_SENTENCE: Final = re.compile(r"[.!?;:,|\t\n\u060c\u061f\u06d4\u0964\u104b\u1362\u17d4\u3001\u3002\uff0c]")
_CAPITAL_INSIDE: Final = re.compile(r"[a-z][A-Z]")
_UU_LINE: Final = re.compile(r"[ -`]{21,61}+")
_UU_FULL: Final = re.compile(r"M[ -`]{60}(?!\S)")
_ORNAMENTS: Final = re.compile(r"[!-&(*+;-@\[-`]")

_ALL: Final = bytes(range(256))
_ASCII_BLANKS: Final = b" \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f"
_MARKED: Final = bytes(
    ord("x") if (chr(each).isalnum() and each < 128) or each == 63 else ord("*") for each in range(256)
)
_WORDS_APART: Final = bytes(each if (chr(each).isalpha() and each < 128) or each == 63 else 32 for each in range(256))
_SIX: Final = b"*" * 6
_BROKEN: Final = bytes(ord(",") if chr(each) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ,;|" else each for each in range(256))
_STOPPED: Final = bytes(ord(".") if each in b".!;:,|\t\n" else each for each in range(256))
_SMALL: Final = b"abcdefghijklmnopqrstuvwxyz"

_BLANK: Final = Signs(r"[^\S\x00-\x7f]")
_BLANK_ROW: Final = re.compile(r"[^\S\n]{2,}+")
_DOUBLE: Final = re.compile(r"(?<=[^\s.!?:])  (?=\S)")
_ONE_OR_TWO: Final = re.compile(r"(?<=\S) {1,2}(?=\S)")

_LINES: Final = 8
_BLANKS: Final = 48
_BLANKS_SAY: Final = 40
_AT_MOST: Final = 4_000  # signs that are packed, whatever is sent
_LETTERS: Final = 64  # in a block
_FEW_LETTERS: Final = 7  # different ones
_WORDS: Final = 64
_FEW_WORDS: Final = 16
_MANY_WORDS: Final = 256
_SYMBOLS_SAY: Final = 36  # bytes, packed
_LETTERS_SAY: Final = 32
_WORDS_SAY: Final = 48


def coded(text: str, seen: Beyond, *, calm: bool) -> bool:
    """Whether a folded text says much with few signs, or uses many words as evenly as no language does.

    `seen` is what the text has beyond ASCII. `calm` says that the classes of its characters look like language, so that only
    what they cannot show is looked at.
    """
    if _said_in_symbols(text, seen):
        return True
    lowered = text.lower()
    chunks = lowered.split()
    many_words = (
        len(chunks) >= _WORDS or len(lowered.encode("ascii", "replace").translate(_WORDS_APART).split()) >= _WORDS
    )
    few_words = many_words and _narrow(chunks, _WORDS, _FEW_WORDS + 4)
    if not calm or few_words or _narrow(lowered, _LETTERS + 16, _FEW_LETTERS + 3):
        # Chunks with digits are case numbers and the like.
        spoken = " ".join(chunk for chunk in chunks if _DIGIT.search(chunk) is None)
        if _said(_NOT_LETTERS.sub("", spoken), _LETTERS, _FEW_LETTERS, _LETTERS_SAY):
            return True
        counted = (len(chunks) - spoken.count(" ")) // 2
        if _said(_WORD.findall(spoken), _WORDS, _FEW_WORDS, _WORDS_SAY + counted):
            return True
    if len(chunks) < _WORDS:
        return False
    return _even(lowered) or _listed(text) or (not calm and _cased(text, len(chunks)))


def _narrow(signs: Sequence[str], size: int, few: int) -> list[Sequence[str]]:
    """The blocks that have few different signs."""
    if isinstance(signs, str):
        # The low bytes of letters are as many different ones or fewer, and ten times as fast to count.
        low = signs.encode("utf-16-le", "surrogatepass")[::2]
        if len(low) == len(signs) and all([len(_ALL.translate(None, each)) < 256 - few for each in _blocks(low, size)]):
            return []
    return [block for block in _blocks(signs, size) if len(set(block)) <= few]


def _said(signs: Sequence[str], size: int, few: int, limit: int) -> bool:
    """Whether the blocks that have few different signs say more than a limit."""
    if len(signs) < size:
        return False
    narrow = [sign for block in _narrow(signs, size, few) for sign in block]
    return len(narrow) > 0 and _packed(narrow) > limit


def _blocks(signs: Row, size: int) -> list[Row]:
    """Blocks of one size; what is left at the end only if there is no other."""
    return [signs[at : at + size] for at in range(0, max(len(signs) - size + 1, 1), size)]


def _packed(signs: Iterable[str]) -> int:
    """How many bytes signs say, each counted as one of the different ones (DEFLATE, RFC 1951)."""
    order: dict[str, int] = {}
    numbers = [order.setdefault(sign, len(order)) for sign in islice(signs, _AT_MOST)]
    data = bytes(numbers) if len(order) < 256 else bytes(min(number, 255) for number in numbers)
    packer = zlib.compressobj(9, wbits=-15)
    return len(packer.compress(data)) + len(packer.flush())


def _said_in_symbols(text: str, seen: Beyond) -> bool:
    symbols = dict.fromkeys(["?", *_SYMBOL.findall(seen.kinds)], "!")
    shape = replaced(text, symbols).encode("ascii", "replace")
    if _SIX in shape.translate(_MARKED, _ASCII_BLANKS):
        if any(len(set(row)) > 2 for row in _SIGNS.findall(text)):
            return True
        runs = "".join(_SYMBOLS.findall(text))
        if len(runs) > _SYMBOLS_SAY and _packed(_REPEATED.sub(r"\1\1\1\1", runs)) > _SYMBOLS_SAY + len(text) // 50:
            return True
    pictures = _PICTURE.found_in(seen)
    return len(pictures) > _SYMBOLS_SAY and _packed(pictures) > _SYMBOLS_SAY + len(text) // 24


def _even(text: str) -> bool:
    """Whether words without a sentence repeat, but none stands out, and no two of them together as in language."""
    text = text if " " in text else text.replace("\n", " ")
    if max(map(len, text.encode("ascii", "replace").translate(_STOPPED).split(b"."))) < _MANY_WORDS:
        return False
    for row in _SENTENCE.split(text):
        if len(row) < _MANY_WORDS:
            continue
        for words in _blocks(_WORD.findall(row), _MANY_WORDS):
            if len(words) < 128:
                continue
            times = Counter(words)
            again = _again(times)
            most = max(times.values())
            if again >= 30 and most * (most - 1) * 5 < again and _again(Counter(pairwise(words))) * 4 < again:
                return True
    return False


def _again(times: Counter[Any]) -> int:
    """How many pairs of equal ones there are."""
    return sum(each * (each - 1) for each in times.values()) // 2


def _listed(text: str) -> bool:
    """Whether many short words stand in a row without one that holds a sentence together, as in lists of words for bytes."""
    # A row of 64 words of three letters and a blank has no capital, comma or bar.
    parts = text.encode("ascii", "replace").translate(_BROKEN).split(b",")
    if all(len(part) < 256 or len(part) - len(part.translate(None, _SMALL)) < 192 for part in parts):
        return False
    return any(len(set(found.split())) > 32 for found in _SHORT_WORDS.findall(text))


def _cased(text: str, words: int) -> bool:
    """Whether capitals stand inside words as often as chance puts them there."""
    return len(_CAPITAL_INSIDE.findall(text)) > 40 + words // 2


def blanks(text: str, seen: Beyond) -> bool:
    """Whether blanks hold a message: at the ends of lines, in rows of several kinds, or as single and double ones between words."""
    ends = [row[len(row.rstrip()) :].rstrip("\r") for row in text.split("\n")]
    if sum(map(len, ends)) > _BLANKS and _packed("\n".join(ends)) > _BLANKS_SAY:
        return True
    if "  " not in text and "\t" not in text and not _BLANK.stand_in(seen):
        return False
    inside = "".join(row for row in _BLANK_ROW.findall(text) if len(set(row)) > 1)
    if len(inside) > _BLANKS and _packed(inside) > _BLANKS_SAY:
        return True
    if len(_DOUBLE.findall(text)) <= 64 or _packed(_ONE_OR_TWO.findall(text)) <= _BLANKS_SAY:
        return False
    # The lines of a table have as many as one another.
    often = Counter(len(_DOUBLE.findall(line)) for line in text.split("\n")).most_common(1)[0][1]
    return often < _LINES or often * 4 < (text.count("\n") + 1) * 3


def in_lines(text: str) -> bool:
    """Whether a line is one of uuencode's: its first sign says how long it is, and it has no small letters."""
    full = [row for row in _UU_FULL.finditer(text) if not text[row.start() - 1 : row.start()].strip()]
    if len(full) > 1 or any(len(_ORNAMENTS.findall(row.group())) > 8 for row in full):
        return True
    for line in text.split("\n"):
        row = line.rstrip("\r")
        if _UU_LINE.fullmatch(row) and len(row) == 1 + (ord(row[0]) - 30) // 3 * 4 and len(_ORNAMENTS.findall(row)) > 6:
            return True
    return False
