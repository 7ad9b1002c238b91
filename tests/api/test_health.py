"""Alive, ready, and what is counted."""

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from referral_api.app import create_app
from referral_api.audit.integrator import integrate
from referral_api.audit.note import SignerKey
from referral_api.store.session import db
from tests.world import HandClock, World, settings


def test_a_process_lives_even_without_a_database(tmp_path: Path) -> None:
    app = create_app(settings(f"sqlite:///{tmp_path / 'none.sqlite3'}", tmp_path), clock=HandClock())
    answers = [app.test_client().get(path) for path in ("/livez", "/readyz")]
    assert [200, 503] == [answer.status_code for answer in answers]
    assert "Not ready." == answers[1].json["detail"]
    with app.app_context():
        db.engine.dispose()


def test_a_migrated_database_is_ready_and_one_of_another_version_is_not(world: World) -> None:
    assert 200 == world.get("/readyz", by=None).status_code
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    world.clock.pass_by(seconds=2)
    assert 503 == world.get("/readyz", by=None).status_code


def test_whoever_asks_twice_within_a_second_is_told_the_same_from_memory(world: World) -> None:
    world.get("/readyz", by=None)
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert 200 == world.get("/readyz", by=None).status_code


def test_an_entry_that_waits_a_minute_for_its_place_in_the_tree_makes_it_not_ready(world: World) -> None:
    world.sign_in("police.caseworker1")
    assert 200 == world.get("/readyz", by=None).status_code
    world.clock.pass_by(seconds=61)
    assert 503 == world.get("/readyz", by=None).status_code
    with world.app.app_context():
        integrate(db.engine, SignerKey.parse(world.app.extensions["settings"].log_key), now=world.clock())
    world.clock.pass_by(seconds=2)
    assert 200 == world.get("/readyz", by=None).status_code


def _metrics(world: World) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(world.get("/metrics", by=None).text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def test_requests_are_counted_by_route_and_nothing_is_told_of_a_case(world: World) -> None:
    counted = (
        "referral_requests_total",
        frozenset({"method": "GET", "route": "/v1/cases/<case_id>", "status": "200"}.items()),
    )
    before = _metrics(world).get(counted, 0)
    case = world.open_case()
    world.get(f"/v1/cases/{case['id']}", by="police.caseworker1")
    after = _metrics(world)
    assert before + 1 == after[counted]
    assert "case_0" not in str(after)
    assert "agency_0" not in str(after)


def test_the_age_of_the_oldest_entry_without_a_place_is_told(world: World) -> None:
    world.sign_in("police.caseworker1")
    world.clock.pass_by(seconds=30)
    assert 30 == _metrics(world)["referral_audit_oldest_pending_seconds", frozenset()]


def test_an_invented_method_or_address_makes_no_series_of_its_own(world: World) -> None:
    world.app.test_client().open("/v1/invented", method="INVENTED")
    assert "invented" not in str(_metrics(world)).lower()


def test_metrics_are_told_to_this_machine_alone(world: World) -> None:
    client = world.app.test_client()
    answers = [
        client.get("/metrics", environ_overrides={"REMOTE_ADDR": "::1"}),
        client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.5"}),
        client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"}),
        client.get("/metrics", headers={"Forwarded": "for=203.0.113.5"}),
    ]
    assert [200, 404, 404, 404] == [answer.status_code for answer in answers]
