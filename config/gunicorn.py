"""How gunicorn serves: a few processes with threads, bounded in every way, saying nothing of itself.

gunicorn -c config/gunicorn.py wsgi:app
"""

import os
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn import util
from gunicorn.glogging import Logger
from gunicorn.http.wsgi import Response
from prometheus_client.multiprocess import mark_process_dead

from config import from_environment
from referral_api.cli import logs
from referral_api.cli.connections import Worker, write_problem

_settings = from_environment(os.environ)


class JsonLogger(Logger):  # type: ignore[misc]
    """gunicorn's own lines, as JSON, without what a caller sent."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        logs.configure()
        self.error_log.handlers[:] = []
        self.error_log.propagate = True

    def warning(self, msg: Any, *args: Any, **more: Any) -> None:
        """A request that cannot be read is logged by its sender's address; the rest of the message is the request itself."""
        text = str(msg)
        super().warning(text.partition(": ")[0] if text.startswith("Invalid request") else msg, *args, **more)

    def exception(self, msg: Any, *args: Any, **more: Any) -> None:
        if str(msg).startswith("Error handling request"):
            msg, args = "Error handling request", ()
        super().exception(msg, *args, **more)


def _lines_without_banner(response: Any) -> list[str]:
    return [line for line in _default_headers(response) if not line.startswith("Server:")]


_default_headers = Response.default_headers

bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
workers = _settings.workers
worker_class = Worker
Worker.read_seconds = _settings.read_seconds
threads = 32
preload_app = False
timeout = 30
graceful_timeout = 5
keepalive = 5
backlog = 512
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
forwarded_allow_ips = ",".join(_settings.trusted_proxies)
certfile = str(_settings.tls_certificate) if _settings.tls_certificate else None
keyfile = str(_settings.tls_key) if _settings.tls_key else None
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - memory, so that a slow disk kills no worker
control_socket_disable = True
accesslog = None
loglevel = "warning"
logger_class = JsonLogger


def ssl_context(config: Any, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """Nothing older than TLS 1.2, whatever the machine's own configuration of OpenSSL allows."""
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def post_fork(server: Any, worker: Any) -> None:
    """gunicorn has no setting for its Server line, so it is taken out where the first lines of an answer are made; nor for its own errors."""
    Response.default_headers = _lines_without_banner
    util.write_error = write_problem


def post_worker_init(worker: Any) -> None:
    logs.log_requests(worker.wsgi)


def child_exit(server: Any, worker: Any) -> None:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
