"""What a receiver finds by a case it knows, and whom a sender is offered instead of a closed agency."""

from tests.directory.test_services import OFFER

CLINIC, POLICE = "clinic.caseworker1", "police.caseworker1"


def found(world, case, by):
    return [item["id"] for item in world.get(f"/v1/referrals?case_id={case['id']}", by=by).json["items"]]


def test_a_receiver_finds_its_referrals_by_the_case_that_they_show_it_and_no_others(world):
    case, consent, referral = world.sent_referral()
    assert [referral["id"]] == found(world, case, POLICE)
    assert [] == found(world, case, CLINIC)
    assert 200 == world.step(referral, "accept", by=CLINIC).status_code
    assert [referral["id"]] == found(world, case, CLINIC)
    assert [] == found(world, case, "shelter.caseworker1")
    path = f"/v1/consents/{consent['id']}"
    tag = world.get(path, by=POLICE).headers["ETag"]
    assert (
        200
        == world.post(f"{path}/withdraw", {"by": "child", "reason": "No more."}, by=POLICE, If_Match=tag).status_code
    )
    assert [] == found(world, case, CLINIC)


def test_nobody_is_offered_instead_who_takes_no_referral_of_the_case(world):
    closed = {f"{day}": [] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    agency = f"/v1/agencies/{world.ids['clinic']}"
    assert 200 == world.patch(agency, {"opening_hours": closed}, by="clinic.admin").status_code
    offer = {**OFFER, "service_type": "mental_health", "countries": ["KH"]}
    offered = [
        world.post("/v1/services", offer, by=f"{name}.supervisor").json["agency_id"]
        for name in ("police", "shelter", "authority")
    ]
    case = world.open_case()
    consent = world.give_consent(case)
    shut = {"agency_id": world.ids["shelter"], "reason_code": "related_to_suspect"}
    answer = world.post(f"/v1/cases/{case['id']}/exclusions", shut, by="police.supervisor")
    assert 201 == answer.status_code, answer.json
    sent = world.refer(case, consent).json
    assert ["receiver_closed"] == sent["warnings"]
    assert [world.ids["authority"]] == [each["agency_id"] for each in sent["alternatives"]]
    assert offered == [world.ids[name] for name in ("police", "shelter", "authority")]
