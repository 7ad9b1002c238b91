"""Serving: gunicorn answers, the worker keeps the clockwork; both begin and end together."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import click
import structlog

from config import Settings
from referral_api.cli.installation import ROOT, Installation, Unusable, child_environment

__all__ = ["GUNICORN", "WORKER", "die_with_parent", "refuse_taken_port", "serve", "supervise"]

_LOG = structlog.get_logger("serve")
_GRACE: Final = 8.0
"""Seconds for the children to end by themselves: gunicorn gives a request in flight five (config/gunicorn.py)."""
_PR_SET_PDEATHSIG: Final = 1

GUNICORN: Final = (sys.executable, "-m", "gunicorn", "-c", str(ROOT / "config" / "gunicorn.py"), "wsgi:app")
WORKER: Final = (sys.executable, "-m", "referral_api", "worker")


@click.command()
@click.pass_obj
def serve(installation: Installation) -> None:
    """Serve the API, with the worker beside it, until Ctrl-C or TERM; then every process ends.

    Exit code 1 if one of them ended by itself: let a service manager start it again.
    """
    settings = installation.settings
    installation.app()
    refuse_taken_port(settings)
    sys.exit(supervise([GUNICORN, WORKER], installation.environ))


def refuse_taken_port(settings: Settings) -> None:
    """Say now that the port is taken, and not after a start that looked well."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Unusable(f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}.") from None


def supervise(
    commands: Sequence[Sequence[str]], environ: Mapping[str, str], *, then: Callable[[], bool] = lambda: True
) -> int:
    """Run these until told to stop, or until one of them ends. `then` is asked again and again until it says True.

    Each child leads a process group of its own, so that its own children can be ended with it, and dies with this process.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    children: list[subprocess.Popen[bytes]] = []
    told = False
    # The processes count requests for one another in files of this folder (api/metrics.py); it must begin empty.
    counts = tempfile.TemporaryDirectory(prefix="referral-metrics-", ignore_cleanup_errors=True)
    try:
        for command in commands:
            children.append(
                subprocess.Popen(  # noqa: S603 - our own two commands
                    command,
                    env={**child_environment(environ), "PROMETHEUS_MULTIPROC_DIR": counts.name},
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                    preexec_fn=die_with_parent,
                )
            )
        while not stop.wait(0.1):
            if any(child.poll() is not None for child in children):
                _LOG.error("a_process_ended", codes=[child.returncode for child in children])
                return 1
            told = told or then()
    finally:
        _end(children)
        counts.cleanup()
    return 0


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask, wait for as long as a request may take, then end whatever is left of each group."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + _GRACE
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, until - time.monotonic()))
    for child in children:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def die_with_parent() -> None:
    """Linux ends this process when its parent is killed without a chance to end it itself."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
