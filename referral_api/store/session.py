"""The one session of a request, and the lock that makes its commit the spine's own.

SQLite takes one writer at a time, and its built-in wait sleeps and retries, which makes the slowest calls very slow. So each
transaction first waits in a queue on a blocking file lock (`<database>.queue`), then begins IMMEDIATE: the order of arrival is
kept and nobody polls. The lock is opened with the connection, hence after the fork.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Engine, MetaData, Select, event
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session

from referral_api.kernel.errors import NotFound

__all__ = ["Base", "CommitOutsideWork", "configure_engine", "db", "find_fresh", "only_here", "session"]

T = TypeVar("T")


class Base(DeclarativeBase):
    __allow_unmapped__ = True

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class CommitOutsideWork(RuntimeError):
    """A commit, flush or bulk write was tried outside a unit of work: a programming error, never a caller's."""


class GuardedSession(FlaskSession):
    """A session whose commits and writes belong to the spine alone."""


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"class_": GuardedSession, "expire_on_commit": False, "autoflush": False},
)


def session() -> Session:
    """The session of this request or command."""
    return db.session()


def find_fresh(query: Select[T], *, lock: bool = False) -> T:
    """The one thing of a query, as the database has it now; locked, nobody else changes it meanwhile. NotFound if there is none."""
    query = query.with_for_update() if lock else query
    found = session().execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


_OPEN = "unit_of_work_open"


@contextmanager
def only_here(current: Session) -> Iterator[None]:
    """While this is open, the session may write and commit. Only the spine opens it."""
    current.info[_OPEN] = True
    try:
        yield
    finally:
        current.info[_OPEN] = False


def _refuse_outside(current: Session) -> None:
    if not current.info.get(_OPEN):
        raise CommitOutsideWork("only referral_api.work may write and commit")


@event.listens_for(GuardedSession, "before_commit")
def _before_commit(current: Session) -> None:
    _refuse_outside(current)


@event.listens_for(GuardedSession, "before_flush")
def _before_flush(current: Session, *_: Any) -> None:
    _refuse_outside(current)


@event.listens_for(GuardedSession, "do_orm_execute")
def _before_bulk(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _refuse_outside(state.session)


def configure_engine(engine: Engine) -> Engine:
    """Durable, write-ahead, queued SQLite; PostgreSQL needs nothing but its pool."""
    if engine.dialect.name != "sqlite":
        return engine
    queue = f"{engine.url.database}.queue"

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=5000",
            "trusted_schema=OFF",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        record.info["queue"] = os.open(queue, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        fcntl.flock(connection.connection.info["queue"], fcntl.LOCK_EX)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    def checkin(connection: Any, record: Any) -> None:
        fcntl.flock(record.info["queue"], fcntl.LOCK_UN)

    @event.listens_for(engine, "close")
    def close(connection: Any, record: Any) -> None:
        os.close(record.info.pop("queue"))

    return engine
