"""The guard's share of a request: a referral whose need is an ordinary text of 1.5 KB, sent by whoever wrote in that case before.

The scans of the request are done again in this process, in turns with the requests: both gates, and the second one with the
tail that opening the case has left. No two needs are the same, since the guard remembers what it has just accepted.
"""

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.__main__ import Caller, on_sqlite
from benchmarks.server import Server
from referral_api import guard
from tests import world
from tests.guard.prose import PROSE

ROUNDS = 24
CALLS = 8
SIZE = 1_500
LANGUAGES = ("en", "es", "fr", "ar", "km", "zh")


def need(language: str) -> str:
    """An ordinary text of 1.5 KB of UTF-8."""
    return "\n".join([PROSE[language]] * SIZE).encode()[:SIZE].decode(errors="ignore")


def scans(body: dict[str, Any], tail: guard.Tail) -> None:
    """What a request does: the identifier in its header, the body at the door, and the need where it is sealed."""
    guard.scan("bench-1")
    guard.scan_document(body)
    guard.scan(body["need"], tail)


def measure(server: Server, refer: Callable[[dict[str, Any]], Any], body: dict[str, Any]) -> tuple[float, float]:
    """Milliseconds of CPU of the request, and the guard's share of them: medians of rounds in which both take turns."""
    costs, shares = [], []
    tail = guard.scan(body["need"])[1]
    refer(body)
    for turn in range(ROUNDS):
        bodies = [{**body, "need": f"{turn * CALLS + call}. {body['need']}"} for call in range(CALLS)]
        began = server.cpu()
        for each in bodies:
            refer(each)
        cost = (server.cpu() - began) / CALLS
        began = time.thread_time()
        for each in bodies:
            scans(each, tail)
        costs.append(cost * 1000)
        shares.append((time.thread_time() - began) / CALLS / cost)
    return statistics.median(costs), statistics.median(shares)


def main() -> None:
    with on_sqlite() as (named, server):
        police = Caller(server, "police.caseworker1", "investigation")
        grants = [{"recipients": [named["clinic"]], "purposes": ["care"], "data_classes": ["identity"]}]
        sys.stdout.write("| need of 1.5 KB in | CPU ms | of these the guard |\n| --- | --- | --- |\n")
        for language in LANGUAGES:
            case = police.call("POST", "/v1/cases", {**world.CASE, "case_number": f"bench {language}"})["id"]
            consent = police.call("POST", f"/v1/cases/{case}/consents", {**world.CONSENT, "grants": grants})["id"]
            said = {"case_id": case, "consent_id": consent, "to_agency_id": named["clinic"]}
            body = {**said, **world.REFERRAL, "need": need(language)}
            cost, share = measure(server, partial(police.call, "POST", "/v1/referrals"), body)
            sys.stdout.write(f"| {language} | {cost:.2f} | {share:.1%} |\n")


if __name__ == "__main__":
    main()
