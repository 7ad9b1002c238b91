"""Runs that are neither language nor short identifiers, whatever they decode to.

A cheap look at the classes of the characters clears ordinary text. What it does not clear is measured letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence, Sized
from typing import Final, NamedTuple

from referral_api.guard import fold, identifiers, letters
from referral_api.guard.signs import Beyond, Signs, replaced, strange

LIMIT: Final = 120  # half-bits in one stretch
SPREAD: Final = 200  # half-bits over a whole text, when it is strewn among words

_CLASSES: Final = bytes(
    ord("a")
    if chr(each).islower() and each < 128
    else ord("A")
    if chr(each).isupper() and each < 128
    else ord("0")
    if 48 <= each < 58
    else ord(" ")
    if each in b" \t\r\n"
    else ord("!")
    if each in b"!#$%&*+;<=>@[]^`{|}~\\"
    else ord(".")
    for each in range(256)
)
_VOICED: Final = bytes(
    ord("v") if each in b"aeiouyAEIOUY?" else ord("c") if chr(each).isalpha() and each < 128 else ord(" ")
    for each in range(256)
)
_SHORT_PARTED: Final = bytes(
    ord("x") if (chr(each).isalnum() and each < 128) or each in b"+/=" else ord(" ") for each in range(256)
)
_DENSE: Final = bytes(ord(" ") if each in b" \t\r\n?" else ord("x") for each in range(256))
_EVEN: Final = (bytes([1]) * 10, bytes([2]) * 8, *(bytes([length]) * 16 for length in range(4, 11)))
_EVEN_ROW: Final = 16
_FLAT: Final = tuple(sign * 12 for sign in (b"A", b"a", b"/", b"7", b"0", b"f", b"F"))
_FLAT_LETTERS: Final = tuple(sign * 12 for sign in (b"A", b"a", b"f", b"F"))
_FLAT_ROWS: Final = 8
_DENSE_RUN: Final = 96
_SIXTEEN: Final = b"0123456789abcdefABCDEF_-"
_SIXTY_FOUR: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-"
_CHANGES: Final = (b"aA", b"a0", b"0a", b"A0", b"0A")

_CHUNK: Final = re.compile(r"[^\s,;|\"'()]+")
_OF_PARTS: Final = r"\w!#$%&*+;<=>@\[\]^`{|}~\\\u0900-\u109f\u1780-\u17ff"
_PART: Final = re.compile(f"[{_OF_PARTS}]+")  # no underscores: those are blanks by then
_BETWEEN: Final = re.compile(f"[^{_OF_PARTS}]")
_IN_PARTS: Final = bytes(code for code in range(128) if _PART.match(chr(code)) and chr(code) != "_")
_EAST: Final = Signs("[\u2e80-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u3100-\u31ff]")
_SHORT: Final = re.compile(r"(?<![^\W_])(?:[A-Za-z0-9+/=]{1,2}(?:[^\w+/=]{1,4}|_{1,4})){30,}+")
_WORD: Final = re.compile(r"[^\W_]+")
_LETTER: Final = re.compile(r"[^\W\d_]")
_INITIALS: Final = re.compile(r"(?:[A-Z]\.\W?){30,80}+")
_SHORT_PART: Final = re.compile(r"[A-Za-z0-9+/=]{1,2}")
_CROSSING: Final = Signs("[\u0370-\u058f\u13a0-\u13ff\u1d00-\u1d7f]")
_CROSSED: Final = re.compile(f"[A-Za-z]{_CROSSING.pattern.pattern}|{_CROSSING.pattern.pattern}[A-Za-z]")
_SAME: Final = re.compile(r"([^\W\d_])\1{3,}+")


class Oddness(NamedTuple):
    """Half-bits that speak against language: in the worst stretch, and in all odd words together."""

    peak: int
    spread: int


NONE: Final = Oddness(0, 0)


def calm(ascii_text: bytes) -> bool:
    """Whether the classes of the characters alone clear a text (its letters beyond ASCII stand there as question marks)."""
    size = len(ascii_text)
    classes = ascii_text.translate(_CLASSES)
    if sum(map(classes.count, _CHANGES)) > 5 + size // 200 or classes.count(b"!") > 6 + size // 96:
        return False
    voiced = ascii_text.translate(_VOICED)
    if voiced.count(b"cccc") > 3 + size // 100 or voiced.count(b" cc ") + voiced.count(b" ccc ") > 8 + size // 128:
        return False
    if b"x" * 41 in ascii_text.translate(_DENSE):
        return False
    lengths = _lengths(ascii_text.translate(identifiers.PARTED).split())
    return not any(row in lengths for row in _EVEN)


def _lengths(words: Sequence[Sized]) -> bytes:
    try:
        return bytes(map(len, words))
    except ValueError:  # a text that is written without blanks
        return bytes(min(length, 255) for length in map(len, words))


def flat(ascii_text: bytes, joined: bytes) -> bool:
    """Whether a text has many rows of the letters by which encodings write bytes that are all zeros or all ones.

    `joined` are its letters and digits without what is between them.
    """
    return sum(map(ascii_text.count, _FLAT)) >= _FLAT_ROWS or sum(map(joined.count, _FLAT_LETTERS)) >= _FLAT_ROWS


def dense(ascii_text: bytes) -> bool:
    """Whether a long run without a blank changes between small letters, capitals and digits all the way, however often it repeats itself."""
    for word in ascii_text.split():
        if len(word) >= _DENSE_RUN and not word.translate(None, _SIXTY_FOUR):
            changes = list(map(word.translate(_CLASSES).count, _CHANGES))
            # A digest changes as often, but has no letters past F.
            if len(word.translate(None, _SIXTEEN)) > 8 and sum(changes) * 8 > len(word):
                return True
    return False


def crossed_folded(text: str, seen: Beyond) -> str:
    """The text with look-alike letters folded in words that mix scripts; `seen` is what it has beyond ASCII."""
    return _WORD.sub(_alike, text) if _CROSSING.stand_in(seen) and _CROSSED.search(text) else text


def _alike(word: re.Match[str]) -> str:
    return fold.alike(word.group()) if _CROSSED.search(word.group()) else word.group()


def measure(text: str, seen: Beyond) -> Oddness:
    """How much a folded text speaks against language, taking its words once each; `seen` is what it has beyond ASCII."""
    words = fold.bare(_without_east(identifiers.long_removed(text), seen), seen)
    chunks = _CHUNK.findall(_SAME.sub(r"\1\1", words))
    parts: dict[str, None] = {}
    for chunk in identifiers.short_removed(dict.fromkeys(chunks)):
        for part in _PART.findall(chunk.replace("_", " ")):
            parts[part if part.isascii() else part.lower()] = None
    return _weigh(parts)


def _without_east(text: str, seen: Beyond) -> str:
    """The text without the scripts of East Asia, whose letters have no pairs to be measured by."""
    return _EAST.replaced(text, " ") if _EAST.stand_in(seen) else text


def _weigh(parts: Collection[str]) -> Oddness:
    joined = f" {' '.join(parts)} "
    scores = letters.scores(joined)
    peak = letters.highest(scores)
    if peak < 40:
        return Oddness(peak, 0)
    spread = start = 0
    for part in parts:
        end = start + len(part) + 1
        score = sum(scores[start:end])
        if score > 10 and score > len(part):
            spread += score
        start = end
    return Oddness(peak, spread)


def foreign(text: str, bare: str, seen: Beyond) -> Oddness:
    """How much the words of a text that are not in Latin letters speak against language.

    `bare` is the text without accents, `seen` what it has beyond ASCII.
    """
    rest = _without_east(text, seen)
    bare = bare if rest == text else fold.bare(rest, seen)
    if _LETTER.search(strange(bare)) is None:
        return NONE
    # The same parts as _PART finds, three times as fast.
    between = {
        *_BETWEEN.findall(seen.kinds),
        *bare.encode("ascii", "ignore").translate(None, _IN_PARTS).decode("ascii"),
    }
    words = dict.fromkeys(replaced(bare.lower(), dict.fromkeys(between, " ")).split())
    oddness = _weigh([word for word in words if not word.isascii()])
    if oddness.peak <= LIMIT:
        return oddness
    # Laughter is one letter many times.
    return _weigh({_SAME.sub(r"\1\1", word): None for word in words if not word.isascii()})


def even(text: str) -> bool:
    """Whether a row of different words has one length throughout, as codes that can be spoken have and language has not."""
    words = _WORD.findall(text)
    lengths = _lengths(words)
    if not any(bytes((length,)) * _EVEN_ROW in lengths for length in set(lengths) if length > 3):
        return False
    row: list[str] = []
    for word in words:
        if row and (len(word) != len(row[0]) or not word.isalpha()):
            if _is_even(row):
                return True
            row = []
        if word.isalpha() and len(word) > 3:
            row.append(word)
    return _is_even(row)


def _is_even(row: list[str]) -> bool:
    different = len(set(row))
    return len(row) >= _EVEN_ROW and (
        different * 4 > len(row) * 3 or (different > _EVEN_ROW and len(row) > 2 * _EVEN_ROW)
    )


def chopped(text: str) -> bool:
    """Whether a long row of parts of one or two characters is more than initials, language codes or a table."""
    if sum(len(part) < 3 for part in text.encode("ascii", "replace").translate(_SHORT_PARTED).split()) < 30:
        return False
    for row in _SHORT.findall(text):
        parts = _SHORT_PART.findall(row)
        lettered = {part for part in parts if not part.isdigit()}
        mixed = sum(
            part.isdigit() or len(part) == 1 or (part != part.lower() and part != part.upper()) or not part.isalpha()
            for part in parts
        )
        numbers = sum(map(str.isdigit, parts))
        # Results stand behind their names: letters or digits, and nothing that is both.
        named = (
            numbers * 5 > 2 * len(parts) and sum(part.isalpha() or part.isdigit() for part in parts) > len(parts) - 3
        )
        among_numbers = named or (len(parts) - numbers) * 4 <= len(parts)
        if not among_numbers and len(lettered) > 5 and mixed * 5 > len(parts) and _INITIALS.fullmatch(row) is None:
            return True
    return False
