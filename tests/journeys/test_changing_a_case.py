"""Who may change what of a case, and what a change cannot hide."""

from referral_api.features.withdrawal.suspicion import review_suspected

POLICE, OTHER, BOSS, CLINIC = "police.caseworker1", "police.caseworker2", "police.supervisor", "clinic.caseworker1"


def caregivers(world, case):
    return world.get(f"/v1/cases/{case['id']}", by=POLICE).json["subject"].get("family", {}).get("caregivers")


def change(world, case, by=POLICE, **said):
    return world.patch(f"/v1/cases/{case['id']}", said, by=by)


def with_consent_of_the_mother(world):
    case = world.open_case()
    mother = caregivers(world, case)[0]
    return case, mother, world.give_consent(case, given_by="caregiver", given_by_caregiver_id=mother["id"])


def reviewed(world, consent):
    with world.app.app_context():
        review_suspected(world.clock)
    return world.get(f"/v1/consents/{consent['id']}", by=BOSS).json["state"]


def test_a_caregiver_sent_again_without_an_id_is_still_the_one_who_consented(world):
    case, mother, consent = with_consent_of_the_mother(world)
    again = {**{name: mother[name] for name in ("name", "relationship")}, "suspected_involved": "yes"}
    assert 200 == change(world, case, subject={"family": {"caregivers": [again]}}).status_code
    assert [mother["id"]] == [carer["id"] for carer in caregivers(world, case)]
    assert "withdrawal_requested" == reviewed(world, consent)


def test_what_rests_on_a_caregiver_who_is_left_out_is_reviewed(world):
    for left in (
        {"family": {"caregivers": []}},
        {"family": {"caregivers": [{"name": "Somebody else"}]}},
        {"family": None},
    ):
        case, _, consent = with_consent_of_the_mother(world)
        assert 200 == change(world, case, subject=left).status_code
        assert "withdrawal_requested" == reviewed(world, consent)


def test_another_summary_of_the_family_sends_nothing_to_review(world):
    case, _, consent = with_consent_of_the_mother(world)
    assert 200 == change(world, case, subject={"family": {"summary": "They moved."}}).status_code
    assert "active" == reviewed(world, consent)


def test_a_receiver_changes_what_it_is_shown_but_not_the_safe_contact_and_takes_nothing_away(world):
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    corrected = change(world, case, CLINIC, subject={"identity": {"preferred_name": "So"}}, change_reason="correction")
    assert "So" == corrected.json["subject"]["identity"]["preferred_name"]
    assert 403 == change(world, case, CLINIC, safe_contact={"may_leave_message": True}).status_code
    assert 403 == change(world, case, CLINIC, subject={"identity": None}).status_code
    assert "Sokha" == world.get(f"/v1/cases/{case['id']}", by=POLICE).json["subject"]["identity"]["given_names"]


def test_the_work_list_shows_the_case_number_to_whom_the_identity_is_open(world):
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    numbers = {
        who: world.get("/v1/cases", by=who).json["items"][0]["case_number"] for who in (POLICE, BOSS, OTHER, CLINIC)
    }
    assert {POLICE: case["case_number"], BOSS: case["case_number"], OTHER: None, CLINIC: None} == numbers


def test_whoever_assigns_or_excludes_by_an_old_view_is_told_so(world):
    case = world.open_case()
    path = f"/v1/cases/{case['id']}"
    fresh = world.get(path, by=BOSS).headers["ETag"]
    said = {"member_id": world.ids[OTHER], "kind": "worker", "no_conflict": True}
    assert 412 == world.post(f"{path}/assignments", said, by=BOSS, If_Match='"old"').status_code
    assert 201 == world.post(f"{path}/assignments", said, by=BOSS, If_Match=fresh).status_code
    said = {"member_id": world.ids[OTHER], "reason_code": "personal_interest"}
    assert 412 == world.post(f"{path}/exclusions", said, by=BOSS, If_Match='"old"').status_code
    assert 201 == world.post(f"{path}/exclusions", said, by=BOSS, If_Match=fresh).status_code


def test_a_duty_is_judged_by_a_second_person_once(world):
    case = world.open_case()
    duty = world.give_consent(case, basis="court_order", legal_reference="Order 4/2026")
    path = f"/v1/consents/{duty['id']}"
    assert 200 == world.post(f"{path}/approve", {}, by=BOSS).status_code
    again = world.post(f"{path}/approve", {}, by=BOSS)
    assert (409, "active", ["end"]) == (again.status_code, again.json["state"], again.json["allowed_steps"])


def test_what_is_shown_of_oneself_and_of_an_entry_has_a_validator(world):
    assert world.get("/v1/me", by=POLICE).headers["ETag"] == world.get("/v1/me", by=POLICE).headers["ETag"]
    world.open_case()
    entry = world.get("/v1/audit/entries", by="police.auditor").json["items"][0]
    assert world.get(f"/v1/audit/entries/{entry['id']}", by="police.auditor").headers["ETag"]


def test_a_supervisor_takes_somebody_off_a_case_and_puts_them_on_again(world):
    case = world.open_case()
    path = f"/v1/cases/{case['id']}"
    said = {"member_id": world.ids[OTHER], "kind": "worker", "no_conflict": True}
    assigned = world.post(f"{path}/assignments", said, by=BOSS).json
    assert "identity" in world.get(path, by=OTHER).json["subject"]
    assert 403 == world.post(f"{path}/assignments/{assigned['id']}/end", by=OTHER).status_code
    ended = world.post(f"{path}/assignments/{assigned['id']}/end", by=BOSS)
    assert (200, "2026-11-24T09:00:00.000Z") == (ended.status_code, ended.json["until"])
    assert "identity" not in world.get(path, by=OTHER).json["subject"]
    assert 1 == len(world.entries("case.assignment_ended"))
    again = world.post(f"{path}/assignments", said, by=BOSS).json
    assert again["id"] != assigned["id"]
    assert "identity" in world.get(path, by=OTHER).json["subject"]


def test_whoever_was_kept_out_by_mistake_is_let_in_again(world):
    case = world.open_case()
    path = f"/v1/cases/{case['id']}"
    out = world.post(f"{path}/exclusions", {"member_id": world.ids[OTHER], "reason_code": "other"}, by=BOSS).json
    assert 404 == world.get(path, by=OTHER).status_code
    assert 404 == world.post(f"{path}/exclusions/{out['id']}/end", by=OTHER).status_code
    other = world.open_case(case_number="B-2")
    assert 404 == world.post(f"/v1/cases/{other['id']}/exclusions/{out['id']}/end", by=BOSS).status_code
    assert 200 == world.post(f"{path}/exclusions/{out['id']}/end", by=BOSS).status_code
    assert 200 == world.get(path, by=OTHER).status_code


def test_a_redirect_reaches_nobody_who_is_kept_out_and_is_answered_the_same(world):
    grants = [
        {
            "recipients": [world.ids[a] for a in ("clinic", "shelter")],
            "purposes": ["care"],
            "data_classes": ["identity"],
        }
    ]
    case = world.open_case()
    consent = world.give_consent(case, grants=grants)
    referral = world.refer(case, consent).json
    world.post(
        f"/v1/cases/{case['id']}/exclusions", {"agency_id": world.ids["shelter"], "reason_code": "other"}, by=BOSS
    )
    said = {"to_agency_id": world.ids["shelter"], "reason_code": "wrong_recipient"}
    answer = world.step(referral, "redirect", said, by=CLINIC)
    assert (200, "redirected") == (answer.status_code, answer.json["state"])
    onward = world.get(f"/v1/referrals/{answer.json['onward_referral_id']}", by=POLICE)
    assert "draft" == onward.json["state"]
