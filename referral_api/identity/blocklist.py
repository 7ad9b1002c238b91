"""Passwords that are long and still guessed first: famous phrases, common words put together, names of the place (ADR 20)."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from zxcvbn import zxcvbn

__all__ = ["weakness"]

_MUST_REMAIN: Final = 8
"""Characters that must be left when what is common has been taken out: NIST's least beside a second factor."""
_FEWEST_DIFFERENT: Final = 5
_SHORTEST_RUN: Final = 4
_SHORTEST_NAME: Final = 4
_FEWEST_GUESSES: Final = 10**10
"""What zxcvbn calls very unguessable: too many even for whoever has stolen the slow hashes."""
_ESTIMATED: Final = 72
"""Characters that it looks at, which bounds what it costs; whatever follows only makes a password harder to guess."""

_RUNS: Final = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    *("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    *("azertyuiop", "qsdfghjklm", "wxcvbn"),
)
_YEAR: Final = re.compile("(?:19|20)[0-9]{2}")
_LOOKALIKES: Final = str.maketrans("013457@$!", "oleastasi")


def weakness(password: str, *, context: Iterable[str]) -> str | None:
    """The code of what makes this password guessable, or None: `repetitive`, `common` or `context-word`."""
    spellings = {password.casefold(), _fold(password), _fold(password.translate(_LOOKALIKES))} - {""}
    if any(len(set(text)) < _FEWEST_DIFFERENT or _unit(text) < _MUST_REMAIN for text in spellings if _is_long(text)):
        return "repetitive"
    if any(_is_made_of(_COMMON, text) for text in spellings) or _is_soon_guessed(password):
        return "common"
    named = sorted({*_names(context), *_COMMON}, key=len, reverse=True)
    return "context-word" if any(_is_made_of(named, text) for text in spellings) else None


def _is_soon_guessed(password: str) -> bool:
    """By the 30,000 commonest passwords, words and names of zxcvbn's lists, keyboards and dates, in the order in which they are tried.

    It is told no names of ours: it keeps them in one place for all threads.
    """
    guesses: int = zxcvbn(password[:_ESTIMATED])["guesses"]
    return guesses < _FEWEST_GUESSES


def _fold(text: str) -> str:
    """Letters and digits alone, without case and accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text).casefold() if letter.isalnum())


def _is_long(text: str) -> bool:
    return len(text) >= _MUST_REMAIN


def _unit(text: str) -> int:
    """The length of the shortest piece that, repeated, makes the whole text."""
    return (text + text).index(text, 1)


def _names(context: Iterable[str]) -> set[str]:
    """Each name as a whole and in its words."""
    found = set()
    for name in context:
        words = "".join(letter if letter.isalnum() else " " for letter in name).split()
        found |= {_fold(word) for word in [name, *words]}
    return {name for name in found if len(name) >= _SHORTEST_NAME}


def _is_made_of(parts: Iterable[str], text: str) -> bool:
    """Whether the text holds such parts, years, or runs of keys, and little else; a piece said twice counts once."""
    rest = text
    for part in parts:
        rest = rest.replace(part, " ")
    rest = _without_runs(_YEAR.sub(" ", rest))
    return rest != text and sum(map(len, set(rest.split()))) < _MUST_REMAIN


def _without_runs(text: str) -> str:
    kept = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _is_run(text[start : end + 1]):
            end += 1
        kept.append(" " if end - start >= _SHORTEST_RUN else text[start:end])
        start = end
    return "".join(kept)


def _is_run(piece: str) -> bool:
    return len(set(piece)) == 1 or any(piece in run or piece[::-1] in run for run in _RUNS)


# Longest first, so that "passwords" goes before "pass" and leaves no "words".
_LISTED: Final = Path(__file__).with_name("common.txt").read_text("utf-8").split()
_COMMON: Final = sorted({_fold(part) for part in _LISTED}, key=len, reverse=True)

# At its first call it lays out a dictionary that all later ones walk through: not while another thread does.
_is_soon_guessed("first")
