"""Hostile bodies of the largest size that is taken, over HTTP: what is answered, how soon, and how much memory the worker takes for it.

Each is sent twice and the better wait counts, beside that of an ordinary request, since machines differ. The last column is the growth of the
worker's peak of resident memory over all that was sent before. Ends with 1 if any answer is a fault of ours.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from benchmarks.__main__ import Caller, on_sqlite
from benchmarks.server import Server
from tests import world
from tests.guard.hostile import BODIES, TEXTS

LIMIT = 1_048_576
FIELD = 3_900
LINE = 3_000
SHOWN = 10


class Sent(NamedTuple):
    """One hostile request: what it is called, and how it is sent."""

    name: str
    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = MappingProxyType({})


class Row(NamedTuple):
    """What came of it."""

    name: str
    status: int
    seconds: float
    cpu: float
    megabytes: float


def everything(case: str, referral: str) -> Iterator[Sent]:
    """Every shape where a megabyte fits, and some of them wherever else a request can carry text."""
    yield Sent("past the limit", "POST", "/v1/cases", b"a" * (LIMIT + 1))
    for name, make in BODIES.items():
        yield Sent(f"body: {name}", "POST", "/v1/cases", make(LIMIT))
    for name, text in TEXTS.items():
        yield Sent(f"value: {name}", "POST", "/v1/referrals", _filled({"case_id": case}, "need", text))
        for at in (0, 1):
            note = f"{at} {text(FIELD)}"[:FIELD]
            path = f"/v1/referrals/{referral}/messages"
            yield Sent(f"message {at}: {name}", "POST", path, _json({"text": note}))
        argument = quote(text(LINE))[: LINE - 2]
        yield Sent(f"query: {name}", "GET", f"/v1/cases?q={argument}")
        yield Sent(f"path: {name}", "GET", f"/v1/cases/{quote(text(LINE), safe='')[: LINE - 2]}")
        for header in ("Idempotency-Key", "X-Request-ID", "If-Match", "On-Behalf-Of", "DPoP"):
            if (said := text(FIELD)).isascii() and said.isprintable():
                yield Sent(f"{header}: {name}", "POST", "/v1/cases", b"{}", {header: said})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for name in ("one letter", "noise", "percent escapes", "combining marks", "prose"):
        said = urlencode({"grant_type": TEXTS[name](LIMIT)})[: LIMIT - 10].encode()
        yield Sent(f"form: {name}", "POST", "/oauth/token", said, form)
        yield Sent(f"key: {name}", "POST", "/v1/cases", _json({TEXTS[name](LIMIT // 2): "a"}))
    yield Sent("form: many fields", "POST", "/oauth/token", b"&".join(b"a%d=1" % n for n in range(100_000)), form)
    yield Sent("form: signs only", "POST", "/oauth/token", b"&=" * (LIMIT // 2), form)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _filled(value: dict[str, Any], name: str, text: Callable[[int], str]) -> bytes:
    """A body of about the limit whose member `name` is the text, as long as its escapes leave room for."""
    room = LIMIT - 200
    return _json({**value, name: text(room * room // max(room, len(_json(text(room)))))})


def measured(server: Server, caller: Caller, sent: Sent) -> Row:
    waits, costs, before, status = [], [], server.peak(), 0
    for turn in range(2):
        headers = {
            **caller.headers,
            "Idempotency-Key": f'"{hash(sent.name) % 10**9}-{turn}"',
            "If-Match": "*",
            **sent.headers,
        }
        # A new connection, since whoever sends what is not read to its end is hung up on.
        server.connection.close()
        began, used = time.perf_counter(), server.cpu()
        status = server.call(sent.method, sent.path, sent.body, headers)[0]
        waits.append(time.perf_counter() - began)
        costs.append(server.cpu() - used)
    return Row(sent.name, status, min(waits), min(costs), server.peak() - before)


def ordinary(act: Callable[[], Any]) -> float:
    """Seconds that an ordinary call waits: the best of ten."""
    waits = []
    for _ in range(10):
        began = time.perf_counter()
        act()
        waits.append(time.perf_counter() - began)
    return min(waits)


def main() -> None:
    with on_sqlite() as (named, server):
        police = Caller(server, "police.caseworker1", "investigation")
        clinic = Caller(server, "clinic.caseworker1", "care")
        case = police.call("POST", "/v1/cases", world.CASE)["id"]
        grants = [{"recipients": [named["clinic"]], "purposes": ["care"], "data_classes": ["identity"]}]
        consent = police.call("POST", f"/v1/cases/{case}/consents", {**world.CONSENT, "grants": grants})["id"]
        said = {"case_id": case, "consent_id": consent, "to_agency_id": named["clinic"], **world.REFERRAL}
        referral = police.call("POST", "/v1/referrals", said)["id"]
        usual = ordinary(lambda: police.call("POST", "/v1/cases", world.CASE))
        rows = [
            measured(server, clinic if sent.name.startswith("message") else police, sent)
            for sent in everything(case, referral)
            if len(sys.argv) < 2 or sys.argv[1] in sent.name
        ]
    rows.sort(key=lambda row: row.cpu, reverse=True)
    write = sys.stdout.write
    write(f"{len(rows)} requests; an ordinary one waits {usual * 1000:.1f} ms\n\n")
    write("| request | status | seconds | CPU seconds | x ordinary | MB |\n| --- | --- | --- | --- | --- | --- |\n")
    largest = sorted(rows, key=lambda row: row.megabytes, reverse=True)[:3]
    broken = [row for row in rows if row.status >= 500]
    for row in dict.fromkeys([*rows[:SHOWN], *largest, *broken]):
        ratio = row.seconds / usual
        write(
            f"| {row.name} | {row.status} | {row.seconds:.2f} | {row.cpu:.2f} | {ratio:.0f} | {row.megabytes:.0f} |\n"
        )
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
