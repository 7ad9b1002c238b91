"""Bringing the database to the state that this version needs."""

import logging
from pathlib import Path
from typing import Final

import click
from flask import Flask
from flask_migrate import upgrade as run_migrations

from referral_api.cli.installation import ROOT, Installation, opened
from referral_api.store.roles import grant_runtime
from referral_api.store.session import db

__all__ = ["database", "migrate"]

_MIGRATIONS: Final = ROOT / "referral_api" / "store" / "migrations"


def migrate(app: Flask) -> None:
    """Run the migrations that are missing. The service does not run meanwhile, or is of the version before."""
    app.logger.setLevel(logging.WARNING)
    with opened(app):
        run_migrations(directory=str(_MIGRATIONS))


@click.group("db")
def database() -> None:
    """The database."""


@database.command("upgrade")
@click.pass_obj
def upgrade(installation: Installation) -> None:
    """Bring the database to the state that this version needs; an empty one is made. Safe to repeat."""
    Path(installation.settings.data_dir).mkdir(parents=True, exist_ok=True, mode=0o700)
    migrate(installation.app(new_database=True))
    click.echo("The database is up to date.")


@database.command("grant")
@click.argument("role")
@click.pass_obj
def grant(installation: Installation, role: str) -> None:
    """Give a PostgreSQL role what serving needs; it can neither change nor remove an entry of the log. Run as the owner."""
    with opened(installation.app()), db.engine.begin() as connection:
        if connection.dialect.name != "postgresql":
            raise click.ClickException("Only PostgreSQL has roles.")
        try:
            grant_runtime(connection, role)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    click.echo(f"{role} may serve.")
