"""Case keys are wrapped anew while the service runs, and an old key is dropped when nothing needs it."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from referral_api.app import create_app
from referral_api.store import db, session
from referral_api.vault import (
    CaseKey,
    KeyInUse,
    count_outdated,
    retire_kek,
    rewrap_some,
    ring,
    rotate_ring,
    write_private,
)
from tests.world import HandClock, World

CASEWORKER = "police.caseworker1"


@pytest.fixture
def rotated(world, tmp_path):
    """The world as it was, and the same service started again with a rotated ring."""
    path = tmp_path / "vault.json"
    settings = world.app.extensions["settings"]
    write_private(path, settings.vault_keys)
    rotate_ring(path, world.clock())
    clock = HandClock()
    app = create_app(replace(settings, vault_keys=path.read_text()), clock=clock)
    app.testing = True
    app.extensions["password_profile"] = world.app.extensions["password_profile"]
    yield World(app, clock, world.ids, dict(world.tokens), world._keys, world.apps)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def keks(world):
    with world.app.app_context():
        found = session().execute(select(CaseKey.kek_id).order_by(CaseKey.case_id)).scalars().all()
        session().rollback()
    return list(found)


def reads(world, *cases):
    return [world.get(f"/v1/cases/{case['id']}", by=CASEWORKER).json["subject"]["identity"] for case in cases]


def test_old_cases_open_new_ones_are_under_the_new_key_and_no_request_fails_in_between(world, rotated):
    old = [world.open_case() for _ in range(3)]
    new = rotated.open_case()
    assert ["2026q4"] * 3 + ["2026q4-2"] == keks(rotated)
    before = reads(rotated, *old, new)
    with rotated.app.app_context():
        assert 2 == rewrap_some(db.engine, ring(), limit=2)
    assert ["2026q4-2", "2026q4-2", "2026q4", "2026q4-2"] == keks(rotated)
    assert before == reads(rotated, *old, new)
    with rotated.app.app_context():
        assert [1, 0] == [rewrap_some(db.engine, ring(), limit=2) for _ in range(2)]
        with db.engine.connect() as connection:
            assert 0 == count_outdated(connection, ring())
    assert ["2026q4-2"] * 4 == keks(rotated)
    assert before == reads(rotated, *old, new)
    assert 200 == rotated.patch(f"/v1/cases/{old[0]['id']}", {"risk_level": "low"}, by=CASEWORKER).status_code


def test_a_key_in_use_is_not_retired_and_a_retired_one_wraps_nothing_even_for_a_process_with_the_old_ring(
    world, rotated
):
    world.open_case()
    with rotated.app.app_context():
        with pytest.raises(KeyInUse, match="1 cases"):
            retire_kek(db.engine, "2026q4", rotated.clock())
        rewrap_some(db.engine, ring())
        for _ in range(2):
            retire_kek(db.engine, "2026q4", rotated.clock())
    with pytest.raises(DBAPIError, match="retired"):
        world.open_case()
    rotated.open_case()
    assert ["2026q4-2"] * 2 == keks(rotated)


def test_a_destroyed_key_needs_no_key_encryption_key(world, rotated):
    world.open_case()
    with rotated.app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE case_keys SET wrapped = NULL"))
        assert 0 == rewrap_some(db.engine, ring())
        retire_kek(db.engine, "2026q4", rotated.clock())
