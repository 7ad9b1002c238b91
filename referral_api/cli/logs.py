"""Logs as JSON lines on stderr, for machines, without a word about a child.

Never a raw address, a header, a body or the text of an exception: those hold what callers sent. A request is one line: its id, its
method, the route's template, the status, the time it took and what kind of actor called. Who and what is in the audit trail alone.
"""

import logging
import sys
import time
import traceback
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, WrappedLogger

__all__ = ["configure", "log_requests"]


def configure() -> None:
    """Send structlog's lines and those of the standard library to stderr, as JSON."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_words,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def _without_words(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Of an exception its type and where it came from; its text may hold what a caller sent."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["frames"] = _frames(error.__traceback__)
    return event


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-12:]]


def log_requests(app: Flask) -> None:
    """Write one line for each request that this application answers."""
    log = structlog.get_logger("request")
    identify = app.extensions["identify"]

    def noting(*asked: Any) -> Any:
        actor = identify(*asked)
        g.actor_kind = actor.kind
        return actor

    app.extensions["identify"] = noting

    @app.before_request
    def begin() -> None:
        g.log_began = time.perf_counter()

    @app.after_request
    def write(response: Response) -> Response:
        began = g.get("log_began")
        log.info(
            "request",
            request_id=g.request.id if "request" in g else None,
            method=request.method if request.method in _METHODS else None,
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            ms=None if began is None else round((time.perf_counter() - began) * 1000, 1),
            actor=g.get("actor_kind", "anonymous"),
        )
        return response


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
