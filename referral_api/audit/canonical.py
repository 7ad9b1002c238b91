"""One spelling for one entry: canonical JSON (RFC 8785), so that equal entries have equal bytes and equal hashes."""

import json
from collections.abc import Sequence
from typing import Any

import rfc8785

__all__ = ["NotCanonical", "dumps", "is_canonical", "loads"]


class NotCanonical(ValueError):
    """The value or text has no canonical form: not strict JSON, or outside what every reader reads alike (RFC 7493)."""


def dumps(obj: Any) -> bytes:
    """The canonical bytes of a JSON value. NotCanonical for what JSON or a double cannot hold exactly."""
    try:
        return rfc8785.dumps(obj)
    except (ValueError, RecursionError) as wrong:
        raise NotCanonical("this value has no canonical JSON") from wrong


def loads(data: bytes) -> Any:
    """Read strict JSON in any spelling: UTF-8 without a byte order mark, no duplicate names, no NaN, no infinity."""
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_int=_whole, parse_constant=_refuse)
    except NotCanonical:
        raise
    except (ValueError, RecursionError) as wrong:
        raise NotCanonical("not strict JSON") from wrong


def is_canonical(data: bytes) -> bool:
    """Whether these are exactly the canonical bytes of the value they hold."""
    try:
        return dumps(loads(data)) == data
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
