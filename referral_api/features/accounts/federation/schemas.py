"""Identity providers, links and signing in through them as JSON, in and out."""

from typing import Any

from referral_api.api.fields import Body, Code, Flag, Id, ListQuery, Machine, Moment, Text, many
from referral_api.features.accounts.federation.models import IdentityLink, IdentityProvider
from referral_api.features.accounts.federation.signing_in import Started
from referral_api.features.accounts.sessions.schemas import one_time_code
from referral_api.kernel import clock, ids

__all__ = [
    "BeginSignIn",
    "ChangeProvider",
    "ConfirmLink",
    "EnterLink",
    "EnterProvider",
    "FinishSignIn",
    "LinkList",
    "LinkOut",
    "ProviderOut",
    "StartedOut",
    "link_out",
    "provider_out",
    "started_out",
]

_STATES = ("entered", "confirmed", "ended")
_COUNTS = "so that the provider's second factor counts instead of ours."


def _words(description: str, example: str, **more: Any) -> Any:
    return many(Text(), maximum=10, metadata={"description": description, "example": [example]}, **more)


def _client_id(**more: Any) -> Text:
    return Text(metadata={"description": "How the provider knows this service.", "example": "referral"}, **more)


def _client_secret(**more: Any) -> Machine:
    return Machine(512, metadata={"description": "Kept sealed, and never shown.", "example": "s3cr3t-of-ours"}, **more)


def _redirect_uri(**more: Any) -> Text:
    said = {
        "description": "Where the provider sends the browser back to: a page of your client, which passes on `code` and `state`.",
        "example": "https://desk.example.org/signed-in",
    }
    return Text(metadata=said, **more)


def _subject(**more: Any) -> Machine:
    said = {"description": "The member's `sub` at the provider. Kept as a keyed hash.", "example": "24400320"}
    return Machine(255, metadata=said, **more)


class ChangeProvider(Body):
    client_id = _client_id()
    client_secret = _client_secret()
    redirect_uri = _redirect_uri()
    factor_acr = _words(f"One of these `acr` is needed, {_COUNTS}", "https://refeds.org/profile/mfa")
    factor_amr = _words(f"Or one of these `amr` (RFC 8176), {_COUNTS}", "mfa")


class EnterProvider(Body):
    issuer = Text(
        required=True,
        metadata={"description": "As the provider itself writes it.", "example": "https://login.example.org"},
    )
    client_id = _client_id(required=True)
    client_secret = _client_secret(required=True)
    redirect_uri = _redirect_uri(required=True)
    factor_acr = _words(f"One of these `acr` is needed, {_COUNTS}", "https://refeds.org/profile/mfa", load_default=list)
    factor_amr = _words(f"Or one of these `amr` (RFC 8176), {_COUNTS}", "mfa", load_default=list)


class _Confirmed(Body):
    """Entered by one person, confirmed by another, ended."""

    agency_id = Id("agency")
    state = Code(among=_STATES)
    entered_by = Id("member")
    entered_at = Moment()
    confirmed_by = Id("member", allow_none=True)
    confirmed_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)


class ProviderOut(_Confirmed):
    id = Id("identity_provider")
    issuer = Text()
    client_id = _client_id()
    redirect_uri = _redirect_uri()
    factor_acr = _words(f"One of these `acr` is needed, {_COUNTS}", "https://refeds.org/profile/mfa")
    factor_amr = _words(f"Or one of these `amr` (RFC 8176), {_COUNTS}", "mfa")


class EnterLink(Body):
    provider_id = Id("identity_provider", required=True)
    member_id = Id("member", required=True, metadata={"description": "Who signs in."})
    subject = _subject(required=True)


class ConfirmLink(Body):
    subject = _subject(required=True)


class LinkList(ListQuery):
    member_id = Id("member", load_default=None, metadata={"description": "Of this member alone."})


class LinkOut(_Confirmed):
    id = Id("identity_link")
    provider_id = Id("identity_provider")
    member_id = Id("member")


class BeginSignIn(Body):
    provider_id = Id("identity_provider", required=True, metadata={"description": "Your agency's, once it counts."})


class StartedOut(Body):
    authorization_url = Text(4_000, metadata={"description": "Where the browser goes now."})
    state = Machine(64, metadata={"description": "What the browser must bring back."})
    secret = Machine(64, metadata={"description": "To be kept by whoever began, and sent with the code."})
    expires_at = Moment(metadata={"description": "Ten minutes on."})
    one_time_code = Flag(metadata={"description": "True: the provider's second factor does not count, so send ours."})


class FinishSignIn(Body):
    secret = Machine(64, required=True, metadata={"description": "Of the start; used once."})
    state = Machine(200, required=True, metadata={"description": "As the browser brought it back."})
    code = Machine(2_000, required=True, metadata={"description": "As the browser brought it back."})
    iss = Machine(
        200, load_default=None, metadata={"description": "As the browser brought it back, if it did (RFC 9207)."}
    )
    one_time_code = one_time_code(load_default=None)


def _confirmed(thing: IdentityProvider | IdentityLink) -> dict[str, Any]:
    return {
        "id": ids.show(thing.kind, thing.id),
        "agency_id": ids.show("agency", thing.agency_id),
        "state": thing.state,
        "entered_by": ids.show("member", thing.entered_by),
        "entered_at": clock.show(thing.entered_at),
        "confirmed_by": ids.show("member", thing.confirmed_by) if thing.confirmed_by else None,
        "confirmed_at": clock.show(thing.confirmed_at) if thing.confirmed_at else None,
        "ended_at": clock.show(thing.ended_at) if thing.ended_at else None,
    }


def provider_out(provider: IdentityProvider) -> dict[str, Any]:
    return {
        **_confirmed(provider),
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "redirect_uri": provider.redirect_uri,
        "factor_acr": provider.factor_acr,
        "factor_amr": provider.factor_amr,
    }


def link_out(link: IdentityLink) -> dict[str, Any]:
    return {
        **_confirmed(link),
        "provider_id": ids.show("identity_provider", link.provider_id),
        "member_id": ids.show("member", link.member_id),
    }


def started_out(started: Started) -> dict[str, Any]:
    return {
        "authorization_url": started.authorization_url,
        "state": started.state,
        "secret": started.secret,
        "expires_at": clock.show(started.expires_at),
        "one_time_code": started.one_time_code,
    }
