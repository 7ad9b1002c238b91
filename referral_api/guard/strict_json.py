"""Strict JSON for request bodies, so that two readers never see two different documents (RFC 8259, RFC 7493)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final, NoReturn

_LARGEST: Final = 2**53
_LONGEST_NUMBER: Final = 64
_DELETED: Final = bytes(set(range(256)) - set(b'[]{},"'))
_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
_STRING: Final = re.compile(rb'"[^"]*+"')
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NONCHARACTER: Final = re.compile(
    "[\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)) + "]"
)
_OPENS: Final = frozenset(b"[{")
_CLOSES: Final = frozenset(b"]}")


class MalformedJson(ValueError):
    """The body is not JSON that every reader understands in the same way; the reason never quotes the body."""


def _refuse_constant(_: str) -> NoReturn:
    raise MalformedJson("NaN and Infinity are not JSON")


def _finite(digits: str) -> float:
    number = float(digits) if len(digits) <= _LONGEST_NUMBER else float("inf")
    if number in (float("inf"), float("-inf")):
        raise MalformedJson("a number is out of range")
    return number


def _exact(digits: str) -> int:
    number = int(digits) if len(digits) <= 17 else _LARGEST + 1
    if not -_LARGEST <= number <= _LARGEST:
        raise MalformedJson("an integer is out of range")
    return number


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedJson("a name occurs twice in one object")
    return members


_decode: Final[Callable[[str], object]] = json.JSONDecoder(
    object_pairs_hook=_members, parse_constant=_refuse_constant, parse_float=_finite, parse_int=_exact
).decode


def loads(data: bytes, *, max_depth: int = 32, max_items: int = 20_000) -> object:
    """Read one JSON text; raises MalformedJson for whatever RFC 8259 or RFC 7493 does not allow.

    Depth and count are held against their limits before the parser runs, by a linear scan of the bytes.
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        raise MalformedJson("a body is bytes")
    data = bytes(data)
    if data.startswith(b"\xef\xbb\xbf"):
        raise MalformedJson("a byte order mark is not allowed")
    _measure(data, max_depth, max_items)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedJson("the body is not UTF-8") from None
    try:
        value = _decode(text)
    except MalformedJson:
        raise
    except (ValueError, RecursionError):
        raise MalformedJson("the body is not JSON") from None
    if not text.isascii() and _NONCHARACTER.search(text):
        raise MalformedJson("a noncharacter is not allowed")
    if b"\\u" in data:
        _check_strings(value)
    return value


def _measure(data: bytes, max_depth: int, max_items: int) -> None:
    bare = _ESCAPED.sub(b"", data) if b"\\" in data else data
    structure = _STRING.sub(b"", bare.translate(None, _DELETED))
    if structure.count(b",") + structure.count(b"[") + structure.count(b"{") > max_items:
        raise MalformedJson("the body holds too many items")
    if structure.count(b"[") + structure.count(b"{") <= max_depth:
        return
    depth = 0
    for byte in structure:
        if byte in _OPENS:
            depth += 1
            if depth > max_depth:
                raise MalformedJson("the body is nested too deeply")
        elif byte in _CLOSES:
            depth -= 1


def _check_strings(value: object) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item:
                raise MalformedJson("U+0000 is not allowed")
            if _SURROGATE.search(item):
                raise MalformedJson("a lone surrogate is not allowed")
            if not item.isascii() and _NONCHARACTER.search(item):
                raise MalformedJson("a noncharacter is not allowed")
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
