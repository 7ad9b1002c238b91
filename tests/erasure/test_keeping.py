"""What keeps a case: the legal hold, and the retention date of which its owner is told in time."""

from datetime import date

import pytest
from sqlalchemy import text

from referral_api.features.erasure.clockwork import warn_of_retention
from referral_api.features.erasure.rules import backups_gone_on
from referral_api.kernel import ids
from referral_api.store import db, session
from tests.erasure.story import CASEWORKER, CLINIC, SUPERVISOR, ask, close, confirm, problem


def hold(world, case, on, *, by=SUPERVISOR, **more):
    return world.post(f"/v1/cases/{case['id']}/hold", {"on": on, "reason": "A trial."}, by=by, **more)


def test_a_supervisor_holds_and_releases_and_the_reason_is_kept_sealed(world):
    case = world.open_case()
    held = hold(world, case, True)
    assert (200, True) == (held.status_code, held.json["legal_hold"])
    released = hold(world, case, False)
    assert (200, False) == (released.status_code, released.json["legal_hold"])
    shown = world.get(f"/v1/cases/{case['id']}/holds", by=CASEWORKER).json["items"]
    assert [(False, "A trial."), (True, "A trial.")] == [(row["on"], row["reason"]) for row in shown]
    assert [world.ids[SUPERVISOR]] * 2 == [row["member_id"] for row in shown]
    assert [1, 1] == [len(world.entries(action)) for action in ("case.held", "case.released")]
    assert "A trial" not in str(world.entries())


def test_only_the_owners_supervisor_holds(world):
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    assert (403, "forbidden") == problem(hold(world, case, True, by=CASEWORKER))
    assert (403, "forbidden") == problem(hold(world, case, True, by="clinic.supervisor"))
    assert (404, "not-found") == problem(hold(world, case, True, by="shelter.supervisor"))


def test_a_hold_needs_no_if_match_but_an_old_one_is_refused(world):
    case = world.open_case()
    etag = world.get(f"/v1/cases/{case['id']}", by=SUPERVISOR).headers["ETag"]
    assert 200 == hold(world, case, True, If_Match=etag).status_code
    assert 412 == hold(world, case, False, If_Match=etag).status_code
    assert 200 == hold(world, case, False).status_code


def test_charges_filed_hold_the_case_until_a_supervisor_lets_go(world):
    charged = {"stage": "charges_filed"}
    opened = world.open_case(subject={"justice_status": charged})
    assert opened["legal_hold"]
    case = world.open_case()
    changed = world.patch(f"/v1/cases/{case['id']}", {"subject": {"justice_status": charged}}, by=CASEWORKER)
    assert (200, True) == (changed.status_code, changed.json["legal_hold"])
    assert "legal_hold" in world.entries("case.changed")[-1]["fields"]
    hold(world, case, False)
    noted = {"subject": {"justice_status": {"police_reference": "KH 2026 1"}}}
    assert not world.patch(f"/v1/cases/{case['id']}", noted, by=CASEWORKER).json["legal_hold"]


def events(world):
    with world.app.app_context():
        rows = session().execute(text("SELECT subject_id FROM outbox_events WHERE type = 'case.retention_due'")).all()
        session().rollback()
    return len(rows)


def warn(world):
    with world.app.app_context():
        return warn_of_retention(world.clock)


def test_the_owner_is_told_ninety_and_thirty_days_before_once_each(world):
    world.open_case()
    heard = []
    for days in (3562, 2, 58, 1, 1, 31, 400):
        world.clock.pass_by(days=days)
        heard.append((warn(world), warn(world), events(world)))
    assert [(0, 0, 0), (1, 0, 1), (0, 0, 1), (1, 0, 2), (0, 0, 2), (0, 0, 2), (0, 0, 2)] == heard
    assert ["90_days", "30_days"] == [entry["reason_code"] for entry in world.entries("case.retention_due")]
    [case] = _rows(world, "SELECT status FROM cases")
    assert "open" == case.status


def test_a_clock_that_stood_still_gives_one_warning_and_not_two(world):
    world.open_case()
    world.clock.pass_by(days=3640)
    assert [1, 0] == [warn(world), warn(world)]
    assert ["30_days"] == [entry["reason_code"] for entry in world.entries("case.retention_due")]


def test_a_new_retention_date_is_warned_of_anew(world):
    case = world.open_case()
    close(world, case)
    world.clock.pass_by(days=3653 - 60)
    assert (1, 0) == (warn(world), warn(world))
    _write(world, "UPDATE cases SET retention_until = '2039-01-01 00:00:00+00'")
    assert 0 == warn(world)
    world.clock.now = world.clock.now.replace(year=2038, month=12, day=20)
    assert 1 == warn(world)


def test_the_owners_supervisor_sees_what_is_near_or_over_and_nobody_else(world):
    case, far, gone = (world.open_case() for _ in range(3))
    close(world, gone)
    confirm(world, ask(world, gone).json)
    _write(world, "UPDATE cases SET retention_until = '2027-01-10 00:00:00+00'")
    _write(world, "UPDATE cases SET retention_until = '2030-01-01 00:00:00+00' WHERE id = :id", id=far["id"])
    shown = world.get("/v1/retention", by=SUPERVISOR).json["items"]
    assert [(case["id"], False)] == [(row["case_id"], row["overdue"]) for row in shown]
    world.clock.pass_by(days=50)
    world.tokens.clear()
    assert [True] == [row["overdue"] for row in world.get("/v1/retention", by=SUPERVISOR).json["items"]]
    assert 403 == world.get("/v1/retention", by=CASEWORKER).status_code
    assert [] == world.get("/v1/retention", by="clinic.supervisor").json["items"]


@pytest.mark.parametrize(
    ("key", "erased", "gone"),
    [
        ("2026q4", "2026-11-24", "2027-03-31"),
        ("2026q4", "2027-06-01", "2027-08-30"),
        ("primary", "2026-11-24", "2027-02-22"),
    ],
)
def test_backups_are_gone_ninety_days_after_the_quarter_or_the_erasure_whichever_is_later(key, erased, gone):
    assert gone == backups_gone_on(key, date.fromisoformat(erased)).isoformat()


def _rows(world, statement):
    with world.app.app_context():
        found = session().execute(text(statement)).all()
        session().rollback()
    return found


def _write(world, statement, **values):
    with world.app.app_context():
        sqlite = db.engine.dialect.name == "sqlite"
        if sqlite:
            statement = statement.replace("+00'", ".000000'")
        given = {name: ids.read("case", value) for name, value in values.items()}
        given = {name: value.hex if sqlite else value for name, value in given.items()}
        with db.engine.begin() as connection:
            connection.execute(text(statement), given)
