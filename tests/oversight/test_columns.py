"""What entries are searched by says what their leaves say, for entries that are older than the columns too."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, insert, select, text

from referral_api.app import create_app
from referral_api.audit.columns import first_departure
from referral_api.audit.models import AuditEntry
from referral_api.kernel import ids
from referral_api.store.session import db, only_here, session
from tests import postgres
from tests.world import BEGAN, World, settings

MIGRATIONS = "referral_api/store/migrations"
COLUMNS = ("person_id", "reason_code", "consent_id", "data_classes")


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A service whose database was last migrated before there were such columns."""
    url = f"sqlite:///{tmp_path / 'older.sqlite3'}"
    if request.param == "postgresql":
        url = postgres.fresh_database(request.getfixturevalue("postgresql_server"), f"older_{ids.new().hex}")
    app = create_app(settings(url, tmp_path))
    with app.app_context():
        upgrade(directory=MIGRATIONS, revision="0004")
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_columns_of_earlier_entries_are_filled_from_their_leaves_and_the_log_is_locked_again(older: Flask) -> None:
    member, consent, entry_id = ids.new(), ids.new(), ids.new()
    leaf = {
        "actor": {"kind": "client", "id": None, "on_behalf_of": ids.show("member", member)},
        "reason_code": "excluded",
        "consent_id": ids.show("consent", consent),
        "data_classes": ["contact", "identity"],
    }
    row = {"id": entry_id, "at": BEGAN, "actor_kind": "client", "action": "case.read", "outcome": "allowed",
           "disclosed": True, "leaf": json.dumps(leaf).encode()}  # fmt: skip
    current = session()
    with only_here(current):
        current.execute(insert(AuditEntry.__table__).values(row))  # type: ignore[arg-type]
        current.commit()
    current.connection().close()
    db.session.remove()
    upgrade(directory=MIGRATIONS)
    found = session().execute(select(*(getattr(AuditEntry, name) for name in COLUMNS))).one()
    assert (member, "excluded", consent, " contact identity ") == tuple(found)
    with pytest.raises(Exception, match="append-only"):
        session().connection().execute(text("UPDATE audit_entries SET outcome = 'denied'"))


def test_the_columns_of_a_new_entry_say_what_its_leaf_says(world: World) -> None:
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by="clinic.caseworker1")
    world.get(f"/v1/cases/{case['id']}", by="clinic.caseworker1")
    with world.app.app_context():
        rows = session().execute(select(*AuditEntry.__table__.c)).all()
        session().rollback()
    for row in rows:
        said = json.loads(row.leaf)
        person = said["actor"]["id"] if row.actor_kind == "member" else said["actor"]["on_behalf_of"]
        assert person == (row.person_id and ids.show("member", row.person_id))
        assert said["reason_code"] == row.reason_code
        assert said["consent_id"] == (row.consent_id and ids.show("consent", row.consent_id))
        assert said["data_classes"] == (row.data_classes or "").split()
    assert any(row.data_classes for row in rows)
    assert any(row.consent_id for row in rows)


def test_every_entry_of_a_story_is_found_by_what_it_says(world: World, grow: Callable[[], int]) -> None:
    case, consent, referral = world.sent_referral()
    world.step(referral, "accept", by="clinic.caseworker1")
    world.get(f"/v1/cases/{case['id']}", by="ngo.caseworker1")
    world.get("/v1/cases/nothing", by="ngo.caseworker1")
    world.post(f"/v1/consents/{consent['id']}/withdraw", {"by": "child", "reason": "No more."}, by="police.caseworker1")
    for name in ("clinic.caseworker2", "nobody.at.all"):
        world.app.test_client().post("/v1/sessions", json={"username": name, "password": "not the right one"})
    size = grow()
    with world.app.app_context():
        assert first_departure(db.engine.begin, size) is None
        with db.engine.begin() as connection:
            total = connection.execute(select(func.count()).select_from(AuditEntry)).scalar_one()
    assert (size, True) == (total, size > 10)
