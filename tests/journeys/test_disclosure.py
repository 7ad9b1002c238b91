"""Least disclosure: who holds what, who hears of a correction, and what assignment, exclusion and certificate do."""

import pytest

from referral_api.outbox import number_events
from referral_api.store.session import db
from tests.world import CASE

CLINIC, POLICE, BOSS = "clinic.caseworker1", "police.caseworker1", "police.supervisor"


def reasons(answer):
    return {each["data_class"]: each["reason"] for each in answer.json["withheld"]}


def told(world, who):
    with world.app.app_context(), db.engine.begin() as connection:
        number_events(connection)
    return [(event["type"], event["subject"]["id"]) for event in world.get("/v1/events", by=who).json["items"]]


def test_a_correction_is_told_to_whoever_holds_an_earlier_version(world):
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    world.get(f"/v1/cases/{case['id']}", by=CLINIC)
    world.patch(f"/v1/cases/{case['id']}", {"subject": {"notes": {"text": "Not theirs."}}}, by=POLICE)
    assert ("case.changed", case["id"]) not in told(world, CLINIC)
    world.patch(
        f"/v1/cases/{case['id']}", {"subject": {"identity": {"sex": "other"}}, "change_reason": "correction"}, by=POLICE
    )
    assert ("case.changed", case["id"]) in told(world, CLINIC)


def test_within_the_owner_only_the_assigned_and_their_supervisors_see_who_the_child_is(world):
    case = world.open_case()
    path = f"/v1/cases/{case['id']}"
    unassigned = world.get(path, by="police.caseworker2")
    assert (200, ["access_needs"], None) == (
        unassigned.status_code,
        list(unassigned.json["subject"]),
        unassigned.json["case_number"],
    )
    assert "not_assigned" == reasons(unassigned)["identity"]
    assert "identity" in world.get(path, by=BOSS).json["subject"]
    body = {"member_id": world.ids["police.caseworker2"], "kind": "cover", "no_conflict": True}
    assert 403 == world.post(f"{path}/assignments", body, by=POLICE).status_code
    assert 422 == world.post(f"{path}/assignments", {**body, "no_conflict": False}, by=BOSS).status_code
    assert 422 == world.post(f"{path}/assignments", {**body, "member_id": world.ids[CLINIC]}, by=BOSS).status_code
    assert 201 == world.post(f"{path}/assignments", body, by=BOSS).status_code
    assert "identity" in world.get(path, by="police.caseworker2").json["subject"]


def test_without_a_current_certificate_nobody_sees_who_the_child_is(world):
    case = world.open_case(by="police.lapsed")
    assert "certificate" == {each["data_class"]: each["reason"] for each in case["withheld"]}["identity"]
    seen = world.get(f"/v1/cases/{case['id']}", by="police.lapsed")
    assert {"identity", "contact", "family", "clinical", "investigation", "notes"} == reasons(seen).keys()
    assert {"certificate"} == set(reasons(seen).values())


@pytest.mark.parametrize("kept_out", ["member", "agency"])
def test_an_exclusion_beats_every_grant_and_looks_like_a_missing_case(world, kept_out):
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    who = {"member_id": world.ids[CLINIC]} if kept_out == "member" else {"agency_id": world.ids["clinic"]}
    body = {**who, "reason_code": "related_to_suspect"}
    assert 403 == world.post(f"/v1/cases/{case['id']}/exclusions", body, by=POLICE).status_code
    assert 201 == world.post(f"/v1/cases/{case['id']}/exclusions", body, by=BOSS).status_code
    for path in (
        f"/v1/cases/{case['id']}",
        f"/v1/referrals/{referral['id']}",
        f"/v1/referrals/{referral['id']}/messages",
    ):
        assert 404 == world.get(path, by=CLINIC).status_code
    assert [] == world.get("/v1/cases", by=CLINIC).json["items"]
    assert [] == world.get("/v1/referrals", by=CLINIC).json["items"]
    assert (404 if kept_out == "agency" else 200) == world.get(
        f"/v1/cases/{case['id']}", by="clinic.supervisor"
    ).status_code


def test_a_protected_address_opens_to_named_workers_only(world):
    contact = {"contact": {"address": "A house nobody names", "protected_location": True}}
    case = world.open_case(subject={**contact, "identity": {"given_names": "Sokha"}})
    path = f"/v1/cases/{case['id']}"
    assert "contact" in world.get(path, by=POLICE).json["subject"]
    assert "protected_location" == reasons(world.get(path, by=BOSS))["contact"]


def test_the_need_and_early_messages_do_not_say_who_the_child_is(world):
    case = world.open_case(subject={**CASE["subject"], "education": {"school": "Wat Bo School"}})
    consent = world.give_consent(case)
    for need in ("Counselling for Sokha please.", "Call +855 12 345 678 first.", "She lives at 12 Street 240, Phnom Penh.", "See file PNP-2026-0147.",
                 "SOKHA needs help", "Id KH 0412 778", "Near 12 Street 240.", "She goes to Wat Bo school."):  # fmt: skip
        answer = world.refer(case, consent, need=need)
        assert (422, "/need") == (answer.status_code, answer.json["errors"][0]["pointer"]), need
        assert "Sokha" not in answer.text
    assert (
        201
        == world.refer(case, consent, need="Counselling in Phnom Penh for a girl of 13 who sleeps badly.").status_code
    )


def test_a_receiver_sees_only_the_owner_and_itself_among_the_parties(world):
    case = world.open_case()
    grants = [
        {"recipients": [world.ids["clinic"], world.ids["shelter"]], "purposes": ["care"], "data_classes": ["identity"]}
    ]
    consent = world.give_consent(case, grants=grants)
    for to in ("clinic", "shelter"):
        world.step(world.refer(case, consent, to).json, "accept", by=f"{to}.caseworker1")
    parties = world.get(f"/v1/cases/{case['id']}/parties", by=CLINIC).json["items"]
    assert {world.ids["police"], world.ids["clinic"]} == {party["agency_id"] for party in parties}
    assert 3 == len(world.get(f"/v1/cases/{case['id']}/parties", by=POLICE).json["items"])


def test_an_acknowledgement_of_safe_contact_holds_for_one_version_and_thirty_days(world):
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    path, reveal = f"/v1/cases/{case['id']}", f"/v1/referrals/{referral['id']}/contact"
    assert 422 == world.post(reveal, {"acknowledged": False}, by=CLINIC).status_code
    assert 200 == world.post(reveal, {"acknowledged": True}, by=CLINIC).status_code
    assert "contact" in world.get(path, by=CLINIC).json["subject"]
    world.patch(path, {"safe_contact": {"safe_times": "mornings"}}, by=POLICE)
    assert "safe_contact_not_acknowledged" == reasons(world.get(path, by=CLINIC))["contact"]
    world.post(reveal, {"acknowledged": True}, by=CLINIC)
    world.clock.pass_by(days=31)
    world.tokens.clear()
    assert "safe_contact_not_acknowledged" == reasons(world.get(path, by=CLINIC))["contact"]


def test_a_receipt_names_what_was_shown_to_whom_and_is_the_log_entry_itself(world):
    case, consent, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    world.get(f"/v1/cases/{case['id']}", by=CLINIC)
    receipt = world.get(f"/v1/cases/{case['id']}/disclosures", by=POLICE).json["items"][0]
    assert (world.ids["clinic"], world.ids[CLINIC], "care") == (
        receipt["to_agency_id"],
        receipt["member_id"],
        receipt["purpose"],
    )
    assert (consent["id"], referral["id"], 1) == (
        receipt["consent_id"],
        receipt["referral_id"],
        receipt["versions"]["identity"],
    )
    assert "identity.given_names" in receipt["fields"]
    assert "entry" + receipt["id"].removeprefix("receipt") in [entry["id"] for entry in world.entries()]
    assert 404 == world.get(f"/v1/cases/{case['id']}/disclosures", by="ngo.caseworker1").status_code
    assert 403 == world.get(f"/v1/cases/{case['id']}/disclosures", by=CLINIC).status_code


def test_who_is_kept_out_is_neither_referred_to_nor_assigned(world):
    case = world.open_case()
    consent = world.give_consent(case)
    path = f"/v1/cases/{case['id']}"
    for who in ({"agency_id": world.ids["clinic"]}, {"member_id": world.ids["police.caseworker2"]}):
        assert 201 == world.post(f"{path}/exclusions", {**who, "reason_code": "is_suspect"}, by=BOSS).status_code
    referred = world.refer(case, consent)
    assert (422, "excluded") == (referred.status_code, referred.json["errors"][0]["code"])
    body = {"member_id": world.ids["police.caseworker2"], "no_conflict": True}
    assigned = world.post(f"{path}/assignments", body, by=BOSS)
    assert (422, "excluded") == (assigned.status_code, assigned.json["errors"][0]["code"])


def test_a_closed_case_is_not_opened_by_accepting(world):
    case, _, referral = world.sent_referral()
    path = f"/v1/cases/{case['id']}"
    etag = world.get(path, by=POLICE).headers["ETag"]
    assert 200 == world.post(f"{path}/close", {"reason_code": "moved_abroad"}, by=POLICE, If_Match=etag).status_code
    answer = world.step(referral, "accept", by=CLINIC)
    assert (409, "closed") == (answer.status_code, answer.json["state"])
    assert 404 == world.get(path, by=CLINIC).status_code
