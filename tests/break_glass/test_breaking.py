"""Who may break the glass, what opens to whom, for how long; and what never opens."""

import pytest
from sqlalchemy import select

from referral_api.features.break_glass.models import Glass
from referral_api.kernel import ids
from referral_api.kernel.clock import show
from referral_api.outbox import OutboxEvent
from referral_api.store.session import session
from tests.races.test_races import at_once

POLICE, CLINIC, COLLEAGUE = "police.caseworker1", "clinic.caseworker1", "clinic.caseworker2"
GLASS = {"reason_code": "missing_child", "reason": "Sokha did not come home from school.", "minutes": 60}


def problem(answer):
    return answer.status_code, answer.json["type"].rpartition("/")[2]


@pytest.fixture
def declined(world):
    """A case whose referral the clinic declined: it knows of the child, and has no access."""
    case, _, referral = world.sent_referral()
    world.step(referral, "decline", {"reason_code": "no_capacity"}, by=CLINIC)
    return case, referral


def break_glass(world, case, by=CLINIC, **more):
    return world.post(f"/v1/cases/{case['id']}/break-glass", {**GLASS, **more}, by=by)


def last_denial(world):
    return [entry for entry in world.entries() if entry["outcome"] == "denied"][-1]


def test_a_member_of_an_agency_that_was_asked_opens_a_little_of_the_case(world, declined):
    case, _ = declined
    path = f"/v1/cases/{case['id']}"
    assert 404 == world.get(path, by=CLINIC).status_code
    broken = break_glass(world, case)
    assert 201 == broken.status_code, broken.text
    glass = broken.json
    assert (case["id"], world.ids["clinic"], world.ids[CLINIC]) == (
        glass["case_id"],
        glass["agency_id"],
        glass["member_id"],
    )
    assert ("missing_child", 60, "2026-11-24T09:00:00.000Z") == (
        glass["reason_code"],
        glass["minutes"],
        glass["started_at"],
    )
    assert ("2026-11-24T10:00:00.000Z", "2026-11-27T09:00:00.000Z") == (glass["expires_at"], glass["review_due"])
    assert (None, None, None) == (glass["ended_at"], glass["reviewed_at"], glass["review_outcome"])

    shown = world.get(path, by=CLINIC).json
    assert "break_glass" == shown["your_relation"]
    assert {"identity", "contact", "protection_concern"} == set(shown["subject"])
    assert "Sokha" == shown["subject"]["identity"]["given_names"]
    assert ["phone"] == shown["safe_contact"]["allowed_channels"]
    others = {
        "family",
        "access_needs",
        "health_need",
        "clinical",
        "education",
        "justice_status",
        "investigation",
        "notes",
    }
    assert dict.fromkeys(others, "not_in_consent") == {each["data_class"]: each["reason"] for each in shown["withheld"]}
    read = world.entries("case.read")[-1]
    assert ("break_glass", ["contact", "identity", "protection_concern"]) == (read["basis"], read["data_classes"])
    assert [case["id"]] == [row["id"] for row in world.get("/v1/cases", by=CLINIC).json["items"]]


def test_what_is_open_can_be_read_and_not_changed(world, declined):
    case, _ = declined
    break_glass(world, case)
    changed = world.patch(f"/v1/cases/{case['id']}", {"subject": {"identity": {"given_names": "X"}}}, by=CLINIC)
    assert 403 == changed.status_code


def test_a_receivers_supervisor_does_not_change_what_is_open_by_the_glass_alone(world):
    case = world.open_case()
    consent = world.give_consent(case, classes=["health_need"])
    referral = world.refer(case, consent).json
    world.step(referral, "accept", by=CLINIC)
    break_glass(world, case, by="clinic.supervisor")
    path = f"/v1/cases/{case['id']}"
    assert {"identity", "health_need"} <= set(world.get(path, by="clinic.supervisor").json["subject"])
    for subject in ({"identity": {"given_names": "X"}}, {"contact": {"address": "X"}}):
        assert 403 == world.patch(path, {"subject": subject}, by="clinic.supervisor").status_code
    assert 403 == world.patch(path, {"safe_contact": {"safe_times": "X"}}, by="clinic.supervisor").status_code
    mended = world.patch(path, {"subject": {"health_need": {"summary": "Sleeps."}}}, by="clinic.supervisor")
    assert 200 == mended.status_code


def test_it_opens_to_the_one_who_broke_it_and_to_nobody_else(world, declined):
    case, _ = declined
    break_glass(world, case)
    for other in (COLLEAGUE, "clinic.supervisor", "clinic.admin", "clinic.auditor"):
        assert 404 == world.get(f"/v1/cases/{case['id']}", by=other).status_code
    assert [] == world.get("/v1/cases", by=COLLEAGUE).json["items"]


def test_it_closes_by_itself_whatever_a_sweeper_has_done(world, declined):
    case, _ = declined
    break_glass(world, case, minutes=10)
    world.clock.pass_by(minutes=9, seconds=59)
    world.tokens.clear()
    assert 200 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    world.clock.pass_by(seconds=1)
    assert 404 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    assert [] == world.get("/v1/cases", by=CLINIC).json["items"]


def test_a_protected_address_never_opens(world):
    case = world.open_case()
    contact = {"address": "The shelter", "protected_location": True, "phones": ["+855 12 000 111"]}
    world.patch(f"/v1/cases/{case['id']}", {"subject": {"contact": contact}}, by=POLICE)
    referral = world.refer(case, world.give_consent(case)).json
    world.step(referral, "decline", {"reason_code": "no_capacity"}, by=CLINIC)
    assert 201 == break_glass(world, case).status_code
    shown = world.get(f"/v1/cases/{case['id']}", by=CLINIC)
    assert {"identity", "protection_concern"} == set(shown.json["subject"])
    assert {"data_class": "contact", "reason": "protected_location"} in shown.json["withheld"]
    assert shown.json["safe_contact"] is not None
    assert "shelter" not in shown.text
    assert "+855 12 000 111" not in shown.text


def test_the_owners_own_unassigned_caseworker_may_need_it_too(world):
    case = world.open_case()
    path = f"/v1/cases/{case['id']}"
    assert "identity" not in world.get(path, by="police.caseworker2").json["subject"]
    assert 201 == break_glass(world, case, by="police.caseworker2").status_code
    shown = world.get(path, by="police.caseworker2").json
    assert ("owner", {"identity", "contact", "protection_concern", "access_needs"}) == (
        shown["your_relation"],
        set(shown["subject"]),
    )


def test_the_glass_of_a_referral_is_that_of_its_case(world, declined):
    case, referral = declined
    path = f"/v1/referrals/{referral['id']}/break-glass"
    broken = world.post(path, GLASS, by=CLINIC)
    assert (201, case["id"], referral["id"]) == (broken.status_code, broken.json["case_id"], broken.json["referral_id"])
    assert referral["id"] == world.entries("glass.broken")[-1]["referral_id"]
    assert 200 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    for stranger in ("ngo.caseworker1", "clinic.lapsed", "clinic.admin"):
        purpose = "statistics" if stranger.endswith("admin") else "care"
        assert (404, "not-found") == problem(world.post(path, GLASS, by=stranger, purpose=purpose))
    missing = path.replace(referral["id"], "referral_01m86a7s04e5vtfdx32bwdvnvj")
    assert (404, "not-found") == problem(world.post(missing, GLASS, by=CLINIC))


def test_the_draft_of_a_referral_opens_no_glass(world):
    case = world.open_case()
    draft = world.refer(case, world.give_consent(case), send=False).json
    assert (404, "not-found") == problem(world.post(f"/v1/referrals/{draft['id']}/break-glass", GLASS, by=CLINIC))
    assert (404, "not-found") == problem(break_glass(world, case))


def test_for_everybody_else_the_case_is_as_missing_as_a_missing_one(world, declined):
    case, _ = declined
    missing = {**case, "id": "case_01m86a7s04e5vtfdx32bwdvnvj"}
    gone = break_glass(world, missing).json
    for stranger, purpose in (
        ("ngo.caseworker1", "care"), ("shelter.supervisor", "care"), ("clinic.lapsed", "care"), ("clinic.admin", "statistics"),
        ("clinic.auditor", "oversight"), ("police.auditor", "oversight"), ("oversight.auditor", "oversight"),
    ):  # fmt: skip
        answer = world.post(f"/v1/cases/{case['id']}/break-glass", GLASS, by=stranger, purpose=purpose)
        assert 404 == answer.status_code, stranger
        assert {**gone, "instance": None} == {**answer.json, "instance": None}
    assert {"denied"} == {entry["outcome"] for entry in world.entries("glass.broken")}


def test_an_exclusion_beats_it(world, declined):
    case, _ = declined
    break_glass(world, case)
    said = {"member_id": world.ids[CLINIC], "reason_code": "related_to_suspect"}
    world.post(f"/v1/cases/{case['id']}/exclusions", said, by="police.supervisor")
    assert 404 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    assert (404, "not-found") == problem(break_glass(world, case))
    assert "excluded" == last_denial(world)["reason_code"]
    assert [] == world.get("/v1/break-glass", by=CLINIC).json["items"]
    assert 201 == break_glass(world, case, by=COLLEAGUE).status_code


def test_three_a_week_and_no_more(world, declined):
    case, _ = declined
    other = world.sent_referral()[0]
    for each in (case, other, case):
        assert 201 == break_glass(world, each).status_code
        world.clock.pass_by(days=1)
        world.tokens.clear()
    assert (403, "forbidden") == problem(break_glass(world, other))
    denial = last_denial(world)
    assert ("glass.broken", "glass_limit") == (denial["action"], denial["reason_code"])
    assert 201 == break_glass(world, case, by=COLLEAGUE).status_code
    world.clock.pass_by(days=4)
    world.tokens.clear()
    assert 201 == break_glass(world, other).status_code


def test_the_fourth_of_many_at_once_is_refused_too(world):
    cases = [world.sent_referral()[0] for _ in range(4)]
    world.sign_in(CLINIC)
    answers = at_once(*[lambda case=case: break_glass(world, case) for case in cases])
    assert [201, 201, 201, 403] == sorted(each.status_code for each in answers)


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ([("decline", {"reason_code": "unsafe_to_contact"}, CLINIC)], True),
        ([("accept", {}, CLINIC), ("fail", {"reason_code": "unsafe_to_contact"}, CLINIC)], True),
        ([("withdraw", {"reason_code": "unsafe_to_continue"}, POLICE)], True),
        ([("suspend", {"reason_code": "safety_concern"}, POLICE), ("close", {}, POLICE)], True),
        ([("suspend", {"reason_code": "safety_concern"}, POLICE), ("resume", None, POLICE)], False),
        ([("withdraw", {"reason_code": "no_longer_needed"}, POLICE)], False),
    ],
    ids=["declined", "failed", "withdrawn", "suspended", "resumed", "not-needed"],
)
def test_where_access_ended_as_unsafe_it_is_refused(world, steps, refused):
    case, consent, referral = world.sent_referral()
    for name, body, by in steps:
        taken = world.step(referral, name, body if body is not None else {"consent_id": consent["id"]}, by=by)
        assert 200 == taken.status_code, taken.text
    answer = break_glass(world, case)
    assert (403 if refused else 201) == answer.status_code, answer.text
    if refused:
        assert "ended_unsafe" == last_denial(world)["reason_code"]


def test_an_agency_that_the_child_named_does_not_come_back(world):
    case, consent, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    assert 201 == break_glass(world, case, by=COLLEAGUE).status_code
    said = {"by": "child", "exclude_agency_ids": [world.ids["clinic"]]}
    assert 200 == world.post(f"/v1/consents/{consent['id']}/withdraw", said, by=POLICE).status_code
    assert 404 == world.get(f"/v1/cases/{case['id']}", by=COLLEAGUE).status_code
    [glass] = world.get("/v1/break-glass", by=COLLEAGUE).json["items"]
    assert show(world.clock.now) == glass["ended_at"]
    assert (403, "forbidden") == problem(break_glass(world, case))
    assert "excluded_by_withdrawal" == last_denial(world)["reason_code"]


def test_the_owner_and_oversight_are_told_at_once_and_nobody_else(world, declined):
    case, _ = declined
    glass = break_glass(world, case).json
    with world.app.app_context():
        e = OutboxEvent
        told = select(e.agency_id, e.subject_type, e.subject_id, e.state).where(e.type == "glass.broken")
        rows = session().execute(told).all()
        session().rollback()
    assert {world.ids["police"], world.ids["oversight"]} == {ids.show("agency", row.agency_id) for row in rows}
    assert {("glass", glass["id"], "open")} == {
        (r.subject_type, ids.show("glass", r.subject_id), r.state) for r in rows
    }


def test_neither_the_log_nor_the_database_holds_the_reason_in_words(world, declined):
    case, _ = declined
    glass = break_glass(world, case).json
    world.post(
        f"/v1/break-glass/{glass['id']}/review",
        {"outcome": "justified", "note": "Found at grandmother's."},
        by="police.supervisor",
    )
    world.get("/v1/break-glass", by="police.supervisor")
    assert not any("did not come home" in str(entry) or "grandmother" in str(entry) for entry in world.entries())
    broken = world.entries("glass.broken")[-1]
    assert ("missing_child", ["minutes"], glass["id"]) == (
        broken["reason_code"],
        broken["fields"],
        broken["subject"]["id"],
    )
    with world.app.app_context():
        row = session().execute(select(Glass)).scalars().one()
        stored = row.reason_sealed + (row.review_note_sealed or b"")
        session().rollback()
    assert b"home" not in stored
    assert b"grandmother" not in stored


def test_what_is_said_is_checked(world, declined):
    case, _ = declined
    for wrong in (
        {"minutes": 0},
        {"minutes": 241},
        {"minutes": True},
        {"reason_code": "curious"},
        {"reason": ""},
        {"more": 1},
    ):
        assert (422, "validation-failed") == problem(break_glass(world, case, **wrong))
    assert 201 == break_glass(world, case, minutes=240).status_code
    path = f"/v1/cases/{case['id']}/break-glass"
    assert (400, "idempotency-key-required") == problem(world.post(path, GLASS, by=CLINIC, Idempotency_Key=""))
    assert (400, "purpose-required") == problem(world.post(path, GLASS, by=CLINIC, purpose=None))


def test_a_repeat_breaks_it_once(world, declined):
    case, _ = declined
    path = f"/v1/cases/{case['id']}/break-glass"
    first, again = (world.post(path, GLASS, by=CLINIC, Idempotency_Key='"once"') for _ in range(2))
    assert (201, first.json) == (again.status_code, again.json)
    assert 1 == len(world.entries("glass.broken"))
