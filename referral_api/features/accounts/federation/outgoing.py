"""Calling a provider: in time, within bounds, and never into our own network.

The address is looked up once, judged, and called itself, so that a name cannot point elsewhere a moment later. Nothing is followed, no
proxy of the environment is used, and no cookie is kept.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from ssl import SSLContext
from threading import BoundedSemaphore
from typing import Any, Final

import httpx2

from referral_api.features.accounts.federation.rules import may_ask
from referral_api.guard import strict_json
from referral_api.kernel.errors import Unavailable

__all__ = ["ProviderAway", "Transport", "get_json", "in_turn"]

_EACH: Final = 3.0
"""Seconds for a connection, and for each part of an answer."""
_ALL: Final = 8.0
"""Seconds for an answer as a whole."""
_LONGEST: Final = 262_144
_MOST: Final = 5_000
_AT_ONCE: Final = BoundedSemaphore(3)
"""A process of eight threads waits for three providers at once, and answers others meanwhile."""
_WAITS: Final = 2.0


@cache
def _tls() -> SSLContext:
    """The authorities that the machine trusts, read once."""
    return httpx2.create_ssl_context(trust_env=False)


class ProviderAway(Exception):
    """The provider cannot be asked, or what it answers is no answer."""


@contextmanager
def in_turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_WAITS):
        raise Unavailable("Too many people sign in at this moment.", retry_after=2)
    try:
        yield
    finally:
        _AT_ONCE.release()


class Transport(httpx2.HTTPTransport):
    """Calls public addresses alone (and the loopback's, where the provider may lie there), and takes a bounded answer."""

    def __init__(self, *, loopback: bool) -> None:
        super().__init__(verify=_tls(), trust_env=False)
        self._loopback = loopback

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        until = time.monotonic() + _ALL
        host = request.url.host
        # The Host header and the certificate that is asked for stay those of the name.
        request.extensions = {
            **request.extensions,
            "sni_hostname": host,
            "timeout": httpx2.Timeout(_EACH).as_dict(),
        }
        request.headers["Accept-Encoding"] = "identity"
        request.url = request.url.copy_with(host=self._address(host, request.url.port))
        answer = super().handle_request(request)
        try:
            return httpx2.Response(answer.status_code, headers=answer.headers, content=_read(answer, until))
        finally:
            answer.close()

    def _address(self, host: str, port: int | None) -> str:
        try:
            found = [str(each[4][0]) for each in socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)]
            if not found or not all(may_ask(address, loopback=self._loopback) for address in found):
                raise ProviderAway
        except (OSError, ValueError):
            raise ProviderAway from None
        return found[0]


def _read(answer: httpx2.Response, until: float) -> bytes:
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise ProviderAway
    body = b""
    for part in answer.stream:  # type: ignore[union-attr]
        body += part
        if len(body) > _LONGEST or time.monotonic() > until:
            raise ProviderAway
    return body


def get_json(url: str, *, loopback: bool) -> dict[str, Any]:
    """The JSON object at this address; ProviderAway for anything else."""
    try:
        with httpx2.Client(transport=Transport(loopback=loopback), follow_redirects=False, trust_env=False) as client:
            answer = client.get(url, headers={"Accept": "application/json"})
        found = strict_json.loads(answer.content, max_depth=12, max_items=_MOST)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
        raise ProviderAway from None
    if answer.status_code != 200 or not isinstance(found, dict):
        raise ProviderAway
    return found
