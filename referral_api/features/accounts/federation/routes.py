"""The addresses of identity providers, of links to them, and of signing in through them."""

from uuid import UUID

from referral_api.access import Permission
from referral_api.api import paging
from referral_api.api.fields import ListQuery
from referral_api.api.rates import SIGN_IN
from referral_api.api.rooms import OPTIONAL, REQUIRED, Call, Reply
from referral_api.features.accounts.agency import people_of
from referral_api.features.accounts.federation import commands, queries, schemas, signing_in
from referral_api.features.accounts.federation.models import IdentityLink, IdentityProvider
from referral_api.features.accounts.members.schemas import Nothing
from referral_api.features.accounts.room import room
from referral_api.features.accounts.sessions.schemas import SignedInOut, signed_in_out
from referral_api.work import etag

__all__ = ["room"]

_PROVIDERS = "/v1/agencies/{agency_id}/identity-providers"
_PROVIDER = "/v1/agencies/{agency_id}/identity-providers/{identity_provider_id}"
_LINKS = "/v1/agencies/{agency_id}/identity-links"
_LINK = "/v1/agencies/{agency_id}/identity-links/{identity_link_id}"


def _provider(call: Call, provider: IdentityProvider) -> Reply:
    validator = etag(call.actor, provider.kind, provider.id, (provider.version,))
    return Reply(schemas.provider_out(provider), etag=validator)


def _provider_again(call: Call, provider_id: UUID) -> Reply:
    agency = people_of(call.actor, call.id("agency"))
    return _provider(call, queries.read_provider(call.actor, agency.id, provider_id))


def _locked_provider(call: Call) -> IdentityProvider:
    agency = people_of(call.actor, call.id("agency"))
    return queries.find_provider(agency.id, call.id("identity_provider"), lock=True)


@room.get(_PROVIDERS, permission=Permission.PROVIDER_READ, query=ListQuery, answer=schemas.ProviderOut, listed=True)
def list_identity_providers(call: Call) -> Reply:
    """List the identity providers at which your agency's people sign in."""
    agency = people_of(call.actor, call.id("agency"))
    found, next_after = queries.list_providers(call.actor, agency, limit=call.query["limit"], after=paging.after(call))
    return paging.page(call, [schemas.provider_out(each) for each in found], next_after)


@room.post(
    _PROVIDERS,
    permission=Permission.PROVIDER_ENTER,
    body=schemas.EnterProvider,
    answer=schemas.ProviderOut,
    status=201,
    idempotency=REQUIRED,
    again=_provider_again,
    etag=True,
)
def enter_identity_provider(call: Call) -> Reply:
    """Enter your agency's identity provider (OpenID Connect); a second person confirms it."""
    agency = people_of(call.actor, call.id("agency"))
    return _provider(call, commands.enter_provider(call.actor, agency, **call.body))


@room.get(_PROVIDER, permission=Permission.PROVIDER_READ, answer=schemas.ProviderOut, etag=True)
def read_identity_provider(call: Call) -> Reply:
    """Read an identity provider of your agency."""
    return _provider_again(call, call.id("identity_provider"))


@room.patch(
    _PROVIDER,
    permission=Permission.PROVIDER_CHANGE,
    body=schemas.ChangeProvider,
    answer=schemas.ProviderOut,
    if_match=REQUIRED,
    etag=True,
    problems=("illegal-step",),
)
def change_identity_provider(call: Call) -> Reply:
    """Change how your agency's identity provider is asked; all but a new secret waits for a second person again."""
    return _provider(call, commands.change_provider(call.actor, _locked_provider(call), **call.body))


@room.post(
    _PROVIDER + "/confirm",
    permission=Permission.PROVIDER_CONFIRM,
    body=Nothing,
    answer=schemas.ProviderOut,
    if_match=OPTIONAL,
    etag=True,
    problems=("illegal-step",),
)
def confirm_identity_provider(call: Call) -> Reply:
    """Agree, as a second person, that your agency's people are let in by this provider's word."""
    return _provider(call, commands.confirm_provider(call.actor, _locked_provider(call)))


@room.post(
    _PROVIDER + "/end",
    permission=Permission.PROVIDER_END,
    body=Nothing,
    answer=schemas.ProviderOut,
    if_match=OPTIONAL,
    etag=True,
    problems=("illegal-step",),
)
def end_identity_provider(call: Call) -> Reply:
    """End an identity provider: its links and the sessions of those who are linked end with it."""
    return _provider(call, commands.end_provider(call.actor, _locked_provider(call)))


def _link(call: Call, link: IdentityLink) -> Reply:
    return Reply(schemas.link_out(link), etag=etag(call.actor, link.kind, link.id, (link.state,)))


def _link_again(call: Call, link_id: UUID) -> Reply:
    agency = people_of(call.actor, call.id("agency"))
    return _link(call, queries.read_link(call.actor, agency.id, link_id))


def _locked_link(call: Call) -> IdentityLink:
    agency = people_of(call.actor, call.id("agency"))
    return queries.find_link(agency.id, call.id("identity_link"), lock=True)


@room.get(_LINKS, permission=Permission.LINK_READ, query=schemas.LinkList, answer=schemas.LinkOut, listed=True)
def list_identity_links(call: Call) -> Reply:
    """List which of your agency's people sign in through an identity provider."""
    found, next_after = queries.list_links(
        call.actor,
        people_of(call.actor, call.id("agency")),
        member_id=call.query["member_id"],
        limit=call.query["limit"],
        after=paging.after(call),
    )
    return paging.page(call, [schemas.link_out(each) for each in found], next_after)


@room.post(
    _LINKS,
    permission=Permission.LINK_ENTER,
    body=schemas.EnterLink,
    answer=schemas.LinkOut,
    status=201,
    idempotency=REQUIRED,
    again=_link_again,
    etag=True,
)
def enter_identity_link(call: Call) -> Reply:
    """Say who a member is at your agency's identity provider; a second person says it too."""
    return _link(call, commands.enter_link(call.actor, people_of(call.actor, call.id("agency")), **call.body))


@room.get(_LINK, permission=Permission.LINK_READ, answer=schemas.LinkOut, etag=True)
def read_identity_link(call: Call) -> Reply:
    """Read a link of a member to an identity provider."""
    return _link_again(call, call.id("identity_link"))


@room.post(
    _LINK + "/confirm",
    permission=Permission.LINK_CONFIRM,
    body=schemas.ConfirmLink,
    answer=schemas.LinkOut,
    if_match=OPTIONAL,
    etag=True,
    problems=("illegal-step",),
)
def confirm_identity_link(call: Call) -> Reply:
    """Say, as a second person, who a member is at the identity provider: it counts if both said the same."""
    return _link(call, commands.confirm_link(call.actor, _locked_link(call), **call.body))


@room.post(
    _LINK + "/end",
    permission=Permission.LINK_END,
    body=Nothing,
    answer=schemas.LinkOut,
    if_match=OPTIONAL,
    etag=True,
    problems=("illegal-step",),
)
def end_identity_link(call: Call) -> Reply:
    """End a link: it lets nobody in any more, and the member's sessions end."""
    return _link(call, commands.end_link(call.actor, _locked_link(call)))


@room.post(
    "/v1/sessions/federated/start",
    permission=Permission.SESSION_OPEN,
    body=schemas.BeginSignIn,
    answer=schemas.StartedOut,
    public=True,
    bucket=SIGN_IN,
)
def begin_federated_session(call: Call) -> Reply:
    """Begin to sign in at your agency's identity provider: where the browser goes, and what you keep meanwhile."""
    return Reply(schemas.started_out(signing_in.begin_sign_in(call.actor.request, **call.body)))


@room.post(
    "/v1/sessions/federated/callback",
    permission=Permission.SESSION_OPEN,
    body=schemas.FinishSignIn,
    answer=SignedInOut,
    public=True,
    bucket=SIGN_IN,
    problems=("unauthenticated",),
)
def open_federated_session(call: Call) -> Reply:
    """Sign in with what the identity provider sent the browser back with.

    Roles and certificates are this service's own, whatever the provider says. Where its second factor does not count, ours is asked for.
    """
    return Reply(signed_in_out(signing_in.finish_sign_in(call.actor.request, **call.body)))
