"""How connections are held: whoever sends nothing, or not all of a request in time, holds nobody else up.

gunicorn's threads read without a limit of time. Here a connection gets a thread with its first byte, and no request is read for longer than
`read_seconds` in all, whatever trickles in.
"""

import contextlib
import errno
import json
import socket
import time
from concurrent.futures import Future
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ
from typing import Any, ClassVar

from gunicorn import util
from gunicorn.workers.gthread import TConn, ThreadWorker

from referral_api.api.headers import SECURITY
from referral_api.kernel import ids

__all__ = ["Worker", "write_problem"]

_PASSING = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED)


class Worker(ThreadWorker):  # type: ignore[misc]
    """A worker with threads that nobody can keep busy by saying nothing."""

    read_seconds: ClassVar[float]
    """From when a request begins until all of it, its body too, has come."""

    def init_process(self) -> None:
        self._until: dict[TConn, float] = {}
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Wait for the first byte beside the threads."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in _PASSING:
                raise
            return
        self.nr_conns += 1
        conn = TConn(self.cfg, client, address, listener.getsockname())
        conn.set_timeout()
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def enqueue_req(self, conn: TConn) -> None:
        self._until[conn] = time.monotonic() + self.read_seconds
        super().enqueue_req(conn)

    def murder_pending(self) -> None:
        """Asked each second. What has come by now can still be read and answered; a thread that waits for more sees the end."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [conn for conn, until in self._until.items() if until <= now]:
            del self._until[conn]
            with contextlib.suppress(OSError):
                # Not TLS's own shutdown: it would take away what the answer is encrypted with.
                socket.socket.shutdown(conn.sock, socket.SHUT_RD)

    def handle(self, conn: TConn) -> Any:
        """A connection is closed here: it lingers for two seconds, for which the thread that accepts others must not wait."""
        kept = super().handle(conn)
        if not kept:
            with contextlib.suppress(OSError):
                conn.close(graceful=True)
        return kept

    def finish_request(self, conn: TConn, future: "Future[Any]") -> None:
        self._until.pop(conn, None)
        if not future.cancelled() and future.exception() is None and not future.result():
            self.nr_conns -= 1
        else:
            super().finish_request(conn, future)


def write_problem(client: socket.socket, status: int, _reason: str, _message: str) -> None:
    """The answer to what is no request: a problem document that no page explains (RFC 9457, 4.2.1). It says nothing of what was sent."""
    request_id = ids.new().hex
    title = HTTPStatus(status).phrase
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "instance": request_id})
    headers = {
        "Connection": "close",
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "X-Request-ID": request_id,
        **SECURITY,
    }
    lines = [f"HTTP/1.1 {status} {title}", *(f"{name}: {value}" for name, value in headers.items()), "", body]
    util.write_nonblock(client, "\r\n".join(lines).encode("ascii"))
