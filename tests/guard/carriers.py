"""The places and pieces in which encoded bytes can be put, from one plain field to a row of notes."""

from __future__ import annotations

import random
from collections.abc import Callable

from referral_api import guard
from tests.guard.prose import PROSE

FOUR = ("en", "ar", "fr", "km")
WORDS = [
    "the",
    "child",
    "was",
    "seen",
    "by",
    "a",
    "unit",
    "on",
    "Tuesday",
    "and",
    "asked",
    "for",
    "help",
    "she",
    "wants",
    "to",
    "stay",
    "with",
    "an",
    "aunt",
    "in",
    "town",
    "because",
    "school",
    "is",
    "near",
]


def pieces(text: str, size: int) -> list[str]:
    """The text cut into pieces of one size."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def in_prose(text: str, chance: random.Random) -> object:
    """In the middle of a note in one of four languages."""
    first, _, last = PROSE[chance.choice(FOUR)].partition(" ")
    return {"need": f"{first} {text} {last}"}


def in_fields(text: str, chance: random.Random) -> object:
    """Over three fields."""
    third = len(text) // 3 + 1
    return dict(zip(("need", "questioning", "note"), pieces(text, third), strict=False))


def in_items(text: str, chance: random.Random) -> object:
    """Over the values of a list of objects."""
    return {"references": [{"kind": "other", "value": piece} for piece in pieces(text, chance.choice((8, 12, 16, 24)))]}


def in_strings(text: str, chance: random.Random) -> object:
    """Over a list of short strings."""
    return {"flags": pieces(text, chance.choice((1, 3, 6, 12)))}


def in_keys(text: str, chance: random.Random) -> object:
    """Over the names of an object."""
    return dict.fromkeys(pieces(text, chance.choice((8, 12, 20))), True)


def nested(text: str, chance: random.Random) -> object:
    """Over the levels of a nest."""
    nest: object = None
    for piece in reversed(pieces(text, max(12, len(text) // 20 + 1))):
        nest = {"text": piece, "more": nest}
    return nest


def among_words(text: str, chance: random.Random) -> object:
    """A piece, a word, a piece, a word."""
    return {"need": " ".join(f"{chance.choice(WORDS)} {piece}" for piece in pieces(text, 10))}


def in_markdown(text: str, chance: random.Random) -> object:
    """In a block of code."""
    return {"need": f"# Note\n\n```\n{text}\n```\n"}


def in_comment(text: str, chance: random.Random) -> object:
    """In a comment of HTML."""
    return {"need": f"<p>See <!-- {text} --> below</p>"}


def in_csv(text: str, chance: random.Random) -> object:
    """Down a column of a table."""
    return {"need": "id,name,ref\n" + "\n".join(f"{line},child,{piece}" for line, piece in enumerate(pieces(text, 24)))}


CARRIERS: dict[str, Callable[[str, random.Random], object]] = {
    each.__name__.replace("_", " "): each
    for each in (
        in_prose,
        in_fields,
        in_items,
        in_strings,
        in_keys,
        nested,
        among_words,
        in_markdown,
        in_comment,
        in_csv,
    )
}


def refused_over_notes(text: str, size: int) -> bool:
    """Whether a file sent as one note after another is refused at some note."""
    tail = guard.Tail.EMPTY
    for piece in pieces(text, size):
        family, tail = guard.scan(f"Note for the file: {piece}", tail)
        if family is not None:
            return True
    return False
