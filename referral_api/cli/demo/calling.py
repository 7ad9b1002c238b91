"""People who call the service over HTTP inside this process, on a clock that runs through the days before today."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import pyotp
from flask import Flask
from werkzeug.test import TestResponse

__all__ = ["Callers", "DemoFailed", "PastClock", "Tell"]

Tell = Callable[[str], None]
"""Says which part of the world is being made."""

_TOKEN_HOLDS: Final = timedelta(minutes=4)
_SESSION_HOLDS: Final = timedelta(hours=7)
_IDLE_HOLDS: Final = timedelta(minutes=50)


class DemoFailed(RuntimeError):
    """The demonstration could not be made: the service answered otherwise than it should."""


class PastClock:
    """Time that moves on a second with each look, and never back; it ends before now."""

    def __init__(self, now: datetime, *, days_ago: float) -> None:
        self._now = now
        self._moment = now - timedelta(days=days_ago)

    def __call__(self) -> datetime:
        self._moment += timedelta(seconds=1)
        return self._moment

    def move_to(self, *, days_ago: float) -> None:
        self._moment = max(self._moment, self._now - timedelta(days=days_ago))


@dataclass
class _SignedIn:
    access: str
    refresh: str
    since: datetime
    opened: datetime


@dataclass
class Callers:
    """Everybody who has a password, and what they call."""

    app: Flask
    clock: PastClock
    passwords: Mapping[str, str]
    purposes: dict[str, str] = field(default_factory=dict)
    apps: dict[str, pyotp.TOTP] = field(default_factory=dict)
    _signed_in: dict[str, _SignedIn] = field(default_factory=dict)
    _keys: "itertools.count[int]" = field(default_factory=itertools.count)

    def get(self, path: str, *, by: str) -> Any:
        return self._call("GET", path, None, by=by).json

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, by: str | None = None, etag: str = "") -> Any:
        return self._call("POST", path, body or {}, by=by, etag=etag).json

    def step(self, path: str, name: str, body: Mapping[str, Any] | None = None, *, by: str) -> Any:
        """Read, then take a step upon what was read."""
        etag = self._call("GET", path, None, by=by).headers["ETag"]
        return self.post(f"{path}/{name}", body, by=by, etag=etag)

    def enrol(self, username: str) -> str:
        """Sign in for the first time, and enrol an authenticator app. Returns its secret."""
        self._token(username)
        secret = str(self.post("/v1/me/totp", by=username)["secret"])
        self.apps[username] = pyotp.TOTP(secret)
        answer = self.post("/v1/me/totp/confirm", {"one_time_code": self._code(username)}, by=username)
        now = self.clock()
        self._signed_in[username] = _SignedIn(answer["access_token"], answer["refresh_token"], now, now)
        return secret

    def _code(self, username: str) -> str:
        return self.apps[username].at(self.clock())

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None, *, by: str | None, etag: str = ""
    ) -> TestResponse:
        headers = {}
        if by is not None:
            headers["Authorization"] = f"Bearer {self._token(by)}"
            headers["Purpose"] = self.purposes.get(by.partition(".")[0], "care")
        if method == "POST":
            headers["Idempotency-Key"] = f"demo-{next(self._keys)}"
        if etag:
            headers["If-Match"] = etag
        answer = self.app.test_client().open(path, method=method, json=body, headers=headers)
        if answer.status_code >= 300:
            raise DemoFailed(f"{by or 'somebody'}: {method} {path} answered {answer.status_code} {_said(answer)}")
        return answer

    def _token(self, username: str) -> str:
        now, found = self.clock(), self._signed_in.get(username)
        if found is not None and now - found.since < _TOKEN_HOLDS:
            return found.access
        if found is not None and now - found.opened < _SESSION_HOLDS and now - found.since < _IDLE_HOLDS:
            answer = self.post("/v1/sessions/refresh", {"refresh_token": found.refresh})
            opened = found.opened
        else:
            said = {"username": username, "password": self.passwords[username]}
            answer = self.post(
                "/v1/sessions", said | ({"one_time_code": self._code(username)} if username in self.apps else {})
            )
            opened = now
        self._signed_in[username] = _SignedIn(answer["access_token"], answer["refresh_token"], now, opened)
        return str(answer["access_token"])


def _said(answer: TestResponse) -> str:
    """The problem's code and the fields that were wrong; no value, as in any answer."""
    problem = answer.get_json(silent=True) or {}
    wrong = ", ".join(f"{error['pointer']} {error['code']}" for error in problem.get("errors", ()))
    return f"{str(problem.get('type', '')).rpartition('/')[2]} {wrong}".strip()
