"""Connecting an agency's systems."""

from typing import Any

from referral_api.access import Permission
from referral_api.features.accounts.models import Client
from referral_api.identity import secrets
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import IllegalStep
from referral_api.work import OwnAgency, work

__all__ = ["change_client", "connect_client"]


def connect_client(
    actor: Actor,
    agency: OwnAgency,
    *,
    name: str,
    scope: str,
    jwks: dict[str, Any] | None = None,
    dpop_bound_access_tokens: bool = False,
) -> tuple[Client, str | None]:
    """Connect a system. Returns its secret too, shown this once; one that signs with its own keys needs none."""
    secret = None if jwks else secrets.new_secret("client")
    client = Client(
        id=ids.new(),
        agency_id=agency.id,
        name=name,
        scope=scope,
        secret_hash=secrets.digest(secret) if secret else None,
        jwks=jwks,
        dpop_bound_access_tokens=dpop_bound_access_tokens,
        status="active",
        version=1,
        created_at=actor.now,
        created_by=actor.id,
    )
    with work(actor, Permission.CLIENT_CREATE, on=agency) as w:
        w.add(client)
        said = {"dpop_bound_access_tokens": dpop_bound_access_tokens, "jwks": jwks, "name": name, "scope": scope}
        w.record(client, fields=[name for name, value in said.items() if value])
    return client, secret


def change_client(actor: Actor, client: Client, **changes: Any) -> Client:
    """Change a system, or revoke it for good. What its tokens may do is judged by this at each call."""
    with work(actor, Permission.CLIENT_CHANGE, on=client) as w:
        if client.status == "revoked":
            raise IllegalStep("revoked", [], "A revoked system is connected anew.")
        if changes.get("jwks") is not None:
            client.secret_hash = None
        for name, value in changes.items():
            setattr(client, name, value)
        client.version += 1
        w.record(client, fields=sorted(changes))
    return client
