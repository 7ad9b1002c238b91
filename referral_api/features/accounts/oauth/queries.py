"""Finding the client that a proof names, and judging the proof."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from referral_api.features.accounts.models import Client
from referral_api.features.accounts.oauth.proofs import Proof
from referral_api.features.agencies.models import Agency
from referral_api.identity import base64url, secrets
from referral_api.identity.assertions import Assertion, verify_assertion
from referral_api.identity.claims import ClaimSet
from referral_api.identity.jws import InvalidToken, read_header
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.words import Role
from referral_api.store.session import session

__all__ = ["Authenticated", "authenticate", "is_client", "named_client"]


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A client that has proved who it is; `assertion` is what it may not use again.

    `must_bind`: it gets no token that is not bound to a key, by its own entry or by its agency's.
    """

    client: Client
    actor: Actor
    must_bind: bool
    assertion: Assertion | None = None


def named_client(proof: Proof) -> UUID | None:
    """The client that the proof names; an assertion may name it alone, as its issuer."""
    named = proof.client_id
    if not named and proof.assertion is not None:
        named = _issuer(proof.assertion)
    return ids.read("client", named)


def authenticate(proof: Proof, request: Request) -> Authenticated | None:
    """The active client of an active agency behind this proof; None if there is none."""
    client_id = named_client(proof)
    found = _find(client_id) if client_id else None
    if found is None:
        return None
    client, agency_type, country, must_bind = found
    actor = Actor(
        "client",
        client.id,
        client.agency_id,
        request,
        agency_type=agency_type,
        country=country,
        roles=frozenset({Role.SYSTEM}),
    )
    if proof.secret is not None and client.secret_hash is not None:
        return Authenticated(client, actor, must_bind) if secrets.matches(proof.secret, client.secret_hash) else None
    if proof.assertion is not None and client.jwks is not None:
        assertion = _judge(proof.assertion, client, request.now)
        return Authenticated(client, actor, must_bind, assertion) if assertion else None
    return None


def is_client(client_id: UUID) -> bool:
    return session().execute(select(Client.id).where(Client.id == client_id)).first() is not None


def _find(client_id: UUID) -> tuple[Client, str, str, bool] | None:
    query = (
        select(Client, Agency.type, Agency.country, Agency.dpop_required)
        .join(Agency, Agency.id == Client.agency_id)
        .where(Client.id == client_id, Client.status == "active", Agency.status == "active")
    )
    row = session().execute(query).first()
    return (row[0], row[1], row[2], row[3] or row[0].dpop_bound_access_tokens) if row else None


def _judge(assertion: str, client: Client, now: datetime) -> Assertion | None:
    url = current_app.config["PUBLIC_URL"]
    keys: list[dict[str, Any]] = client.jwks["keys"] if client.jwks else []
    try:
        return verify_assertion(
            assertion,
            jwks=keys,
            client_id=ids.show("client", client.id),
            audiences={url, f"{url}/oauth/token"},
            now=now,
        )
    except InvalidToken:
        return None


def _issuer(assertion: str) -> str:
    """Who an assertion says made it, before anything of it is believed."""
    try:
        read_header(assertion)
        return ClaimSet(base64url.decode(assertion.split(".")[1])).text("sub")
    except (InvalidToken, ValueError):
        return ""
