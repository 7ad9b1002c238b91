"""Entering an agency's identity provider and who is who there, confirming both as a second person, ending them."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app

from referral_api import vault
from referral_api.access import Permission
from referral_api.features.accounts.federation import queries
from referral_api.features.accounts.federation.models import IdentityLink, IdentityProvider
from referral_api.features.accounts.federation.rules import is_loopback, usable_url
from referral_api.features.accounts.members.queries import confirmers
from referral_api.features.accounts.members.rules import may_confirm
from referral_api.features.accounts.queries import is_member
from referral_api.features.accounts.sessions.ending import end_sessions
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, Forbidden, IllegalStep, Invalid, NotFound
from referral_api.work import OwnAgency, Work, work

__all__ = [
    "change_provider",
    "confirm_link",
    "confirm_provider",
    "end_link",
    "end_provider",
    "enter_link",
    "enter_provider",
    "loopback_allowed",
]


def loopback_allowed(issuer: str) -> bool:
    """Whether this provider may lie on this machine: in development alone."""
    return not current_app.extensions["settings"].production and is_loopback(urlsplit(issuer).hostname or "")


def enter_provider(
    actor: Actor, agency: OwnAgency, *, issuer: str, client_secret: str, **said: Any
) -> IdentityProvider:
    """Enter where the agency's people sign in. It lets nobody in until a second person has confirmed it."""
    if not usable_url(issuer, loopback=not current_app.extensions["settings"].production):
        raise Invalid([FieldError("/issuer", "not-usable", "An https address without a query is needed.")])
    _judge_redirect(said)
    new = ids.new()
    provider = IdentityProvider(
        id=new,
        agency_id=agency.id,
        issuer=issuer,
        client_secret_sealed=vault.seal_client_secret(vault.ring(), new, client_secret),
        version=1,
        entered_by=actor.id,
        entered_at=actor.now,
        **said,
    )
    with work(actor, Permission.PROVIDER_ENTER, on=agency) as w:
        w.add(provider)
        w.record(provider, fields=sorted({"issuer", "client_secret", *said}))
    return provider


def change_provider(actor: Actor, provider: IdentityProvider, **changes: Any) -> IdentityProvider:
    """Change how the agency's provider is asked, and what of its word counts: it waits for a second person again.

    A new secret alone does not: with a wrong one nobody signs in, and with the right one nobody else.
    """
    _judge_redirect(changes)
    with work(actor, Permission.PROVIDER_CHANGE, on=provider) as w:
        if provider.state == "ended":
            raise IllegalStep("ended", [])
        fields = sorted(changes)
        if (secret := changes.pop("client_secret", None)) is not None:
            provider.client_secret_sealed = vault.seal_client_secret(vault.ring(), provider.id, secret)
        for name, value in changes.items():
            setattr(provider, name, value)
        if changes and actor.id is not None:
            provider.entered_by, provider.entered_at = actor.id, w.now
            provider.confirmed_by = provider.confirmed_at = None
        provider.version += 1
        w.record(provider, fields=fields)
    return provider


def confirm_provider(actor: Actor, provider: IdentityProvider) -> IdentityProvider:
    """Agree, as a second person, that the agency's people are let in by this provider's word."""
    with work(actor, Permission.PROVIDER_CONFIRM, on=provider) as w:
        _second_person(w, provider, of=provider.id)
        provider.confirmed_by, provider.confirmed_at = actor.id, w.now
        provider.version += 1
        w.record(provider, fields=["state"])
    return provider


def end_provider(actor: Actor, provider: IdentityProvider) -> IdentityProvider:
    """Let nobody in by this provider's word any more; whoever could have come in by it signs in anew."""
    with work(actor, Permission.PROVIDER_END, on=provider) as w:
        if provider.state == "ended":
            raise IllegalStep("ended", [])
        provider.ended_at = w.now
        provider.version += 1
        w.record(provider, fields=["state"])
        for link in queries.open_links(provider.id):
            _end(w, link)
    return provider


def enter_link(actor: Actor, agency: OwnAgency, *, provider_id: UUID, member_id: UUID, subject: str) -> IdentityLink:
    """Say which of the provider's people a member is. It counts once a second person has said the same."""
    try:
        provider = queries.find_provider(agency.id, provider_id, lock=True)
    except NotFound:
        raise _no_such("/provider_id") from None
    link = IdentityLink(
        id=ids.new(),
        agency_id=agency.id,
        provider_id=provider.id,
        member_id=member_id,
        subject_hash=queries.subject_hash(provider.id, subject),
        entered_by=actor.id,
        entered_at=actor.now,
    )
    with work(actor, Permission.LINK_ENTER, on=agency) as w:
        if provider.state == "ended":
            raise _no_such("/provider_id")
        if not is_member(w.session, member_id, agency.id):
            raise _no_such("/member_id")
        if queries.is_linked(provider.id, link.subject_hash, member_id):
            raise Invalid([FieldError("/subject", "taken", "This member or this subject is linked already.")])
        w.add(link)
        w.record(link, fields=["member_id", "provider_id", "subject"])
    return link


def confirm_link(actor: Actor, link: IdentityLink, *, subject: str) -> IdentityLink:
    """Say, as a second person and without being told, the same subject: what was entered is shown to nobody."""
    with work(actor, Permission.LINK_CONFIRM, on=link) as w:
        _second_person(w, link, of=link.member_id)
        if queries.subject_hash(link.provider_id, subject) != link.subject_hash:
            raise Invalid([FieldError("/subject", "differs", "Another subject was entered for this member.")])
        link.confirmed_by, link.confirmed_at = actor.id, w.now
        w.record(link, fields=["state"])
    return link


def end_link(actor: Actor, link: IdentityLink) -> IdentityLink:
    """End a link: the member's sessions end with it, since any of them may have been somebody else's."""
    with work(actor, Permission.LINK_END, on=link) as w:
        if link.state == "ended":
            raise IllegalStep("ended", [])
        w.record(link, fields=["state"])
        _end(w, link)
    return link


def _end(w: Work, link: IdentityLink) -> None:
    link.ended_at = w.now
    if link.confirmed_at is not None:
        end_sessions(w, link.member_id, "identity_link_ended")


def _second_person(w: Work, thing: IdentityProvider | IdentityLink, *, of: UUID) -> None:
    if thing.state != "entered":
        raise IllegalStep(thing.state, ["end"] if thing.state == "confirmed" else [])
    others = confirmers(w.session, thing.agency_id)
    if not may_confirm(w.actor, thing.agency_id, first=thing.entered_by, of=of, others=others):
        raise Forbidden("A second person confirms: not who entered it, and not whose it is.", reason="second_person")


def _judge_redirect(said: dict[str, Any]) -> None:
    # On the loopback it is a program of whoever signs in (RFC 8252, 7.3).
    if "redirect_uri" in said and not usable_url(said["redirect_uri"], loopback=True):
        raise Invalid([FieldError("/redirect_uri", "not-usable", "An https address without a query is needed.")])


def _no_such(pointer: str) -> Invalid:
    return Invalid([FieldError(pointer, "not-found", "There is no such thing.")])
