"""What protects the child in a case is the owner's alone to take back; and what a clinic writes stays behind the wall."""

import pytest

POLICE, BOSS, CLINIC = "police.caseworker1", "police.supervisor", "clinic.caseworker1"
CLASSES = ["identity", "contact", "family", "clinical"]
FATHER = {"name": "Dara Chan", "relationship": "father", "legal_authority": True, "suspected_involved": "yes", "informed": "not_safe"}  # fmt: skip
AUNT = {"name": "Bopha Chan", "relationship": "aunt_or_uncle"}


@pytest.fixture
def case(world):
    """A hidden child, a suspected father, an aunt of whom little is known, and a clinic that reads of them."""
    case = world.open_case(
        subject={
            "identity": {"given_names": "Sokha", "date_of_birth": "2013-05-04"},
            "contact": {"address": "9 Hidden Lane", "protected_location": True},
            "family": {"caregivers": [FATHER, AUNT]},
        }
    )
    consent = world.give_consent(case, given_by="court", classes=CLASSES)
    referral = world.refer(case, consent).json
    world.step(referral, "accept", by=CLINIC)
    revealed = world.post(f"/v1/referrals/{referral['id']}/contact", {"acknowledged": True}, by=CLINIC)
    assert 200 == revealed.status_code, revealed.text
    return case


def changed(world, case, by=CLINIC, **subject):
    return world.patch(f"/v1/cases/{case['id']}", {"subject": subject, "change_reason": "correction"}, by=by)


def carers_of(case):
    return case["subject"]["family"]["caregivers"]


def first(case, **more):
    return {"caregivers": [{**carers_of(case)[0], **more}, carers_of(case)[1]]}


def second(case, **more):
    return {"caregivers": [carers_of(case)[0], {**carers_of(case)[1], **more}]}


UNDONE = {
    "/contact/protected_location": lambda case: {"contact": {"protected_location": False}},
    "/contact/protected_location ": lambda case: {"contact": {"protected_location": None}},
    "/identity/given_names": lambda case: {"identity": {"given_names": None}},
    "/identity/date_of_birth": lambda case: {"identity": {"date_of_birth": "2000-05-04"}},
    "/identity/date_of_birth ": lambda case: {"identity": {"date_of_birth": None}},
    "/identity/date_of_birth_estimated": lambda case: {"identity": {"date_of_birth_estimated": True}},
    "/family/caregivers": lambda case: {"family": {"caregivers": []}},
    "/family/caregivers ": lambda case: {"family": {"caregivers": carers_of(case)[1:]}},
    "/family/caregivers/0/name": lambda case: {"family": first(case, name=None)},
    "/family/caregivers/0/suspected_involved": lambda case: {"family": first(case, suspected_involved="no")},
    "/family/caregivers/0/legal_authority": lambda case: {"family": first(case, legal_authority=False)},
    "/family/caregivers/0/informed": lambda case: {"family": first(case, informed="yes")},
    "/family/caregivers/1/suspected_involved": lambda case: {"family": second(case, suspected_involved="no")},
    "/family/caregivers/1/legal_authority": lambda case: {"family": second(case, legal_authority=True)},
    "/family/caregivers/2/suspected_involved": lambda case: {"family": {"caregivers": [*carers_of(case), {"name": "New", "suspected_involved": "no"}]}},
}  # fmt: skip


@pytest.mark.parametrize("pointer", UNDONE)
def test_only_the_owner_takes_back_what_protects_the_child(world, case, pointer):
    answer = changed(world, case, **UNDONE[pointer](case))
    assert 403 == answer.status_code, answer.text
    assert [f"/subject{pointer.strip()}"] == [error["pointer"] for error in answer.json["errors"]]
    last = world.entries("case.changed")[-1]
    assert ("denied", "not_owner") == (last["outcome"], last["reason_code"])
    assert 200 == changed(world, case, by=POLICE, **UNDONE[pointer](case)).status_code


@pytest.mark.parametrize(
    "learned",
    [
        lambda case: {"identity": {"preferred_name": "So", "family_names": "Chan", "date_of_birth": "2013-06-04"}},
        lambda case: {"contact": {"phones": ["+855 12 345 678"], "protected_location": True}},
        lambda case: {"family": {"summary": "They moved.", "caregivers": [*carers_of(case), {"name": "Grandmother"}]}},
        lambda case: {"family": second(case, suspected_involved="yes", informed="not_safe", phone="+855 12 000 111")},
    ],
)
def test_a_party_adds_what_it_learned(world, case, learned):
    answer = changed(world, case, **learned(case))
    assert 200 == answer.status_code, answer.text


def test_whoever_may_not_is_told_so_before_being_told_of_an_old_view(world, case):
    path = f"/v1/cases/{case['id']}"
    said = {"subject": {"contact": {"protected_location": False}}}
    assert 403 == world.call("PATCH", path, said, by=CLINIC, If_Match='"old"').status_code
    assert 412 == world.call("PATCH", path, said, by=POLICE, If_Match='"old"').status_code
    recorded = {"basis": "best_interests_documented", "legal_reference": "File 7", "by": BOSS}
    own = world.give_consent(case, **recorded)
    for decide in ("approve", "refuse"):
        path = f"/v1/consents/{own['id']}/{decide}"
        assert 403 == world.post(path, {}, by=BOSS, If_Match='"old"').status_code
    said = {"reason_code": "immediate_danger", "reason": "She is in danger.", "minutes": 30}
    glass = world.post(f"/v1/cases/{case['id']}/break-glass", said, by=CLINIC).json
    path, said = f"/v1/break-glass/{glass['id']}/review", {"outcome": "justified"}
    assert 403 == world.post(path, said, by="oversight.auditor", If_Match='"old"').status_code
    assert 412 == world.post(path, said, by=BOSS, If_Match='"old"').status_code


def test_what_the_clinic_writes_of_its_therapy_the_police_are_not_shown(world, case):
    path = f"/v1/cases/{case['id']}"
    mine = {"summary": "Seen by a doctor."}
    assert mine == changed(world, case, by=POLICE, clinical=mine).json["subject"]["clinical"]
    written = changed(world, case, clinical={"summary": "Speaks of it in therapy."})
    assert "Speaks of it in therapy." == written.json["subject"]["clinical"]["summary"]
    seen = world.get(path, by=POLICE).json
    assert "therapy" not in str(seen["subject"])
    assert {"data_class": "clinical", "reason": "wall"} in seen["withheld"]
    assert "clinical" not in seen["versions"]
    kept = world.get(f"{path}/versions?data_class=clinical", by=POLICE).json["items"]
    assert [(1, mine)] == [(each["version"], each["content"]) for each in kept]
    assert {"clinical": 1} == world.entries("case.history_read")[-1]["versions"]
    assert 403 == changed(world, case, by=POLICE, clinical={"summary": "Closed."}).status_code
    with_no_certificate = {"member_id": world.ids["police.lapsed"], "no_conflict": True}
    assert 201 == world.post(f"{path}/assignments", with_no_certificate, by=BOSS).status_code
    assert 403 == world.get(f"{path}/versions?data_class=clinical", by="police.lapsed").status_code


def test_an_owner_that_may_hold_it_reads_what_others_write(world):
    case = world.open_case(by=CLINIC, subject={"identity": {"given_names": "Sokha"}})
    consent = world.give_consent(case, "shelter", by=CLINIC, classes=["clinical", "identity"], basis="court_order", legal_reference="Order 4")  # fmt: skip
    referral = world.refer(case, consent, "shelter", by=CLINIC, service_type="safe_accommodation").json
    world.step(referral, "accept", by="shelter.caseworker1")
    assert 200 == changed(world, case, by="shelter.caseworker1", clinical={"summary": "Sleeps."}).status_code
    assert "Sleeps." == world.get(f"/v1/cases/{case['id']}", by=CLINIC).json["subject"]["clinical"]["summary"]
