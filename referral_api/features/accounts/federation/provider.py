"""A provider as it describes itself (OpenID Connect Discovery 1.0), its keys, and the exchange of a code for its word."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import httpx2
from authlib.common.errors import AuthlibBaseError

from referral_api.features.accounts.federation.outgoing import ProviderAway, Transport, get_json, in_turn
from referral_api.features.accounts.federation.rules import Bound, usable_url

__all__ = [
    "Client",
    "CodeRefused",
    "Described",
    "Provider",
    "Providers",
    "authorization_url",
    "redeem",
]

_KNOWN_FOR: Final = 600.0
"""Seconds for which a description and its keys are believed."""
_ASKED_AGAIN: Final = 60.0
"""Seconds between two looks at the keys because a token named an unknown one."""
_MOST: Final = 200


class CodeRefused(Exception):
    """The provider does not know this code, or not from us."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where the provider lies, and whether that may be the loopback."""

    issuer: str
    loopback: bool


@dataclass(frozen=True, slots=True)
class Client:
    """How this service is known to a provider."""

    id: str
    secret: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Described:
    authorization_endpoint: str
    token_endpoint: str
    secret_in_body: bool
    names_itself: bool
    """It says who it is in each answer to the browser (RFC 9207), so that an answer without that is not its own."""
    jwks: Sequence[Mapping[str, object]]
    since: float


class Providers:
    """What this process knows of providers, for minutes."""

    def __init__(self) -> None:
        self._known: dict[Provider, Described] = {}
        self._lock = Lock()

    def describe(self, provider: Provider, *, anew: bool = False) -> Described:
        """The provider's description and keys; ProviderAway if it gives none that can be used. `anew`: its keys may have changed."""
        with self._lock:
            known = self._known.get(provider)
        if known and time.monotonic() - known.since < (_ASKED_AGAIN if anew else _KNOWN_FOR):
            return known
        with in_turn():
            found = _describe(provider)
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[provider] = found
        return found


def _describe(provider: Provider) -> Described:
    said = get_json(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration", loopback=provider.loopback)
    if said.get("issuer") != provider.issuer:
        raise ProviderAway
    jwks = get_json(_address(said, "jwks_uri", provider), loopback=provider.loopback).get("keys")
    methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if not isinstance(jwks, list) or not isinstance(methods, list):
        raise ProviderAway
    return Described(
        _address(said, "authorization_endpoint", provider),
        _address(said, "token_endpoint", provider),
        "client_secret_basic" not in methods,
        said.get("authorization_response_iss_parameter_supported") is True,
        jwks,
        time.monotonic(),
    )


def _address(said: Mapping[str, Any], name: str, provider: Provider) -> str:
    url = said.get(name)
    if not isinstance(url, str) or not usable_url(url, loopback=provider.loopback):
        raise ProviderAway
    return url


def authorization_url(described: Described, client: Client, bound: Bound, acr: Sequence[str]) -> str:
    """Where the browser of whoever signs in goes now."""
    more = {"acr_values": " ".join(acr)} if acr else {}
    with _oauth(described, client, loopback=False) as oauth:
        url, _ = oauth.create_authorization_url(
            described.authorization_endpoint, state=bound.state, code_verifier=bound.verifier, nonce=bound.nonce, **more
        )
    return str(url)


def redeem(provider: Provider, described: Described, client: Client, bound: Bound, code: str) -> tuple[str, str | None]:
    """Trade the code for the ID token, and the access token that came with it. CodeRefused, ProviderAway."""
    try:
        with in_turn(), _oauth(described, client, loopback=provider.loopback) as oauth:
            said = oauth.fetch_token(described.token_endpoint, code=code, code_verifier=bound.verifier)
    except AuthlibBaseError:
        raise CodeRefused from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError):
        raise ProviderAway from None
    token, access = said.get("id_token"), said.get("access_token")
    if not isinstance(token, str) or not isinstance(access, str | None):
        raise CodeRefused
    return token, access


def _oauth(described: Described, client: Client, *, loopback: bool) -> Any:
    # Here, and not above: reading it takes a third of a second, which each command of the command line would wait for.
    from authlib.integrations.httpx_client import OAuth2Client

    return OAuth2Client(
        client.id,
        client.secret,
        token_endpoint_auth_method="client_secret_post" if described.secret_in_body else "client_secret_basic",
        scope="openid",
        redirect_uri=client.redirect_uri,
        code_challenge_method="S256",
        transport=Transport(loopback=loopback),
        follow_redirects=False,
        trust_env=False,
    )
