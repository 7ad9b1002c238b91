"""Walking a parsed JSON value, so that keys, values and what is split over them are looked at together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

_COUNTER: Final = re.compile(r"([A-Za-z_-]{0,20})(\d{1,4})")


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
            counters = _counters(item)
            for name, member in reversed(item.items()):
                below = f"{pointer}/{_token(str(name))}"
                waiting.append((below, member))
                if name not in counters:
                    waiting.append((below, _Key(str(name))))
        elif isinstance(item, list | tuple):
            if numbers := [each for each in item if isinstance(each, int | float)]:
                yield Numbers(pointer, numbers)
            for index in range(len(item) - 1, -1, -1):
                if isinstance(item[index], str | dict | list | tuple):
                    waiting.append((f"{pointer}/{index}", item[index]))


def gather(value: object) -> tuple[list[str], list[int | float], dict[str, list[int | float]]]:
    """Every key and string, every number in a list, and the numbers of members with one name, without saying where they stand.

    Names that differ only by a number at their end are one.
    """
    texts: list[str] = []
    numbers: list[int | float] = []
    members: dict[str, list[int | float]] = {}
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, dict):
            counters = _counters(item)
            for name, member in reversed(item.items()):
                if isinstance(member, str | dict | list | tuple):
                    waiting.append(member)
                elif isinstance(member, int | float):
                    members.setdefault(str(name).rstrip("0123456789"), []).append(member)
                if name not in counters:
                    waiting.append(str(name))
        elif isinstance(item, list | tuple):
            waiting.extend(reversed(item))
            numbers.extend(each for each in item if isinstance(each, int | float))
    return texts, numbers, members


def _counters(item: dict[Any, Any]) -> frozenset[Any]:
    """The names that only count: q0, q1, q2 and so on."""
    before: re.Match[str] | None = None
    counters: set[Any] = set()
    for name in item:
        counted = _COUNTER.fullmatch(name) if isinstance(name, str) else None
        if counted is None:
            continue
        if before is not None and before[1] == counted[1] and int(before[2]) + 1 == int(counted[2]):
            counters.update((before[0], name))
        before = counted
    return frozenset(counters)


def _token(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name
