"""The log's tables in a real database: SQLite in a file, and PostgreSQL."""

from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from referral_api.audit.models import (
    AuditArchive,
    AuditCheckpoint,
    AuditCosignature,
    AuditEntry,
    AuditLeaf,
    AuditNode,
    AuditPending,
)
from referral_api.store import Base
from referral_api.store.session import configure_engine
from tests import postgres

TABLES = [
    model.__table__
    for model in (AuditArchive, AuditEntry, AuditPending, AuditLeaf, AuditNode, AuditCheckpoint, AuditCosignature)
]


@pytest.fixture(scope="session")
def postgresql(postgresql_server):
    """The address of a database of these tests' own."""
    return postgres.fresh_database(postgresql_server, f"log_{uuid4().hex}")


@pytest.fixture
def one_writer(tmp_path):
    """An engine over empty audit tables in SQLite, where writers wait for each other."""
    engine = configure_engine(create_engine(f"sqlite:///{tmp_path / 'log.sqlite3'}"))
    Base.metadata.create_all(engine, tables=TABLES)
    yield engine
    engine.dispose()


@pytest.fixture
def many_writers(postgresql):
    """An engine over empty audit tables in PostgreSQL, where several transactions are open at once."""
    engine = create_engine(postgresql)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    Base.metadata.create_all(engine, tables=TABLES)
    yield engine
    engine.dispose()


@pytest.fixture(params=["one_writer", "many_writers"])
def engine(request):
    """Each of both."""
    return request.getfixturevalue(request.param)
