"""The ways in which bytes can be written as text, plain ones and exotic ones."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import quopri
import random
import string
import unicodedata
from collections.abc import Callable

_64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
_Z85 = string.digits + string.ascii_lowercase + string.ascii_uppercase + ".-:+=^!/*?&<>()[]{}@%$#"
_58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LOOKS = str.maketrans("ABEKMHOPCTXaeopcyx", "АВЕКМНОРСТХаеорсух")


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _uu(data: bytes) -> str:
    lines = "".join(binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45))
    return f"begin 644 a\n{lines}`\nend"


def _base(data: bytes, alphabet: str) -> str:
    number, out = int.from_bytes(b"\1" + data), ""
    while number:
        number, digit = divmod(number, len(alphabet))
        out = alphabet[digit] + out
    return out


def _z85(data: bytes) -> str:
    data += b"\0" * (-len(data) % 4)
    out = ""
    for at in range(0, len(data), 4):
        number = int.from_bytes(data[at : at + 4])
        out += "".join(_Z85[number // 85**power % 85] for power in (4, 3, 2, 1, 0))
    return out


def _bits(data: bytes, width: int) -> list[int]:
    whole = "".join(f"{byte:08b}" for byte in data)
    return [int(whole[at : at + width].ljust(width, "0"), 2) for at in range(0, len(whole), width)]


def _letters(named: str) -> list[str]:
    return [chr(code) for code in range(0x80, 0x30000) if unicodedata.name(chr(code), "").startswith(named)]


_HANGUL = _letters("HANGUL SYLLABLE")
_EMOJI = [chr(code) for code in range(0x1F300, 0x1F6FF) if unicodedata.category(chr(code)) == "So"][:512]
_MANY = [chr(code) for code in range(0x80, 0x2FFFF) if unicodedata.category(chr(code)) in ("Lo", "Ll")]


def _cut(text: str, sizes: tuple[int, int], between: str) -> str:
    chance, parts, at = random.Random(len(text)), [], 0
    while at < len(text):
        size = chance.randint(*sizes)
        parts.append(text[at : at + size])
        at += size
    return between.join(parts)


PLAIN: dict[str, Callable[[bytes], str]] = {
    "base64": _b64,
    "base64url": lambda data: base64.urlsafe_b64encode(data).decode().rstrip("="),
    "base64 in lines": lambda data: base64.encodebytes(data).decode(),
    "base64 in lines of 40": lambda data: _cut(_b64(data), (40, 40), "\r\n"),
    "base32": lambda data: base64.b32encode(data).decode(),
    "hex": lambda data: data.hex(),
    "HEX": lambda data: data.hex().upper(),
    "hex with spaces": lambda data: data.hex(" "),
    "hex with colons": lambda data: data.hex(":"),
    "base85": lambda data: base64.b85encode(data).decode(),
    "ascii85": lambda data: base64.a85encode(data, adobe=True).decode(),
    "z85": _z85,
    "uuencode": _uu,
    "quoted-printable": lambda data: quopri.encodestring(data).decode("ascii"),
    "percent": lambda data: "".join(f"%{byte:02X}" for byte in data),
    "entities": lambda data: "".join(f"&#{byte};" for byte in data),
    "backslash x": lambda data: "".join(f"\\x{byte:02x}" for byte in data),
    "backslash u": lambda data: "".join(f"\\u{byte:04x}" for byte in data),
    "decimal": lambda data: ", ".join(map(str, data)),
    "latin-1": lambda data: data.decode("latin-1"),
    "data uri": lambda data: "data:image/png;base64," + _b64(data),
}

EXOTIC: dict[str, Callable[[bytes], str]] = {
    "base64 twice": lambda data: _b64(_b64(data).encode()),
    "hex of base64": lambda data: _b64(data).encode().hex(),
    "base64 of hex": lambda data: _b64(data.hex().encode()),
    "base64 in words": lambda data: _cut(_b64(data), (4, 8), " "),
    "base64 in words of 4": lambda data: _cut(_b64(data), (4, 4), " "),
    "base64 in words of 3": lambda data: _cut(_b64(data), (3, 3), " "),
    "base64 in words and commas": lambda data: _cut(_b64(data), (3, 9), ", "),
    "base64 in words and lines": lambda data: _cut(_b64(data), (5, 9), "\n"),
    "base64 with spaces": lambda data: " ".join(_b64(data)),
    "base64 in pairs": lambda data: _cut(_b64(data), (2, 2), " "),
    "base64 with dots": lambda data: ".".join(_b64(data)),
    "base64 with hyphens": lambda data: _cut(_b64(data), (4, 6), "-"),
    "base64 with zero-width spaces": lambda data: "\u200b".join(_b64(data)),
    "base64 with bidi marks": lambda data: _cut(_b64(data), (3, 7), "\u200f"),
    "base64 with joiners": lambda data: _cut(_b64(data), (1, 3), "\u200d"),
    "base64 with accents": lambda data: "".join(letter + "\u0301" for letter in _b64(data)),
    "base64 full width": lambda data: "".join(chr(ord(letter) + 0xFEE0) for letter in _b64(data)),
    "base64 bold": lambda data: "".join(chr(0x1D400 + _64.index(c)) if c in _64[:52] else c for c in _b64(data)),
    "base64 look-alike": lambda data: _b64(data).translate(_LOOKS),
    "base64 backwards": lambda data: _b64(data)[::-1],
    "base64 rot13": lambda data: codecs.encode(_b64(data), "rot13"),
    "base64 with case swapped": lambda data: _b64(data).swapcase(),
    "base64 with percent": lambda data: "".join(f"%{ord(letter):02x}" for letter in _b64(data)),
    "base64 as entities": lambda data: "".join(f"&#x{ord(letter):x};" for letter in _b64(data)),
    "base64 named entities": lambda data: html.escape("<img src='data:;base64," + _b64(data)),
    "base32 lower": lambda data: base64.b32encode(data).decode().lower().rstrip("="),
    "base32hex": lambda data: base64.b32hexencode(data).decode(),
    "base32 in words": lambda data: _cut(base64.b32encode(data).decode(), (4, 8), " "),
    "base36": lambda data: _base(data, string.digits + string.ascii_lowercase),
    "base58": lambda data: _base(data, _58),
    "base26": lambda data: _base(data, string.ascii_lowercase),
    "base26 in words": lambda data: _cut(_base(data, string.ascii_lowercase), (3, 9), " "),
    "hex as letters": lambda data: data.hex().translate(str.maketrans("0123456789abcdef", "abcdefghijklmnop")),
    "hex in words": lambda data: _cut(data.hex(), (4, 8), " "),
    "hex in words of 4": lambda data: data.hex(" ", 2),
    "hex with 0x": lambda data: ", ".join(f"0x{byte:02x}" for byte in data),
    "hex with letters apart": lambda data: " ".join(data.hex()),
    "bits": lambda data: "".join(f"{byte:08b}" for byte in data),
    "bits in bytes": lambda data: " ".join(f"{byte:08b}" for byte in data),
    "decimal in lines": lambda data: "\n".join(map(str, data)),
    "decimal three wide": lambda data: " ".join(f"{byte:03d}" for byte in data),
    "one number": lambda data: str(int.from_bytes(data)),
    "octal": lambda data: "".join(f"\\{byte:03o}" for byte in data),
    "braille": lambda data: "".join(chr(0x2800 + byte) for byte in data),
    "shifted by 256": lambda data: "".join(chr(0x100 + byte) for byte in data),
    "ideographs": lambda data: "".join(chr(0x4E00 + byte) for byte in data),
    "ideographs of 14 bits": lambda data: "".join(chr(0x4E00 + bits) for bits in _bits(data, 14)),
    "hangul": lambda data: "".join(_HANGUL[bits] for bits in _bits(data, 13)),
    "emoji": lambda data: "".join(_EMOJI[byte] for byte in data),
    "many scripts": lambda data: "".join(_MANY[bits] for bits in _bits(data, 15)),
    "arabic letters": lambda data: "".join("ابتثجحخدذرزسشصضط"[int(c, 16)] for c in data.hex()),
    "cyrillic letters": lambda data: "".join(chr(0x430 + bits) for bits in _bits(data, 5)),
    "devanagari letters": lambda data: "".join(chr(0x915 + bits) for bits in _bits(data, 5)),
    "thai letters": lambda data: "".join(chr(0xE01 + bits) for bits in _bits(data, 5)),
    "variation selectors": lambda data: "x" + "".join(chr(0xFE00 + b if b < 16 else 0xE0100 + b - 16) for b in data),
    "zero-width bits": lambda data: "ok" + "".join("\u200b\u200c"[bit] for bit in _bits(data, 1)),
    "private use": lambda data: "".join(chr(0xE000 + byte) for byte in data),
    "utf-7": lambda data: data.decode("latin-1").encode("utf-7").decode(),
    "yenc": lambda data: "=ybegin line=128 name=a\n" + bytes((byte + 42) % 256 for byte in data).decode("latin-1"),
    "morse": lambda data: " ".join("-."[int(bit)] * 2 + ".-" for bit in "".join(f"{byte:08b}" for byte in data)),
    "c array": lambda data: "unsigned char a[] = {" + ",".join(f"0x{byte:02X}" for byte in data) + "};",
}
