"""Folding: what a text says once disguises are taken off, so that every later check sees plain letters."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final
from urllib.parse import unquote_to_bytes

from referral_api.guard.signs import BASIC, Beyond, Signs, beyond, one_of, replaced

_INVISIBLE: Final = Signs(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u0730-\u074a\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_LATIN_MARKS: Final = Signs("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_MARKED: Final = re.compile(f"(?<=[0-9A-Za-z+/=]){_LATIN_MARKS.pattern.pattern}+")
# No language stacks more than 30 (Unicode UAX #15, Stream-Safe Text Format), and to sort more takes the square of their number.
_STACKED: Final = re.compile(one_of(filter(unicodedata.combining, map(chr, range(0x300, 0x20000)))) + "{31}")
_LIGATURES: Final = 200  # letters that a few signs which stand for whole words may grow by
_OTHER_DIGITS: Final = Signs(r"[^\D0-9]")
_FULL_WIDTH: Final = Signs("[\uff01-\uff5e]")

_ALIKE: Final = str.maketrans(
    # Cyrillic, Greek, Armenian, Cherokee and Latin letters that are drawn like ASCII ones (a part of Unicode UTS #39).
    "АВЕЅІЈКМНОРСТУХЗаеорсухіјѕԁԛԝһӏԌҮүѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανρυικΟՏՍօսոհցյզɑɡıȷʟɪꜱᴀʙᴄᴅᴇꜰɢʜᴊᴋᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ",
    "ABESIJKMHOPCTYX3aeopcyxijsdqwhlGYyvABEZHIKMNOPTYXoavpuikOSUounhgjqagijLISABCDEFGHJKMNOPRTUVWYZABCDEGHJKLMPRSTVWZ",
)
# Letters that Unicode does not take apart, by the letter that stands nearest.
_NEAR: Final = dict(zip("ıəøłđŧħɛɔɓɗƙŋөүұқғңһҳҷәҙҫґӕ", "ieoldtheobdknоуукгнххжазсга", strict=True)) | {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "װ": "וו",
    "ױ": "וי",
    "ײ": "יי",
}
_NAMED: Final = {"IOTA": "I", "UPSILON": "U", "ALPHA": "A", "GAMMA": "G", "ESH": "S", "EZH": "Z"}


_LATIN: Final = re.compile(
    r"LATIN (SMALL|CAPITAL) LETTER (?:[A-Z-]+ )*?(?:([A-Z])|IOTA|UPSILON|ALPHA|GAMMA|ESH|EZH)(?: WITH .+)?"
)


def _latin() -> dict[str, str]:
    """The letters of African and other alphabets, by their names: open E is an e, V with hook a v."""
    near = {}
    for code in (
        *range(0x180, 0x2B0),
        *range(0x1D00, 0x1D80),
        *range(0x2C60, 0x2C80),
        *range(0xA720, 0xA800),
        *range(0xAB30, 0xAB70),
    ):
        if named := _LATIN.fullmatch(unicodedata.name(chr(code), "")):
            letter = named[2] or _NAMED[named[0].split(" WITH ")[0].rpartition(" ")[2]]
            near[chr(code)] = letter.lower() if named[1] == "SMALL" else letter
    return near


def _bare(sign: str) -> str:
    return "".join(map(_near, _MARKS.sub("", unicodedata.normalize("NFD", sign))))


def _near(letter: str) -> str:
    if letter in _NEAR:
        return _NEAR[letter]
    near = _NEAR.get(letter.lower())
    return near.upper() if near is not None else letter


def _is_near_or_composed(sign: str) -> bool:
    return sign.lower() in _NEAR or not unicodedata.is_normalized("NFD", sign)


_NEAR.update((letter, near) for letter, near in _latin().items() if letter not in _NEAR)
_DRESSED: Final = Signs(
    one_of(
        sign for sign in {*_MARKS.findall(BASIC), *_NEAR, *filter(_is_near_or_composed, BASIC)} if _bare(sign) != sign
    )
)

_PERCENT: Final = re.compile(r"(?:%(?!0\d[diuxXsf])[0-9A-Fa-f]{2})+")  # %08x is a format
_ENTITY: Final = re.compile(r"&#(?:[xX]([0-9A-Fa-f]{1,6})|([0-9]{1,7}));?")
_BACKSLASH: Final = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|U([0-9A-Fa-f]{8})|([0-7]{3}))"
)
_PERCENT_ROW: Final = re.compile(r"(?:%[0-9A-Fa-f]{2}){24,}+")
_BYTE_ROW: Final = re.compile(r"(?:\\x[0-9A-Fa-f]{2}){24,}+")
_OCTAL_ROW: Final = re.compile(r"(?:\\[0-3][0-7]{2}){24,}+")
_QUOTED_LINES: Final = re.compile(r"(?:=[0-9A-F]{2}(?:=\r?\n)?){24,}+")
_NOT_SIXTEEN: Final = re.compile(r"[%\\x=\s]+")
_ENTITY_ROW: Final = re.compile(r"(?:&#(?:[xX][0-9A-Fa-f]{1,6}|[0-9]{1,7});?){48,}+")
_QUOTED: Final = re.compile(r"=([0-9A-F]{2})|=\r?\n")
_QUOTED_ROW: Final = re.compile(r"=[0-9A-F]{2}=[0-9A-F]{2}|=\r?\n")  # and not the arguments of a link
_CODE_POINT: Final = re.compile(r"(?<![A-Za-z0-9])U\+([0-9A-Fa-f]{4,6})(?![0-9A-Fa-f])\s?")


def plain(text: str, seen: Beyond) -> tuple[str, Beyond] | None:
    """The text without invisible characters, with compatibility forms (NFKC), digits of every script and marked letters as ASCII.

    `seen` is what the text has beyond ASCII; what is left of it comes back with the text. None if it stacks more marks than a
    language does, or is mostly signs that stand for whole words.
    """
    folded, seen = _exchanged(text, seen, dict.fromkeys(_INVISIBLE.kinds_in(seen), ""))
    folded, seen = _exchanged(folded, seen, {form: chr(ord(form) - 0xFEE0) for form in _FULL_WIDTH.kinds_in(seen)})
    if not unicodedata.is_normalized("NFKC", folded):
        forms = (each for each in seen.kinds if not unicodedata.is_normalized("NFKC", each))
        folded = replaced(folded, {each: unicodedata.normalize("NFKC", each) for each in forms})
        if len(folded) > 2 * len(text) + _LIGATURES:
            return None
        if any(map(unicodedata.combining, seen.kinds)) and _STACKED.search(folded):
            return None
        # What stands together may still compose, and needs the whole.
        folded = unicodedata.normalize("NFKC", folded)
        seen = beyond(folded)
    if _LATIN_MARKS.stand_in(seen):
        folded = _MARKED.sub("", folded)
        seen = beyond(folded)
    return _exchanged(folded, seen, {digit: str(int(digit)) for digit in _OTHER_DIGITS.kinds_in(seen)})


def _exchanged(text: str, seen: Beyond, forms: dict[str, str]) -> tuple[str, Beyond]:
    """The text with signs exchanged for ASCII or nothing, and what is left of its signs."""
    if not forms:
        return text, seen
    gone = dict.fromkeys(forms, "")
    return replaced(text, forms), Beyond(replaced(seen.signs, gone), replaced(seen.kinds, gone), seen.last)


def alike(text: str) -> str:
    """The text with letters of other scripts that are drawn like ASCII letters written as those."""
    return text if text.isascii() else text.translate(_ALIKE)


def bare(text: str, seen: Beyond) -> str:
    """Letters without accents, points and vowel signs that may be left out, so that one table serves every language of a script.

    `seen` is what the text has beyond ASCII, or more.
    """
    return replaced(text, {each: _bare(each) for each in _DRESSED.kinds_in(seen)})


def holds_escaped_bytes(text: str) -> bool:
    """Whether a long row of escapes is bytes and no text: no UTF-8, or as numbers of characters nothing but Latin-1 with many high ones."""
    rows = [row for pattern in (_PERCENT_ROW, _BYTE_ROW, _QUOTED_LINES) for row in pattern.findall(text)]
    if not all(_is_utf8(bytes.fromhex(_NOT_SIXTEEN.sub("", row))) for row in rows):
        return True
    if not all(_is_utf8(bytes(int(each, 8) for each in row[1:].split("\\"))) for row in _OCTAL_ROW.findall(text)):
        return True
    for row in _ENTITY_ROW.findall(text):
        codes = [int(sixteen, 16) if sixteen else int(ten) for sixteen, ten in _ENTITY.findall(row)]
        if max(codes) < 256 and sum(code > 127 for code in codes) * 5 > len(codes):
            return True
    return False


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def unescaped(text: str) -> str:
    """The text with one layer of escapes written out; bytes that are not UTF-8 become the characters of the same number."""
    if "%" in text:
        text = _PERCENT.sub(lambda found: _characters(unquote_to_bytes(found.group())), text)
    if "&" in text:
        text = html.unescape(_ENTITY.sub(lambda found: _character(found.group(1), found.group(2)), text))
    if "\\" in text:
        text = _BACKSLASH.sub(_backslash, text)
    if "U+" in text:
        text = _CODE_POINT.sub(lambda found: _character(found.group(1), None), text)
    if _QUOTED_ROW.search(text):
        text = _QUOTED.sub(lambda found: chr(int(found.group(1), 16)) if found.group(1) else "", text)
    return text


def _characters(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _character(hexadecimal: str | None, decimal: str | None) -> str:
    number = int(hexadecimal, 16) if hexadecimal else int(decimal or "0")
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else "\ufffd"


def _backslash(found: re.Match[str]) -> str:
    octal = found.group(5)
    return _character(next(part for part in found.groups()[:4] if part), None) if octal is None else chr(int(octal, 8))
