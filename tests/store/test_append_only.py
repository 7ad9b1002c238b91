"""The database itself refuses to change the log, whoever asks through the program's own connection."""

from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from config import UnsafeSettings
from referral_api.app import create_app, refuse_owner
from referral_api.audit.integrator import integrate
from referral_api.audit.note import SignerKey
from referral_api.features.cases.models import CaseLink
from referral_api.kernel.clock import system_clock
from referral_api.store.roles import grant_runtime, owns_the_log
from referral_api.store.session import CommitOutsideWork, db, session
from tests import postgres
from tests import world as worlds


def tried(world, statement):
    with world.app.app_context(), db.engine.connect() as connection:
        transaction = connection.begin()
        try:
            connection.execute(text(statement))
        finally:
            transaction.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET outcome = 'allowed'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_leaves",
        "DELETE FROM audit_checkpoints",
        "UPDATE audit_checkpoints SET note = 'x'",
    ],
)
def test_an_entry_is_neither_changed_nor_removed(world, statement):
    world.open_case()
    _integrate(world)
    with pytest.raises(DBAPIError, match="append-only"):
        tried(world, statement)


def test_an_entry_is_not_replaced_or_truncated(world):
    world.open_case()
    with world.app.app_context():
        sqlite = db.engine.dialect.name == "sqlite"
    replaced = "INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries"
    with pytest.raises(DBAPIError, match="append-only"):
        tried(world, replaced if sqlite else "TRUNCATE audit_entries CASCADE")


def test_each_entry_waits_for_its_place_in_the_tree(world):
    world.open_case()
    with world.app.app_context():
        count = "SELECT count(*) FROM audit_entries e WHERE NOT EXISTS (SELECT 1 FROM audit_pending p WHERE p.entry_id = e.id)"
        assert 0 == session().execute(text(count)).scalar_one()
        assert 0 < session().execute(text("SELECT count(*) FROM audit_pending")).scalar_one()
    _integrate(world)
    with world.app.app_context():
        assert 0 == session().execute(text("SELECT count(*) FROM audit_pending")).scalar_one()


def test_nothing_is_written_or_committed_outside_a_unit_of_work(world):
    with world.app.app_context():
        session().execute(text("SELECT 1"))
        with pytest.raises(CommitOutsideWork):
            session().commit()
        session().rollback()
        session().add(CaseLink())
        with pytest.raises(CommitOutsideWork):
            session().flush()


def test_the_runtime_role_has_no_rights_to_change_the_log(postgresql_server, postgresql_template, tmp_path):
    owner = postgres.fresh_database(postgresql_server, "owned", template="world")
    postgres.sql(postgresql_server, "CREATE ROLE runtime LOGIN")
    engine = create_engine(owner)
    with engine.begin() as connection:
        assert owns_the_log(connection)
        grant_runtime(connection, "runtime")
    runtime = create_engine(owner.replace("://postgres", "://runtime"))
    for statement in (
        "UPDATE audit_entries SET outcome = 'x'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "DROP TABLE audit_entries",
    ):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), runtime.begin() as connection:
            connection.execute(text(statement))
    with runtime.begin() as connection:
        assert not owns_the_log(connection)
    production = replace(worlds.settings(owner, tmp_path), environment="production")
    owners = create_app(production)
    with pytest.raises(UnsafeSettings, match="owns the log"):
        refuse_owner(owners)
    app = refuse_owner(create_app(replace(production, database_url=runtime.url.render_as_string(hide_password=False))))
    answer = app.test_client().post(
        "/v1/sessions",
        json={
            "username": "police.caseworker1",
            "password": worlds.PASSWORD,
            "one_time_code": worlds.Apps().code("police.caseworker1", system_clock()),
        },
    )
    assert 200 == answer.status_code, answer.text
    for each in (app, owners):
        with each.app_context():
            db.engine.dispose()
    runtime.dispose()
    engine.dispose()


def _integrate(world):
    with world.app.app_context():
        integrate(db.engine, SignerKey.parse(world.app.extensions["settings"].log_key.strip()), now=world.clock())
