"""The first bytes of file formats, plain and as base64, base32 and hexadecimal write them."""

from __future__ import annotations

import base64
import re
from typing import Final

_BEGINNINGS: Final = (
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"\xff\xd8\xff\xe0\x00\x10JFIF",
    b"\xff\xd8\xff\xe1",
    b"\xff\xd8\xff\xdb\x00",
    b"\xff\xd8\xff\xee\x00",
    b"II*\x00\x08\x00",
    b"MM\x00*\x00\x00",
    b"%PDF-1",
    b"PK\x03\x04",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08\x00",
    b"\x1f\x8b\x08\x08",
    b"BZh91AY",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
    b"OggS\x00\x02",
    b"fLaC\x00\x00",
    b"ID3\x03\x00",
    b"ID3\x04\x00",
    b"\x1aE\xdf\xa3",
    b"FLV\x01",
    b"\x00\x00\x01\x00\x01\x00",
    b"\xd0\xcf\x11\xe0\xa1\xb1",
    b"8BPS\x00\x01",
    b"\x00\x00\x00\x0cjP  ",
    b"#!AMR",
    b"{\\rtf1",
    b"MThd\x00\x00",
    b"qoif\x00\x00",
    b"\x7fELF\x01\x01",
    b"\x7fELF\x02\x01",
    b"%!PS-A",
    b"<svg x",
    b"<?xml ",
    b"SQLite f",
)
_IN_BYTES: Final = re.compile(
    rb"\A(?:\x89PNG|GIF8[79]a|\xff\xd8\xff|BM.{4}\x00{4}|RIFF.{4}(?:WAVE|WEBP|AVI )|II\*\x00|MM\x00\*|%PDF|PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b\x08"
    rb"|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd|OggS|fLaC|ID3|\x1aE\xdf\xa3|FLV|.{4}ftyp|\xd0\xcf\x11\xe0|<svg|<\?xml|MThd|qoif|\x7fELF|%!PS|\{\\rtf|\x78[\x01\x5e\x9c\xda])",
    re.DOTALL,
)
_RIFF_64: Final = re.compile(rb"UklGR.{5,6}(?:XQVZF|XRUJQ|BVkk|V0FWR|V0VCU)")
_BMP_64: Final = re.compile(rb"Qk[0-3][A-Za-z0-9+/]{4,6}AAAAA[A-Za-z0-9+/]{3,6}A")
_BOX_64: Final = re.compile(rb"AAAA[A-Za-z0-9+/]{1,2}(?:ZnR5c|GZ0eX|Z0eXB)")
_RIFF_16: Final = re.compile(rb"52494646[0-9a-f]{8}(?:57415645|57454250|41564920)")
_BMP_16: Final = re.compile(rb"424d[0-9a-f]{8}00000000[0-9a-f]{4}0000(?:28|0c|6c|7c)0000")
_BOX_16: Final = re.compile(rb"000000[0-9a-f]{2}66747970")
_TIFF_16: Final = re.compile(rb"49492a00[0-9a-f]{4}0000|4d4d002a0000[0-9a-f]{4}")
_TIFF_SIGNS: Final = (b"49492a00", b"4d4d002a")
_GIF_32: Final = re.compile(rb"I5EUMOB[A-Z2-7]")


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data)[: len(data) * 8 // 6]


def _base32(data: bytes) -> bytes:
    return base64.b32encode(data)[: len(data) * 8 // 5]


_UPPER: Final = bytes(range(65, 91))
_HALF_TURN: Final = bytes.maketrans(
    _UPPER + _UPPER.lower(), (_UPPER[13:] + _UPPER[:13]) + (_UPPER[13:] + _UPPER[:13]).lower()
)
_SIXTY_FOUR: Final = tuple(dict.fromkeys(_base64(each) for each in _BEGINNINGS if len(_base64(each)) >= 5))
_THIRTY_TWO: Final = tuple(dict.fromkeys(_base32(each) for each in _BEGINNINGS if len(each) >= 5))
_SIXTEEN: Final = tuple(
    each.hex().encode() for each in _BEGINNINGS if len(each) >= 5 or any(letter in each.hex() for letter in "abcdef")
)

_HEX_AS_ONE: Final = bytes(ord("h") if chr(each) in "0123456789abcdefABCDEF" else ord("x") for each in range(256))
_HEX_ROW: Final = b"h" * min(map(len, _SIXTEEN))

_IN_PLAIN: Final = (b"%PDF-1.", b"%PDF-2.", b"%!PS-Adobe", b"/* XPM */", b"{\\rtf1", b"<?xpacket")
_PLAIN_SIGNS: Final = (b"%", b"/", b"{", b"<")
_PIXELS: Final = re.compile(rb"P[1-6]\s{1,4}\d{1,5}\s{1,4}\d{1,5}\s{1,4}\d{1,5}\s{1,4}\d")

# Base85 writes four bytes as five characters, in three alphabets (RFC 1924, Adobe, ZeroMQ's Z85).
_RFC_1924: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_Z85: Final = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_ADOBE: Final = bytes(range(33, 118))
_FOURS: Final = tuple(dict.fromkeys(base64.b85encode(each[:4]) for each in _BEGINNINGS))
_EIGHTY_FIVE: Final = tuple(
    beginning
    for each in _FOURS
    for alphabet in (_RFC_1924, _Z85, _ADOBE)
    # Few different signs are no beginning: people write rows of exclamation marks.
    if len(set(beginning := each.translate(bytes.maketrans(_RFC_1924, alphabet)))) > 2 and not beginning.isdigit()
)


def in_base85(letters: bytes) -> bool:
    """Whether a text, rid of its blanks, holds the beginning of a file as a dialect of base85 writes it."""
    # Letters beyond ASCII are question marks here; a beginning has one at most, so of long rows two or three are enough.
    while b"????" in letters:
        letters = letters.replace(b"????", b"??")
    return any(map(letters.__contains__, _EIGHTY_FIVE))


def starts_a_file(data: bytes) -> bool:
    """Whether bytes begin as a known file format does."""
    return _IN_BYTES.match(data) is not None


def in_plain(text: bytes) -> bool:
    """Whether a text is a file of a format that is written in plain characters."""
    signed = any(map(text.__contains__, _PLAIN_SIGNS)) and any(map(text.__contains__, _IN_PLAIN))
    return signed or _PIXELS.search(text) is not None


def in_hexadecimal(letters: bytes) -> bool:
    """Whether a text, rid of all but ASCII letters, digits and +/, holds the beginning of a file in hexadecimal."""
    if _HEX_ROW not in letters.translate(_HEX_AS_ONE):
        return False
    lower = letters.lower()
    return any(map(lower.__contains__, _SIXTEEN)) or any(
        sign in lower and _TIFF_16.search(lower) for sign in _TIFF_SIGNS
    )


def in_base64(letters: bytes) -> bool:
    """Whether a text, rid of all but ASCII letters, digits and +/, holds the beginning of a file in base64."""
    return any(map(letters.__contains__, _SIXTY_FOUR))


def in_encoded(letters: bytes) -> bool:
    """Whether a text, rid of all but ASCII letters, digits and +/, holds the beginning of a file as an encoding writes it."""
    # Turned round, with capitals exchanged, or with the alphabet turned by half (rot13).
    if in_base64(b"\n".join((letters[::-1], letters.swapcase(), letters.translate(_HALF_TURN)))):
        return True
    upper, lower = letters.upper(), letters.lower()
    if any(map(upper.__contains__, _THIRTY_TWO)) or any(map(lower.__contains__, _SIXTEEN)):
        return True
    return any(
        pattern.search(where) is not None
        for pattern, where, sign in (
            (_RIFF_64, letters, b"UklGR"),
            (_BMP_64, letters, b"Qk"),
            (_BOX_64, letters, b"AAAA"),
            (_RIFF_16, lower, b"52494646"),
            (_BMP_16, lower, b"424d"),
            (_BOX_16, lower, b"66747970"),
            (_GIF_32, upper, b"I5EUMOB"),
        )
        if sign in where
    )
