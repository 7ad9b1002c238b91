"""An invented world to look at: made once and served once on the loopback address."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST
from click.testing import CliRunner

from referral_api.app import create_app
from referral_api.cli.commands import referral
from referral_api.cli.demo.files import environment
from referral_api.cli.installation import Installation
from referral_api.identity.passwords import Profile

ROOT = Path(__file__).parents[2]
_CHEAP = Profile.of(CHEAPEST)


def quick_app(settings, **more):
    """The service as it is, with passwords that cost less to hash."""
    app = create_app(settings, **more)
    app.extensions["password_profile"] = _CHEAP
    return app


@dataclass
class Shell:
    """Somebody who types commands about one installation."""

    environ: dict[str, str]
    heard: str = ""
    """What was said while its world was made."""

    def __call__(self, *words, stdin=None):
        here = Installation(self.environ, quick_app)
        return CliRunner().invoke(referral, words, obj=here, input=stdin)

    def done(self, *words, **more):
        result = self(*words, **more)
        assert (0, None) == (result.exit_code, result.exception), result.output
        return result.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty database, made once and copied: no migration looks at whose it is."""
    folder = tmp_path_factory.mktemp("migrated")
    Shell(environment(folder, port=8080, database_url=None)).done("db", "upgrade")
    return folder / "referral.sqlite3"


@pytest.fixture
def shell(tmp_path, migrated):
    """A shell on an installation with keys and an empty database."""
    found = Shell(environment(tmp_path, port=8080, database_url=None))
    shutil.copy(migrated, tmp_path)
    return found


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """A shell on the demonstration, as it was made; what is done in it is done for all tests."""
    folder = tmp_path_factory.mktemp("world").resolve()
    found = Shell(environment(folder, port=free_port(), database_url=None))
    made = found("demo", "seed")
    assert 0 == made.exit_code, made.output
    found.heard = made.stderr
    return found


@dataclass
class Served:
    """The demonstration, served by the real processes."""

    url: str
    folder: Path
    process: "subprocess.Popen[bytes]"
    log: Path


def serve(folder, port, log):
    """What `make run` runs, with its output in a file."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("REFERRAL_", "DATABASE_"))}
    environ["MAKELEVEL"] = "1"  # As under make: it ends with whoever began it, also if that is killed.
    command = [sys.executable, "-m", "referral_api", "demo", "run", "--port", str(port), "--dir", str(folder)]
    with log.open("wb") as out:
        return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=out, start_new_session=True)


def wait_for(log, pattern, process, seconds=60):
    until = time.monotonic() + seconds
    while not re.search(pattern, log.read_text()):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        select_for(0.05)


def select_for(seconds):
    """Wait for nothing but time, bounded."""
    signal.sigtimedwait([], seconds)


def ended(process):
    """End what was served, and return its exit code; what does not end in time is killed, and fails."""
    process.terminate()
    try:
        return process.wait(15)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="session")
def served(world, tmp_path_factory):
    folder, port = Path(world.environ["REFERRAL_DATA_DIR"]), world.environ["REFERRAL_PORT"]
    log = tmp_path_factory.mktemp("log") / "served.log"
    process = serve(folder, port, log)
    try:
        wait_for(log, r"Ready after", process)
        yield Served(f"http://127.0.0.1:{port}", folder, process, log)
    finally:
        ended(process)
