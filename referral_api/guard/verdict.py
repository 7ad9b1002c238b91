"""The verdict on one text: the family of what was seen, or none."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from referral_api.guard import fold, glyphs, links, markup, numbers, runs, signatures

_BLANK: Final = b" \t\r\n\x0b\x0c"
_PRINTED: Final = bytes(range(32, 127)) + _BLANK
_NOT_ENCODED: Final = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_DIGITS: Final = b"0123456789"
_NOT_DIGITS: Final = bytes(set(range(256)) - set(_DIGITS))
_FEW_DIGITS: Final = 60
_LAYERS: Final = 3
_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}|&[#A-Za-z]|\\[uUxX0-7]|U\+[0-9A-Fa-f]{4}|=[0-9A-F]{2}=[0-9A-F]{2}|=\r?\n")
_OTHER_DIGITS: Final = re.compile(r"[^\D0-9]")


class Verdict(NamedTuple):
    """What was seen in a text (None: nothing but language), and how many half-bits of it spoke against language."""

    family: str | None
    odd: int


def judge(text: str, *, layers: int = _LAYERS) -> Verdict:
    """Judge one text; linear in its length, never raises."""
    seen = _addresses(text)
    if seen is not None:
        return Verdict(seen, 0)
    folded = text
    if not text.isascii():
        if glyphs.raw(text):
            return Verdict("raw-bytes", 0)
        if glyphs.hidden(text):
            return Verdict("hidden-characters", 0)
        folded = _OTHER_DIGITS.sub(_digit, fold.plain(text))
        if glyphs.odd(folded):
            return Verdict("odd-glyphs", 0)
        if folded != text and (seen := _addresses(folded)) is not None:
            return Verdict(seen, 0)
    plain = folded.encode("ascii", "replace")
    if plain.translate(None, _PRINTED) and glyphs.raw(text):
        return Verdict("raw-bytes", 0)
    if layers and ("%" in folded or "&" in folded or "\\" in folded or "U+" in folded or "=" in folded) and _ESCAPE.search(folded):
        inner = fold.unescaped(folded)
        if inner != folded:
            if glyphs.raw(inner):
                return Verdict("escaped-bytes", 0)
            within = judge(inner, layers=layers - 1)
            if within.family is not None:
                return within
    return _runs(folded, plain)


def _digit(found: re.Match[str]) -> str:
    return str(int(found.group()))


def _addresses(text: str) -> str | None:
    lowered = text.lower()
    if markup.data_uri(lowered):
        return "data-uri"
    if markup.embedding(lowered):
        return "embedding"
    if links.media_link(text, lowered):
        return "media-link"
    return None


def _runs(folded: str, plain: bytes) -> Verdict:
    if len(plain.translate(None, _NOT_DIGITS)) > _FEW_DIGITS and numbers.number_run(folded):
        return Verdict("number-run", 0)
    if (b". " in plain or b"- " in plain or b"-/" in plain) and numbers.morse(folded):
        return Verdict("encoded-run", 0)
    oddness = runs.NONE
    if not runs.calm(plain) and not runs.calm(plain := runs.ids_removed(folded).encode("ascii", "replace")):
        if signatures.in_encoded(plain.translate(None, _NOT_ENCODED)):
            return Verdict("file-signature", 0)
        if runs.chopped(folded):
            return Verdict("encoded-run", 0)
        oddness = runs.measure(folded)
    elif not folded.isascii():
        oddness = runs.foreign(folded)
    if oddness.peak > runs.LIMIT or oddness.spread > runs.SPREAD + len(folded) // 8:
        return Verdict("encoded-run", oddness.spread)
    return Verdict(None, oddness.spread)
