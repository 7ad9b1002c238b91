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

__all__ = ["after", "page"]


def after(call: Call) -> UUID | None:
    """Where the page before ended."""
    cursor = call.query.get("cursor")
    if cursor is None:
        return None
    try:
        bound, place = _serializer().loads(cursor)
        if bound != _bound(call):
            raise ValueError
        return UUID(hex=place)
    except (BadSignature, ValueError, TypeError):
        raise Invalid([FieldError("/cursor", "invalid", "This cursor is of another list, or was changed.")]) from None


def page(call: Call, items: Sequence[Any], next_after: UUID | None) -> Reply:
    """A list's answer, with `Link: rel="next"` (RFC 8288) where there is more."""
    cursor = None
    headers = {}
    if next_after is not None:
        cursor = str(_serializer().dumps([_bound(call), next_after.hex]))
        again = {**request.args, "cursor": cursor}
        headers["Link"] = f'<{current_app.config["PUBLIC_URL"]}{request.path}?{urlencode(again)}>; rel="next"'
    return Reply({"items": items, "next_cursor": cursor}, headers=headers)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(vault.ring().hashing["cursor"], signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"})


def _bound(call: Call) -> str:
    filters = sorted((name, value) for name, value in request.args.items() if name not in ("cursor", "limit"))
    whole = f"{call.actor.id}\0{call.actor.on_behalf_of}\0{call.actor.purpose}\0{request.path}\0{filters!r}"
    return vault.ring().digest("cursor", whole.encode())[:12].hex()


