"""The verdict on one text: the family of what was seen, or none."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from referral_api.guard import codes, fold, glyphs, links, markup, numbers, runs, signatures
from referral_api.guard.rows import rows

_BLANK: Final = b" \t\r\n\x0b\x0c"
_PRINTED: Final = bytes(range(32, 127)) + _BLANK
_NOT_ENCODED: Final = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_NOT_DIGITS: Final = bytes(set(range(256)) - set(b"0123456789"))
_FEW_DIGITS: Final = 48
_LAYERS: Final = 3
_LIGATURES: Final = 200  # letters that a few signs which stand for whole words may grow by
_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}|&[#A-Za-z]|\\[uUxX0-7]|U\+[0-9A-Fa-f]{4}|=[0-9A-F]{2}=[0-9A-F]{2}|=\r?\n")
_ESCAPE_SIGNS: Final = ("%", "&", "\\", "U+", "=")
_UUENCODED: Final = re.compile(r"(?<!\w)begin(?:-base64)? [0-7]{3,4} \S+\r?\n")


class Verdict(NamedTuple):
    """What was seen in a text (None: nothing but language), and how many half-bits of it spoke against language."""

    family: str | None
    odd: int


def judge(text: str, *, layers: int = _LAYERS) -> Verdict:
    """Judge one text; linear in its length, never raises."""
    family = _addresses(text)
    if family is not None:
        return Verdict(family, 0)
    rest = bare = runs.ids_removed(text)
    plain = rest.encode("ascii", "replace")
    if (not rest.isascii() or plain.translate(None, _PRINTED)) and glyphs.raw(rest):
        return Verdict("raw-bytes", 0)
    if codes.blanks(rest):
        return Verdict("hidden-characters", 0)
    if not rest.isascii():
        folded = fold.plain(rest, absent := rows(rest))
        family = _disguise(rest, folded, absent)
        if family is not None:
            return Verdict(family, 0)
        rest = runs.crossed_folded(folded)
        bare = fold.bare(rest)
        plain = bare.encode("ascii", "replace")
    if layers and any(map(rest.__contains__, _ESCAPE_SIGNS)) and _ESCAPE.search(rest):
        inner = fold.unescaped(rest)
        if inner != rest:
            return Verdict("escaped-bytes", 0) if glyphs.raw(inner) else judge(inner, layers=layers - 1)
    return _runs(rest, bare, plain)


def strewn(odd: int, size: int) -> bool:
    """Whether the odd words of several texts, `size` characters in all, add up to more than language has."""
    return odd > runs.SPREAD + size // 6


def _disguise(text: str, folded: str, absent: bytes) -> str | None:
    if glyphs.hidden(text, absent):
        return "hidden-characters"
    if len(folded) > 2 * len(text) + _LIGATURES or glyphs.odd(folded, absent if folded == text else rows(folded)):
        return "odd-glyphs"
    return _addresses(folded) if folded != text else None


def _addresses(text: str) -> str | None:
    lowered = text.lower()
    if markup.data_uri(lowered):
        return "data-uri"
    if markup.embedding(lowered):
        return "embedding"
    if links.media_link(text, lowered):
        return "media-link"
    return None


def _runs(rest: str, bare: str, plain: bytes) -> Verdict:
    digits = len(plain.translate(None, _NOT_DIGITS))
    if digits > _FEW_DIGITS and numbers.bytes_in_numbers(runs.stamps_removed(rest)):
        return Verdict("number-run", 0)
    if (b".-" in plain or b"-." in plain) and numbers.morse(rest):
        return Verdict("encoded-run", 0)
    if b"begin" in plain and _UUENCODED.search(rest):
        return Verdict("encoded-run", 0)
    if signatures.in_plain(rest):
        return Verdict("file-signature", 0)
    calm = runs.calm(plain)
    letters = plain.translate(None, _NOT_ENCODED)
    if not calm and signatures.in_encoded(letters):
        return Verdict("file-signature", 0)
    if digits > _FEW_DIGITS and signatures.in_hexadecimal(letters):
        return Verdict("file-signature", 0)
    if codes.coded(rest, calm=calm) or codes.in_lines(rest):
        return Verdict("encoded-run", 0)
    if not calm and (without := runs.stamps_removed(rest)) != rest:
        rest, bare = without, fold.bare(without)
        calm = runs.calm(bare.encode("ascii", "replace"))
    if not calm:
        if signatures.in_base85(plain.translate(None, _BLANK)):
            return Verdict("file-signature", 0)
        if runs.chopped(rest) or runs.even(rest):
            return Verdict("encoded-run", 0)
        oddness = runs.measure(rest)
    else:
        oddness = runs.NONE if rest.isascii() else runs.foreign(rest, bare)
    if oddness.peak > runs.LIMIT or oddness.spread > runs.SPREAD + len(rest) // 12:
        return Verdict("encoded-run", oddness.spread)
    return Verdict(None, oddness.spread)
