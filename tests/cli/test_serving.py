"""The real processes, on the loopback address."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from referral_api.cli.demo.files import write_demo

from .conftest import ROOT, ended, free_port, select_for, serve, wait_for


def ask(served, path, method="GET", **headers):
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


def raw(served, data):
    with socket.create_connection(("127.0.0.1", urlsplit(served.url).port), timeout=10) as connection:
        connection.sendall(data)
        found = b""
        while part := connection.recv(65_536):
            found += part
        return found


def request_lines(served):
    return [json.loads(line) for line in served.log.read_text().splitlines() if '"event": "request"' in line]


def test_no_answer_names_the_software_that_serves(served):
    for path in ("/v1/codes", "/v1/me", "/no/such/place"):
        assert None is ask(served, path).headers["Server"]
    for refused in (b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n"):
        answer = raw(served, refused)
        assert re.match(rb"HTTP/1.1 4", answer)
        assert b"server:" not in answer.lower()
        assert b"gunicorn" not in answer.lower()


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 6\r\nContent-Length: 7\r\n",
        b"Content-Length: +6\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
    ],
)
def test_a_request_whose_end_two_readers_could_see_elsewhere_is_refused_and_nothing_after_it_is_read(served, framing):
    hidden = b"GET /v1/codes HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = raw(served, b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n0\r\n\r\n" + hidden)
    assert [b"400"] == re.findall(rb"^HTTP/1\.1 (\d+)", answer, re.MULTILINE)


def test_a_request_leaves_one_line_with_the_routes_template_and_nothing_that_was_sent(served):
    ask(served, "/v1/cases/case_sorya?name=Sorya", **{"X-Request-ID": "story-1", "Purpose": "Sorya"})
    ask(served, "/sorya", **{"X-Request-ID": "story-2"})
    raw(served, b"GET /Sorya?Sorya HTTP/9.9\r\n\r\n")

    wait_for(served.log, "story-2", served.process, 5)
    found = {line["request_id"]: line for line in request_lines(served)}
    assert "sorya" not in served.log.read_text().lower()
    assert ("GET", "/v1/cases/<case_id>", 401, "anonymous") == tuple(
        found["story-1"][name] for name in ("method", "route", "status", "actor")
    )
    assert (None, 404) == (found["story-2"]["route"], found["story-2"]["status"])


def test_each_process_tells_the_counts_of_all(served):
    def counted():
        text = raw(served, b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").decode()
        found = re.findall(r'^referral_requests_total{.*route="/v1/codes".*} ([0-9.]+)', text, re.MULTILINE)
        return sum(float(number) for number in found)

    before = counted()
    for _ in range(8):
        ask(served, "/v1/codes")

    assert [before + 8] * 4 == [counted() for _ in range(4)]


def test_the_worker_gives_what_is_done_its_place_within_some_seconds(served, world):
    said = {"username": "police.caseworker1", "password": "certainly not this one"}
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=10)
    connection.request("POST", "/v1/sessions", json.dumps(said), {"Content-Type": "application/json"})
    assert 401 == connection.getresponse().status
    connection.close()

    for _ in range(100):
        last = json.loads(world.done("audit", "tail", "-n", "1", "--json"))
        if last["index"] is not None:
            break
        select_for(0.1)
    assert last["index"] is not None
    assert world.done("audit", "verify").startswith("valid: ")


def descendants(pid):
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(child), *descendants(child)]
    return found


@contextmanager
def running(folder, log):
    """The demonstration over an installation that has little in it, and its processes' ids."""
    port = free_port()
    write_demo(folder, {"agencies": [], "members": [], "clients": []})
    process = serve(folder, port, log)
    try:
        wait_for(log, "Ready after", process)
        yield process, port, descendants(process.pid)
    finally:
        ended(process)


@pytest.fixture
def founded(shell):
    shell.done("platform", "found", "--name", "Secretariat", "--country", "FR", "--username", "root")
    return Path(shell.environ["REFERRAL_DATA_DIR"])


def left(children):
    """Which of these run on; what was ended is given a moment to go."""
    for _ in range(50):
        running_on = [child for child in children if runs(child)]
        if not running_on:
            break
        select_for(0.1)
    return running_on


def runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_term_ends_every_process_and_the_port_is_free_at_once(founded, tmp_path_factory):
    with running(founded, tmp_path_factory.mktemp("log") / "log") as (process, port, children):
        code = ended(process)

        assert 0 == code
        assert len(children) >= 4
        assert [] == left(children)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))


SUPERVISOR = """
import sys
from referral_api.cli.serving import supervise
sys.exit(supervise([("sh", "-c", command) for command in sys.argv[1:]], {}))
"""


@contextmanager
def supervising(folder, *commands):
    """A supervisor of small processes. Each says a word once it has begun."""
    command = [sys.executable, "-c", SUPERVISOR, *commands]
    environ = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE)
    try:
        for _ in commands:
            assert b"begun\n" == process.stdout.readline()
        yield process, descendants(process.pid)
    finally:
        ended(process)
        process.stdout.close()


def test_a_process_that_ends_by_itself_ends_the_others_and_what_they_began(tmp_path):
    with supervising(tmp_path, "sleep 50 & echo begun; wait", "echo begun; sleep 0.5") as (process, children):
        assert 1 == process.wait(15)
        assert len(children) >= 2
        assert [] == left(children)
        assert [] == list(tmp_path.iterdir())


def test_a_supervisor_that_is_killed_takes_its_processes_with_it(tmp_path):
    with supervising(tmp_path, "echo begun; exec sleep 50", "echo begun; exec sleep 50") as (process, children):
        process.kill()
        process.wait(5)

        assert len(children) == 2
        assert [] == left(children)
