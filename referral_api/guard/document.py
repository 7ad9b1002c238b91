"""Walking a parsed JSON value, so that keys, values and what is split over them are looked at together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple


class Piece(NamedTuple):
    """One text of a document and the JSON Pointer (RFC 6901) of the value it belongs to."""

    pointer: str
    text: str


class Numbers(NamedTuple):
    """The numbers of one list and the JSON Pointer of that list."""

    pointer: str
    values: list[int | float]


class _Key:
    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


def walk(value: object, skip: Callable[[str], bool] | None) -> Iterator[Piece | Numbers]:
    """Every key, string and list of numbers in the order of the document; `skip` leaves out what its own grammar checks."""
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        pointer, item = waiting.pop()
        if isinstance(item, _Key):
            yield Piece(pointer, item.name)
        elif skip is not None and skip(pointer):
            continue
        elif isinstance(item, str):
            yield Piece(pointer, item)
        elif isinstance(item, dict):
            for name, member in reversed(item.items()):
                below = f"{pointer}/{_token(str(name))}"
                waiting.append((below, member))
                waiting.append((below, _Key(str(name))))
        elif isinstance(item, list | tuple):
            if numbers := [each for each in item if isinstance(each, int | float) and not isinstance(each, bool)]:
                yield Numbers(pointer, numbers)
            for index in range(len(item) - 1, -1, -1):
                if isinstance(item[index], str | dict | list | tuple):
                    waiting.append((f"{pointer}/{index}", item[index]))


def gather(value: object) -> tuple[list[str], list[int | float]]:
    """Every key and string, and every number in a list, in the order of the document, without saying where they stand."""
    texts: list[str] = []
    numbers: list[int | float] = []
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, dict):
            for name, member in reversed(item.items()):
                if isinstance(member, str | dict | list | tuple):
                    waiting.append(member)
                waiting.append(str(name))
        elif isinstance(item, list | tuple):
            waiting.extend(reversed(item))
            numbers.extend(each for each in item if isinstance(each, int | float) and not isinstance(each, bool))
    return texts, numbers


def _token(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name
