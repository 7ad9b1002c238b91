"""One picture of the database for a command that reads much and must make no writer wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import OperationalError, ProgrammingError

from config import database_url
from referral_api.cli.installation import Installation

__all__ = ["reading"]


@contextmanager
def reading(installation: Installation, database: str | None = None) -> Iterator[Connection]:
    """One picture of the installation's database, or of another, for as long as it takes, that makes no writer wait."""
    if database and not database.startswith(("sqlite", "postgres")):
        raise click.UsageError("The database is SQLite or PostgreSQL: sqlite:///FILE or postgresql://...")
    url = database_url(database) if database else installation.settings.database_url
    if url.startswith("sqlite"):
        installation.need_database(url)
        engine = create_engine(url)

        @event.listens_for(engine, "connect")
        def connect(connection: Any, record: Any) -> None:
            connection.isolation_level = None
            connection.execute("PRAGMA query_only=ON")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN")
    else:
        engine = create_engine(url, isolation_level="REPEATABLE READ", execution_options={"postgresql_readonly": True})
    try:
        with engine.connect() as connection:
            yield connection
    except (OperationalError, ProgrammingError):
        raise click.ClickException("The database does not answer as it should. Is it migrated?") from None
    finally:
        engine.dispose()
