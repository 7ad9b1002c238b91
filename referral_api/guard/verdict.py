"""The verdict on one text: the family of what was seen, or none."""

from __future__ import annotations

import os
import re
from hashlib import blake2b
from typing import Final, NamedTuple

from referral_api.guard import codes, fold, glyphs, identifiers, links, markup, numbers, runs, signatures
from referral_api.guard.signs import Beyond, beyond

_BLANK: Final = b" \t\r\n\x0b\x0c"
_PRINTED: Final = bytes(range(32, 127)) + b"\t\r\n\x0c"
_NOT_ENCODED: Final = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_NOT_DIGITS: Final = bytes(set(range(256)) - set(b"0123456789"))
_FEW_DIGITS: Final = 48
_LAYERS: Final = 3
_BLOCK: Final = 32_768  # characters: more than any field takes
_SEAM: Final = 1_024
_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}|&[#A-Za-z]|\\[uUxX0-7]|U\+[0-9A-Fa-f]{4}|=[0-9A-F]{2}=[0-9A-F]{2}|=\r?\n")
_ESCAPE_SIGNS: Final = (b"%", b"&", b"\\", b"U+", b"=")
_UUENCODED: Final = re.compile(r"(?<!\w)begin(?:-base64)? [0-7]{3,4} \S+\r?\n")
_ADOBE_85: Final = re.compile(r"<~[!-uz\s]{16,}+~>")


MOST: Final = 131_072
"""Characters that are read of a text, or of all texts of a request together: more than any request of this service can carry."""
EXCESS: Final = "excess"

_KEY: Final = os.urandom(32)
_REMEMBERED: Final = 256
_LONGEST: Final = 8_192


class Verdict(NamedTuple):
    """What was seen in a text (None: nothing but language), and how many half-bits of it spoke against language."""

    family: str | None
    odd: int


_accepted: Final[dict[bytes, Verdict]] = {}


def judge(text: str, *, layers: int = _LAYERS) -> Verdict:
    """Judge one text; linear in its length, never raises. What is longer than any field takes is judged in blocks that overlap."""
    if len(text) > _BLOCK + _SEAM:
        return _in_blocks(text, layers)
    rest = bare = folded = identifiers.ids_removed(text)
    plain = rest.encode("ascii", "replace")
    left = seen = beyond(rest)
    if seen.signs:
        if (told := fold.plain(rest, seen)) is None:
            return Verdict("odd-glyphs", 0)
        folded, left = told
    family = _addresses(folded) or _disguise(rest, plain, seen, folded, left)
    if family is not None:
        return Verdict(family, 0)
    if seen.signs:
        rest = runs.crossed_folded(folded, left)
        bare = fold.bare(rest, left)
        plain = bare.encode("ascii", "replace")
    if layers and any(map(plain.__contains__, _ESCAPE_SIGNS)) and _ESCAPE.search(rest):
        if fold.holds_escaped_bytes(rest):
            return Verdict("escaped-bytes", 0)
        inner = fold.unescaped(rest)
        if inner != rest:
            return Verdict("escaped-bytes", 0) if glyphs.raw(inner) else judge(inner, layers=layers - 1)
    return _runs(rest, bare, plain, left)


def _in_blocks(text: str, layers: int) -> Verdict:
    """The first block that is refused answers for the text, so that neither time nor memory grows with what follows."""
    odd = 0
    for at in range(0, min(len(text), MOST) - _SEAM, _BLOCK):
        verdict = judge(text[at : at + _BLOCK + _SEAM], layers=layers)
        if verdict.family is not None:
            return verdict
        odd += verdict.odd
    if _is_strewn(odd, len(text)):
        return Verdict("encoded-run", odd)
    return Verdict(EXCESS if len(text) > MOST else None, odd)


def judged(text: str) -> Verdict:
    """The same for a text that both gates ask about one after another: what was accepted is not judged twice.

    What is remembered are keyed digests (BLAKE2, RFC 7693) in this process, nothing of a text, and nothing at all of a refused one.
    """
    if len(text) > _LONGEST:
        return judge(text)
    digest = blake2b(text.encode("utf-8", "surrogatepass"), key=_KEY, digest_size=16).digest()
    verdict = _accepted.get(digest)
    if verdict is None:
        verdict = judge(text)
        if verdict.family is None:
            if len(_accepted) >= _REMEMBERED:
                _accepted.clear()
            _accepted[digest] = verdict
    return verdict


def _is_strewn(odd: int, size: int) -> bool:
    """Whether the odd words of one text add up to more than language has; of several texts, more is taken."""
    return odd > runs.SPREAD + size // 24


def strewn(odd: int, size: int) -> bool:
    """Whether the odd words of several texts, `size` characters in all, add up to more than language has."""
    return odd > runs.SPREAD + size // 6


def _disguise(text: str, plain: bytes, seen: Beyond, folded: str, left: Beyond) -> str | None:
    """What hides in the signs that a text is written with; `folded` is the text once folded, with what it has left beyond ASCII."""
    if glyphs.raw(plain.translate(None, _PRINTED).decode("ascii") + seen.signs):
        return "raw-bytes"
    if codes.blanks(text, seen):
        return "hidden-characters"
    if not seen.signs:
        return None
    if glyphs.hidden(text, seen):
        return "hidden-characters"
    if glyphs.odd(folded, left):
        return "odd-glyphs"
    return None


def _addresses(text: str) -> str | None:
    lowered = text.lower()
    plain = lowered.encode("ascii", "replace")
    if markup.data_uri(lowered, plain):
        return "data-uri"
    if markup.embedding(lowered, plain):
        return "embedding"
    if links.media_link(text, lowered, plain):
        return "media-link"
    return None


def _runs(rest: str, bare: str, plain: bytes, seen: Beyond) -> Verdict:
    digits = len(plain.translate(None, _NOT_DIGITS))
    if digits > _FEW_DIGITS and numbers.bytes_in_numbers(identifiers.stamps_removed(rest)):
        return Verdict("number-run", 0)
    if (b".-" in plain or b"-." in plain) and numbers.morse(rest):
        return Verdict("encoded-run", 0)
    if b"begin" in plain and _UUENCODED.search(rest):
        return Verdict("encoded-run", 0)
    if b"<~" in plain and _ADOBE_85.search(rest):
        return Verdict("encoded-run", 0)
    if signatures.in_plain(plain):
        return Verdict("file-signature", 0)
    letters = plain.translate(None, _NOT_ENCODED)
    if runs.flat(plain, letters):
        return Verdict("encoded-run", 0)
    calm = runs.calm(plain)
    if signatures.in_base64(letters) or (not calm and signatures.in_encoded(letters)):
        return Verdict("file-signature", 0)
    if digits > _FEW_DIGITS and signatures.in_hexadecimal(letters):
        return Verdict("file-signature", 0)
    if codes.coded(rest, seen, calm=calm) or codes.in_lines(rest):
        return Verdict("encoded-run", 0)
    if not calm and (without := identifiers.stamps_removed(rest)) != rest:
        rest, bare = without, fold.bare(without, seen)
        calm = runs.calm(bare.encode("ascii", "replace"))
    if not calm:
        if signatures.in_base85(plain.translate(None, _BLANK)):
            return Verdict("file-signature", 0)
        if runs.chopped(rest) or runs.even(rest) or runs.dense(plain):
            return Verdict("encoded-run", 0)
        oddness = runs.measure(rest, seen)
    else:
        oddness = runs.foreign(rest, bare, seen) if seen.signs else runs.NONE
    if oddness.peak > runs.LIMIT or _is_strewn(oddness.spread, len(rest)):
        return Verdict("encoded-run", oddness.spread)
    return Verdict(None, oddness.spread)
