"""Counts and times of requests for whoever runs the service: by route, never by address, agency or case. Told to this machine only.

Where several processes serve, PROMETHEUS_MULTIPROC_DIR must name an empty directory before they start; then each tells for all.
"""

import ipaddress
import os
import time
from collections.abc import Iterator
from typing import Final

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from referral_api.api.docs import READ_ONLY
from referral_api.audit.integrator import waiting_since
from referral_api.kernel.errors import NotFound
from referral_api.store.session import db

__all__ = ["init_app"]

_REGISTRY: Final = CollectorRegistry()
_REQUESTS: Final = Counter(
    "referral_requests", "Requests answered.", ("method", "route", "status"), registry=_REGISTRY
)  # fmt: skip
_SECONDS: Final = Histogram(
    "referral_request_seconds", "Seconds until the answer was ready.", ("method", "route"), registry=_REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"})


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_count)
    app.add_url_rule("/metrics", "health /metrics", _metrics, methods=READ_ONLY, provide_automatic_options=False)


def _begin() -> None:
    g.began = time.perf_counter()


def _count(response: Response) -> Response:
    """A caller may invent methods and addresses, so those that are not ours are counted as one."""
    method = request.method if request.method in _METHODS else "other"
    route = request.url_rule.rule if request.url_rule else "none"
    _REQUESTS.labels(method, route, str(response.status_code)).inc()
    _SECONDS.labels(method, route).observe(time.perf_counter() - g.began)
    return response


def _metrics() -> Response:
    if not _from_here():
        raise NotFound()
    log = CollectorRegistry()
    log.register(_Waiting())
    requests = _REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    return Response(generate_latest(requests) + generate_latest(log), content_type=CONTENT_TYPE_LATEST)


def _from_here() -> bool:
    """Asked by this machine itself, and not by a proxy on it that speaks for somebody else."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


class _Waiting(Collector):
    """How long the oldest entry of the log has waited for its place in the tree."""

    def collect(self) -> Iterator[Metric]:
        with db.engine.connect() as connection:
            since = waiting_since(connection)
        seconds = 0.0 if since is None else max(0.0, (g.request.now - since).total_seconds())
        yield GaugeMetricFamily(
            "referral_audit_oldest_pending_seconds", "Age of the oldest entry without a place in the tree.", value=seconds
        )  # fmt: skip
