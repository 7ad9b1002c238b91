"""PostgreSQL keeps the log by months: what was there before is moved, nothing is lost, and no month is less locked than the whole."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from referral_api.app import create_app
from referral_api.audit.integrator import integrate
from referral_api.audit.models import AuditEntry, AuditPending
from referral_api.audit.months import AHEAD, Month, make_ahead, months
from referral_api.audit.note import SignerKey
from referral_api.kernel import ids
from referral_api.store.roles import grant_runtime
from referral_api.store.session import db
from tests import postgres
from tests.world import BEGAN, World, settings

MIGRATIONS = "referral_api/store/migrations"


@pytest.fixture
def older(postgresql_server: str, tmp_path: Path) -> Iterator[Flask]:
    """A service on PostgreSQL whose database was last migrated when the log was one table."""
    url = postgres.fresh_database(postgresql_server, f"older_{ids.new().hex}")
    app = create_app(settings(url, tmp_path))
    with app.app_context():
        upgrade(directory=MIGRATIONS, revision="0005")
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def parted(world: World) -> World:
    with world.app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("SQLite keeps one table.")
    return world


def written(moment: datetime) -> dict[str, Any]:
    """An entry that was written then."""
    entry_id = UUID(int=(int(moment.timestamp() * 1000) << 80) | (ids.new().int & (1 << 80) - 1))
    return {"id": entry_id, "at": moment, "actor_kind": "clock", "action": "case.read", "outcome": "allowed",
            "disclosed": False, "leaf": b"{}"}  # fmt: skip


def tables() -> dict[str, list[UUID]]:
    """The ids in each month's table."""
    with db.engine.connect() as connection:
        return {
            str(month): list(
                connection.execute(text(f"SELECT id FROM audit_months.{month.table} ORDER BY id")).scalars()
            )
            for month in months(connection)
        }


def test_what_is_there_is_moved_to_its_months_and_waits_and_verifies_as_before(older: Flask) -> None:
    past = [written(datetime(2026, 8, 31, 23, 59, 59, 999000, UTC)), written(datetime(2026, 9, 1, tzinfo=UTC))]
    signer = SignerKey.parse(older.extensions["settings"].log_key.strip())
    with db.engine.begin() as connection:
        connection.execute(insert(AuditEntry.__table__), past[:1])  # type: ignore[arg-type]
    integrate(db.engine, signer, now=BEGAN)
    with db.engine.begin() as connection:
        connection.execute(insert(AuditEntry.__table__), past[1:])  # type: ignore[arg-type]

    upgrade(directory=MIGRATIONS)

    found = tables()
    assert [past[0]["id"]] == found["2026-08"]
    assert [past[1]["id"]] == found["2026-09"]
    with db.engine.connect() as connection:
        assert [past[1]["id"]] == connection.execute(select(AuditPending.entry_id)).scalars().all()
    assert 1 == integrate(db.engine, signer, now=BEGAN)


def test_the_months_ahead_are_there_and_the_worker_makes_what_is_missing(parted: World) -> None:
    with parted.app.app_context():
        now = datetime.now(UTC)
        assert 0 == make_ahead(db.engine, now)
        month = Month.of(now)
        for _ in range(AHEAD):
            month = month.next()
        assert str(month) == list(tables())[-1]
        assert 1 == make_ahead(db.engine, now.replace(day=1) + timedelta(days=32))
        assert 0 == make_ahead(db.engine, now.replace(day=1) + timedelta(days=32))
        later = written(month.next().since)
        with db.engine.begin() as connection:
            connection.execute(insert(AuditEntry.__table__), [later])  # type: ignore[arg-type]
        assert [later["id"]] == tables()[str(month.next())]


@pytest.mark.parametrize(
    "statement", ["UPDATE {0} SET outcome = 'denied'", "DELETE FROM {0}", "TRUNCATE {0}", "TRUNCATE audit_entries"]
)
def test_not_even_its_own_table_lets_a_months_entries_be_changed(parted: World, statement: str) -> None:
    parted.open_case()
    with parted.app.app_context():
        month = Month.of(datetime.now(UTC))
        assert tables()[str(month)]
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(statement.format(f"audit_months.{month.table}")))


def test_an_id_stands_once_in_the_log_and_a_month_without_a_table_takes_nothing(parted: World) -> None:
    with parted.app.app_context():
        entry = written(datetime.now(UTC))
        with db.engine.begin() as connection:
            connection.execute(insert(AuditEntry.__table__), [entry])  # type: ignore[arg-type]
        for another, said in ((entry, "duplicate key"), (written(datetime(2090, 1, 1, tzinfo=UTC)), "no partition")):
            with pytest.raises(DBAPIError, match=said), db.engine.begin() as connection:
                connection.execute(insert(AuditEntry.__table__), [another])  # type: ignore[arg-type]


def test_the_runtime_role_makes_months_and_reaches_them_through_the_log_alone(parted: World) -> None:
    role = f"runtime_{ids.new().hex}"
    with parted.app.app_context():
        owner, month = db.engine, Month.of(datetime.now(UTC))
        with owner.begin() as connection:
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
            grant_runtime(connection, role)
        runtime = create_engine(owner.url.set(username=role))
        assert 1 == make_ahead(runtime, month.since + timedelta(days=32))
        with runtime.begin() as connection:
            connection.execute(insert(AuditEntry.__table__), [written(datetime.now(UTC))])  # type: ignore[arg-type]
        for statement in ("SELECT 1 FROM {0}", "INSERT INTO {0} SELECT * FROM audit_entries", "DROP TABLE {0}",
                          "ALTER TABLE audit_entries DETACH PARTITION {0}"):  # fmt: skip
            with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), runtime.begin() as connection:
                connection.execute(text(statement.format(f"audit_months.{month.table}")))
        runtime.dispose()
        postgres.sql(
            owner.url.set(drivername="postgresql").render_as_string(hide_password=False), f"DROP OWNED BY {role}"
        )


@pytest.mark.parametrize(
    ("moment", "month", "following"),
    [
        (datetime(2026, 12, 31, 23, 59, 59, 999000, UTC), "2026-12", "2027-01"),
        (datetime(2027, 1, 1, tzinfo=UTC), "2027-01", "2027-02"),
    ],
)
def test_the_month_of_an_id_is_the_calendar_month_in_utc(moment: datetime, month: str, following: str) -> None:
    found = Month.of_id(written(moment)["id"])
    assert (month, following) == (str(found), str(found.next()))
