"""An agency's admin sees how often imagery was refused, and nothing else; the auditors see each attempt, and how large it was."""

import pytest

from tests.world import CASE, REFERRAL

PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"


def test_refusals_are_counted_by_day_and_family_without_who_where_or_what(world):
    refused = [world.post("/v1/cases", {**CASE, "case_number": PICTURE}, by="police.caseworker1") for _ in range(2)]
    assert [("/case_number", "data-uri")] * 2 == [
        (answer.json["errors"][0]["pointer"], answer.json["errors"][0]["code"]) for answer in refused
    ]
    assert all(word in refused[0].json["errors"][0]["detail"] for word in ("national", "ICSE"))
    world.clock.pass_by(days=1)
    world.post("/v1/cases", {**CASE, "case_number": "<img src=x>"}, by="police.caseworker2")
    world.post("/v1/cases", {**CASE, "case_number": PICTURE}, by="clinic.caseworker1", purpose="care")

    path = f"/v1/agencies/{world.ids['police']}/refusals"
    answer = world.get(path, by="police.admin")
    assert 200 == answer.status_code, answer.text
    assert {
        "counts": [
            {"day": "2026-11-25", "family": "embedding", "refused": 1},
            {"day": "2026-11-24", "family": "data-uri", "refused": 2},
        ]
    } == answer.json
    assert "refusal.counted" == world.entries()[-1]["action"]
    assert {("data-uri", len(PICTURE)), ("embedding", len("<img src=x>"))} == {
        (entry["reason_code"], entry["versions"]["size"])
        for entry in world.entries("case.opened")
        if entry["outcome"] == "refused"
    }


def test_nobody_but_the_agencys_admin_counts_them(world):
    path = f"/v1/agencies/{world.ids['police']}/refusals"
    assert [403, 404] == [world.get(path, by=who).status_code for who in ("police.caseworker1", "clinic.admin")]
    assert ["denied", "denied"] == [entry["outcome"] for entry in world.entries("refusal.counted")]


def refused(world, case, *, outcome="refused"):
    """What auditors find when they ask for what was refused on this case."""
    answer = world.get(f"/v1/audit/entries?outcome={outcome}&case={case['id']}", by="oversight.auditor")
    return [(entry["action"], entry["subject"]["id"], entry["reason_code"]) for entry in answer.json["items"]]


@pytest.mark.parametrize(
    ("under", "method", "body", "action"),
    [
        ("/v1/referrals/{referral}", "PATCH", {"need": PICTURE}, "referral.changed"),
        ("/v1/referrals/{referral}/messages", "POST", {"text": PICTURE}, "message.sent"),
        ("/v1/referrals/{referral}/appointments", "POST", {"place": PICTURE}, "appointment.made"),
        ("/v1/referrals/{referral}/decline", "POST", {"reason": PICTURE}, "referral.declined"),
        ("/v1/referrals/{referral}/break-glass", "POST", {"reason": PICTURE}, "glass.broken"),
        ("/v1/consents/{consent}/withdraw", "POST", {"note": PICTURE}, "consent.withdrawn"),
        (
            "/v1/cases/{case}/assignments/assignment_00000000000000000000000000/end",
            "POST",
            {"note": PICTURE},
            "case.assigned",
        ),
    ],
)
def test_what_was_refused_at_the_door_is_found_by_the_case(under, method, body, action, world):
    case, consent, referral = world.sent_referral()
    path = under.format(case=case["id"], consent=consent["id"], referral=referral["id"])
    answer = world.call(method, path, body, by="police.caseworker1", If_Match='"any"')
    assert (422, "imagery-refused") == (answer.status_code, answer.json["type"].rpartition("/")[2])
    assert [(action, "data-uri")] == [(found, why) for found, _, why in refused(world, case)]


def test_a_refused_referral_is_found_by_the_case_that_its_body_names(world):
    case = world.open_case()
    said = {**REFERRAL, "case_id": case["id"], "to_agency_id": world.ids["clinic"]}
    for body in (
        {**said, "need": PICTURE},
        {**said, "case_id": "case_1", "need": PICTURE},
        {"case_id": 7, "need": PICTURE},
        [PICTURE],
    ):
        answer = world.post("/v1/referrals", body, by="police.caseworker1")
        assert 422 == answer.status_code, answer.text
    assert [("referral.drafted", None, "data-uri")] == refused(world, case)


def test_a_purpose_that_was_denied_at_the_door_is_found_by_the_case(world):
    case, _, referral = world.sent_referral()
    answer = world.get(f"/v1/referrals/{referral['id']}/messages", by="clinic.caseworker1", purpose="investigation")
    assert 403 == answer.status_code
    assert [("message.listed", referral["id"], "purpose")] == refused(world, case, outcome="denied")


def test_a_refusal_on_a_referral_that_is_not_there_is_answered_alike_and_names_no_case(world):
    _, _, referral = world.sent_referral()
    answers = [
        world.post(f"/v1/referrals/{one}/messages", {"text": PICTURE}, by="shelter.caseworker1")
        for one in (referral["id"], "referral_00000000000000000000000000", "nonsense")
    ]
    told = [{**answer.json, "instance": None} for answer in answers]
    assert [told[0]] * 3 == told
    there, missing, nonsense = world.entries("message.sent")
    assert world.entries("referral.sent")[0]["case_ref"] == there["case_ref"]
    assert [None, None] == [missing["case_ref"], nonsense["case_ref"]]
