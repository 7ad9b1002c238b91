"""Runs that are neither language nor short identifiers, whatever they decode to.

A cheap look at the classes of the characters clears ordinary text. What it does not clear is measured letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence, Sized
from typing import Final, NamedTuple

from referral_api.guard import fold, letters
from referral_api.guard.signs import Beyond, Signs, replaced, strange

LIMIT: Final = 120  # half-bits in one stretch
SPREAD: Final = 240  # half-bits over a whole text, when it is strewn among words

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
_PARTED: Final = bytes(
    ord("x") if (chr(each).isalnum() and each < 128) or each == 63 else ord(" ") for each in range(256)
)
_SHORT_PARTED: Final = bytes(
    ord("x") if (chr(each).isalnum() and each < 128) or each in b"+/=" else ord(" ") for each in range(256)
)
_LONG_CODE: Final = b"x" * 15  # the shortest account number
_DENSE: Final = bytes(ord(" ") if each in b" \t\r\n?" else ord("x") for each in range(256))
_DIGITS_AS_HEX: Final = bytes(ord("h") if chr(each) in "0123456789abcdefABCDEF" else each for each in range(256))
_EVEN: Final = (bytes([1]) * 10, bytes([2]) * 8, *(bytes([length]) * 16 for length in range(4, 11)))
_EVEN_ROW: Final = 16
_FLAT: Final = tuple(sign * 12 for sign in (b"A", b"a", b"/", b"7", b"0", b"f", b"F"))
_FLAT_ROWS: Final = 8
_CHANGES: Final = (b"aA", b"a0", b"0a", b"A0", b"0A")

_TYPEID: Final = re.compile(r"_0[0-9a-hjkmnp-tv-z]{25}(?![0-9A-Za-z])")
_UUID: Final = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[089abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
)
_LENGTHS: Final = "|".join(f"[0-9a-fA-F]{{{signs}}}" for signs in (128, 96, 64, 40, 32))
_FINGERPRINT: Final = 43  # letters of base64 for a SHA-256
_DIGEST: Final = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_LENGTHS}|05[0-9a-fA-F]{{64}})(?![0-9A-Za-z])"
    rf"|(?<=SHA256:)[A-Za-z0-9+/]{{{_FINGERPRINT}}}(?![A-Za-z0-9+/])"
)
# Four in a row, or a row whose last line is shorter, are the lines of a file and not digests.
_DIGEST_ROW: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{32,128}(?![0-9A-Za-z])[^0-9A-Za-z]{1,4}){1,3}(?:[0-9a-fA-F]{32,128}|[0-9a-fA-F]{9,31})(?![0-9A-Za-z])"
)
# Numbers that authorities give: vehicles (ISO 3779), Italian tax codes, the lines of a travel document that machines read (ICAO 9303).
_GIVEN: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[A-HJ-NPR-Z0-9]{11}\d{6}|[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z])(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z<])(?:[PVIAC][A-Z<][A-Z]{3}[A-Z<]{25,39}|[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}[A-Z0-9<]{0,14}\d{0,2}"
    r"|[IAC][A-Z0-9<][A-Z<]{3}[A-Z0-9<]{9}\d[A-Z0-9<]{15}|\d{7}[MFX<]\d{7}[A-Z<]{3}[A-Z0-9<]{11}\d)(?![0-9A-Za-z<])"
)
_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d)?")
_CHUNK: Final = re.compile(r"[^\s,;|\"'()]+")
_NAMED: Final = re.compile(r"\W*([A-Za-z]{2,12})[-_/.:#]([A-Za-z0-9]{1,12}(?:[-_/.:][A-Za-z0-9]{1,8}){0,4})\W*")
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
_CODE: Final = re.compile(
    r"\W*(?:[A-Za-z]{0,4}\d{5,14}[A-Za-z]{0,2}|\d{0,3}[A-Z]{1,3}-\d{3,5}|(?:[A-Z]\d){2,3}|[A-Z]\d[A-Z]|\d[A-Z]\d|\d{4}[A-Z]{2}|x\d{2,6})\W*"
)
_MAILBOX: Final = re.compile(r"(?<![\w.+-])[A-Za-z][a-z0-9._-]{1,11}@(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,12}(?![\w-])")
_ACCOUNT: Final = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{2}\d\d[0-9A-Za-z]{11,30}(?![0-9A-Za-z])")
_MESSAGE_ID: Final = re.compile(r"<[A-Za-z0-9.+=_-]{8,80}@[A-Za-z0-9.-]{3,60}>")
_WALLET: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[13][1-9A-HJ-NP-Za-km-z]{25,33}|0x[0-9a-fA-F]{40}|bc1[a-z0-9]{39})(?![0-9A-Za-z])"
)
_EXEMPT_WALLETS: Final = 2
_ARGUMENT: Final = re.compile(r"(?<=[A-Za-z0-9/._-])[?&][A-Za-z_]{1,12}=[A-Za-z0-9_.-]{1,44}(?![A-Za-z0-9_.%=+/-])")
_EXEMPT_ARGUMENTS: Final = 2
_EXEMPT_DIGESTS: Final = 8
_EXEMPT_NAMED_DIGESTS: Final = 32
_NAMED_DIGEST: Final = re.compile(
    r"(?:SHA-?(?:1|256|384|512)|[Ss]ha-?(?:1|256|384|512)|MD5|[Mm]d5|[Hh]ash|[Dd]igest|[Cc]hecksum)\W{1,4}"
    rf"(?:{_LENGTHS})(?![0-9A-Za-z])"
)
_EXEMPT_PLACES: Final = 16
_PLACE: Final = re.compile(
    r"(?<![\w.-])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w-]|\.\d)"
)
_EXEMPT_GIVEN: Final = 12
_SAME: Final = re.compile(r"([^\W\d_])\1{3,}+")
_EXEMPT_IDS: Final = 100
_MANY_CHUNKS: Final = 2_000
_EXEMPT_MAILBOXES: Final = 24


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
    lengths = _lengths(ascii_text.translate(_PARTED).split())
    return not any(row in lengths for row in _EVEN)


def _lengths(words: Sequence[Sized]) -> bytes:
    try:
        return bytes(map(len, words))
    except ValueError:  # a text that is written without blanks
        return bytes(min(length, 255) for length in map(len, words))


def flat(ascii_text: bytes) -> bool:
    """Whether a text has many rows of the letters by which encodings write bytes that are all zeros or all ones."""
    return sum(map(ascii_text.count, _FLAT)) >= _FLAT_ROWS


def ids_removed(text: str) -> str:
    """The text without TypeIDs, which are this service's own identifiers."""
    return _TYPEID.sub(" ", text, count=_EXEMPT_IDS) if "_0" in text else text


def stamps_removed(text: str) -> str:
    """The text without well-formed UUIDs (RFC 9562), times (RFC 3339), and some addresses of the internet (RFC 791)."""
    if text.count(".") > 2:
        text = _PLACE.sub(" ", text, count=_EXEMPT_PLACES)
    if "-" not in text:
        return text
    shape = text.encode("ascii", "replace").translate(_DIGITS_AS_HEX)
    if b"-hhhh-hhhh-hhhh-" in shape:
        text = _UUID.sub(" ", text, count=_EXEMPT_IDS)
    return _STAMP.sub(" ", text) if b"hhhh-hh-hh" in shape else text


def crossed_folded(text: str, seen: Beyond) -> str:
    """The text with look-alike letters folded in words that mix scripts; `seen` is what it has beyond ASCII."""
    return _WORD.sub(_alike, text) if _CROSSING.stand_in(seen) and _CROSSED.search(text) else text


def _alike(word: re.Match[str]) -> str:
    return fold.alike(word.group()) if _CROSSED.search(word.group()) else word.group()


def measure(text: str, seen: Beyond) -> Oddness:
    """How much a folded text speaks against language, taking its words once each; `seen` is what it has beyond ASCII."""
    rest = _MESSAGE_ID.sub(" ", text, count=1) if "@" in text else text
    if "@" in rest:
        rest = _MAILBOX.sub(" ", rest, count=_EXEMPT_MAILBOXES)
    if _LONG_CODE in rest.encode("ascii", "replace").translate(_PARTED):
        rest = _ACCOUNT.sub(_account, _GIVEN.sub(" ", rest, count=_EXEMPT_GIVEN))
    if "://" in rest:
        rest = _ARGUMENT.sub(" ", rest, count=_EXEMPT_ARGUMENTS)
    if _LONG_CODE in rest.encode("ascii", "replace").translate(_PARTED):
        rest = _WALLET.sub(" ", rest, count=_EXEMPT_WALLETS)
        if not any(map(_are_lines, _DIGEST_ROW.findall(rest))):
            rest = _NAMED_DIGEST.sub(" ", rest, count=_EXEMPT_NAMED_DIGESTS)
            rest = _DIGEST.sub(_digest, rest, count=_EXEMPT_DIGESTS)
    words = _SAME.sub(r"\1\1", fold.bare(_without_east(rest, seen), seen))
    parts: dict[str, None] = {}
    prefixes: dict[str, int] = {}
    exempt = 0
    chunks = _CHUNK.findall(words)
    for chunk in dict.fromkeys(chunks) if len(chunks) > _MANY_CHUNKS else chunks:
        if (named := _NAMED.fullmatch(chunk)) is not None:
            prefixes[named[1]] = prefixes.get(named[1], 0) + 1
        if (named and prefixes[named[1]] > 1) or _CODE.fullmatch(chunk):
            exempt += 1
            if exempt <= _EXEMPT_IDS:
                continue
        for part in _PART.findall(chunk.replace("_", " ")):
            parts[part if part.isascii() else part.lower()] = None
    return _weigh(parts)


def _without_east(text: str, seen: Beyond) -> str:
    """The text without the scripts of East Asia, whose letters have no pairs to be measured by."""
    return _EAST.replaced(text, " ") if _EAST.stand_in(seen) else text


def _are_lines(row: str) -> bool:
    lengths = list(map(len, re.findall(r"[0-9a-fA-F]+", row)))
    return len(lengths) > 3 or lengths[-1] < 32


def _account(found: re.Match[str]) -> str:
    """Nothing for an account number whose check digits are right (IBAN, ISO 13616)."""
    digits = "".join(str(int(sign, 36)) for sign in found.group()[4:] + found.group()[:4])
    return " " if int(digits) % 97 == 1 else found.group()


def _digest(found: re.Match[str]) -> str:
    if len(found.group()) == _FINGERPRINT:
        return " "
    data = bytes.fromhex(found.group())
    return " " if max(data) > 127 and data.count(0) < 3 else found.group()


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
    return _weigh([word for word in words if not word.isascii()])


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
        among_numbers = sum(not part.isdigit() for part in parts) * 4 <= len(parts)
        if not among_numbers and len(lettered) > 5 and mixed * 5 > len(parts) and _INITIALS.fullmatch(row) is None:
            return True
    return False
