"""One spelling for one entry: canonical JSON (RFC 8785), so that equal entries have equal bytes and equal hashes."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import rfc8785

__all__ = ["NotCanonical", "dumps", "is_canonical", "loads"]


class NotCanonical(ValueError):
    """The value or text has no canonical form: not strict JSON, or outside what every reader reads alike (RFC 7493)."""


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_WHOLE = 2**53 - 1


def dumps(obj: Any) -> bytes:
    """The canonical bytes of a JSON value. NotCanonical for what JSON or a double cannot hold exactly."""
    return _written(_fast if _is_plain(obj) else rfc8785.dumps, obj)


def _written(writer: Callable[[Any], bytes], obj: Any) -> bytes:
    try:
        return writer(obj)
    except (ValueError, RecursionError) as wrong:
        raise NotCanonical("this value has no canonical JSON") from wrong


def _fast(obj: Any) -> bytes:
    return _ENCODER.encode(obj).encode()


def _is_plain(value: Any) -> bool:
    """Whether the json module, written in C, has the one spelling too: texts, whole numbers, and objects whose names are ASCII.

    It differs over fractions (written as Python does) and other names (sorted by code point, where RFC 8785 sorts by UTF-16).
    """
    if value is None or isinstance(value, str):
        return True
    if isinstance(value, int):
        return -_WHOLE <= value <= _WHOLE
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(name, str) and name.isascii() for name in value) and all(map(_is_plain, value.values()))
    return False


def loads(data: bytes) -> Any:
    """Read strict JSON in any spelling: UTF-8 without a byte order mark, no duplicate names, no NaN, no infinity."""
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_int=_whole, parse_constant=_refuse)
    except NotCanonical:
        raise
    except (ValueError, RecursionError) as wrong:
        raise NotCanonical("not strict JSON") from wrong


def is_canonical(data: bytes) -> bool:
    """Whether these are exactly the canonical bytes of the value they hold, as the RFC's own library writes them."""
    try:
        return _written(rfc8785.dumps, loads(data)) == data
    except NotCanonical:
        return False


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotCanonical("a name occurs twice in one object")
    return members


def _whole(digits: str) -> int | float:
    # Every JSON number is a double to RFC 8785; past 2**53 only the double says what another reader would see.
    number = int(digits)
    return number if abs(number) < 2**53 else float(digits)


def _refuse(constant: str) -> Any:
    raise NotCanonical("not a JSON number")
