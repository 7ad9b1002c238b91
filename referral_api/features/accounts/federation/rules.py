"""Which addresses a provider may have, what each sign-in is bound by, and when the provider's second factor counts."""

from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from referral_api.identity import base64url
from referral_api.identity.id_tokens import IdToken

__all__ = ["Bound", "bound", "factor_counts", "is_loopback", "may_ask", "usable_url"]

_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""Addresses by which an IPv4 network is reached through a translator (RFC 6052): of which one, we cannot know."""


class Bound(NamedTuple):
    """What goes to the provider and must come back (`state`, `nonce`), and what proves that we asked (`verifier`, RFC 7636)."""

    state: str
    nonce: str
    verifier: str


def bound(secret: str, digest: Callable[[bytes], bytes]) -> Bound:
    """Make the three of the secret that whoever begins a sign-in holds, under a key of ours: none of them needs to be kept."""
    return Bound(*(base64url.encode(digest(f"{name} {secret}".encode())) for name in Bound._fields))


def usable_url(url: str, *, loopback: bool) -> bool:
    """Whether this is an https address without a name, a query or a fragment in it; http too on the loopback, where that is allowed."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or "#" in url or "?" in url or "\\" in url or not url.isascii():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and loopback and is_loopback(host))


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def may_ask(address: str, *, loopback: bool) -> bool:
    """Whether a provider may lie at this address: on the public network, and nowhere inside of ours."""
    found: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(found, IPv6Address):
        if found in _TRANSLATED or found.sixtofour or found.teredo:
            return False
        found = found.ipv4_mapped or found
    return (found.is_global and not found.is_multicast) or (loopback and found.is_loopback)


def factor_counts(said: IdToken, acr: Collection[str], amr: Collection[str]) -> bool:
    """Whether the provider says that it has seen a second factor, in words that two people of the agency trust."""
    return said.acr in acr or bool(said.amr & set(amr))
