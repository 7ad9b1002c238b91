"""Consent decides: what is not agreed is not told, and what rests on agreement can be taken back."""

import pytest

from referral_api.features.withdrawal.expiry import expire_consents
from referral_api.features.withdrawal.majority import cut_at_majority
from referral_api.features.withdrawal.suspicion import review_suspected

CLINIC, POLICE, BOSS = "clinic.caseworker1", "police.caseworker1", "police.supervisor"


def code(answer):
    return answer.json["type"].rpartition("/")[2]


def given(world, case, **more):
    return world.post(f"/v1/cases/{case['id']}/consents", {**base(world), **more}, by=POLICE)


def base(world):
    from tests.world import CONSENT

    return {
        **CONSENT,
        "grants": [{"recipients": [world.ids["clinic"]], "purposes": ["care"], "data_classes": ["identity"]}],
    }


def pointers(answer):
    return [error["pointer"] for error in answer.json["errors"]]


def test_a_referral_needs_a_consent_in_force_that_names_the_receiver(world):
    case = world.open_case()
    without = world.refer(case, None)
    assert (409, "consent-missing") == (without.status_code, code(without))
    for_another = world.give_consent(case, "shelter")
    assert (409, "consent-missing") == ((answer := world.refer(case, for_another)).status_code, code(answer))
    later = world.give_consent(case, valid_from="2026-12-24T00:00:00Z")
    assert (409, "consent-missing") == ((answer := world.refer(case, later)).status_code, code(answer))
    assert [] == world.get("/v1/referrals", by=POLICE).json["items"]
    refused = [e for e in world.entries("referral.sent") if e["outcome"] == "refused"]
    assert 3 == len(refused)


def test_accepting_after_a_withdrawal_is_refused(world):
    _, consent, referral = world.sent_referral()
    etag = world.get(f"/v1/referrals/{referral['id']}", by=CLINIC).headers["ETag"]
    answer = world.post(
        f"/v1/consents/{consent['id']}/withdraw", {"by": "child", "reason": "Does not want it any more."}, by=POLICE
    )
    assert (200, "withdrawn") == (answer.status_code, answer.json["state"])
    assert {
        "suspended_referral_ids": [referral["id"]],
        "told_agency_ids": [world.ids["clinic"]],
        "kept": [],
    } == answer.json["effects"]
    stale = world.step(referral, "accept", by=CLINIC, If_Match=etag)
    assert 412 == stale.status_code
    late = world.step(referral, "accept", by=CLINIC)
    assert (409, "illegal-step", "suspended") == (late.status_code, code(late), late.json["state"])
    resumed = world.step(referral, "resume", {"consent_id": consent["id"]}, by=POLICE)
    assert (409, "consent-ended") == (resumed.status_code, code(resumed))


def test_the_childs_withdrawal_ends_access_at_once_and_the_feed_says_so(world):
    case, consent, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    assert 200 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    assert 200 == world.get(f"/v1/consents/{consent['id']}", by=CLINIC).status_code
    world.post(f"/v1/consents/{consent['id']}/withdraw", {"by": "child"}, by="police.caseworker2")
    assert 404 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    assert 404 == world.get(f"/v1/consents/{consent['id']}", by=CLINIC).status_code
    left = world.get(f"/v1/referrals/{referral['id']}", by=CLINIC).json
    assert ("suspended", None, None, None, None) == (
        left["state"],
        left["need"],
        left["subject"],
        left["case_id"],
        left["consent_id"],
    )
    closed = world.step(referral, "close", by=POLICE)
    assert ("closed", "consent_withdrawn") == (closed.json["state"], closed.json["outcome"])


def test_a_caregivers_withdrawal_is_a_request_that_a_supervisor_decides(world):
    case, consent, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    asked = world.post(f"/v1/consents/{consent['id']}/withdraw", {"by": "caregiver"}, by=POLICE)
    assert "withdrawal_requested" == asked.json["state"]
    assert 200 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    assert 403 == world.post(f"/v1/consents/{consent['id']}/approve", {}, by="police.caseworker2").status_code
    decided = world.post(f"/v1/consents/{consent['id']}/approve", {"reason": "The child agrees."}, by=BOSS)
    assert ("withdrawn", [referral["id"]]) == (decided.json["state"], decided.json["effects"]["suspended_referral_ids"])
    assert 404 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code


def test_a_duty_is_ended_and_not_withdrawn(world):
    case = world.open_case()
    consent = world.give_consent(
        case, basis="statutory_task", legal_reference="Act 4", to="authority", given_by=None, child_view=None
    )
    answer = world.post(f"/v1/consents/{consent['id']}/withdraw", {"by": "child"}, by=POLICE)
    assert (409, "illegal-step") == (answer.status_code, code(answer))
    assert 403 == world.post(f"/v1/consents/{consent['id']}/end", {}, by=POLICE).status_code
    ended = world.post(f"/v1/consents/{consent['id']}/end", {"reason": "Task done."}, by=BOSS)
    assert (200, "ended") == (ended.status_code, ended.json["state"])


def test_a_child_who_disagrees_is_heard(world):
    case = world.open_case()
    answer = given(world, case, child_view={"asked": "yes", "agrees": False})
    assert (201, "refused") == (answer.status_code, answer.json["state"])
    assert 409 == world.refer(case, answer.json).status_code


def test_a_suspected_caregiver_neither_gives_nor_withdraws(world):
    case = world.open_case()
    _, consent, _ = case, world.give_consent(case), None
    family = {
        "caregivers": [
            {"name": "Mealea Chan", "relationship": "mother", "legal_authority": True, "suspected_involved": "yes"}
        ]
    }
    changed = world.patch(f"/v1/cases/{case['id']}", {"subject": {"family": family}}, by=POLICE)
    assert 200 == changed.status_code, changed.text
    mother = changed.json["subject"]["family"]["caregivers"][0]["id"]
    named = given(world, case, given_by="caregiver", given_by_caregiver_id=mother)
    assert (422, ["/given_by_caregiver_id"]) == (named.status_code, pointers(named))
    unnamed = given(world, case)
    assert (422, ["/given_by_caregiver_id"]) == (unnamed.status_code, pointers(unnamed))
    withdrawn = world.post(f"/v1/consents/{consent['id']}/withdraw", {"by": "caregiver"}, by=POLICE)
    assert (422, ["/by"]) == (withdrawn.status_code, pointers(withdrawn))


def test_a_caregiver_of_unknown_involvement_needs_a_supervisors_approval(world):
    case = world.open_case()
    family = {"caregivers": [{"name": "Mealea Chan", "relationship": "mother"}]}
    mother = world.patch(f"/v1/cases/{case['id']}", {"subject": {"family": family}}, by=POLICE).json["subject"][
        "family"
    ]["caregivers"][0]["id"]
    consent = given(world, case, given_by="caregiver", given_by_caregiver_id=mother).json
    assert "pending_approval" == consent["state"]
    assert 409 == world.refer(case, consent).status_code
    assert 403 == world.post(f"/v1/consents/{consent['id']}/approve", {}, by=POLICE).status_code
    assert "active" == world.post(f"/v1/consents/{consent['id']}/approve", {}, by=BOSS).json["state"]
    assert 201 == world.refer(case, consent).status_code


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"basis": "court_order"}, "/legal_reference"),
        ({"explained_limits": False}, "/explained_limits"),
        ({"given_by": None}, "/given_by"),
        ({"given_by": "child"}, "/maturity"),
        ({"valid_until": "2026-11-23T00:00:00Z"}, "/valid_until"),
        ({"valid_until": "2032-05-04T00:00:00Z"}, "/valid_until"),
        (
            {"basis": "vital_interest", "legal_reference": "GDPR 6(1)(d)", "valid_until": "2026-12-24T00:00:00Z"},
            "/valid_until",
        ),
        ({"basis": "mandatory_reporting", "legal_reference": "Act 4"}, "/grants/0/recipients/0"),
    ],
)
def test_a_consent_that_cannot_hold_is_refused_at_its_pointer(world, more, pointer):
    answer = given(world, world.open_case(), **more)
    assert (422, True) == (answer.status_code, pointer in pointers(answer)), answer.text


def test_investigation_data_is_not_opened_by_agreement(world):
    grants = [{"recipients": [world.ids["clinic"]], "purposes": ["care"], "data_classes": ["investigation"]}]
    answer = given(world, world.open_case(), grants=grants)
    assert (422, ["/grants/0/data_classes"]) == (answer.status_code, pointers(answer))


def test_a_receiver_sees_of_a_consent_only_what_is_granted_to_itself(world):
    case = world.open_case()
    grants = [
        {"recipients": [world.ids["clinic"]], "purposes": ["care"], "data_classes": ["identity"]},
        {"recipients": [world.ids["shelter"]], "purposes": ["care"], "data_classes": ["contact"]},
    ]
    consent = world.give_consent(case, grants=grants)
    referral = world.refer(case, consent).json
    assert 404 == world.get(f"/v1/consents/{consent['id']}", by=CLINIC).status_code
    world.step(referral, "accept", by=CLINIC)
    seen = world.get(f"/v1/consents/{consent['id']}", by=CLINIC).json
    assert grants[:1] == seen["grants"]
    assert not {"given_by", "child_view", "explained_by", "evidence_reference", "basis"} & seen.keys()


def test_police_are_never_shown_therapy_by_agreement(world):
    case = world.open_case(
        by="ngo.caseworker1", subject={"clinical": {"summary": "Diagnosis."}, "identity": {"given_names": "Sokha"}}
    )
    grants = [
        {"recipients": [world.ids["police"]], "purposes": ["protection"], "data_classes": ["clinical", "identity"]}
    ]
    consent = world.give_consent(case, by="ngo.caseworker1", grants=grants)
    referral = world.refer(case, consent, "police", by="ngo.caseworker1", service_type="police_protection").json
    world.step(referral, "accept", by=POLICE)
    seen = world.get(f"/v1/cases/{case['id']}", by=POLICE, purpose="protection").json
    assert ["identity"] == list(seen["subject"])
    assert "wall" == {w["data_class"]: w["reason"] for w in seen["withheld"]}["clinical"]
    other = world.get(f"/v1/cases/{case['id']}", by=POLICE, purpose="investigation").json
    assert "purpose" == {w["data_class"]: w["reason"] for w in other["withheld"]}["identity"]


def test_what_rests_on_a_caregiver_who_becomes_suspected_is_reviewed_and_ends_after_72_hours(world):
    case = world.open_case()
    mother = world.get(f"/v1/cases/{case['id']}", by=POLICE).json["subject"]["family"]["caregivers"][0]
    consent = world.give_consent(case, given_by="caregiver", given_by_caregiver_id=mother["id"])
    referral = world.refer(case, consent).json
    world.step(referral, "accept", by=CLINIC)
    family = {"caregivers": [{**mother, "suspected_involved": "yes"}]}
    assert 200 == world.patch(f"/v1/cases/{case['id']}", {"subject": {"family": family}}, by=POLICE).status_code
    with world.app.app_context():
        assert 1 == review_suspected(world.clock)
        assert 0 == review_suspected(world.clock)
    seen = world.get(f"/v1/consents/{consent['id']}", by=BOSS).json
    assert ("withdrawal_requested", "2026-11-27T09:00:00.000Z") == (seen["state"], seen["valid_until"])
    assert "identity" in world.get(f"/v1/cases/{case['id']}", by=CLINIC).json["subject"]
    world.clock.pass_by(hours=72)
    world.tokens.clear()
    assert {} == world.get(f"/v1/cases/{case['id']}", by=CLINIC).json["subject"]


def test_a_withdrawal_is_never_refused_as_stale_and_a_decision_is(world):
    _, consent, _ = world.sent_referral()
    path = f"/v1/consents/{consent['id']}"
    asked = world.post(f"{path}/withdraw", {"by": "caregiver"}, by=POLICE, If_Match='"stale"')
    assert (200, "withdrawal_requested") == (asked.status_code, asked.json["state"])
    assert 412 == world.post(f"{path}/approve", {}, by=BOSS, If_Match='"stale"').status_code
    assert 200 == world.post(f"{path}/approve", {}, by=BOSS, If_Match=asked.headers["ETag"]).status_code


def test_a_birth_date_that_becomes_known_later_ends_what_others_agreed_to_at_majority(world):
    case = world.open_case(identification_status="unidentified", subject={"protection_concern": {"summary": "Found."}})
    guardian = world.give_consent(case, classes=["protection_concern"])
    own = world.give_consent(
        case, classes=["protection_concern"], basis="consent", given_by="child", maturity="professional_assessment"
    )
    referral = world.refer(case, guardian).json
    world.step(referral, "accept", by=CLINIC)
    world.clock.pass_by(minutes=1)
    born = {"identity": {"given_names": "Sokha", "date_of_birth": "2009-01-10"}}
    assert 200 == world.patch(f"/v1/cases/{case['id']}", {"subject": born}, by=POLICE).status_code
    with world.app.app_context():
        assert 1 == cut_at_majority(world.clock)
        assert 0 == cut_at_majority(world.clock)
    ends = {
        each["id"]: each["valid_until"]
        for each in (world.get(f"/v1/consents/{c['id']}", by=BOSS).json for c in (guardian, own))
    }
    assert {guardian["id"]: "2027-01-10T00:00:00.000Z", own["id"]: "2027-05-24T00:00:00.000Z"} == ends
    assert "protection_concern" in world.get(f"/v1/cases/{case['id']}", by=CLINIC).json["subject"]
    world.clock.pass_by(days=60)
    world.tokens.clear()
    assert {} == world.get(f"/v1/cases/{case['id']}", by=CLINIC).json["subject"]


def with_carers(world, *carers):
    """A case whose caregivers are (authority, involvement, informed)."""
    said = [
        {"name": f"Carer {n}", "relationship": "aunt_or_uncle", "legal_authority": a, "suspected_involved": s, "informed": i}
        for n, (a, s, i) in enumerate(carers)
    ]  # fmt: skip
    return world.open_case(subject={"family": {"caregivers": said}})


@pytest.mark.parametrize(
    ("carers", "expected"),
    [
        ([], "active"),
        ([(True, "no", "yes")], "active"),
        ([(True, "unknown", "unknown")], "pending_approval"),
        ([(True, "no", "yes"), (True, "unknown", "yes")], "pending_approval"),
        ([(None, "unknown", "yes")], "pending_approval"),
        ([(False, "unknown", "yes")], "pending_approval"),
        ([(True, "no", "yes"), (False, "yes", "yes")], "active"),
        ([(True, "unknown", "not_safe")], "active"),
        ([(True, "yes", "not_safe")], ["/given_by_caregiver_id"]),
        ([(True, "no", "yes"), (True, "yes", "no")], ["/given_by_caregiver_id"]),
        ([(False, "yes", "yes")], ["/given_by_caregiver_id"]),
    ],
)
def test_a_guardian_who_is_not_named_may_be_each_who_is_on_file(world, carers, expected):
    answer = given(world, with_carers(world, *carers))
    assert expected == (answer.json["state"] if answer.status_code == 201 else pointers(answer)), answer.text


def test_the_consent_of_the_contract_acts_on_the_case_of_the_contract(world):
    """As both stand in the contract: a mother who is not to know, of unknown involvement, and a guardian who is not named."""
    mother = {"name": "Mealea Chan", "relationship": "mother", "legal_authority": True, "informed": "not_safe", "suspected_involved": "unknown"}  # fmt: skip
    case = world.open_case(subject={"identity": {"given_names": "Sokha"}, "family": {"caregivers": [mother]}})
    consent = given(world, case, given_by_caregiver_id=None, maturity=None, legal_reference=None).json
    assert "active" == consent["state"]
    assert 201 == world.refer(case, consent).status_code


@pytest.mark.parametrize("label", ["legal_guardian", "court", "other", "survivor", "child"])
def test_a_suspected_caregiver_gives_under_no_other_name(world, label):
    case = with_carers(world, (True, "no", "yes"), (False, "yes", "not_safe"))
    suspect = case["subject"]["family"]["caregivers"][1]["id"]
    said = {"basis": "consent", "given_by": label, "maturity": "court_finding", "given_by_caregiver_id": suspect}
    answer = given(world, case, **said)
    codes = [error["code"] for error in answer.json["errors"]]
    assert (422, True) == (answer.status_code, "suspected" in codes), answer.text


@pytest.mark.parametrize("label", ["court", "survivor", "child"])
def test_no_caregiver_is_named_where_somebody_else_agreed(world, label):
    case = with_carers(world, (True, "no", "yes"))
    named = case["subject"]["family"]["caregivers"][0]["id"]
    said = {"basis": "consent", "given_by": label, "maturity": "court_finding", "given_by_caregiver_id": named}
    assert ["/given_by_caregiver_id"] == pointers(given(world, case, **said))


@pytest.mark.parametrize(
    ("identity", "band", "given_by", "maturity", "expected"),
    [
        ({"date_of_birth": "2014-02-11"}, "10-14", "survivor", None, ["/maturity"]),
        ({"date_of_birth": "2014-02-11"}, "18+", "survivor", None, ["/maturity"]),
        ({"date_of_birth": "2014-02-11"}, "10-14", "survivor", "professional_assessment", 201),
        ({"date_of_birth": "2014-02-11"}, "10-14", "child", "legal_age_reached", ["/maturity"]),
        ({"date_of_birth": "2010-02-11"}, "15-17", "child", "legal_age_reached", 201),
        ({"date_of_birth": "2008-11-24"}, "18+", "survivor", None, 201),
        ({"date_of_birth": "2008-11-25"}, "15-17", "survivor", None, ["/maturity"]),
        ({"date_of_birth": "2008-12-31", "date_of_birth_estimated": True}, "15-17", "survivor", None, 201),
        ({}, "18+", "survivor", None, 201),
        ({}, "unknown", "survivor", None, ["/maturity"]),
        ({}, "5-9", "child", "legal_age_reached", ["/maturity"]),
    ],
)
def test_a_survivor_gives_alone_from_majority_on_and_a_legal_age_is_held_against_the_birth_date(
    world, identity, band, given_by, maturity, expected
):
    case = world.open_case(subject={"identity": {"given_names": "Sokha", **identity}}, age_band=band)
    answer = given(world, case, basis="consent", given_by=given_by, maturity=maturity)
    assert expected == (pointers(answer) if answer.status_code == 422 else answer.status_code), answer.text


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"given_by": "child", "maturity": "court_finding"}, ["/given_by"]),
        ({"child_view": {"asked": "no_too_young"}}, ["/child_view/asked"]),
        ({"child_view": {"asked": "yes"}}, ["/child_view/agrees"]),
        ({"child_view": {"asked": "yes", "agrees": None}}, ["/child_view/agrees"]),
        ({"basis": "consent", "child_view": {"asked": "no_unsafe", "agrees": True}}, ["/child_view/agrees"]),
        ({"basis": "consent", "child_view": {"asked": "no_too_young"}}, None),
        ({"grants": "investigation"}, ["/grants/0/recipients/0"]),
    ],
)
def test_an_agreement_that_says_two_things_is_refused(world, more, wrong):
    if "grants" in more:
        only = {"recipients": [world.ids["clinic"]], "purposes": ["investigation"], "data_classes": ["identity"]}
        more = {"grants": [only]}
    answer = given(world, world.open_case(), **more)
    assert wrong == (pointers(answer) if answer.status_code == 422 else None), answer.text


def test_a_consent_that_ran_out_is_ended_whether_the_clockwork_has_put_it_down_or_not(world):
    case = world.open_case()
    short = {"valid_until": "2026-11-24T09:10:00Z"}
    consents = [given(world, case, **short).json, given(world, case, **short, basis="best_interests_documented", legal_reference="BID 4").json]  # fmt: skip
    world.post(f"/v1/consents/{consents[0]['id']}/withdraw", {"by": "caregiver"}, by=POLICE)
    world.clock.pass_by(minutes=11)
    world.tokens.clear()
    for _ in range(2):
        assert ["consent-ended", "consent-ended"] == [code(world.refer(case, each)) for each in consents]
        with world.app.app_context():
            expire_consents(world.clock)


def test_a_mother_withdraws_though_an_uncle_is_suspected_and_a_supervisor_decides_within_a_day(world):
    case = with_carers(world, (True, "no", "yes"), (False, "yes", "not_safe"))
    mother, uncle = (carer["id"] for carer in case["subject"]["family"]["caregivers"])
    for by in ("caregiver", "legal_guardian"):
        consent = given(world, case).json
        path = f"/v1/consents/{consent['id']}/withdraw"
        wrong = world.post(path, {"by": by, "by_caregiver_id": uncle}, by=POLICE)
        assert (422, ["/by_caregiver_id"]) == (wrong.status_code, pointers(wrong))
        missing = world.post(path, {"by": by, "by_caregiver_id": case["id"].replace("case_", "caregiver_")}, by=POLICE)
        assert (422, ["/by_caregiver_id"]) == (missing.status_code, pointers(missing))
        asked = world.post(path, {"by": by, "by_caregiver_id": mother}, by=POLICE).json
        assert ("withdrawal_requested", "2026-11-25T09:00:00.000Z") == (asked["state"], asked["review_due"])
        assert {"by": by, "by_caregiver_id": mother, "reason": None} == asked["withdrawal"]
        unnamed = given(world, case).json
        assert 200 == world.post(f"/v1/consents/{unnamed['id']}/withdraw", {"by": by}, by=POLICE).status_code
    assert [("refused", "suspected")] * 2 == [
        (entry["outcome"], entry["reason_code"])
        for entry in world.entries("consent.withdrawn")
        if entry["outcome"] != "allowed"
    ]
