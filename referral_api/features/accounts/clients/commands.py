"""Connecting an agency's systems."""

from typing import Any

from referral_api.access import Permission
from referral_api.features.accounts.clients import rules
from referral_api.features.accounts.members.queries import confirmers
from referral_api.features.accounts.members.rules import may_confirm
from referral_api.features.accounts.models import Client
from referral_api.identity import secrets
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden, IllegalStep
from referral_api.kernel.messages import Message
from referral_api.work import OwnAgency, work

__all__ = ["change_client", "confirm_client", "connect_client"]


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
        identity_granted_by=actor.id if Permission.IDENTITY_READ in rules.words(scope) else None,
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
    """Change a system, or revoke it for good. What its tokens may do is judged by this at each call.

    Who gives it identities, or another key to reach them with, needs a second person to agree (anew).
    """
    with work(actor, Permission.CLIENT_CHANGE, on=client) as w:
        if client.status == "revoked":
            raise IllegalStep("revoked", [], "A revoked system is connected anew.")
        if changes.get("jwks") is not None:
            client.secret_hash = None
        was = rules.identity_state(client.scope, client.identity_confirmed_at, w.now)
        rekeyed = "jwks" in changes and rules.new_keys(client.jwks, changes["jwks"])
        for name, value in changes.items():
            setattr(client, name, value)
        if rekeyed or ("scope" in changes and was != "confirmed") or not _holds_identities(client):
            client.identity_granted_by = actor.id if _holds_identities(client) else None
            client.identity_confirmed_by = client.identity_confirmed_at = None
        client.version += 1
        w.record(client, fields=sorted(changes))
    return client


def confirm_client(actor: Actor, client: Client) -> Client:
    """Agree, as a second person, that a system may be shown identities; for a year, and again before it is over."""
    with work(actor, Permission.CLIENT_CONFIRM, on=client) as w:
        state = rules.identity_state(client.scope, client.identity_confirmed_at, w.now)
        if client.status != "active" or state not in ("granted", "confirmed"):
            detail = Message("An admin must give {permission} first.").format(permission=Permission.IDENTITY_READ)
            raise IllegalStep(client.status, [], detail)
        others = confirmers(w.session, client.agency_id)
        if not may_confirm(actor, client.agency_id, first=client.identity_granted_by, of=client.id, others=others):
            raise Forbidden("A second person confirms: not who gave the scope.", reason="second_person")
        client.identity_confirmed_by, client.identity_confirmed_at = actor.id, w.now
        client.version += 1
        w.record(client, fields=["scope"])
    return client


def _holds_identities(client: Client) -> bool:
    return Permission.IDENTITY_READ in rules.words(client.scope)
