"""A gunicorn with one worker on the loopback, and the CPU time of that worker."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

__all__ = ["Server", "serving"]


class Server:
    """One worker, one keep-alive connection to it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.worker = _worker_of(process.pid)
        self.clock = _cpu_clock(self.worker)

    def call(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes, str | None]:
        self.connection.request(method, path, body, dict(headers))
        answer = self.connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("ETag")

    def cpu(self) -> float:
        """Seconds of CPU that the worker has used, with its threads that have ended."""
        return time.clock_gettime(self.clock)

    def peak(self) -> float:
        """Megabytes of resident memory that the worker has had at most (VmHWM, proc(5))."""
        lines = Path(f"/proc/{self.worker}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _cpu_clock(pid: int) -> int:
    """The CPU clock of another process (clock_getcpuclockid, POSIX), which the time module does not offer."""
    clock = ctypes.c_int()
    if refused := ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise OSError(refused, "no CPU clock of the worker")
    return clock.value


@contextmanager
def serving(application: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Serve an application under the settings that every measured server shares."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--worker-class",
        "gthread",
        "--workers",
        "1",
        "--threads",
        "4",
        "--no-control-socket",
    ]
    command += ["--keep-alive", "60", "--bind", f"127.0.0.1:{port}", "--log-level", "warning", application]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        _wait_for(port)
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _worker_of(master: int) -> int:
    for _ in range(100):
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        if children:
            return int(children[0])
        time.sleep(0.1)
    raise RuntimeError("the server has no worker")
