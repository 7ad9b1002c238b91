"""Where a thing that was just made can be read: its address, said in Location (RFC 9110, 10.2.2, 15.3.2)."""

import re
from collections.abc import Iterable, Mapping

from referral_api.api.fields import Id
from referral_api.api.rooms import Endpoint, Room

__all__ = ["places"]


def places(rooms: Iterable[Room]) -> Mapping[str, str]:
    """The rule of the address at which each route's new thing is read, by the route's key; a thing that has none is not in it."""
    endpoints = [endpoint for room in rooms for endpoint in room.endpoints]
    read = [endpoint.rule for endpoint in endpoints if endpoint.method == "GET"]
    things = [(endpoint, _kind(endpoint)) for endpoint in endpoints if endpoint.status == 201]
    return {made.key: rule for made, kind in things if kind for rule in read if _is_of(made, kind, rule)}


def _kind(made: Endpoint) -> str | None:
    """What kind of thing its answer shows the id of. The class is asked: a schema takes long to make, and every start would wait."""
    shown = made.answer._declared_fields.get("id") if made.answer else None
    return shown.kind if isinstance(shown, Id) else None


def _is_of(made: Endpoint, kind: str, rule: str) -> bool:
    """Whether this is the address of what is made there: it ends in the thing's id, and asks for nothing else that is not known."""
    if not rule.endswith(f"/{{{kind}_id}}"):
        return False
    return all(f"{{{name}}}" in made.rule for name in re.findall(r"\{(\w+)\}", rule)[:-1])
