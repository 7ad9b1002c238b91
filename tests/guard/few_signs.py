"""Codes with few signs, codes in words and numbers of other widths: what a second team made to get past the guard."""

from __future__ import annotations

import string
from collections.abc import Callable

from tests.guard.encodings import _bits

_SPELLING = [
    "alfa",
    "bravo",
    "charlie",
    "delta",
    "echo",
    "foxtrot",
    "golf",
    "hotel",
    "india",
    "juliett",
    "kilo",
    "lima",
    "mike",
    "november",
    "oscar",
    "papa",
]
_DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_COLOURS = [
    "black",
    "white",
    "red",
    "green",
    "blue",
    "cyan",
    "magenta",
    "yellow",
    "gray",
    "orange",
    "pink",
    "brown",
    "purple",
    "gold",
    "silver",
    "lime",
]
_SOUNDS = [first + vowel + last for first in "bdfghjklmnprstvz" for vowel in "aeio" for last in "nrst"]
_MORSE = dict(
    zip(
        string.hexdigits[:16],
        [
            "-----",
            ".----",
            "..---",
            "...--",
            "....-",
            ".....",
            "-....",
            "--...",
            "---..",
            "----.",
            ".-",
            "-...",
            "-.-.",
            "-..",
            ".",
            "..-.",
        ],
        strict=True,
    )
)


def _two(signs: str, between: str = "") -> Callable[[bytes], str]:
    return lambda data: between.join(signs[bit] for bit in _bits(data, 1))


def _signs(signs: str, width: int, between: str = "") -> Callable[[bytes], str]:
    return lambda data: between.join(signs[each] for each in _bits(data, width))


def _words(words: list[str], width: int) -> Callable[[bytes], str]:
    return lambda data: " ".join(words[each] for each in _bits(data, width))


def _rows(signs: str, width: int) -> str:
    return "\n".join(signs[at : at + width] for at in range(0, len(signs), width))


FEW_SIGNS: dict[str, Callable[[bytes], str]] = {
    "dots and dashes": _two(".-"),
    "strokes": _two("/\\"),
    "quotation marks": _two("'\""),
    "stars and blanks": _two("* "),
    "underscores and dashes": _two("_-"),
    "colons in rows": lambda data: _rows(_two(":;")(data), 8),
    "squares": _two("\u25a0\u25a1"),
    "two faces": _two("\U0001f642\U0001f643"),
    "eight hearts": _signs("\u2764\U0001f9e1\U0001f49b\U0001f49a\U0001f499\U0001f49c\U0001f5a4\U0001f90d", 3),
    "arrows": _signs("\u2190\u2191\u2192\u2193", 2),
    "sixteen emoji": lambda data: "".join(chr(0x1F300 + each) for each in _bits(data, 4)),
    "mathematical signs": lambda data: "".join(chr(0x2200 + byte) for byte in data),
    "flags": lambda data: "".join(chr(0x1F1E6 + each) for each in _bits(data, 4)),
    "a and b": _two("ab"),
    "bacon": lambda data: " ".join(_two("ab")(data)[at : at + 5] for at in range(0, len(data) * 8, 5)),
    "bases of DNA": _signs("acgt", 2),
    "codons": lambda data: " ".join(_signs("acgu", 2)(data)[at : at + 3] for at in range(0, len(data) * 4, 3)),
    "yes and no": _words(["no", "yes"], 1),
    "zero and one": _words(_DIGITS, 1),
    "morse with long dashes": lambda data: " ".join(
        _MORSE[c].translate({45: "\u2212", 46: "\u2022"}) for c in data.hex()
    ),
    "morse in words": lambda data: " ".join("dah" if sign == "-" else "dit" for c in data.hex() for sign in _MORSE[c]),
    "spelling alphabet": _words(_SPELLING, 4),
    "digits in words": lambda data: " ".join(_DIGITS[int(c)] for byte in data for c in f"{byte:03d}"),
    "digits in Chinese": lambda data: "".join("零一二三四五六七八九"[int(c)] for byte in data for c in f"{byte:03d}"),
    "colours": _words(_COLOURS, 4),
    "spoken syllables": lambda data: " ".join(_SOUNDS[byte] for byte in data),
    "blanks and tabs in rows": lambda data: _rows(_two(" \t")(data), 8),
    "blanks and hard blanks": _two(" \u00a0"),
    "blanks and line ends": _two(" \n"),
    "numbers of 16 bits": lambda data: ", ".join(map(str, _bits(data, 16))),
    "octal in threes": lambda data: " ".join(f"{byte:03o}" for byte in data),
    "bytes below zero": lambda data: ", ".join(str((byte + 128) % 256 - 128) for byte in data),
    "three digits in pieces of ten": lambda data: "; ".join(
        f"no. {digits}" for digits in _rows("".join(f"{byte:03d}" for byte in data), 10).split("\n")
    ),
    "hexadecimal with h": lambda data: " ".join(f"{byte:02X}h" for byte in data),
}
