"""What a hostile caller sends to make the service slow: each shape in any size, as text and as whole JSON bodies."""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
import uuid
import zipfile
from collections.abc import Callable, Iterable
from typing import Any, Final

from tests.guard.prose import PROSE

__all__ = ["BODIES", "TEXTS"]


def _cut(text: str, size: int) -> str:
    return text.encode("utf-8")[:size].decode("utf-8", "ignore")


def _row(unit: str) -> Callable[[int], str]:
    return lambda size: _cut(unit * (size // len(unit.encode()) + 1), size)


def _many(make: Callable[[random.Random, int], str], *, about: int) -> Callable[[int], str]:
    """Pieces that differ, each of `about` bytes."""

    def made(size: int) -> str:
        chance = random.Random(6)
        return _cut("".join(make(chance, n) for n in range(size // about + 1)), size)

    return made


def _codes(low: int, high: int) -> Callable[[int], str]:
    """Distinct code points one after another, again from the first when they are used up."""

    def made(size: int) -> str:
        row = "".join(map(chr, range(low, high)))
        return _cut(row * (size // len(row.encode()) + 1), size)

    return made


def _everything(size: int) -> str:
    row = "".join(chr(code) for code in range(0x20, 0x110000) if not 0xD800 <= code <= 0xDFFF)
    return _cut(row * (size // len(row.encode()) + 1), size)


def _word(chance: random.Random, letters: str, least: int, most: int) -> str:
    return "".join(chance.choices(letters, k=chance.randint(least, most)))


def _packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _zip_bomb(size: int) -> str:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(size * 200))
    return _packed(held.getvalue() + bytes(max(0, size * 3 // 4 - len(held.getvalue()))))[:size]


def _gzip_of_gzip(size: int) -> str:
    inner = gzip.compress(bytes(size * 200), mtime=0)
    return (_packed(gzip.compress(inner, mtime=0)) * size)[:size]


_SMALL: Final = "abcdefghijklmnopqrstuvwxyz"
_CODE: Final = _SMALL + _SMALL.upper() + "0123456789"

TEXTS: Final[dict[str, Callable[[int], str]]] = {
    # One sign.
    "one letter": _row("a"),
    "one capital": _row("A"),
    "one digit": _row("1"),
    "one accent": _row("é"),
    "one ideograph": _row("漢"),
    "one syllable": _row("한"),
    "one emoji": _row("\U0001f600"),
    "one Khmer letter": _row("ក"),
    "angles": _row("<"),
    "slashes": _row("/"),
    "brackets": _row("["),
    "round brackets": _row("("),
    "backslashes": _row("\\"),
    "quotes": _row('"'),
    "ampersands": _row("&"),
    "percents": _row("%"),
    "equals": _row("="),
    "at signs": _row("@"),
    "underscores": _row("_"),
    "line ends": _row("\n"),
    "carriage returns": _row("\r\n"),
    "tabs": _row("\t"),
    "combining marks": _row("\u0301"),
    "a letter and its marks": lambda size: "a" + _row("\u0301\u0316")(size),
    "joiners": _row("\u200d"),
    "hidden among letters": _row("a\u200b"),
    "full width": _row("\uff41"),
    "full-width noise": _many(lambda chance, n: chr(0xFF01 + chance.randrange(94)), about=3),
    "words as one sign": _row("\ufdfa"),
    "one word as one sign among many letters": lambda size: _row("\ufdfa" + "a" * 40)(size),
    "Hangul jamo": _row("\u1100\u1161\u11a8"),
    "Hangul jamo that do not close": _row("\u1100"),
    "marks out of order": _row("a\u0301\u0316\u0300\u0317"),
    "forms that fold": _row("\ufb03\u2460\u33a5\u1e9b\u0323"),
    "a mark after each mark": _row("\u0f71\u0f72\u0f74"),
    # Patterns of markup and addresses.
    "words with digits": _row("a1 "),
    "names with paths": _row("a.b/"),
    "names with dots": _row("x."),
    "names with dashes": _row("a-"),
    "hosts": _row("aaa.bbb.ccc.ddd."),
    "a long word, then a path": lambda size: "a" * (size - 6) + ".jpg/x",
    "open tags": _row("<a "),
    "open tags with slashes": _row("</"),
    "open tags with names": _row("<a:"),
    "open input tags": _row("<input "),
    "open meta tags": _row("<meta "),
    "attributes": _row("<a src= "),
    "styles": _row("<a style="),
    "data": _row("data:"),
    "data with arguments": _row("data:;a;b;c"),
    "data apart": _row("d a t a : "),
    "base64 signs": _row(";base64"),
    "addresses": _row("http://"),
    "addresses of one letter": _row("http://a"),
    "addresses with blanks": _row("http://a.b/c "),
    "arguments": _row("https://a.example/?a=b&c=d "),
    "one long address": lambda size: "https://a.example/" + _row("a/b.")(size - 18),
    "hidden dots": _row("a[.]"),
    "hidden schemes": _row("hxxp[:]//"),
    "schemes apart": _row(": / "),
    "images": _row("!["),
    "named images": lambda size: _row("![a]")(size - 6) + "\n[b]:",
    "images and targets": _row("![a]\n[b]: "),
    "targets": _row("\n[x]:"),
    "links without words": _row("[]("),
    "wiki files": _row("[[file:"),
    "wiki pictures": _row("image::"),
    "functions": _row("url("),
    "imports": _row("@import "),
    "directives": _row(".. "),
    "onions": _row("a" * 57 + "."),
    "peers": _row("urn:"),
    "message ids": _row("<x@"),
    "mailboxes": _many(lambda chance, n: f"{_word(chance, _SMALL, 3, 9)}@{_word(chance, _SMALL, 3, 9)}.org, ", about=20),
    "mailboxes that do not end": _row("a@a."),
    "quotes of mail": _row("> "),
    "tables": _many(lambda chance, n: f"| {_word(chance, _SMALL, 3, 9)} | {n} |\n", about=20),
    "commas": _many(lambda chance, n: f"{_word(chance, _SMALL, 3, 9)},{n};", about=14),
    "paths": _row("m1 1" + ("l" + "1" * 35) * 6 + "x"),
    "named digests": _row("hash 12345678 "),
    "dotted numbers": _row("1.2.3."),
    "colons between letters": _row("a:b::"),
    # Escapes.
    "entities without numbers": _row("&#"),
    "entities": _row("&#65;"),
    "named entities": _row("&amp;"),
    "entities of entities": _row("&amp;amp;amp;"),
    "percent escapes": _row("%41"),
    "percent escapes of percent escapes": _row("%2525"),
    "deep percent escapes": _row("%2525252541"),
    "quoted printable": _row("=41=42"),
    "soft line ends": _row("a=\n"),
    "backslash escapes": _row("\\u0041"),
    "backslashes of backslashes": _row("\\\\u0041"),
    "code points": _row("U+0041 "),
    # Numbers and codes.
    "digits in threes": _row("12 "),
    "bits": _row("01101"),
    "bits apart": _row("0 "),
    "bytes in digits": _row("137080255"),
    "thousands": _row("123,456,789,"),
    "fractions": _row("0.12345 "),
    "below zero": _row("-12 "),
    "telephone numbers": _many(lambda chance, n: f"+855 12 {chance.randrange(10**6):06} ", about=15),
    "numbers of many digits": _many(lambda chance, n: f"{chance.randrange(10**19)} ", about=20),
    "number that does not end": _many(lambda chance, n: str(chance.randrange(10)), about=1),
    "hexadecimal pairs": _many(lambda chance, n: f"{chance.randrange(256):02x} ", about=3),
    "Morse": _many(lambda chance, n: chance.choice((".-", "-.", "..", "---")) + " ", about=3),
    "dashes": _row("- . "),
    "symbols": _row("*-_"),
    "symbols apart": _row("*        "),
    "two words": _row("yes no no "),
    "capitals inside": _row("aBcD"),
    "codes": _row("aB0 "),
    "noise": _many(lambda chance, n: _word(chance, _CODE, 8, 8), about=8),
    "noise in words": _many(lambda chance, n: _word(chance, _CODE, 8, 8) + " ", about=9),
    "noise strewn in language": _many(lambda chance, n: f"{PROSE['en'][:80]} {_word(chance, _CODE, 8, 8)} ", about=90),
    "base32": _many(lambda chance, n: _word(chance, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 8, 8), about=8),
    "lines of uuencode": _row("M" + "!A" * 30 + "\n"),
    "zip bomb": _zip_bomb,
    "gzip of gzip": _gzip_of_gzip,
    # Identifiers.
    "UUIDs": _many(lambda chance, n: f"{uuid.UUID(int=chance.getrandbits(128), version=4)} ", about=37),
    "digests": _many(lambda chance, n: f"{chance.getrandbits(256):064x} ", about=65),
    "digest row": _row("0" * 33 + " "),
    "accounts": _many(lambda chance, n: f"DE{chance.randrange(100):02}{chance.randrange(10**18):018} ", about=23),
    "accounts that are too long": _row("DE89370400440532013000"),
    "TypeIDs": _many(lambda chance, n: "case_0" + _word(chance, "0123456789abcdefghjkmnpqrstvwxyz", 25, 25) + " ", about=32),
    "times": _row("2026-11-24T09:00:00Z "),
    "docket numbers": _many(lambda chance, n: f"PNP-2026-{n:05} ", about=15),
    "wallets": _row("1BoatSLRHtKNngkdXEeobR76b53LETtpyT "),
    # Language, or nearly.
    "prose": _row(PROSE["en"] + " "),
    "Khmer prose": _row(PROSE["km"]),
    "Chinese prose": _row(PROSE["zh"]),
    "Arabic prose": _row(PROSE["ar"] + " "),
    "words without blanks": _many(lambda chance, n: _word(chance, _SMALL, 5, 5), about=5),
    "short words": _row("word next "),
    "many short words": _many(lambda chance, n: _word(chance, _SMALL, 3, 4) + " ", about=5),
    "words of one length": _many(lambda chance, n: _word(chance, _SMALL, 5, 5) + " ", about=6),
    "rare words": _many(lambda chance, n: _word(chance, _SMALL, 3, 12) + " ", about=9),
    "Cyrillic words": _many(lambda chance, n: _word(chance, "абвгдежзийклмнопрстуфхцчшщыьэюя", 3, 12) + " ", about=16),
    "scripts in turns": _row("aбγդאبअกក"),
    "look-alikes": _row("aа"),
    "look-alikes in words": _row("pаypаl "),
    "distinct accents": _many(lambda chance, n: chr(chance.randrange(0xC0, 0x250)) + " ", about=3),
    "accents that repeat": _row("àéîõü "),
    "hiragana": _row("のは"),
    "ideographs": _codes(0x4E00, 0x9FA6),
    "ideographs by chance": _many(lambda chance, n: chr(chance.randrange(0x4E00, 0x6E00)), about=3),
    "rare ideographs": _codes(0x20000, 0x2A6D7),
    "syllables": _codes(0xAC00, 0xD7A4),
    "every character": _everything,
    "Braille": _codes(0x2801, 0x2900),
    "emoji": _codes(0x1F300, 0x1F600),
    "blanks": lambda size: "< \t" + " " * (size - 3),
    "blanks of many kinds": _row("a\u2003\u2009\u00a0 "),
    "double blanks": _row("a  b "),
    "blanks at line ends": _row("a  \n"),
}  # fmt: skip


def _body(make: Callable[[int], Any], *, ascii_only: bool = False) -> Callable[[int], bytes]:
    return lambda size: json.dumps(make(size), ensure_ascii=ascii_only, separators=(",", ":")).encode()


def _raw(unit: bytes, *, before: bytes, after: bytes) -> Callable[[int], bytes]:
    return lambda size: before + unit * ((size - len(before) - len(after)) // len(unit)) + after


def _nest(depth: int, *, leaf: bytes = b"1", start: bytes = b"[", end: bytes = b"]") -> bytes:
    return b'{"need":' + start * depth + leaf + end * depth + b"}"


def _numbered(many: Iterable[int], value: Any) -> dict[str, Any]:
    return {f"k{n}": value for n in many}


BODIES: Final[dict[str, Callable[[int], bytes]]] = {
    "short items over the limit": _raw(b'"a",', before=b'{"flags":[', after=b'"a"]}'),
    "19,900 short items": _body(lambda size: {"risk_flags": ["seen"] * min(19_900, size // 8)}),
    "19,900 different items": _body(lambda size: {"risk_flags": [f"w{n}" for n in range(min(19_900, size // 8))]}),
    "19,900 items of noise": _body(
        lambda size: {"risk_flags": [_word(random.Random(n), _CODE, 40, 40) for n in range(min(19_900, size // 44))]}
    ),
    "19,900 items of letters": _body(
        lambda size: {"risk_flags": [_word(random.Random(n), _SMALL, 2, 3) for n in range(min(19_900, size // 6))]}
    ),
    "1,000 long items": _body(
        lambda size: {"risk_flags": [f"{n} {PROSE['en']}"[:1_000] for n in range(size // 1_010)]}
    ),
    "700 long items in Chinese": _body(
        lambda size: {"risk_flags": [f"{n} {_row(PROSE['zh'])(1_400)}" for n in range(size // 1_420)]}
    ),
    "keys over the limit": _body(lambda size: _numbered(range(size // 9), 1)),
    "19,900 keys": _body(lambda size: _numbered(range(min(19_900, size // 9)), 1)),
    "19,900 keys in a case": _body(lambda size: {"subject": _numbered(range(min(19_900, size // 9)), "a")}),
    "one long key": _body(lambda size: {"a" * (size - 10): 1}),
    "long keys": _body(lambda size: {f"{n}" + "ab" * 500: 1 for n in range(size // 1_010)}),
    "a key of slashes and tildes": _body(lambda size: {"/~" * ((size - 10) // 2): "data:image/png;base64,iVBOR"}),
    "many keys of slashes and one address": _body(
        lambda size: {**{f"{n}" + "/~" * 20: "a" for n in range(size // 52)}, "z": "data:image/png;base64,iVBOR"}
    ),
    "nested to the limit": lambda size: _nest(31),
    "nested past the limit": lambda size: _nest((size - 10) // 2),
    "open lists": lambda size: b'{"need":' + b"[" * (size - 8),
    "open objects": _raw(b'{"a":', before=b"", after=b""),
    "nests beside each other": _raw(b"[" * 30 + b"]" * 30 + b",", before=b'{"need":[', after=b"1]}"),
    "keys at the bottom of a nest": lambda size: _nest(
        15, leaf=json.dumps({"a" * ((size - 200) // 2): "b" * ((size - 200) // 2)}).encode(), start=b'[{"a":', end=b"}]"
    ),
    "numbers over the limit": _raw(b"1,", before=b'{"need":[', after=b"1]}"),
    "19,900 numbers": _body(lambda size: {"need": list(range(min(19_900, size // 7)))}),
    "lists of one number": _raw(b"[1],", before=b'{"need":[', after=b"1]}"),
    "1e308": _raw(b"1e308,", before=b'{"need":[', after=b"1]}"),
    "10,000 digits": _raw(b"1" * 10_000 + b",", before=b'{"need":[', after=b"1]}"),
    "one number": lambda size: b'{"need":' + b"1" * (size - 9) + b"}",
    "one fraction": lambda size: b'{"need":0.' + b"1" * (size - 11) + b"}",
    "one exponent": lambda size: b'{"need":1e' + b"1" * (size - 11) + b"}",
    "pairs in escapes": _raw(b"\\ud83d\\ude00", before=b'{"need":"', after=b'"}'),
    "letters in escapes": _raw(b"\\u0061", before=b'{"need":"', after=b'"}'),
    "escaped quotes": _raw(b'\\"', before=b'{"need":"', after=b'"}'),
    "escaped backslashes": _raw(b"\\\\", before=b'{"need":"', after=b'"}'),
    "lone surrogates": _raw(b"\\ud83d", before=b'{"need":"', after=b'"}'),
    "zeros in escapes": _raw(b"\\u0000", before=b'{"need":"', after=b'"}'),
    "a string that does not end": _raw(b"a", before=b'{"need":"', after=b""),
    "quotes without commas": _raw(b'"', before=b"{", after=b"}"),
    "blanks": _raw(b" ", before=b"{", after=b"}"),
    "one name many times": _raw(b'"a":1,', before=b"{", after=b'"a":1}'),
    "bytes that are not UTF-8": _raw(b"\xff", before=b'{"need":"', after=b'"}'),
    "zero bytes": _raw(b"\0", before=b"", after=b""),
    "empty strings": _raw(b'"",', before=b'{"need":[', after=b'""]}'),
    "unknown fields": _body(lambda size: {"subject": [{f"x{n}": {"y": "z"}} for n in range(min(6_000, size // 18))]}),
}
