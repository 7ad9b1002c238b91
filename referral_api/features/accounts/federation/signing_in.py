"""Signing in by the word of the agency's identity provider.

Nobody holds the database while a provider is waited for: each step is a unit of its own, and what was begun is used up by the first try.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from flask import current_app
from sqlalchemy import delete

from referral_api import vault
from referral_api.access import Permission
from referral_api.features.accounts.factors.codes import Proof, is_enrolled, judge_code, spend
from referral_api.features.accounts.federation import provider as asking
from referral_api.features.accounts.federation import queries
from referral_api.features.accounts.federation.commands import loopback_allowed
from referral_api.features.accounts.federation.models import FederatedStart, IdentityProvider
from referral_api.features.accounts.federation.outgoing import ProviderAway
from referral_api.features.accounts.federation.rules import Bound, bound, factor_counts
from referral_api.features.accounts.queries import actor_of
from referral_api.features.accounts.sessions.opening import SignedIn, new_session, sign_in
from referral_api.features.accounts.sessions.queries import find_active, find_by_username
from referral_api.features.accounts.sessions.tries import clockwork, count_missed, count_try, forget_try, refuse
from referral_api.identity import secrets
from referral_api.identity.id_tokens import IdToken, UnknownKey, verify_id_token
from referral_api.identity.jws import InvalidToken
from referral_api.kernel import ids
from referral_api.kernel.actor import Request
from referral_api.kernel.errors import FieldError, Invalid, Unavailable
from referral_api.store.session import session
from referral_api.work import work

__all__ = ["Started", "begin_sign_in", "finish_sign_in"]

START_HOLDS: Final = timedelta(minutes=10)
_FAILED = "This did not sign anybody in. Begin again."
_EVERYBODY: Final = "federated sign-in"
"""Under which tries are counted, by address, as long as nobody is named."""


@dataclass(frozen=True, slots=True)
class Started:
    """Where the browser goes, and what its owner must bring when it comes back: the secret is in no address."""

    authorization_url: str
    state: str
    secret: str
    expires_at: datetime
    one_time_code: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """A provider as it was when the sign-in came back, apart from the database."""

    id: UUID
    version: int
    provider: asking.Provider
    client: asking.Client
    acr: Sequence[str]
    amr: Sequence[str]


def begin_sign_in(request: Request, *, provider_id: UUID) -> Started:
    """Begin to sign in at a provider that counts: its address, with a state, a nonce and a challenge that are used once."""
    provider = queries.find_confirmed(provider_id)
    if provider is None:
        raise Invalid([FieldError("/provider_id", "not-found", "There is no such thing.")])
    asked = _asked(provider)
    session().rollback()
    secret = secrets.new_secret("signin")
    own = _bound(secret)
    try:
        url = asking.authorization_url(_providers().describe(asked.provider), asked.client, own, asked.acr)
    except ProviderAway:
        raise _away() from None
    expires_at = request.now + START_HOLDS
    start = FederatedStart(
        id=ids.new(), provider_id=asked.id, secret_hash=secrets.digest(secret), expires_at=expires_at
    )
    with work(clockwork(request), Permission.SESSION_TRY, on=start) as w:
        w.session.execute(delete(FederatedStart).where(FederatedStart.expires_at <= w.now))
        w.add(start)
        w.made = (start.kind, start.id)
    return Started(url, own.state, secret, expires_at, not (asked.acr or asked.amr))


def finish_sign_in(
    request: Request, *, secret: str, state: str, code: str, iss: str | None, one_time_code: str | None
) -> SignedIn:
    """Sign a member in by a code of the provider. Whatever is wrong, the answer is the same, and the start is used up."""
    action = Permission.SESSION_OPEN.event
    tried = count_try(request, _EVERYBODY, action=action, most=None)
    asked, own = _take(request, secret), _bound(secret)
    matches = hmac.compare_digest(state.encode("utf-8", "surrogatepass"), own.state.encode())
    said = _said(asked, own, code, iss, request.now) if asked is not None and matches else None
    hashed = queries.subject_hash(asked.id, said.subject) if asked and said else b""
    linked = queries.find_linked(asked.id, asked.version, hashed) if asked else None
    session().rollback()
    if asked is None or said is None or linked is None:
        subject = ("identity_provider", asked.id) if asked else None
        refuse(request, tried, action=action, subject=subject, detail=_FAILED)
    named = count_try(request, linked.username, action=action)
    # The member is locked before the link, in the order of whoever puts somebody out; then both count as they are now.
    active = find_active(linked.username)
    member = active if queries.find_linked(asked.id, asked.version, hashed) == linked else None
    rows = find_by_username(member.username, request.now.date()) if member else ()
    trusted = factor_counts(said, asked.acr, asked.amr)
    proof = Proof("provider") if trusted else judge_code(member, one_time_code, request.now)
    if member is None or not rows or proof is None:
        guessing = member is not None and one_time_code is not None and is_enrolled(member)
        about = ("member", member.id) if member else ("identity_provider", asked.id)
        count_missed(request, named, member.id if member and guessing else None)
        refuse(request, named, action=action, subject=about, detail=_FAILED)
    opened = new_session(request, member.id, factor=proof.factor)
    with work(actor_of(rows, request), Permission.SESSION_OPEN, on=opened) as w:
        forget_try(w, tried)
        forget_try(w, named)
        if not trusted:
            spend(w, member, proof)
        signed_in = sign_in(w, opened)
        w.record(opened, reason_code=f"federated_{proof.factor or 'alone'}")
    return signed_in


def _take(request: Request, secret: str) -> _Asked | None:
    """Use up what was begun with this secret; the provider that it was begun at, if that still counts and in time."""
    start = queries.find_start(secrets.digest(secret))
    if start is None:
        session().rollback()
        return None
    with work(clockwork(request), Permission.SESSION_TRY, on=start) as w:
        found = w.session.get(IdentityProvider, start.provider_id, populate_existing=True)
        counts = found is not None and found.state == "confirmed" and request.now < start.expires_at
        asked = _asked(found) if found is not None and counts else None
        w.session.execute(delete(FederatedStart).where(FederatedStart.id == start.id))
        w.made = (start.kind, start.id)
    return asked


def _said(asked: _Asked, own: Bound, code: str, iss: str | None, now: datetime) -> IdToken | None:
    """What the provider says of whoever holds the code; None if it says nothing that counts."""
    try:
        described = _providers().describe(asked.provider)
        if iss != asked.provider.issuer and (iss is not None or described.names_itself):
            return None
        token, access = asking.redeem(asked.provider, described, asked.client, own, code)
        try:
            return _judged(token, access, asked, described, own, now)
        except UnknownKey:
            return _judged(token, access, asked, _providers().describe(asked.provider, anew=True), own, now)
    except (asking.CodeRefused, InvalidToken):
        return None
    except ProviderAway:
        raise _away() from None


def _judged(
    token: str, access: str | None, asked: _Asked, described: asking.Described, own: Bound, now: datetime
) -> IdToken:
    return verify_id_token(
        token,
        jwks=described.jwks,
        issuer=asked.provider.issuer,
        client_id=asked.client.id,
        nonce=own.nonce,
        access_token=access,
        now=now,
    )


def _asked(provider: IdentityProvider) -> _Asked:
    secret = vault.open_client_secret(vault.ring(), provider.id, provider.client_secret_sealed)
    return _Asked(
        provider.id,
        provider.version,
        asking.Provider(provider.issuer, loopback_allowed(provider.issuer)),
        asking.Client(provider.client_id, secret, provider.redirect_uri),
        tuple(provider.factor_acr),
        tuple(provider.factor_amr),
    )


def _bound(secret: str) -> Bound:
    return bound(secret, lambda said: vault.ring().digest("federation", said))


def _providers() -> asking.Providers:
    known: asking.Providers = current_app.extensions.setdefault("identity_providers", asking.Providers())
    return known


def _away() -> Unavailable:
    return Unavailable("The identity provider cannot be asked now. Begin again later.", retry_after=30)
