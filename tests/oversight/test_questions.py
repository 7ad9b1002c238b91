"""Each of the auditors' questions finds what it says, and nothing else."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from referral_api.audit import AuditEntry
from referral_api.features.oversight.questions import QUESTIONS, Frame
from referral_api.features.oversight.questions.page import page
from referral_api.features.oversight.questions.reading import BULK
from referral_api.features.oversight.questions.trying import DENIALS
from referral_api.store.session import db
from tests.oversight.forged import happened
from tests.world import CONSENT, World

OVERSIGHT, POLICE, BOSS, CLINIC = "oversight.auditor", "police.caseworker1", "police.supervisor", "clinic.caseworker1"
DUTY = {"legal_reference": "Act 12", "given_by": None, "child_view": None, "valid_until": None}


def asked(world: World, name: str, *, by: str = OVERSIGHT, **query: Any) -> list[dict[str, Any]]:
    arguments = "&".join(f"{key}={value}" for key, value in query.items())
    answer = world.get(f"/v1/audit/questions/{name}?{arguments}", by=by)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def found(world: World, name: str, **query: Any) -> list[tuple[str, str]]:
    """Who did what, newest first."""
    names = {member: name for name, member in world.ids.items()}
    return [(names[i["entry"]["actor"]["id"]], i["entry"]["action"]) for i in asked(world, name, **query)]


def duty(world: World, case: dict[str, Any], basis: str = "court_order", to: str = "clinic") -> dict[str, Any]:
    return world.give_consent(case, to, **{**DUTY, "basis": basis})


def test_the_page_in_docs_is_in_step_and_the_service_answers_the_same(world: World) -> None:
    assert page() == Path("docs/audit-questions.md").read_text("utf-8")
    world.sign_in(POLICE)
    before = len(world.entries())
    answer = world.get("/v1/audit/questions", by=POLICE, purpose=None)
    assert list(QUESTIONS) == [item["name"] for item in answer.json["items"]]
    assert before == len(world.entries())


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_story_without_fault_answers_no_question_of_faults(name: str, world: World) -> None:
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    world.get(f"/v1/cases/{case['id']}", by=CLINIC)
    items = asked(world, name, **({"case": case["id"]} if QUESTIONS[name].of_a_case else {}))
    assert bool(items) is (name == "case_opened_by")


def test_who_opened_a_case_is_told_person_by_person(world: World) -> None:
    case, other = world.open_case(), world.open_case(case_number="PNP-2026-0148")
    for _ in range(3):
        world.get(f"/v1/cases/{case['id']}", by=POLICE)
    world.get(f"/v1/cases/{case['id']}", by=BOSS)
    world.get(f"/v1/cases/{other['id']}", by="police.caseworker2")
    items = asked(world, "case_opened_by", case=case["id"])
    names = {member: name for name, member in world.ids.items()}
    assert [(BOSS, 1), (POLICE, 4)] == [(names[i["entry"]["actor"]["id"]], i["count"]) for i in items]
    assert items == asked(world, "case_opened_by", case=items[0]["entry"]["case_ref"])
    answer = world.get("/v1/audit/questions/case_opened_by", by=OVERSIGHT)
    assert (422, "/case") == (answer.status_code, answer.json["errors"][0]["pointer"])


def test_a_read_without_an_open_referral_is_found_by_the_referrals_history(world: World) -> None:
    case, _, referral = world.sent_referral()
    happened(world, CLINIC, "case.read", case=case, data_classes=["identity"])
    world.clock.pass_by(minutes=1)
    world.step(referral, "accept", by=CLINIC)
    world.get(f"/v1/cases/{case['id']}", by=CLINIC)
    world.clock.pass_by(minutes=1)
    world.step(referral, "complete", {"outcome": "service_completed"}, by=CLINIC)
    world.step(referral, "close", by=POLICE)
    world.clock.pass_by(minutes=1)
    happened(world, "clinic.supervisor", "case.read", case=case, data_classes=["identity"])
    happened(world, "shelter.caseworker1", "case.read", case=case, data_classes=["contact"])
    expected = ["shelter.caseworker1", "clinic.supervisor", CLINIC]
    assert [(who, "case.read") for who in expected] == found(world, "read_without_open_referral")


def test_what_break_glass_opened_is_no_read_without_a_referral(world: World) -> None:
    case, _, referral = world.sent_referral()
    world.step(referral, "decline", {"reason_code": "no_capacity"}, by=CLINIC)
    said = {"reason_code": "immediate_danger", "reason": "She called and is in danger.", "minutes": 60}
    glass = world.post(f"/v1/cases/{case['id']}/break-glass", said, by=CLINIC).json
    assert "identity" in world.get(f"/v1/cases/{case['id']}", by=CLINIC).json["subject"]
    assert [] == found(world, "read_without_open_referral")
    assert [(CLINIC, "glass.broken")] == found(world, "break_glass_not_reviewed")
    world.post(f"/v1/break-glass/{glass['id']}/review", {"outcome": "justified", "note": "It was right."}, by=BOSS)
    assert [] == found(world, "break_glass_not_reviewed")


def test_acts_on_a_decision_that_waits_are_found_until_another_person_agrees(world: World) -> None:
    case = world.open_case()
    consent = duty(world, case, "best_interests_documented")
    happened(world, CLINIC, "case.read", case=case, consent=consent, data_classes=["identity"])
    happened(world, POLICE, "consent.approved", case=case, about=("consent", consent["id"]), consent=consent)
    happened(world, POLICE, "referral.sent", case=case, consent=consent)
    world.clock.pass_by(minutes=1)
    answer = world.post(f"/v1/consents/{consent['id']}/approve", {"reason": "It is best for her."}, by=BOSS)
    assert 200 == answer.status_code, answer.text
    happened(world, CLINIC, "contact.revealed", case=case, consent=consent, data_classes=["contact"])
    assert [(POLICE, "referral.sent"), (CLINIC, "case.read")] == found(world, "overrides_without_approval")


def test_a_person_who_sent_and_accepted_is_found(world: World) -> None:
    case, _, referral = world.sent_referral()
    happened(world, CLINIC, "referral.accepted", case=case, about=("referral", referral["id"]))
    assert [] == found(world, "same_person_sent_and_accepted")
    happened(world, POLICE, "referral.accepted", case=case, about=("referral", referral["id"]))
    assert [(POLICE, "referral.accepted")] == found(world, "same_person_sent_and_accepted")


def test_repeated_denials_are_counted_by_person_and_day(world: World) -> None:
    case = world.open_case()
    for who, times in ((CLINIC, DENIALS), ("ngo.caseworker1", DENIALS - 1)):
        for _ in range(times):
            assert 404 == world.get(f"/v1/cases/{case['id']}", by=who).status_code
    world.clock.pass_by(days=1)
    world.tokens.clear()
    assert 404 == world.get(f"/v1/cases/{case['id']}", by="ngo.caseworker1").status_code
    [item] = asked(world, "repeated_denials")
    assert (world.ids[CLINIC], DENIALS) == (item["entry"]["actor"]["id"], item["count"])


def test_bulk_reads_count_children_not_reads(world: World) -> None:
    for number in range(BULK):
        case = world.open_case(case_number=f"PNP-2026-{number:04}")
        happened(world, "police.caseworker2", "case.read", case=case, data_classes=["identity"])
    for _ in range(BULK):
        happened(world, "police.lapsed", "case.read", case=case, data_classes=["access_needs"])
    items = asked(world, "bulk_reads", by="police.auditor")
    names = {member: name for name, member in world.ids.items()}
    who = sorted((names[i["entry"]["actor"]["id"]], i["count"]) for i in items)
    assert [(POLICE, BULK), ("police.caseworker2", BULK)] == who


def test_a_recused_members_tries_and_what_got_through_are_told_apart(world: World) -> None:
    case = world.open_case()
    said = {"member_id": world.ids["police.caseworker2"], "reason_code": "related_to_suspect"}
    assert 201 == world.post(f"/v1/cases/{case['id']}/exclusions", said, by=BOSS).status_code
    world.clock.pass_by(minutes=1)
    assert 404 == world.get(f"/v1/cases/{case['id']}", by="police.caseworker2").status_code
    assert 404 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    assert [("police.caseworker2", "case.read")] == found(world, "excluded_tries")
    assert [] == found(world, "access_after_exclusion")
    happened(world, "police.caseworker2", "case.read", case=case, data_classes=["identity"])
    assert [("police.caseworker2", "case.read")] == found(world, "access_after_exclusion")


def test_an_identity_shown_without_a_current_certificate_is_found(world: World) -> None:
    case = world.open_case()
    happened(world, "police.lapsed", "case.read", case=case, data_classes=["access_needs"])
    happened(world, POLICE, "case.read", case=case, data_classes=["access_needs", "identity"])
    assert [] == found(world, "access_with_lapsed_certificate")
    happened(world, "police.lapsed", "case.read", case=case, data_classes=["access_needs", "identity"])
    assert [("police.lapsed", "case.read")] == found(world, "access_with_lapsed_certificate")


def test_a_duty_is_found_once_its_hour_has_passed_without_a_review(world: World) -> None:
    case = world.open_case()
    duty(world, case)
    reviewed = duty(world, case, "vital_interest")
    world.post(f"/v1/consents/{reviewed['id']}/approve", {"reason": "It was right."}, by=BOSS)
    world.clock.pass_by(hours=23)
    world.tokens.clear()
    assert [] == found(world, "duty_not_reviewed_in_time")
    world.clock.pass_by(hours=2)
    world.tokens.clear()
    assert [(POLICE, "consent.given")] == found(world, "duty_not_reviewed_in_time")


@pytest.mark.parametrize("no", ["refused", "withdrawn"])
def test_what_a_duty_disclosed_after_the_childs_no_is_found(no: str, world: World) -> None:
    case = world.open_case()
    if no == "refused":
        consent = world.give_consent(case, child_view={**CONSENT["child_view"], "agrees": False})
        assert "refused" == consent["state"]
    else:
        consent = world.give_consent(case)
        world.post(f"/v1/consents/{consent['id']}/withdraw", {"by": "child", "reason": "No more."}, by=POLICE)
    world.clock.pass_by(minutes=1)
    order = duty(world, case)
    happened(world, CLINIC, "case.read", case=case, consent=order, data_classes=["identity"])
    other = world.open_case(case_number="PNP-2026-0148")
    happened(world, CLINIC, "case.read", case=other, consent=duty(world, other), data_classes=["identity"])
    [item] = asked(world, "disclosure_against_childs_view")
    assert order["id"] == item["entry"]["consent_id"]


def test_an_agreement_of_a_caregiver_who_is_suspected_later_is_found(world: World) -> None:
    case = world.open_case()
    mother = world.get(f"/v1/cases/{case['id']}", by=POLICE).json["subject"]["family"]["caregivers"][0]
    consent = world.give_consent(case, given_by="caregiver", given_by_caregiver_id=mother["id"])
    world.give_consent(case)
    assert [] == found(world, "consent_by_caregiver_later_suspected")
    family = {"caregivers": [{**mother, "suspected_involved": "yes"}]}
    changed = world.patch(
        f"/v1/cases/{case['id']}", {"subject": {"family": family}, "change_reason": "correction"}, by=POLICE
    )
    assert 200 == changed.status_code, changed.text
    [item] = asked(world, "consent_by_caregiver_later_suspected")
    assert consent["id"] == item["entry"]["consent_id"]


def test_who_was_shown_a_marked_address_is_found(world: World) -> None:
    plain = world.open_case()
    marked = world.open_case(
        case_number="PNP-2026-0148", subject={"contact": {"address": "kept", "protected_location": True}}
    )
    for case in (plain, marked):
        world.get(f"/v1/cases/{case['id']}", by=POLICE)
    items = asked(world, "protected_address_read")
    assert {marked["id"]} == {item["entry"]["subject"]["id"] for item in items}
    assert "case.read" in {item["entry"]["action"] for item in items}


def test_an_auditor_asks_about_own_people_and_own_cases_only(world: World) -> None:
    case = world.sent_referral()[0]
    happened(world, "shelter.caseworker1", "case.read", case=case, data_classes=["contact"])
    seen = {by: len(asked(world, "read_without_open_referral", by=by)) for by in (OVERSIGHT, "police.auditor", "shelter.auditor", "clinic.auditor")}  # fmt: skip
    assert {OVERSIGHT: 1, "police.auditor": 1, "shelter.auditor": 1, "clinic.auditor": 0} == seen
    assert 403 == world.get("/v1/audit/questions/bulk_reads", by=BOSS).status_code


def test_asking_is_recorded_with_the_question_and_the_entries_shown(world: World) -> None:
    case = world.open_case()
    happened(world, "shelter.caseworker1", "case.read", case=case, data_classes=["contact"])
    items = asked(world, "read_without_open_referral")
    last = world.entries("audit.read")[-1]
    assert ["questions.read_without_open_referral"] == last["fields"]
    assert [item["entry"]["id"] for item in items] == last["returned_ids"]
    assert ("allowed", "oversight") == (last["outcome"], last["purpose"])


def test_a_question_is_asked_of_a_time_and_page_by_page(world: World) -> None:
    case = world.open_case()
    written = []
    for _ in range(3):
        written.append(happened(world, "shelter.caseworker1", "case.read", case=case, data_classes=["contact"]))
        world.clock.pass_by(hours=1)
    path = "/v1/audit/questions/read_without_open_referral"
    first = world.get(f"{path}?limit=2", by=OVERSIGHT)
    rest = world.get(
        first.headers["Link"].partition(">")[0].lstrip("<").removeprefix("http://127.0.0.1:8080"), by=OVERSIGHT
    )
    pages = [[item["entry"]["id"] for item in answer.json["items"]] for answer in (first, rest)]
    assert [[written[2], written[1]], [written[0]]] == pages
    within = asked(
        world, "read_without_open_referral", **{"from": "2026-11-24T10:00:00Z", "to": "2026-11-24T11:00:00Z"}
    )
    assert [written[1]] == [item["entry"]["id"] for item in within]
    assert 404 == world.get("/v1/audit/questions/no_such_question", by=OVERSIGHT).status_code


def test_a_marked_address_is_found_by_an_index_and_not_by_looking_into_each_entry(world: World) -> None:
    with world.app.app_context(), db.engine.connect() as connection:
        sqlite = db.engine.dialect.name == "sqlite"
        query = QUESTIONS["protected_address_read"].select(Frame([], world.clock())).order_by(AuditEntry.id.desc())
        said = str(query.compile(db.engine, compile_kwargs={"literal_binds": True})).replace("%%", "%")
        if not sqlite:
            connection.execute(text("SET enable_seqscan = off"))
        plan = str(connection.execute(text(f"EXPLAIN {'QUERY PLAN ' * sqlite}" + said.replace(":", "\\:"))).all())
    # PostgreSQL names a month's part of the index after its column.
    assert ("ix_audit_entries_protected" if sqlite else "_id_idx") in plan
