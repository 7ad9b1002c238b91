"""What a request may ask of the database: a number of statements for each main route, so that a needless round trip is seen.

The begin and the commit of the one transaction are not counted. PostgreSQL locks rows and sets a time to wait for a key, which
SQLite with its one writer need not.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from referral_api.store.session import db
from tests.world import CASE, CONSENT

POLICE, CLINIC = "police.caseworker1", "clinic.caseworker1"

#        route                                   SQLite  PostgreSQL
MOST = {
    "open a case":                                 (19, 20),
    "read a case as its owner":                    ( 3,  3),
    "read a case as a receiver":                   ( 4,  4),
    "list the cases":                              ( 3,  3),
    "change a data class":                         (10, 11),
    "give a consent":                              (13, 15),
    "send a referral":                             (21, 24),
    "read a referral":                             ( 4,  4),
    "list the inbox":                              ( 3,  3),
    "accept a referral":                           (17, 23),
    "repeat a call that was answered":             ( 7, 12),
    "be denied a case":                            ( 3,  3),
}  # fmt: skip


@contextmanager
def counting(world) -> Iterator[list[str]]:
    """The statements that a call sends, without the begin of its transaction."""
    sent: list[str] = []

    def count(connection, cursor, statement, *_):
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", count)


def called(world, route):
    """Bring the world to where the route can be called, and return the call."""
    case, consent, referral = world.sent_referral()
    path, step = f"/v1/cases/{case['id']}", f"/v1/referrals/{referral['id']}"
    grants = [{"recipients": [world.ids["clinic"]], "purposes": ["care"], "data_classes": ["identity", "health_need"]}]
    for who in (CLINIC, "shelter.caseworker1"):
        world.sign_in(who)
    if route in ("read a case as a receiver", "repeat a call that was answered"):
        taken = world.post(f"{step}/accept", by=CLINIC, If_Match="*", Idempotency_Key="again")
        assert 200 == taken.status_code
    return {
        "open a case": lambda: world.post("/v1/cases", CASE, by=POLICE),
        "read a case as its owner": lambda: world.get(path, by=POLICE),
        "read a case as a receiver": lambda: world.get(path, by=CLINIC),
        "list the cases": lambda: world.get("/v1/cases", by=POLICE),
        "change a data class": lambda: world.call(
            "PATCH", path, {"subject": {"notes": {"text": "Prefers mornings."}}}, by=POLICE, If_Match="*"
        ),
        "give a consent": lambda: world.post(f"{path}/consents", {**CONSENT, "grants": grants}, by=POLICE),
        "send a referral": lambda: world.refer(case, consent),
        "read a referral": lambda: world.get(step, by=CLINIC),
        "list the inbox": lambda: world.get("/v1/referrals?box=inbox", by=CLINIC),
        "accept a referral": lambda: world.post(f"{step}/accept", by=CLINIC, If_Match="*"),
        "repeat a call that was answered": lambda: world.post(
            f"{step}/accept", by=CLINIC, If_Match="*", Idempotency_Key="again"
        ),
        "be denied a case": lambda: world.get(path, by="shelter.caseworker1"),
    }[route]


@pytest.mark.parametrize("route", MOST)
def test_a_route_sends_no_more_statements_than_its_line_says(world, database, route):
    call = called(world, route)
    with counting(world) as sent:
        answer = call()
    assert (route == "be denied a case") == (answer.status_code == 404), answer.text
    assert answer.status_code in (200, 201, 404), answer.text
    allowed = MOST[route][0 if database[0].url.startswith("sqlite") else 1]
    assert allowed >= len(sent), "\n".join(statement[:60] for statement in sent)
