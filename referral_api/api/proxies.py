"""Forwarded addresses are believed only from proxies that the installation names; anybody else could write them."""

from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

__all__ = ["NamedProxies"]

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class NamedProxies:
    """Takes X-Forwarded-For and -Proto from the named addresses or networks, and ignores them from everybody else."""

    def __init__(self, application: Wsgi, names: Iterable[str]) -> None:
        self._plain = application
        self._fixed = ProxyFix(application, x_for=1, x_proto=1)
        self._networks = [ip_network(name, strict=False) for name in names]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return (self._fixed if self._named(environ.get("REMOTE_ADDR", "")) else self._plain)(environ, start_response)

    def _named(self, address: str) -> bool:
        try:
            caller = ip_address(address)
        except ValueError:
            return False
        return any(caller in network for network in self._networks)
