"""Cursors: signed, and bound to the actor, the route and the filters, so that a page is only ever continued, never chosen."""

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from referral_api import vault
from referral_api.api.rooms import Call, Reply
from referral_api.kernel.errors import FieldError, Invalid

__all__ = ["after", "cursor_at", "next_link", "page", "position"]


def after(call: Call) -> UUID | None:
    """The id after which the next page begins."""
    place = position(call)
    return None if place is None else UUID(hex=place)


def position(call: Call) -> str | None:
    """Where the page before ended, as the list itself wrote it down."""
    cursor = call.query.get("cursor")
    if cursor is None:
        return None
    try:
        bound, place = _serializer().loads(cursor)
        if bound != _bound(call):
            raise ValueError
        return str(place)
    except (BadSignature, ValueError, TypeError):
        raise Invalid([FieldError("/cursor", "invalid", "This cursor is of another list, or was changed.")]) from None


def cursor_at(call: Call, place: str) -> str:
    return str(_serializer().dumps([_bound(call), place]))


def page(call: Call, items: Sequence[Any], next_after: UUID | None) -> Reply:
    """A list's answer, with `Link: rel="next"` (RFC 8288) where there is more."""
    if next_after is None:
        return Reply({"items": items, "next_cursor": None})
    cursor = cursor_at(call, next_after.hex)
    return Reply({"items": items, "next_cursor": cursor}, headers={"Link": next_link(cursor)})


def next_link(cursor: str) -> str:
    return f'<{current_app.config["PUBLIC_URL"]}{request.path}?{urlencode({**request.args, "cursor": cursor})}>; rel="next"'


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(
        vault.ring().hashing["cursor"], signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )


def _bound(call: Call) -> str:
    filters = sorted((name, value) for name, value in request.args.items() if name not in ("cursor", "limit"))
    whole = f"{call.actor.id}\0{call.actor.on_behalf_of}\0{call.actor.purpose}\0{request.path}\0{filters!r}"
    return vault.ring().digest("cursor", whole.encode())[:12].hex()
