"""Both databases for every test that asks for `world`: SQLite in a file, and a real PostgreSQL that this run brings up."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2.profiles import CHEAPEST
from xdist.scheduler import LoadScopeScheduling

from referral_api.app import create_app
from referral_api.identity.passwords import Profile
from tests import addresses, conformance, postgres
from tests.accounts.office import office, postgresql_office, sqlite_office, statements
from tests.databases import OnPostgresql, OnSqlite, Peopled
from tests.world import HandClock, World, build, settings

__all__ = ["office", "postgresql_office", "sqlite_office", "statements"]
DATABASES = ("sqlite", "postgresql")


class _Served(LoadScopeScheduling):
    """Each test goes to whichever worker is free, but those of the command line to one: they share a world that is made and served once."""

    def _split_scope(self, nodeid: str) -> str:
        # By the path: xdist's own groups are not seen by pytest 9.2 (pytest-xdist issue 1386).
        return "tests/cli" if nodeid.startswith("tests/cli/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _Served(config, log)


def pytest_configure() -> None:
    """A run that is ended from outside tidies up as after Ctrl-C: no database server and no service stays behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    addresses.read_once()
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
def sqlite_world(sqlite_template: tuple[Path, dict[str, str]]) -> tuple[Peopled, dict[str, str]]:
    template, named = sqlite_template
    return OnSqlite(template, template.parent), named


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    url = postgres.fresh_database(postgresql_server, "world")
    return build(url, tmp_path_factory.mktemp("postgresql"))


@pytest.fixture(scope="session")
def postgresql_world(
    postgresql_server: str, postgresql_template: dict[str, str]
) -> Iterator[tuple[Peopled, dict[str, str]]]:
    kept = OnPostgresql(postgresql_server, "world")
    yield kept, postgresql_template
    kept.close()


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> tuple[Peopled, dict[str, str]]:
    """The peopled world in each database, and the ids of who is there."""
    return request.getfixturevalue(f"{request.param}_world")


@pytest.fixture
def world(database: tuple[Peopled, dict[str, str]], tmp_path: Path) -> Iterator[World]:
    """The whole service over a peopled database."""
    peopled, named = database
    clock = HandClock()
    app = create_app(settings(peopled.fresh(), tmp_path), clock=clock)
    peopled.lend(app)
    app.testing = True
    conformance.watch(app)
    app.extensions["password_profile"] = Profile.of(CHEAPEST)
    yield World(app, clock, named)
    peopled.take_back(app)
