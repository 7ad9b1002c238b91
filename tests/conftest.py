"""Both databases for every test that asks for `world`: SQLite in a file, and a real PostgreSQL that this run brings up."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from argon2.profiles import CHEAPEST

from referral_api.app import create_app
from referral_api.identity.passwords import Profile
from referral_api.store.session import db
from tests import conformance, postgres
from tests.world import HandClock, World, build, settings

DATABASES = ("sqlite", "postgresql")


def pytest_configure() -> None:
    """A run that is ended from outside tidies up as after Ctrl-C: no database server and no service stays behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Thousands of databases are made, synced and thrown away: in memory, where there is enough of it.
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 1024**3:
        os.environ.setdefault("TMPDIR", str(memory))
        tempfile.tempdir = None


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL of this run's own, over a socket."""
    with postgres.running() as address:
        yield address


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "world.sqlite3"
    return path, build(f"sqlite:///{path}", folder)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    url = postgres.fresh_database(postgresql_server, "world")
    return build(url, tmp_path_factory.mktemp("postgresql"))


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A copy of the peopled world in each database: its address, and the ids of who is there."""
    if request.param == "sqlite":
        template, named = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / "world.sqlite3")
        yield f"sqlite:///{tmp_path / 'world.sqlite3'}", named
        return
    named = request.getfixturevalue("postgresql_template")
    server = request.getfixturevalue("postgresql_server")
    name = f"test_{uuid4().hex}"
    yield postgres.fresh_database(server, name, template="world"), named
    postgres.sql(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def world(database: tuple[str, dict[str, str]], tmp_path: Path) -> Iterator[World]:
    """The whole service over a peopled database."""
    url, named = database
    clock = HandClock()
    app = create_app(settings(url, tmp_path), clock=clock)
    app.testing = True
    conformance.watch(app)
    app.extensions["password_profile"] = Profile.of(CHEAPEST)
    yield World(app, clock, named)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
