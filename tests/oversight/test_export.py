"""Auditors take their entries along, in a form that can be checked elsewhere and in two that other programs read."""

import csv
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from referral_api.audit import export, tables
from referral_api.audit.note import SignerKey
from referral_api.audit.verifier import Trust, verify_export
from referral_api.store.session import db
from tests.world import World

OVERSIGHT, POLICE, CLINIC = "oversight.auditor", "police.caseworker1", "clinic.caseworker1"
_FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)


@pytest.fixture
def storied(world: World, grow: Callable[[], int]) -> World:
    """A referral was sent and accepted, somebody was denied, and every entry has its place."""
    case, _, referral = world.sent_referral()
    world.clock.pass_by(hours=1)
    world.tokens.clear()
    world.step(referral, "accept", by=CLINIC)
    world.get(f"/v1/cases/{case['id']}", by=CLINIC)
    world.get(f"/v1/cases/{case['id']}", by="ngo.caseworker1")
    for who in (OVERSIGHT, "police.auditor", "shelter.auditor"):
        world.sign_in(who)
    grow()
    return world


def exported(world: World, by: str = OVERSIGHT, **query: str) -> list[bytes]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = world.get(f"/v1/audit/export?{asked}", by=by)
    assert answer.status_code == 200, answer.text
    return answer.data.splitlines(keepends=True)


def entries(lines: list[bytes]) -> list[dict[str, Any]]:
    return [line["entry"] for line in map(json.loads, lines) if "entry" in line]


def test_an_oversight_body_gets_the_whole_log_and_checks_it_with_the_logs_key(
    storied: World, log_key: SignerKey
) -> None:
    known = len(storied.entries())
    lines = exported(storied)
    verdict = verify_export(lines, Trust(log_key.verifier))
    assert (True, known) == (verdict.valid, verdict.tree_size)
    assert "complete" == json.loads(lines[0])["scope"]
    broken = [line.replace(b'"denied"', b'"allowed"') for line in lines]
    assert not verify_export(broken, Trust(log_key.verifier)).valid


def test_another_auditor_gets_own_people_and_own_cases_each_with_its_proof(storied: World, log_key: SignerKey) -> None:
    lines = exported(storied, "police.auditor")
    assert verify_export(lines, Trust(log_key.verifier)).valid
    police, ref = storied.ids["police"], storied.entries("case.opened")[0]["case_ref"]
    expected = [e["id"] for e in storied.entries() if e["actor"]["agency_id"] == police or e["case_ref"] == ref]
    expected.pop()  # the export itself, which came after the checkpoint
    assert expected == [e["id"] for e in entries(lines)]
    assert {"session.opened"} == {e["action"] for e in entries(exported(storied, "shelter.auditor"))}


def test_an_export_is_of_a_time(storied: World, log_key: SignerKey) -> None:
    within = {"from": "2026-11-24T10:00:00Z", "to": "2026-11-24T10:00:00.001Z"}
    lines = exported(storied, **within)
    assert verify_export(lines, Trust(log_key.verifier)).valid
    assert {"2026-11-24T10:00:00.000Z"} == {e["at"] for e in entries(lines)}
    assert [] == entries(exported(storied, **{"to": "2026-11-24T08:00:00Z"}))


def test_an_export_is_recorded_before_its_first_line(storied: World) -> None:
    size = len(storied.entries())
    exported(storied, format="csv")
    [entry] = storied.entries("audit.exported")
    assert (["csv"], {"checkpoint": size}, "oversight") == (entry["fields"], entry["versions"], entry["purpose"])
    assert 403 == storied.get("/v1/audit/export", by=POLICE, purpose="investigation").status_code
    assert "denied" == storied.entries("audit.exported")[-1]["outcome"]


@pytest.mark.parametrize(("form", "name"), [("ndjson", "log.ndjson"), ("csv", "log.csv"), ("fhir", "log-fhir.ndjson")])
def test_an_export_is_a_file_with_a_name_of_ours(storied: World, form: str, name: str) -> None:
    answer = storied.get(f"/v1/audit/export?format={form}", by=OVERSIGHT)
    assert f'attachment; filename="{name}"' == answer.headers["Content-Disposition"]


def test_an_empty_log_is_not_exported(world: World) -> None:
    assert 503 == world.get("/v1/audit/export", by=OVERSIGHT).status_code
    assert [] == world.entries("audit.exported")


def test_csv_has_a_line_for_each_entry_with_all_that_the_entry_says(storied: World) -> None:
    known = storied.entries()
    rows = list(csv.DictReader(line.decode() for line in exported(storied, format="csv")))
    assert sorted(e["id"] for e in known) == sorted(row["id"] for row in rows)
    assert list(map(str, range(len(known)))) == [row["index"] for row in rows]
    read = next(e for e in known if e["action"] == "case.read" and e["outcome"] == "allowed")
    row = next(row for row in rows if row["id"] == read["id"])
    assert read["data_classes"] == row["data_classes"].split()
    assert (read["actor"]["id"], read["subject"]["id"]) == (row["actor_id"], row["subject_id"])
    for name in ("at", "purpose", "action", "outcome", "basis", "consent_id", "referral_id", "case_ref", "request_id"):
        assert (read[name] or "") == row[name], name


def test_fhir_has_an_audit_event_for_each_entry(storied: World, log_key: SignerKey) -> None:
    known = {e["id"].replace("_", "-"): e for e in storied.entries()}
    events = [json.loads(line) for line in exported(storied, format="fhir")]
    assert set(known) == {e["id"] for e in events}
    for e in events:
        assert {"resourceType", "id", "type", "recorded", "agent", "source"} <= set(e)
        assert _FHIR_ID.fullmatch(e["id"])
        assert ("AuditEvent", "rest", log_key.name) == (e["resourceType"], e["type"]["code"], e["source"]["site"])
        assert 1 == sum(agent["requestor"] for agent in e["agent"])
        assert e["action"] in "CRUD"
        assert all(detail["valueString"] for entity in e["entity"] for detail in entity.get("detail", ()))
        entry = known[e["id"]]
        assert (entry["at"], entry["action"]) == (e["recorded"], e["subtype"][0]["code"])
        assert ("0" if entry["outcome"] == "allowed" else "4") == e["outcome"]
    actions = {e["subtype"][0]["code"]: e["action"] for e in events}
    assert ("R", "C", "U") == tuple(actions[name] for name in ("case.read", "case.opened", "referral.accepted"))


def test_pages_fit_together_while_others_write(storied: World, grow: Callable[[], int], log_key: SignerKey) -> None:
    with storied.app.app_context():
        with db.engine.begin() as connection:
            at = export.head(connection)
        whole = list(export.rows(db.engine.begin, at.size, proved=True))
        paged = export.rows(db.engine.begin, at.size, proved=True, page=2)
        first = next(paged)
        storied.open_case()
        grow()
        assert whole == [first, *paged]
        assert at.size == len(whole)


def test_a_slow_reader_holds_nobody_up(storied: World) -> None:
    """Between two pages no connection is held, so on SQLite the queue of writers is free."""
    with storied.app.app_context():
        held: list[int] = []
        watched = db.engine.pool
        taken, given = lambda *_: held.append(1), lambda *_: held.pop()
        event.listen(watched, "checkout", taken)
        event.listen(watched, "checkin", given)
        try:
            with db.engine.begin() as connection:
                at = export.head(connection)
            lines = tables.csv_lines(export.rows(db.engine.begin, at.size, page=2))
            assert [0] * (at.size + 1) == [len(held) for _ in lines]
        finally:
            event.remove(watched, "checkout", taken)
            event.remove(watched, "checkin", given)
