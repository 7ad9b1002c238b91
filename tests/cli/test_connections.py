"""Connections that say nothing, half of something, or what is none, on a real server with one process."""

import json
import re
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager

from referral_api.cli.installation import ROOT, child_environment
from referral_api.cli.serving import GUNICORN

from .conftest import ended, free_port, select_for

WITHIN = 2
"""Seconds for all of a request: the least that the setting takes."""
LINE = b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\n"
HALVES = {
    "nothing": b"",
    "half a header": LINE,
    "a byte of a body": LINE + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    "a byte of a chunk": LINE + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{",
}


@contextmanager
def serving(shell, log):
    port = free_port()
    environ = {
        **shell.environ,
        "REFERRAL_PORT": str(port),
        "REFERRAL_READ_SECONDS": str(WITHIN),
        "REFERRAL_WORKERS": "1",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            GUNICORN, cwd=ROOT, env=child_environment(environ), stdout=out, stderr=out, start_new_session=True
        )
    try:
        for _ in range(600):
            assert process.poll() is None, log.read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                break
            except ConnectionRefusedError:
                select_for(0.1)
        yield port
    finally:
        ended(process)


def began(port, data):
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(data)
    return connection


def answer(port, data):
    with began(port, data) as connection:
        return rest(connection)


def rest(connection):
    found = b""
    try:
        while part := connection.recv(65_536):
            found += part
    except ConnectionResetError:
        pass
    return found


def alive(port):
    """How long it takes until the service says that it lives."""
    start = time.monotonic()
    assert b"HTTP/1.1 200" in answer(port, b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    return time.monotonic() - start


def test_who_says_nothing_or_half_of_something_holds_nobody_up(shell, tmp_path):
    with serving(shell, tmp_path / "log") as port:
        alive(port)
        for said, data in HALVES.items():
            with ExitStack() as held:
                silent = [held.enter_context(began(port, data)) for _ in range(40)]
                assert alive(port) < WITHIN + 4, said
                if b"\r\n\r\n" in data:
                    assert re.match(rb"HTTP/1\.1 400 ", rest(silent[0])), said
                elif data:
                    assert b"" == rest(silent[0]), said
                assert alive(port) < WITHIN + 4, said
        for wrong, status in (
            (b"GET / HTTP/9.9\r\n\r\n", 400),
            (b"GET /" + b"Sorya" * 2000 + b" HTTP/1.1\r\n\r\n", 414),
            (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"Sorya" * 2000 + b"\r\n\r\n", 431),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501),
        ):
            head, _, body = answer(port, wrong).partition(b"\r\n\r\n")
            said = json.loads(body)
            assert (status, "about:blank") == (said["status"], said["type"])
            assert b"application/problem+json" in head
            assert b"\r\nX-Content-Type-Options: nosniff" in head
            assert b"\r\nContent-Security-Policy: default-src 'none'" in head
            assert b"Sorya" not in body
        chunks = LINE + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        for broken in (b"zz\r\n{}\r\n0\r\n\r\n", b"-5\r\n{}\r\n0\r\n\r\n"):
            assert re.match(rb"HTTP/1\.1 400 ", answer(port, chunks + broken))
