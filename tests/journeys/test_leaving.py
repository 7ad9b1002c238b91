"""Whoever leaves an agency has no access at once, and soon stands in no case any more."""

from referral_api.features.cases.clockwork import unassign_leavers

WORKER = "police.caseworker1"


def test_the_assignments_of_whoever_left_end_in_every_case(world):
    cases = [world.open_case() for _ in range(2)]
    member = f"/v1/agencies/{world.ids['police']}/members/{world.ids[WORKER]}"
    assert 200 == world.patch(member, {"status": "left"}, by="police.admin").status_code
    assert 401 == world.get(f"/v1/cases/{cases[0]['id']}", by=WORKER).status_code

    with world.app.app_context():
        assert (2, 0) == (unassign_leavers(world.clock), unassign_leavers(world.clock))

    for case in cases:
        answer = world.get(f"/v1/cases/{case['id']}/assignments", by="police.supervisor")
        theirs = [each["until"] for each in answer.json["items"] if each["member_id"] == world.ids[WORKER]]
        assert ["2026-11-24T09:00:00.000Z"] == theirs
    ended = world.entries("case.unassigned")
    assert [("service", "member_left")] * 2 == [(entry["actor"]["kind"], entry["reason_code"]) for entry in ended]
