"""`referral demo`: make the invented world, serve it, and help to sign in."""

import http.client
import os
import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pyotp
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from referral_api.cli.database import migrate
from referral_api.cli.demo import files
from referral_api.cli.demo.calling import Callers, DemoFailed, PastClock
from referral_api.cli.demo.settling import new_passwords, settle
from referral_api.cli.demo.stories import tell_stories
from referral_api.cli.demo.world import AGENCIES
from referral_api.cli.installation import Installation, Unusable, data_folder, opened
from referral_api.cli.serving import GUNICORN, WORKER, die_with_parent, refuse_taken_port, supervise
from referral_api.features.agencies.models import Agency
from referral_api.kernel.clock import system_clock
from referral_api.store import session

__all__ = ["demo"]

_BEGAN_DAYS_AGO = 14


@click.group()
def demo() -> None:
    """The demonstration: an invented world to try things in. Never in production."""


@demo.command("run")
@click.option("--port", type=click.IntRange(1, 65_535), default=8080, show_default=True)
@click.option("--dir", "folder", type=click.Path(file_okay=False, path_type=Path), default="var", show_default=True)
@click.pass_obj
def run(installation: Installation, port: int, folder: Path) -> None:
    """Make what is missing (keys, database, invented world) and serve it on 127.0.0.1 until Ctrl-C. What `make run` calls.

    DATABASE_URL names another database than SQLite in the folder.
    """
    if os.environ.get("REFERRAL_ENVIRONMENT", "development") != "development":
        raise Unusable("REFERRAL_ENVIRONMENT is not development: there is no demonstration in production.")
    if "MAKELEVEL" in os.environ:
        die_with_parent()
    began = time.monotonic()
    folder = folder.resolve()
    environ = files.environment(folder, port=port, database_url=os.environ.get("DATABASE_URL") or None)
    here = Installation({**_elsewhere(os.environ), **environ}, installation.create_app)
    refuse_taken_port(here.settings)
    _tell(f"Data in {folder}, database {make_url(here.settings.database_url).render_as_string()}")
    _prepare(here)
    if files.write_env(folder, environ):
        _tell("In a second shell, name the database again: export DATABASE_URL=...")

    def ready() -> bool:
        if not _answers(port):
            return False
        _tell(_welcome(folder, port, time.monotonic() - began))
        return True

    sys.exit(supervise([GUNICORN, WORKER], here.environ, then=ready))


@demo.command("seed")
@click.pass_obj
def seed(installation: Installation) -> None:
    """Fill this installation's empty database with the invented world, and write demo.json. Development only."""
    if installation.settings.production:
        raise Unusable("REFERRAL_ENVIRONMENT is production: the demonstration is never made there.")
    _prepare(installation)


@demo.command("code")
@click.argument("username")
@click.pass_obj
def code(installation: Installation, username: str) -> None:
    """Print the one-time code of the moment of a member of the demonstration. It works once: the next one comes within 30 seconds."""
    path = data_folder(installation.environ) / files.DEMO_FILE
    found = files.read_demo(path.parent)
    if found is None:
        raise click.ClickException(
            f"There is no {path}. `make run` makes it; if the demonstration lies elsewhere, REFERRAL_DATA_DIR names its folder."
        )
    member = next((member for member in found["members"] if member["username"] == username), None)
    if member is None:
        raise click.ClickException("There is nobody of this name in the demonstration.")
    click.echo(pyotp.TOTP(member["totp_secret"]).now())


def _prepare(installation: Installation) -> None:
    """Bring database and demo.json to where they can be served; what is there already stays."""
    settings = installation.settings
    folder = settings.data_dir
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and files.clear_unfinished(folder, Path(url.database or "")):
        _tell("The last start was interrupted while the world was made; it is made anew.")
    clock = PastClock(system_clock(), days_ago=_BEGAN_DAYS_AGO)
    app = installation.app(clock=clock, new_database=True)
    _tell("Migrating the database")
    migrate(app)
    with opened(app):
        empty = session().execute(select(Agency.id).limit(1)).first() is None
    known = files.read_demo(folder)
    if empty:
        known = _make_world(app, clock, folder)
    elif known is None:
        raise click.ClickException(
            f"The database holds data, but {folder / files.DEMO_FILE} is missing: nobody's password is known. Empty it, or use another."
        )
    files.write_demo(folder, {"base_url": settings.public_url, **{k: v for k, v in known.items() if k != "base_url"}})


def _make_world(app: Flask, clock: PastClock, folder: Path) -> dict[str, Any]:
    began = time.monotonic()
    callers = Callers(app, clock, new_passwords(), {place.key: place.purpose for place in AGENCIES})
    _tell("Making the invented world (once; 20 to 50 seconds):")
    try:
        with files.unfinished(folder):
            known = settle(app, callers, clock, _tell_part)
            agencies = {place.key: known["agencies"][number]["id"] for number, place in enumerate(AGENCIES)}
            tell_stories(app, callers, clock, agencies, _tell_part)
            files.write_demo(folder, {"base_url": app.config["PUBLIC_URL"], **known})
    except DemoFailed as failed:
        raise click.ClickException(f"The invented world could not be made. {failed}") from None
    _tell(f"Made in {time.monotonic() - began:.1f} s")
    return known


def _elsewhere(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without another installation's settings."""
    return {name: value for name, value in environ.items() if not name.startswith("REFERRAL_")}


def _answers(port: int) -> bool:
    """Whether the service answers, whatever it says: a port that is open alone may have nobody behind it yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/livez", headers={"Connection": "close"})
        return connection.getresponse().status > 0
    except OSError:
        return False
    finally:
        connection.close()


def _welcome(folder: Path, port: int, seconds: float) -> str:
    elsewhere = "" if folder == Path("var").resolve() else f"REFERRAL_DATA_DIR={shlex.quote(str(folder))} "
    return f"""
Ready after {seconds:.1f} s: http://127.0.0.1:{port}   (Ctrl-C ends it)
Sign in as anybody: user names, passwords and secrets are in {folder / files.DEMO_FILE}; `./referral demo code USERNAME` prints a one-time code
  police.caseworker1  clinic.caseworker1  welfare.supervisor  police.auditor  oversight.auditor  platform.admin ...
What to try, in a second shell: README.md, with
  api=http://127.0.0.1:{port} demo={shlex.quote(str(folder / files.DEMO_FILE))}
The log: {elsewhere}./referral audit tail --follow
"""


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _tell_part(name: str) -> None:
    _tell(f"  {name}")
