"""CPU per request of create, audited read, inbox page of 50 and accept, beside a bare Flask endpoint under the same gunicorn."""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pyotp

from benchmarks.server import Server, serving
from tests import postgres, world

ROUNDS = 24
CALLS = 10
BARE_CALLS = 50
"""Many short rounds: where others use the cores too, a yardstick counts only if it is taken in the same moment."""

_numbers = count()


@dataclass
class Row:
    """One line of the table: milliseconds of CPU and of waiting per request, and the ratio of CPU to the bare endpoint's."""

    database: str
    request: str
    cpu_ms: float
    ratio: float
    p50_ms: float
    p95_ms: float


class Caller:
    """Somebody signed in at the measured server."""

    def __init__(self, server: Server, username: str, purpose: str) -> None:
        code = pyotp.TOTP(world.secret_of(username)).now()
        said = {"username": username, "password": world.PASSWORD, "one_time_code": code}
        status, body, _ = server.call(
            "POST", "/v1/sessions", json.dumps(said).encode(), {"Content-Type": "application/json"}
        )
        if status != 200:
            raise RuntimeError(f"{username} cannot sign in: {status}")
        token = json.loads(body)["access_token"]
        self.server = server
        self.headers = {"Authorization": f"Bearer {token}", "Purpose": purpose, "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if method == "POST":
            sent.setdefault("Idempotency-Key", f'"bench-{next(_numbers)}"')
        data = None if body is None else json.dumps(body).encode()
        status, answer, etag = self.server.call(method, path, data, sent)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {answer[:200]!r}")
        return json.loads(answer) | {"etag": etag}


def measure(server: Server, bare: Server, act: Callable[[], Any]) -> tuple[float, float, list[float]]:
    """CPU per request and its ratio to the bare endpoint's, as medians of rounds in which both take turns, after one to warm up."""
    costs, ratios, waits = [], [], []
    for _ in range(CALLS):
        act()
    for _ in range(ROUNDS):
        before = bare.cpu()
        for _ in range(BARE_CALLS):
            bare.call("GET", "/", None, {})
        yardstick = (bare.cpu() - before) / BARE_CALLS
        before = server.cpu()
        for _ in range(CALLS):
            began = time.perf_counter()
            act()
            waits.append((time.perf_counter() - began) * 1000)
        cost = (server.cpu() - before) / CALLS
        costs.append(cost * 1000)
        ratios.append(cost / yardstick)
    return statistics.median(costs), statistics.median(ratios), waits


def acts(server: Server, named: dict[str, str]) -> dict[str, Callable[[], Any]]:
    """The measured requests, over a case, a consent and enough sent referrals to fill an inbox."""
    police, clinic = Caller(server, "police.caseworker1", "investigation"), Caller(server, "clinic.caseworker1", "care")
    case = police.call("POST", "/v1/cases", world.CASE)["id"]
    grants = [{"recipients": [named["clinic"]], "purposes": ["care"], "data_classes": ["identity", "health_need"]}]
    consent = police.call("POST", f"/v1/cases/{case}/consents", {**world.CONSENT, "grants": grants})["id"]
    said = {"case_id": case, "consent_id": consent, "to_agency_id": named["clinic"], **world.REFERRAL}
    sent = [police.call("POST", "/v1/referrals", said)["id"] for _ in range((ROUNDS + 1) * CALLS)]
    waiting = iter(sent)
    auditor = Caller(server, "police.auditor", "oversight")
    entry = auditor.call("GET", "/v1/audit/entries?limit=1")["items"][0]["id"]
    return {
        "open a case": lambda: police.call("POST", "/v1/cases", world.CASE),
        # An audited read on which no consent, wall, certificate or case key bears: what disclosure adds is the difference.
        "read an audit entry": lambda: auditor.call("GET", f"/v1/audit/entries/{entry}"),
        "read a case": lambda: police.call("GET", f"/v1/cases/{case}"),
        "inbox page of 50": lambda: clinic.call("GET", "/v1/referrals?box=inbox&limit=50"),
        "accept a referral": lambda: clinic.call("POST", f"/v1/referrals/{next(waiting)}/accept", {}, If_Match="*"),
    }


def environment(url: str, folder: Path) -> dict[str, str]:
    """The settings of a server of the invented world."""
    keys = world.settings(url, folder)
    return {
        "REFERRAL_ENVIRONMENT": "development",
        "REFERRAL_DATABASE_URL": url,
        "REFERRAL_DATA_DIR": str(folder),
        "REFERRAL_VAULT_KEYS": keys.vault_keys,
        "REFERRAL_SIGNING_KEYS": keys.signing_keys,
        "REFERRAL_LOG_KEY": keys.log_key,
        "REFERRAL_RATE_PER_MINUTE": "100000",
    }


@contextmanager
def on_sqlite() -> Iterator[tuple[dict[str, str], Server]]:
    """The invented world in a new SQLite file and a server of it: (ids by name, the server)."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        named = world.build(url, Path(folder))
        with serving("wsgi:app", environment(url, Path(folder))) as server:
            yield named, server


def on(database: str, url: str, folder: Path) -> list[Row]:
    """All requests on one database."""
    named = world.build(url, folder)
    rows = []
    with serving("benchmarks.bare:app", {}) as bare, serving("wsgi:app", environment(url, folder)) as server:
        for name, act in acts(server, named).items():
            cpu, ratio, waits = measure(server, bare, act)
            waits.sort()
            rows.append(Row(database, name, cpu, ratio, waits[len(waits) // 2], waits[int(len(waits) * 0.95)]))
    return rows


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        rows += on("SQLite", f"sqlite:///{folder}/bench.sqlite3", Path(folder))
    with tempfile.TemporaryDirectory() as folder, postgres.running() as address:
        rows += on("PostgreSQL", postgres.fresh_database(address, "bench"), Path(folder))
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps([vars(row) for row in rows], indent=2) + "\n")
        return
    sys.stdout.write(
        "| database | request | CPU ms | x bare | p50 ms | p95 ms |\n| --- | --- | --- | --- | --- | --- |\n"
    )
    for row in rows:
        sys.stdout.write(
            f"| {row.database} | {row.request} | {row.cpu_ms:.2f} | {row.ratio:.1f} | {row.p50_ms:.1f} | {row.p95_ms:.1f} |\n"
        )


if __name__ == "__main__":
    main()
