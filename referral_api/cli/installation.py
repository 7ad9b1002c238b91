"""Which installation a command is about: its settings, from the environment and `referral.env`, and the service over them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

import click
from flask import Flask
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from config import Settings, UnsafeSettings, from_environment
from referral_api.audit.note import NoteError
from referral_api.identity.jwk import InvalidKey
from referral_api.kernel.clock import Clock, system_clock
from referral_api.store import db
from referral_api.vault import KmsRefused, WeakKeys

__all__ = [
    "ENV_FILE",
    "ROOT",
    "CreateApp",
    "Installation",
    "Unusable",
    "child_environment",
    "data_folder",
    "from_here",
    "opened",
]

ROOT: Final = Path(__file__).resolve().parents[2]
"""Where `wsgi.py` and `config/` are."""
ENV_FILE: Final = "referral.env"


class CreateApp(Protocol):
    """The roof's `create_app`."""

    def __call__(self, settings: Settings, *, clock: Clock = ...) -> Flask: ...


class Unusable(click.ClickException):
    """The settings do not allow this; each reason is a line. Exit code 2, as for a wrong command."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        for line in self.message.splitlines():
            click.echo(f"referral: {line}", err=True)


@dataclass
class Installation:
    """The environment of one installation, and what it is judged to be."""

    environ: Mapping[str, str]
    create_app: CreateApp

    @cached_property
    def settings(self) -> Settings:
        """Raises Unusable with every reason."""
        try:
            return from_environment(self.environ)
        except UnsafeSettings as unsafe:
            raise Unusable(str(unsafe)) from None

    def app(self, *, clock: Clock = system_clock, new_database: bool = False) -> Flask:
        """The service. Raises Unusable if a key cannot be read, or if there is no database yet and none is to be made."""
        if not new_database:
            self.need_database()
        try:
            return self.create_app(self.settings, clock=clock)
        except (WeakKeys, KmsRefused, InvalidKey, NoteError) as wrong:
            raise Unusable(f"A key is not usable: {wrong}.") from None

    def need_database(self, address: str | None = None) -> None:
        """Raises Unusable if SQLite's file is not there: a command that reads must not make an empty one."""
        url = make_url(address or self.settings.database_url)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            raise Unusable(f"There is no database {url.database} yet: `referral db upgrade` makes it.")


def data_folder(environ: Mapping[str, str]) -> Path:
    """Where an installation keeps its data, for what must know it before there are settings that hold."""
    return Path(environ.get("REFERRAL_DATA_DIR", "").strip() or "var")


def from_here(environ: Mapping[str, str], create_app: CreateApp) -> Installation:
    """The installation of this shell. `referral.env` fills what the environment leaves out, and never what it says."""
    return Installation({**_kept(environ), **environ}, create_app)


def _kept(environ: Mapping[str, str]) -> dict[str, str]:
    path = data_folder(environ) / ENV_FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from None
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.strip().partition("=")
        if not name or name.startswith("#"):
            continue
        if not equals or not name.startswith("REFERRAL_"):
            raise Unusable(f"{path}, line {number}: not REFERRAL_<NAME>=value.")
        found[name] = value
    if environ.get("DATABASE_URL"):
        found.pop("REFERRAL_DATABASE_URL", None)
    return found


@contextmanager
def opened(app: Flask) -> Iterator[None]:
    """The service's context for one command; a database that does not answer is said in words."""
    try:
        with app.app_context():
            try:
                yield
            finally:
                db.engine.dispose()
    except (OperationalError, ProgrammingError) as error:
        said = str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
        raise click.ClickException(f"The database does not answer as it should ({said}). Is it migrated?") from None


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child process: the same settings, and the way to this package."""
    path = environ.get("PYTHONPATH", "")
    return {**environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{path}" if path else str(ROOT)}
