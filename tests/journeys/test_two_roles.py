"""Auditors and admins are never shown a child's data, whatever other role they hold; small agencies have few people."""

import pytest

from referral_api.features.accounts.models import MemberRole
from referral_api.kernel import ids
from referral_api.store.session import only_here, session

POLICE, OTHER, BOSS, ADMIN = "police.caseworker1", "police.caseworker2", "police.supervisor", "police.admin"


def is_also(world, member, role):
    """Their admin gives it, a second person confirms it; both are told elsewhere."""
    with world.app.app_context(), only_here(current := session()):
        held = {"role": role, "granted_at": world.clock(), "confirmed_at": world.clock()}
        current.add(MemberRole(id=ids.new(), member_id=ids.read("member", world.ids[member]), **held))
        current.commit()


@pytest.mark.parametrize(("role", "purpose"), [("auditor", "oversight"), ("agency_admin", "statistics"), ("platform_admin", "statistics")])  # fmt: skip
def test_whoever_audits_or_administers_sees_no_child_whatever_else_they_are(world, role, purpose):
    case = world.open_case()
    path = f"/v1/cases/{case['id']}"
    said = {"member_id": world.ids[OTHER], "no_conflict": True}
    assert 201 == world.post(f"{path}/assignments", said, by=BOSS).status_code
    assert "identity" in world.get(path, by=OTHER).json["subject"]
    for member in (OTHER, BOSS):
        is_also(world, member, role)
        assert 403 == world.get(path, by=member).status_code
        assert [purpose] == world.get("/v1/me", by=member).json["purposes"]
        assert 404 == world.get(path, by=member, purpose=purpose).status_code
        assert 403 == world.get("/v1/cases", by=member, purpose=purpose).status_code
        assert 403 == world.post("/v1/cases", {"case_number": "B", "identification_status": "unidentified"}, by=member, purpose=purpose).status_code  # fmt: skip
        glass = {"reason_code": "immediate_danger", "reason": "She is in danger.", "minutes": 30}
        assert 404 == world.post(f"{path}/break-glass", glass, by=member, purpose=purpose).status_code
        assert 404 == world.post(f"{path}/lookups", {"reason": "Known?"}, by=member, purpose=purpose).status_code
    known = world.get(f"{path}/access", by="police.auditor").json["agencies"]
    assert [[world.ids[POLICE]]] == [[member["member_id"] for member in each["members"]] for each in known]


def test_whoever_audits_or_administers_is_not_assigned(world):
    case = world.open_case()
    is_also(world, OTHER, "auditor")
    said = {"member_id": world.ids[OTHER], "no_conflict": True}
    answer = world.post(f"/v1/cases/{case['id']}/assignments", said, by=BOSS)
    assert (422, "role") == (answer.status_code, answer.json["errors"][0]["code"])
    admin = {"member_id": world.ids[ADMIN], "no_conflict": True}
    assert 422 == world.post(f"/v1/cases/{case['id']}/assignments", admin, by=BOSS).status_code


def test_the_words_of_an_own_break_glass_are_not_read_by_an_auditor(world):
    case = world.open_case()
    said = {"reason_code": "immediate_danger", "reason": "She is in danger.", "minutes": 30}
    glass = world.post(f"/v1/cases/{case['id']}/break-glass", said, by=OTHER).json
    assert said["reason"] == world.get(f"/v1/break-glass/{glass['id']}", by=OTHER).json["reason"]
    is_also(world, OTHER, "auditor")
    shown = world.get(f"/v1/break-glass/{glass['id']}", by=OTHER, purpose="oversight")
    assert (200, None) == (shown.status_code, shown.json["reason"])
