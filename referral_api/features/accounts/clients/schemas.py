"""An agency's system as JSON, in and out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields

from referral_api import guard
from referral_api.access import Permission, permits_role
from referral_api.api.fields import Body, Code, Flag, Id, Machine, Moment, Nested, Text, many
from referral_api.features.accounts.clients.rules import CONFIRMED_FOR, STATES, identity_state
from referral_api.identity.jwk import ALGORITHMS, KINDS, InvalidKey, kept_jwk, thumbprint
from referral_api.kernel import clock, ids
from referral_api.kernel.errors import FieldError, ImageryRefused
from referral_api.kernel.messages import Message
from referral_api.kernel.words import Role

__all__ = ["SCOPES", "ChangeClient", "ClientOut", "ConnectClient", "client_out"]

SCOPES = frozenset(p.value for p in Permission if permits_role(p, frozenset({Role.SYSTEM}))) - {
    Permission.TOKEN_ISSUE.value,
    Permission.TOKEN_REVOKE.value,
    Permission.TOKEN_INTROSPECT.value,
}
"""What a system can be let do at all: the permissions that have a row for systems."""

_MOST_KEYS = 10


class Scope(Machine):
    """Permission names with spaces between (RFC 6749, 3.3), kept in order and each once."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        words = set(str(super()._deserialize(value, attr, data, **kwargs)).split())
        if not words or not words <= SCOPES:
            raise ValidationError("Not a code of this value set.")
        return " ".join(sorted(words))


class Jwks(fields.Field[dict[str, Any]]):
    """A JWK set (RFC 7517) of public keys that may verify signatures. Others are shown the kid, so it is read like any text."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, Any]:
        keys = value.get("keys") if isinstance(value, dict) and value.keys() == {"keys"} else None
        if not isinstance(keys, list) or not 1 <= len(keys) <= _MOST_KEYS:
            raise ValidationError(Message("Not a JWK set of 1 to {most} keys.").format(most=_MOST_KEYS))
        try:
            kept = [kept_jwk(key) for key in keys]
        except InvalidKey as error:
            raise ValidationError(
                Message("Not a key that can be used here: {why}.").format(why=error.args[0])
            ) from None
        _refuse_imagery_in_kids(kept)
        return {"keys": kept}


def _refuse_imagery_in_kids(keys: Sequence[dict[str, Any]]) -> None:
    """A kid that is the key's own thumbprint (RFC 7638) is a digest that anybody can check, whatever it looks like."""
    kids = [("/jwks", key["kid"]) for key in keys if key.get("kid") not in (None, thumbprint(key))]
    if found := guard.scan_texts(kids):
        raise ImageryRefused(
            [FieldError(each.pointer, each.family, guard.FAMILIES[each.family]) for each in found],
            size=sum(each.size for each in found),
        )


_SCOPE = {"description": "Permission names with spaces between.", "example": "referral:read referral:accept"}
_JWKS = {"machine": True, "description": "Public keys, for a system that signs (private_key_jwt)."}


_BOUND = {"description": "Its tokens are always bound to a key (DPoP, RFC 9449)."}


class ConnectClient(Body):
    name = Text(required=True, metadata={"description": "What the system is.", "example": "Case file bridge"})
    scope = Scope(4_000, required=True, metadata=_SCOPE)
    jwks = Jwks(allow_none=True, load_default=None, metadata=_JWKS)
    dpop_bound_access_tokens = Flag(load_default=False, metadata=_BOUND)


class ChangeClient(Body):
    name = Text(metadata={"description": "What the system is."})
    scope = Scope(4_000, metadata=_SCOPE)
    jwks = Jwks(metadata=_JWKS)
    dpop_bound_access_tokens = Flag(metadata=_BOUND)
    status = Code("client_status", metadata={"description": "A revoked system is not let in any more."})


class JwkOut(Body):
    """A public key, by its name: its numbers are the system's own."""

    kid = Text(255, allow_none=True, metadata={"example": "key-2026-11"})
    kty = Code(among=KINDS)
    use = Code(among=("sig",), allow_none=True)
    alg = Code(among=tuple(sorted(ALGORITHMS)), allow_none=True)
    thumbprint = Machine(
        43,
        metadata={
            "description": "RFC 7638, SHA-256.",
            "example": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
        },
    )


class JwksOut(Body):
    keys = many(Nested(JwkOut), maximum=_MOST_KEYS)


class ClientOut(Body):
    sometimes = ("client_secret",)

    id = Id("client")
    client_id = Id("client")
    agency_id = Id("agency")
    name = Text()
    scope = Text(4_000)
    jwks = Nested(JwksOut, allow_none=True, metadata={"description": "The keys that it signs with."})
    dpop_bound_access_tokens = Flag(metadata=_BOUND)
    identity_state = Code(
        among=STATES, metadata={"description": "Whether it is shown identities when it acts for a member."}
    )
    identity_lapses_at = Moment(allow_none=True, metadata={"description": "A year after a second person agreed."})
    status = Code("client_status")
    created_at = Moment()
    client_secret = Machine(200, metadata={"description": "Shown once."})


def client_out(client: Any, now: datetime, secret: str | None = None) -> dict[str, Any]:
    confirmed_at = client.identity_confirmed_at
    shown = {
        "id": ids.show("client", client.id),
        "client_id": ids.show("client", client.id),
        "agency_id": ids.show("agency", client.agency_id),
        "name": client.name,
        "scope": client.scope,
        "jwks": client.jwks and {"keys": [_key_out(key) for key in client.jwks["keys"]]},
        "dpop_bound_access_tokens": client.dpop_bound_access_tokens,
        "identity_state": identity_state(client.scope, confirmed_at, now),
        "identity_lapses_at": clock.show(confirmed_at + CONFIRMED_FOR) if confirmed_at else None,
        "status": client.status,
        "created_at": clock.show(client.created_at),
    }
    return shown if secret is None else {**shown, "client_secret": secret}


def _key_out(key: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: key.get(name) for name in ("kid", "kty", "use", "alg")}, "thumbprint": thumbprint(key)}
