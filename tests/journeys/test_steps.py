"""The step table of domain.md, over HTTP: what is legal does what it says, what is not changes nothing and says what would be."""

import pytest

from referral_api.features.referrals.clockwork import run_deadlines
from referral_api.features.withdrawal.expiry import expire_consents

CLINIC, POLICE, BOSS = "clinic.caseworker1", "police.caseworker1", "police.supervisor"


def code(answer):
    return answer.json["type"].rpartition("/")[2]


def test_a_draft_does_not_exist_for_its_receiver_until_it_is_sent(world):
    case = world.open_case()
    consent = world.give_consent(case)
    draft = world.refer(case, consent, send=False).json
    assert "draft" == draft["state"]
    assert 404 == world.get(f"/v1/referrals/{draft['id']}", by=CLINIC).status_code
    assert [] == world.get("/v1/referrals?box=inbox", by=CLINIC).json["items"]
    changed = world.patch(
        f"/v1/referrals/{draft['id']}", {"urgency": "low", "need": "Fortnightly counselling."}, by=POLICE
    )
    assert ("low", "Fortnightly counselling.") == (changed.json["urgency"], changed.json["need"])
    sent = world.step(draft, "send", by=POLICE)
    assert ("sent", 1) == (sent.json["state"], len(sent.json["history"]))
    assert 200 == world.get(f"/v1/referrals/{draft['id']}", by=CLINIC).status_code
    [item] = world.get("/v1/referrals?box=inbox&state=sent", by=CLINIC).json["items"]
    assert draft["id"] == item["id"]
    assert not {"need", "history"} & item.keys()
    late = world.patch(f"/v1/referrals/{draft['id']}", {"urgency": "high"}, by=POLICE)
    assert (409, "illegal-step") == (late.status_code, code(late))


def test_an_illegal_step_is_refused_with_the_state_and_what_is_allowed(world):
    _, _, referral = world.sent_referral()
    answer = world.step(referral, "start", by=CLINIC)
    assert (409, "illegal-step", "sent") == (answer.status_code, code(answer), answer.json["state"])
    assert {"acknowledge", "accept", "decline", "redirect"} == set(answer.json["allowed_steps"])
    assert "sent" == world.get(f"/v1/referrals/{referral['id']}", by=CLINIC).json["state"]
    [entry] = [e for e in world.entries("referral.started") if e["outcome"] == "refused"]
    assert (referral["id"], "sent") == (entry["subject"]["id"], entry["reason_code"])
    assert entry["case_ref"] is not None


@pytest.mark.parametrize("step", ["accept", "decline", "acknowledge", "start", "complete", "fail", "redirect"])
def test_the_sender_does_not_answer_its_own_request(world, step):
    _, _, referral = world.sent_referral()
    body = {"decline": {"reason_code": "no_capacity"}, "fail": {"reason_code": "no_capacity"}, "complete": {"outcome": "no_longer_needed"},
            "redirect": {"to_agency_id": world.ids["ngo"], "reason_code": "outside_area"}}.get(step, {})  # fmt: skip
    answer = world.step(referral, step, body, by=POLICE)
    assert (403, "forbidden") == (answer.status_code, code(answer))


def test_declining_needs_a_reason_and_other_needs_words(world):
    _, _, referral = world.sent_referral()
    assert 422 == world.step(referral, "decline", {}, by=CLINIC).status_code
    wordless = world.step(referral, "decline", {"reason_code": "other"}, by=CLINIC)
    assert (422, "/note") == (wordless.status_code, wordless.json["errors"][0]["pointer"])
    answer = world.step(
        referral,
        "decline",
        {"reason_code": "no_capacity", "declined_by": "provider", "note": "Full until May."},
        by=CLINIC,
    )
    assert "declined" == answer.json["state"]
    history = world.get(f"/v1/referrals/{referral['id']}", by=POLICE).json["history"]
    assert ("no_capacity", "provider", "Full until May.") == (
        history[-1]["reason_code"],
        history[-1]["declined_by"],
        history[-1]["note"],
    )


def test_after_failing_the_outcome_is_not_delivered(world):
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    failed = world.step(referral, "fail", {"reason_code": "could_not_contact"}, by=CLINIC)
    assert ("failed", []) == (failed.json["state"], failed.json["allowed_steps"])
    assert 404 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    closed = world.step(referral, "close", by=POLICE)
    assert ("closed", "not_delivered") == (closed.json["state"], closed.json["outcome"])


def test_a_conflict_of_interest_is_refused_and_names_the_exclusion(world):
    _, _, referral = world.sent_referral()
    answer = world.step(referral, "accept", {"no_conflict": False}, by=CLINIC)
    assert (422, "/no_conflict") == (answer.status_code, answer.json["errors"][0]["pointer"])
    assert "exclusion" in answer.json["errors"][0]["detail"]


def test_suspending_ends_access_and_resuming_needs_a_consent_in_force(world):
    case, consent, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    paused = world.step(referral, "suspend", {"reason_code": "child_asked"}, by=CLINIC)
    assert "suspended" == paused.json["state"]
    assert 404 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    back = world.step(referral, "resume", {"consent_id": consent["id"]}, by=POLICE)
    assert ("accepted", "default-1") == (back.json["state"], back.json["deadline_policy"])
    assert 200 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code


def test_a_receiver_may_suspend_only_what_it_accepted(world):
    _, _, referral = world.sent_referral()
    answer = world.step(referral, "suspend", {"reason_code": "child_asked"}, by=CLINIC)
    assert (409, "illegal-step") == (answer.status_code, code(answer))


def test_only_the_senders_supervisor_marks_a_mistake_and_it_is_kept(world):
    _, _, referral = world.sent_referral()
    assert 403 == world.step(referral, "mark-in-error", {"reason": "Wrong child."}, by=POLICE).status_code
    marked = world.step(referral, "mark-in-error", {"reason": "Wrong child."}, by=BOSS)
    assert ("entered_in_error", []) == (marked.json["state"], marked.json["allowed_steps"])
    kept = world.get(f"/v1/referrals/{referral['id']}", by=CLINIC).json
    assert ("entered_in_error", None) == (kept["state"], kept["need"])


@pytest.mark.parametrize("granted", [True, False])
def test_a_redirect_answers_the_same_whatever_the_consent_says(world, granted):
    case = world.open_case()
    grants = [
        {
            "recipients": [world.ids["clinic"], *([world.ids["ngo"]] if granted else [])],
            "purposes": ["care"],
            "data_classes": ["identity"],
        }
    ]
    consent = world.give_consent(case, grants=grants)
    referral = world.refer(case, consent).json
    answer = world.step(
        referral, "redirect", {"to_agency_id": world.ids["ngo"], "reason_code": "outside_area"}, by=CLINIC
    )
    assert ("redirected", []) == (answer.json["state"], answer.json["allowed_steps"])
    onward = answer.json["onward_referral_id"]
    assert 404 == world.get(f"/v1/referrals/{onward}", by=CLINIC).status_code
    seen_by_sender = world.get(f"/v1/referrals/{onward}", by=POLICE).json
    assert ("sent" if granted else "draft", referral["id"]) == (
        seen_by_sender["state"],
        seen_by_sender["parent_referral_id"],
    )
    seen_by_receiver = world.get(f"/v1/referrals/{onward}", by="ngo.caseworker1")
    assert (200 if granted else 404) == seen_by_receiver.status_code
    if granted:
        assert seen_by_receiver.json["parent_referral_id"] is None
        assert world.ids["clinic"] not in seen_by_receiver.text


def test_what_nobody_answers_escalates_then_expires_and_says_so_to_both_ends(world):
    _, _, referral = world.sent_referral()
    world.clock.pass_by(hours=5)
    world.tokens.clear()
    assert "acknowledge" == world.get(f"/v1/referrals/{referral['id']}", by=POLICE).json["overdue"]
    [late] = world.get("/v1/referrals?box=inbox&overdue=acknowledge", by=CLINIC).json["items"]
    assert referral["id"] == late["id"]
    world.clock.pass_by(hours=20)
    world.tokens.clear()
    with world.app.app_context():
        assert 1 == run_deadlines(world.clock)
        assert 0 == run_deadlines(world.clock)
    assert "answer" == world.get(f"/v1/referrals/{referral['id']}", by=CLINIC).json["overdue"]
    world.clock.pass_by(hours=24)
    world.tokens.clear()
    with world.app.app_context():
        assert 1 == run_deadlines(world.clock)
    gone = world.get(f"/v1/referrals/{referral['id']}", by=POLICE).json
    assert ("expired", None, []) == (gone["state"], gone["overdue"], gone["allowed_steps"])
    [entry] = world.entries("referral.expired")
    assert ("service", "allowed") == (entry["actor"]["kind"], entry["outcome"])


def test_a_protection_report_carries_identity_when_sent_and_is_never_declined(world):
    case = world.open_case(by="ngo.caseworker1")
    duty = {
        "basis": "mandatory_reporting",
        "legal_reference": "Child Protection Act, section 12",
        "given_by": None,
        "child_view": None,
    }
    grants = [
        {
            "recipients": [world.ids["police"]],
            "purposes": ["investigation"],
            "data_classes": ["identity", "protection_concern", "investigation"],
        }
    ]
    consent = world.give_consent(case, by="ngo.caseworker1", grants=grants, **duty)
    sent = world.refer(
        case, consent, "police", by="ngo.caseworker1", kind="protection_report", service_type="criminal_investigation"
    )
    assert (201, "sent", None) == (sent.status_code, sent.json["state"], sent.json["expire_by"])
    assert sent.json["report_receipt_number"].startswith("PR-2026-")
    assert case["id"] == world.get(f"/v1/referrals/{sent.json['id']}", by=BOSS).json["case_id"]
    read = world.get(f"/v1/cases/{case['id']}", by=BOSS)
    assert "Sokha" == read.json["subject"]["identity"]["given_names"]
    assert "decline" not in world.get(f"/v1/referrals/{sent.json['id']}", by=POLICE).json["allowed_steps"]
    refused = world.step(sent.json, "decline", {"reason_code": "no_capacity"}, by=POLICE)
    assert (409, "illegal-step") == (refused.status_code, code(refused))
    world.step(sent.json, "acknowledge", by=POLICE)
    assert "identity" in world.get(f"/v1/cases/{case['id']}", by=POLICE).json["subject"]
    world.clock.pass_by(days=30)
    world.tokens.clear()
    with world.app.app_context():
        assert 1 == run_deadlines(world.clock)
    assert "acknowledged" == world.get(f"/v1/referrals/{sent.json['id']}", by=POLICE).json["state"]
    world.step(sent.json, "accept", by=POLICE)
    done = world.step(sent.json, "complete", {"outcome": "service_completed", "feedback_code": "taken_on"}, by=POLICE)
    assert 200 == done.status_code, done.text
    assert "taken_on" == world.get(f"/v1/referrals/{sent.json['id']}", by="ngo.caseworker1").json["feedback_code"]


def test_a_consent_that_runs_out_is_over_at_the_next_read_before_any_sweeper(world):
    case = world.open_case()
    consent = world.give_consent(case, valid_until="2026-11-25T09:00:00Z")
    referral = world.refer(case, consent).json
    world.step(referral, "accept", by=CLINIC)
    assert "identity" in world.get(f"/v1/cases/{case['id']}", by=CLINIC).json["subject"]
    world.clock.pass_by(hours=25)
    world.tokens.clear()
    after = world.get(f"/v1/cases/{case['id']}", by=CLINIC).json
    assert ({}, "consent_ended") == (
        after["subject"],
        {w["data_class"]: w["reason"] for w in after["withheld"]}["identity"],
    )
    assert "expired" == world.get(f"/v1/consents/{consent['id']}", by=POLICE).json["state"]
    with world.app.app_context():
        assert 1 == expire_consents(world.clock)
    assert 404 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    assert "suspended" == world.get(f"/v1/referrals/{referral['id']}", by=POLICE).json["state"]
