"""The main job: two agencies exchange a referral, and an auditor reads who did what."""


def test_a_police_unit_refers_a_child_and_the_provider_does_the_work(world):
    case, _, referral = world.sent_referral()
    assert ("sent", ["withdraw", "suspend"]) == (referral["state"], referral["allowed_steps"])

    minimum = world.get(f"/v1/referrals/{referral['id']}", by="clinic.caseworker1").json
    assert minimum["case_id"] is None
    assert "Sokha" not in str(minimum)
    assert "10-14" == minimum["subject"]["age_band"]
    assert ["acknowledge", "accept", "redirect", "decline"] == minimum["allowed_steps"]
    assert 404 == world.get(f"/v1/cases/{case['id']}", by="clinic.caseworker1").status_code

    for name, body in (("acknowledge", {}), ("accept", {"no_conflict": True}), ("start", {})):
        answer = world.step(referral, name, body, by="clinic.caseworker1")
        assert 200 == answer.status_code, answer.text
    shown = world.get(f"/v1/cases/{case['id']}", by="clinic.caseworker1")
    assert 200 == shown.status_code, shown.text
    assert "receiving" == shown.json["your_relation"]
    assert "Sokha" == shown.json["subject"]["identity"]["given_names"]
    assert {"data_class": "contact", "reason": "safe_contact_not_acknowledged"} in shown.json["withheld"]
    assert {"data_class": "notes", "reason": "not_in_consent"} in shown.json["withheld"]
    assert "notes" not in shown.json["subject"]

    revealed = world.post(f"/v1/referrals/{referral['id']}/contact", {"acknowledged": True}, by="clinic.caseworker1")
    assert ["+855 12 345 678"] == revealed.json["contact"]["phones"]
    assert "contact" in world.get(f"/v1/cases/{case['id']}", by="clinic.caseworker1").json["subject"]

    done = world.step(
        referral, "complete", {"outcome": "service_completed", "note": "Eight sessions."}, by="clinic.caseworker1"
    )
    assert "completed" == done.json["state"]
    closed = world.step(referral, "close", {}, by="police.caseworker1")
    assert ("closed", "service_completed") == (closed.json["state"], closed.json["outcome"])
    assert 404 == world.get(f"/v1/cases/{case['id']}", by="clinic.caseworker1").status_code
    kept = world.get(f"/v1/referrals/{referral['id']}", by="clinic.caseworker1").json
    assert (None, None, None, "closed") == (kept["need"], kept["subject"], kept["case_id"], kept["state"])

    receipts = world.get(f"/v1/cases/{case['id']}/disclosures", by="police.caseworker1").json["items"]
    assert {world.ids["clinic"]} == {receipt["to_agency_id"] for receipt in receipts}
    assert any("contact" in receipt["data_classes"] for receipt in receipts)

    trail = world.get("/v1/audit/entries", by="oversight.auditor").json["items"]
    actions = {entry["action"] for entry in trail}
    assert {
        "case.opened",
        "consent.given",
        "referral.sent",
        "referral.accepted",
        "contact.revealed",
        "referral.closed",
    } <= actions
    assert "Sokha" not in str(trail)


def test_both_ends_talk_and_arrange_appointments(world):
    _, _, referral = world.sent_referral()
    path = f"/v1/referrals/{referral['id']}"
    said = world.post(f"{path}/messages", {"text": "Is a female counsellor needed?"}, by="clinic.caseworker1")
    assert 201 == said.status_code, said.text
    told = world.post(f"{path}/messages", {"text": "Please call Sokha Chan directly."}, by="police.caseworker1")
    assert (422, "identity-in-open-text") == (told.status_code, told.json["type"].rpartition("/")[2])
    assert "/text" == told.json["errors"][0]["pointer"]
    world.step(referral, "accept", {}, by="clinic.caseworker1")
    made = world.post(
        f"{path}/appointments", {"at": "2026-12-01T07:00:00Z", "place": "Room 4"}, by="clinic.caseworker1"
    )
    assert 201 == made.status_code, made.text
    came = world.call(
        "PATCH",
        f"{path}/appointments/{made.json['id']}",
        {"status": "attended"},
        by="clinic.caseworker1",
        If_Match=made.headers["ETag"],
    )
    assert (200, "attended", "Room 4") == (came.status_code, came.json["status"], came.json["place"])
    listed = world.get(f"{path}/appointments", by="police.caseworker1").json["items"]
    assert [made.json["id"]] == [row["id"] for row in listed]
    assert 1 == len(world.get(f"{path}/messages", by="police.caseworker1").json["items"])
