"""Who could read a case, now and then."""

from typing import Any

import pytest

from referral_api.kernel.words import DATA_CLASSES
from tests.world import World

POLICE, BOSS, CLINIC, OVERSIGHT = "police.caseworker1", "police.supervisor", "clinic.caseworker1", "oversight.auditor"


def access(world: World, case: dict[str, Any], *, by: str = OVERSIGHT, at: str | None = None) -> dict[str, Any]:
    answer = world.get(f"/v1/cases/{case['id']}/access" + (f"?at={at}" if at else ""), by=by)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def readers(world: World, found: dict[str, Any]) -> dict[str, list[str]]:
    """The members who could read, by the names of their agencies."""
    names = {shown: name for name, shown in world.ids.items()}
    return {
        names[each["agency_id"]]: sorted(names[row["member_id"]].partition(".")[2] for row in each["members"])
        for each in found["agencies"]
    }


def next_hour(world: World) -> None:
    world.clock.pass_by(hours=1)
    world.tokens.clear()


def test_the_history_of_a_case_tells_who_could_read_it_at_each_moment(world: World) -> None:
    case, consent, referral = world.sent_referral()
    next_hour(world)
    world.step(referral, "accept", by=CLINIC)
    next_hour(world)
    world.post(f"/v1/consents/{consent['id']}/withdraw", {"by": "child", "reason": "No more."}, by=POLICE)
    next_hour(world)
    own, both = ["caseworker1", "supervisor"], ["caseworker1", "supervisor"]
    assert {} == readers(world, access(world, case, at="2026-11-24T08:59:59Z"))
    assert {"police": own} == readers(world, access(world, case, at="2026-11-24T09:30:00Z"))
    then = access(world, case, at="2026-11-24T10:30:00Z")
    assert {"police": own, "clinic": both} == readers(world, then)
    assert {"police": own} == readers(world, access(world, case))
    [owner, receiver] = [each["grounds"] for each in then["agencies"]]
    assert ("owner", "own_case", list(DATA_CLASSES)) == tuple(
        owner[0][n] for n in ("relation", "basis", "data_classes")
    )
    assert {
        "relation": "receiving",
        "basis": "assent_and_guardian_consent",
        "data_classes": ["identity", "contact", "protection_concern", "health_need"],
        "purposes": ["care"],
        "referral_id": referral["id"],
        "consent_id": consent["id"],
        "glass_id": None,
        "member_id": None,
    } == receiver[0]


def test_a_referral_that_was_paused_and_resumed_keeps_its_past(world: World) -> None:
    case, consent, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    next_hour(world)
    world.step(referral, "suspend", {"reason_code": "other", "note": "A pause."}, by=POLICE)
    next_hour(world)
    world.step(referral, "resume", {"consent_id": consent["id"]}, by=POLICE)
    next_hour(world)
    seen = [
        "clinic" in readers(world, access(world, case, at=f"2026-11-24T{hour}:30:00Z")) for hour in ("09", "10", "11")
    ]
    assert [True, False, True] == seen


def test_break_glass_opens_to_one_person_for_its_time(world: World) -> None:
    case, _, referral = world.sent_referral()
    world.step(referral, "decline", {"reason_code": "no_capacity"}, by=CLINIC)
    said = {"reason_code": "immediate_danger", "reason": "She called and is in danger.", "minutes": 60}
    glass = world.post(f"/v1/cases/{case['id']}/break-glass", said, by=CLINIC).json
    next_hour(world)
    then = access(world, case, at="2026-11-24T09:30:00Z")
    assert ["caseworker1"] == readers(world, then)["clinic"]
    [ground] = then["agencies"][1]["grounds"]
    assert ("break_glass", glass["id"], world.ids[CLINIC]) == (ground["basis"], ground["glass_id"], ground["member_id"])
    assert "clinic" not in readers(world, access(world, case))


def test_who_is_kept_out_is_no_reader_and_is_named_apart(world: World) -> None:
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    next_hour(world)
    for said in ({"member_id": world.ids[POLICE]}, {"agency_id": world.ids["clinic"]}):
        answer = world.post(f"/v1/cases/{case['id']}/exclusions", {**said, "reason_code": "personal_interest"}, by=BOSS)
        assert 201 == answer.status_code, answer.text
    found = access(world, case)
    assert {"police": ["supervisor"]} == readers(world, found)
    assert {(None, world.ids[POLICE]), (world.ids["clinic"], None)} == {
        (row["agency_id"], row["member_id"]) for row in found["kept_out"]
    }
    assert ["caseworker1", "supervisor"] == readers(world, access(world, case, at="2026-11-24T09:30:00Z"))["clinic"]


def test_a_lapsed_certificate_is_told(world: World) -> None:
    case = world.open_case(by="police.lapsed")
    told = {row["member_id"]: row["certified"] for row in access(world, case)["agencies"][0]["members"]}
    assert {world.ids["police.lapsed"]: False, world.ids[BOSS]: True} == told


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (POLICE, 200),
        (BOSS, 200),
        ("police.auditor", 200),
        (OVERSIGHT, 200),
        ("police.caseworker2", 403),
        ("police.admin", 404),
        ("clinic.auditor", 404),
        (CLINIC, 404),
    ],
)
def test_the_owner_and_auditors_are_told_and_nobody_else(who: str, status: int, world: World) -> None:
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by="clinic.caseworker2")
    assert status == world.get(f"/v1/cases/{case['id']}/access", by=who).status_code


def test_reading_it_is_recorded_with_those_it_named_and_holds_no_word_about_the_child(world: World) -> None:
    case = world.open_case()
    answer = world.get(f"/v1/cases/{case['id']}/access", by=OVERSIGHT)
    [entry] = world.entries("case.access_read")
    named = {world.ids["police"], world.ids[POLICE], world.ids[BOSS]}
    assert (named, ["access"], []) == (set(entry["returned_ids"]), entry["fields"], entry["data_classes"])
    assert entry["case_ref"] == world.entries("case.opened")[0]["case_ref"]
    assert not any(word in answer.text for word in ("Sokha", "Chan", "Street", "PNP"))


def test_the_future_and_a_case_that_is_none_are_refused(world: World) -> None:
    case = world.open_case()
    answer = world.get(f"/v1/cases/{case['id']}/access?at=2026-11-25T00:00:00Z", by=OVERSIGHT)
    assert (422, "/at") == (answer.status_code, answer.json["errors"][0]["pointer"])
    assert 404 == world.get("/v1/cases/case_01m86a7s04e5vtfdx32bwdvnvj/access", by=OVERSIGHT).status_code
