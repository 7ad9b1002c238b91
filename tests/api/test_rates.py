"""Counting calls: a window of a minute, then a new one; tighter ones for signing in, for lists and for children's records."""

import re
import shutil
import socket
import subprocess
from contextlib import closing

import pytest
from flask import Flask
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from referral_api.api import counts, rates
from referral_api.api.counts import InProcess
from referral_api.kernel import ids
from referral_api.kernel.errors import RateLimited

POLICE, BOSS, CLINIC = "police.caseworker1", "police.supervisor", "clinic.caseworker1"


@pytest.fixture
def passing(monkeypatch):
    """Seconds that only the test lets pass."""
    seconds = [1_000.0]
    monkeypatch.setattr(counts.time, "time", lambda: seconds[0])
    return seconds


def test_the_third_call_of_two_is_too_many_and_the_next_minute_begins_anew(passing):
    limiter, two = FixedWindowRateLimiter(InProcess()), RateLimitItemPerMinute(2)
    assert [True, True, False] == [limiter.hit(two, "somebody") for _ in range(3)]
    assert (1_060.0, 0) == limiter.get_window_stats(two, "somebody")
    passing[0] += 60
    assert (1_060.0, 2) == limiter.get_window_stats(two, "somebody")
    assert limiter.hit(two, "somebody")
    assert (1_120.0, 1) == limiter.get_window_stats(two, "somebody")


def test_one_does_not_use_up_the_calls_of_another(passing):
    limiter, one = FixedWindowRateLimiter(InProcess()), RateLimitItemPerMinute(1)
    assert [True, True, False] == [limiter.hit(one, who) for who in ("somebody", "another", "somebody")]


def test_ended_windows_are_forgotten(passing):
    kept = InProcess()
    for number in range(50):
        kept.incr(f"caller {number}", 60)
    passing[0] += 61
    kept.incr("caller", 60)
    assert 1 == kept.reset()


def limited(world, **more):
    """The same world, with so few calls."""
    usual = {"storage": "memory://", "per_minute": 1200, "sign_in_per_minute": 300}
    rates.init_app(world.app, **usual | more)


def told(answer):
    found = re.fullmatch(r'"default";q=(\d+);w=60(?:, "([a-z-]+)";q=(\d+);w=60)?', answer.headers["RateLimit-Policy"])
    return found.groups()


def test_an_answer_says_how_many_calls_are_left_in_each_count(world):
    limited(world)
    assert ("1200", None, None) == told(world.get("/v1/me", by=POLICE))
    assert ("1200", "lists", "600") == told(world.get("/v1/cases", by=POLICE))
    answer = world.get("/v1/cases", by=POLICE)
    assert re.fullmatch(r'"default";r=1197;t=\d+, "lists";r=598;t=\d+', answer.headers["RateLimit"])


def test_whoever_has_used_up_a_count_waits_and_nobody_else_does(world):
    world.sign_in(POLICE), world.sign_in(BOSS)
    limited(world, per_minute=4)
    assert [200, 200, 429] == [world.get("/v1/cases", by=POLICE).status_code for _ in range(3)]
    refused = world.get("/v1/cases", by=POLICE)
    assert (429, "rate-limited") == (refused.status_code, refused.json["type"].rpartition("/")[2])
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert 200 == world.get("/v1/cases", by=BOSS).status_code
    assert [] == [entry for entry in world.entries() if entry["outcome"] == "denied"]


def test_signing_in_has_a_tighter_count_for_each_address(world):
    limited(world, sign_in_per_minute=2)

    def tried(path, address, **sent):
        return world.app.test_client().post(path, environ_overrides={"REMOTE_ADDR": address}, **sent).status_code

    wrong = {"json": {"username": "nobody.here", "password": "certainly not this one"}}
    assert [401, 401, 429] == [tried("/v1/sessions", "192.0.2.1", **wrong) for _ in range(3)]
    assert 429 == tried("/oauth/token", "192.0.2.1", data={"grant_type": "client_credentials"})
    assert 401 == tried("/oauth/token", "192.0.2.2", data={"grant_type": "client_credentials"})


@pytest.fixture
def few_records(world, monkeypatch):
    monkeypatch.setattr(rates, "RECORDS_AN_HOUR", 3)
    limited(world)
    return [world.open_case() for _ in range(5)]


def opened(world, case, by=POLICE, below=""):
    return world.get(f"/v1/cases/{case['id']}{below}", by=by).status_code


def test_who_opens_more_childrens_records_than_work_could_need_is_slowed_down(world, few_records):
    assert [200, 200, 200, 429, 429] == [opened(world, case) for case in few_records]
    assert [200, 200, 200, 429, 429] == [opened(world, case, below="/timeline") for case in few_records]
    assert 429 == opened(world, few_records[3])
    refused = world.get(f"/v1/cases/{few_records[3]['id']}", by=POLICE)
    assert 60 < int(refused.headers["Retry-After"]) <= 3601
    assert 200 == opened(world, few_records[3], by=BOSS)
    assert 200 == world.get("/v1/cases", by=POLICE).status_code


def test_the_log_hears_of_it_once_a_minute(world, few_records):
    for case in [*few_records, *few_records]:
        opened(world, case)
    denied = [entry for entry in world.entries("case.read") if entry["outcome"] == "denied"]
    assert [(world.ids[POLICE], "bulk_reads", few_records[3]["id"])] == [
        (entry["actor"]["id"], entry["reason_code"], entry["subject"]["id"]) for entry in denied
    ]


def test_acts_that_protect_a_child_are_never_slowed_down(world, few_records):
    consent = world.give_consent(few_records[4])
    for case in few_records:
        opened(world, case)
    withdrawn = world.post(f"/v1/consents/{consent['id']}/withdraw", {"by": "child"}, by=POLICE)
    assert 200 == withdrawn.status_code


def counter(storage):
    app = Flask(__name__)
    rates.init_app(app, storage=storage, per_minute=2, sign_in_per_minute=2)
    logged = []
    app.extensions["log"] = type("Log", (), {"error": lambda self, event: logged.append(event)})()

    def call(who="somebody"):
        with app.test_request_context():
            try:
                rates.count(who)
            except RateLimited:
                return False
            return True

    return call, logged, app


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_while_the_shared_counts_cannot_be_reached_each_process_counts_for_itself():
    call, logged, _ = counter(f"redis://127.0.0.1:{free_port()}")
    assert [True, True, False] == [call() for _ in range(3)]
    assert ["rate_storage_unreachable"] == logged


@pytest.fixture
def redis(tmp_path):
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed here")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert any("Ready to accept" in line for line in server.stdout)
            yield f"redis://127.0.0.1:{port}"
        finally:
            server.terminate()


def test_two_servers_with_one_redis_count_together(redis):
    (one, _, app), (other, logged, _) = counter(redis), counter(redis)
    assert [True, True, False] == [one(), other(), one()]
    assert other("another")
    who, records = ids.new(), [ids.new() for _ in range(3)]
    with app.test_request_context():
        for record in [*records, *records]:
            rates.count_record(who, record)
    assert [] == logged


def test_nobody_finds_out_a_name_by_writing_many_messages(world):
    _, _, referral = world.sent_referral()
    path = f"/v1/referrals/{referral['id']}/messages"
    tries = [world.post(path, {"text": f"Is it Sokha? {number}"}, by=CLINIC).status_code for number in range(22)]
    assert [422] * rates.GUESSES_AN_HOUR + [429] * 2 == tries
    assert 429 == world.post(path, {"text": "Is it Bopha?"}, by="clinic.supervisor").status_code
    assert 201 == world.post(path, {"text": "Please answer today."}, by=POLICE).status_code
