"""Issuing, judging and revoking the tokens of agencies' systems. Each is a unit of work, so that an assertion is used once only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from referral_api import replay
from referral_api.access import Permission
from referral_api.features.accounts.clients.rules import in_force, words
from referral_api.features.accounts.oauth.errors import OAuthRefused
from referral_api.features.accounts.oauth.models import ClientAssertion, RevokedToken
from referral_api.features.accounts.oauth.proofs import Proof, unknown_client
from referral_api.features.accounts.oauth.queries import Authenticated, authenticate, is_client, named_client
from referral_api.features.accounts.queries import identify_claims
from referral_api.features.accounts.sessions.tries import count_try, report_failure
from referral_api.identity import dpop, secrets, tokens
from referral_api.identity.tokens import Claims, InvalidToken
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.errors import CallError
from referral_api.work import Work, work

__all__ = ["introspect_token", "issue_token", "revoke_token"]


def issue_token(request: Request, proof: Proof, *, scope: str | None, holder: dpop.Proof | None) -> dict[str, Any]:
    """An access token for a system, with what counts now of the scope it asks for, or of all that it holds (RFC 6749, 3.3 and 4.4).

    Whoever proves to hold a key gets a token that is bound to it (RFC 9449, 5); some systems get no other.
    """
    with _client_at_work(request, proof, Permission.TOKEN_ISSUE) as (w, caller):
        held = words(caller.client.scope)
        asked = held if scope is None else frozenset(scope.split())
        given = in_force(asked, caller.client.identity_confirmed_at, request.now)
        if not given or not asked <= held:
            raise OAuthRefused("invalid_scope", "The client does not hold this scope.")
        if holder is None and caller.must_bind:
            raise OAuthRefused("invalid_request", "This client's tokens are bound to a key: send a DPoP proof.")
        if holder is not None and not replay.first_use(w.session, holder.digest, until=holder.expires_at):
            raise OAuthRefused("invalid_dpop_proof", "This DPoP proof was used before.")
        url = current_app.config["PUBLIC_URL"]
        client_id = ids.show("client", caller.client.id)
        token = tokens.issue(
            current_app.extensions["signing_keys"](),
            issuer=url,
            audience=url,
            subject=client_id,
            client_id=client_id,
            now=request.now,
            scope=given,
            confirmation=None if holder is None else {"jkt": holder.jkt},
        )
        w.record(caller.client)
    return {
        "access_token": token,
        "token_type": "Bearer" if holder is None else "DPoP",
        "expires_in": tokens.LIFETIME,
        "scope": " ".join(sorted(given)),
    }


def introspect_token(request: Request, proof: Proof, *, token: str) -> dict[str, Any]:
    """Whether a token of the caller's own agency still counts (RFC 7662); of every other token only that it does not."""
    with _client_at_work(request, proof, Permission.TOKEN_INTROSPECT) as (w, caller):
        claims = _claims(token, request)
        holder = _holder(claims, request) if claims else None
        w.record(caller.client)
    if claims is None or holder is None or holder.agency_id != caller.client.agency_id:
        return {"active": False}
    return {
        "active": True,
        "iss": claims.issuer,
        "aud": claims.audience,
        "sub": claims.subject,
        "client_id": claims.client_id,
        "jti": claims.token_id,
        "iat": int(claims.issued_at.timestamp()),
        "exp": int(claims.expires_at.timestamp()),
        "token_type": "Bearer" if claims.confirmation is None else "DPoP",
        **({"cnf": dict(claims.confirmation)} if claims.confirmation is not None else {}),
        **({"scope": " ".join(sorted(holder.scope))} if holder.scope is not None else {}),
    }


def revoke_token(request: Request, proof: Proof, *, token: str) -> None:
    """Give back a token before its time (RFC 7009). One that is not the caller's, or no token at all, changes nothing."""
    with _client_at_work(request, proof, Permission.TOKEN_REVOKE) as (w, caller):
        claims = _claims(token, request)
        if claims is not None and claims.subject == ids.show("client", caller.client.id):
            w.session.execute(delete(RevokedToken).where(RevokedToken.expires_at <= w.now))
            row = {"jti": claims.token_id, "client_id": caller.client.id, "expires_at": claims.expires_at}
            _insert_once(w, RevokedToken, row)
        w.record(caller.client)


@contextmanager
def _client_at_work(request: Request, proof: Proof, permission: Permission) -> Iterator[tuple[Work, Authenticated]]:
    """A unit of work by the client that this proof is of; invalid_client if it is of none."""
    caller = authenticate(proof, request)
    if caller is None:
        _failed(request, proof, permission)
        raise unknown_client()
    replayed = False
    try:
        with work(caller.actor, permission, on=caller.client) as w:
            if caller.assertion is not None and not _first_use(w, caller):
                replayed = True
                raise unknown_client()
            yield w, caller
    except OAuthRefused:
        if replayed:
            _failed(request, proof, permission)
        raise


def _failed(request: Request, proof: Proof, permission: Permission) -> None:
    """A secret here has 256 random bits, so guessing is hopeless and nobody is slowed down; the log hears of it."""
    client_id = named_client(proof)
    account = ids.show("client", client_id) if client_id else proof.client_id[:200]
    tried = count_try(request, account, action=permission.event, most=None)
    subject = ("client", client_id) if client_id and is_client(client_id) else None
    report_failure(request, tried, action=permission.event, subject=subject)


def _first_use(w: Work, caller: Authenticated) -> bool:
    if caller.assertion is None:
        return True
    w.session.execute(delete(ClientAssertion).where(ClientAssertion.expires_at <= w.now))
    row = {
        "client_id": caller.client.id,
        "jti_hash": secrets.digest(caller.assertion.jti),
        "expires_at": caller.assertion.expires_at,
    }
    return _insert_once(w, ClientAssertion, row)


def _insert_once(w: Work, table: Any, row: dict[str, Any]) -> bool:
    """Whether the row is new: of two at once, one is."""
    dialect = postgresql if w.session.get_bind().dialect.name == "postgresql" else sqlite
    key = next(iter(table.__table__.primary_key))
    made = w.session.execute(dialect.insert(table.__table__).values(row).on_conflict_do_nothing().returning(key))
    return made.first() is not None


def _claims(token: str, request: Request) -> Claims | None:
    url = current_app.config["PUBLIC_URL"]
    try:
        return tokens.read(current_app.extensions["signing_keys"](), token, issuer=url, audience=url, now=request.now)
    except InvalidToken:
        return None


def _holder(claims: Claims, request: Request) -> Actor | None:
    try:
        found = identify_claims(claims, request)
    except CallError:
        return None
    return None if found.enrolment_only else found
