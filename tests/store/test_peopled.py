"""Whatever a test does to its database, the next one finds it as it was built."""

import pytest
from sqlalchemy import create_engine, text

from referral_api.audit.integrator import integrate
from referral_api.audit.note import SignerKey
from referral_api.store.session import db


def held(peopled):
    """Every table with its triggers, and every row."""
    engine = create_engine(peopled.url)
    try:
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                return list(connection.connection.iterdump())
        with engine.connect() as connection:
            tables = connection.execute(
                text(
                    "SELECT c.oid::regclass::text, array(SELECT tgname || tgenabled::text FROM pg_trigger WHERE tgrelid = c.oid ORDER BY 1)"
                    " FROM pg_class c WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'audit_months') ORDER BY 1"
                )
            ).all()
            rows = {
                name: connection.execute(text(f"SELECT t::text FROM {name} t ORDER BY 1")).scalars().all()
                for name, _ in tables
            }
            return [tuple(each) for each in tables], rows
    finally:
        engine.dispose()


@pytest.mark.parametrize("left", ["rows", "an altered table", "an open transaction"])
def test_a_database_is_as_it_was_built_after_each_test(database, world, left):
    peopled, _ = database
    built = held(peopled)
    world.sent_referral()
    waiting = create_engine(peopled.url)
    with world.app.app_context():
        integrate(db.engine, SignerKey.parse(world.app.extensions["settings"].log_key), now=world.clock())
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM certificates"))
            if left == "an altered table":
                connection.execute(text("ALTER TABLE agencies ADD COLUMN more text"))
        if left == "an open transaction":
            open_one = waiting.connect()
            open_one.execute(text("UPDATE agencies SET name = 'Another'"))
    assert held(peopled) != built
    peopled.take_back(world.app)
    peopled.fresh()
    assert built == held(peopled)
    if left == "an open transaction":
        open_one.invalidate()
        open_one.close()
    waiting.dispose()
