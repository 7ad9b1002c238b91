"""What becomes of a use: it is ended, seen, and reviewed by others than those who used it."""

import pytest

from tests.break_glass.test_breaking import CLINIC, COLLEAGUE, break_glass, last_denial, problem
from tests.erasure.story import ask, close, confirm

OWNER, AUDITOR = "police.supervisor", "oversight.auditor"


@pytest.fixture
def broken(world):
    case, _, referral = world.sent_referral()
    world.step(referral, "decline", {"reason_code": "no_capacity"}, by=CLINIC)
    return case, break_glass(world, case).json


def act(world, glass, name, body=None, **more):
    return world.post(f"/v1/break-glass/{glass['id']}/{name}", body, **more)


@pytest.mark.parametrize("who", [CLINIC, OWNER])
def test_the_user_and_the_owners_supervisor_end_it(world, broken, who):
    case, glass = broken
    world.clock.pass_by(minutes=1)
    ended = act(world, glass, "end", by=who, If_Match='"stale"')
    assert (200, "2026-11-24T09:01:00.000Z") == (ended.status_code, ended.json["ended_at"])
    assert 404 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    again = act(world, glass, "end", by=who)
    assert (409, "illegal-step") == problem(again)
    assert ("ended", ["review"]) == (again.json["state"], again.json["allowed_steps"])


def test_nobody_else_ends_it(world, broken):
    case, glass = broken
    for who, status in (
        ("police.caseworker1", 403),
        (AUDITOR, 403),
        (COLLEAGUE, 404),
        ("clinic.supervisor", 404),
        ("ngo.supervisor", 404),
    ):
        assert status == act(world, glass, "end", by=who).status_code, who
    assert 200 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code


def test_what_ran_out_is_not_ended(world, broken):
    _, glass = broken
    world.clock.pass_by(minutes=60)
    world.tokens.clear()
    answer = act(world, glass, "end", by=CLINIC)
    assert (409, "expired") == (answer.status_code, answer.json["state"])


def test_the_owners_supervisor_reviews(world, broken):
    _, glass = broken
    done = act(world, glass, "review", {"outcome": "justified", "note": "The child was found."}, by=OWNER)
    assert (200, "justified", "The child was found.") == (
        done.status_code,
        done.json["review_outcome"],
        done.json["review_note"],
    )
    assert "2026-11-24T09:00:00.000Z" == done.json["reviewed_at"]
    assert "justified" == world.entries("glass.reviewed")[-1]["reason_code"]
    again = act(world, glass, "review", {"outcome": "not_justified"}, by=OWNER)
    assert (409, "reviewed") == (again.status_code, again.json["state"])
    assert "The child was found." == world.get(f"/v1/break-glass/{glass['id']}", by=CLINIC).json["review_note"]


def test_a_use_that_was_not_justified_ends_at_once(world, broken):
    case, glass = broken
    world.clock.pass_by(minutes=4)
    done = act(world, glass, "review", {"outcome": "not_justified"}, by=OWNER)
    assert ("not_justified", "2026-11-24T09:04:00.000Z") == (done.json["review_outcome"], done.json["ended_at"])
    assert 404 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code


def test_the_users_own_agency_and_others_do_not_review(world, broken):
    _, glass = broken
    body = {"outcome": "justified"}
    for who, status in (
        (CLINIC, 403), ("police.caseworker1", 403), ("police.auditor", 403), ("clinic.auditor", 403),
        ("clinic.supervisor", 404), ("ngo.supervisor", 404), ("ngo.auditor", 404),
    ):  # fmt: skip
        assert status == act(world, glass, "review", body, by=who).status_code, who
    assert 403 == act(world, glass, "review", body, by=AUDITOR).status_code
    assert "owner_reviews" == last_denial(world)["reason_code"]
    assert {"denied"} == {entry["outcome"] for entry in world.entries("glass.reviewed")}


def test_where_the_owner_used_it_oversight_reviews(world):
    case = world.open_case()
    glass = break_glass(world, case, by="police.caseworker2").json
    assert 403 == act(world, glass, "review", {"outcome": "justified"}, by=OWNER).status_code
    assert "own_agency" == last_denial(world)["reason_code"]
    assert 403 == act(world, glass, "review", {"outcome": "justified"}, by="police.auditor").status_code
    done = act(world, glass, "review", {"outcome": "justified"}, by=AUDITOR)
    assert (200, "justified", None) == (done.status_code, done.json["review_outcome"], done.json["reason"])


def test_a_supervisor_does_not_review_what_they_did_themselves(world):
    case = world.open_case()
    glass = break_glass(world, case, by=OWNER).json
    assert 403 == act(world, glass, "review", {"outcome": "justified"}, by=OWNER).status_code
    assert "same_person" == last_denial(world)["reason_code"]


def test_a_review_of_what_has_changed_meanwhile_is_stale(world, broken):
    _, glass = broken
    etag = world.get(f"/v1/break-glass/{glass['id']}", by=OWNER).headers["ETag"]
    act(world, glass, "end", by=OWNER)
    world.clock.pass_by(seconds=1)
    assert 200 == act(world, glass, "review", {"outcome": "justified"}, by=OWNER, If_Match="*").status_code
    other = break_glass(world, broken[0]).json
    assert (412, "precondition-failed") == problem(
        act(world, other, "review", {"outcome": "justified"}, by=OWNER, If_Match=etag)
    )


def test_each_sees_the_uses_that_are_theirs_and_the_words_only_where_they_are_for_them(world, broken):
    case, glass = broken
    words = {CLINIC: True, OWNER: True, AUDITOR: False, "police.auditor": False, "clinic.auditor": False}
    for who, told in words.items():
        [item] = world.get("/v1/break-glass", by=who).json["items"]
        assert (glass["id"], told) == (item["id"], item["reason"] is not None), who
        assert told == (world.get(f"/v1/break-glass/{glass['id']}", by=who).json["reason"] is not None)
    for who in (COLLEAGUE, "clinic.supervisor", "police.caseworker1", "ngo.supervisor", "ngo.auditor"):
        assert [] == world.get("/v1/break-glass", by=who).json["items"], who
    assert 403 == world.get("/v1/break-glass", by="clinic.admin").status_code
    assert 404 == world.get(f"/v1/break-glass/{glass['id']}", by="ngo.auditor").status_code
    other = world.open_case()
    assert [] == world.get(f"/v1/break-glass?case_id={other['id']}", by=OWNER).json["items"]
    assert 1 == len(world.get(f"/v1/break-glass?case_id={case['id']}", by=OWNER).json["items"])
    assert [glass["id"]] == world.entries("glass.listed")[-1]["returned_ids"]


def test_overdue_reviews_show(world, broken):
    _, glass = broken
    late = "/v1/break-glass?overdue=true"
    world.clock.pass_by(hours=71, minutes=59)
    world.tokens.clear()
    assert [] == world.get(late, by=OWNER).json["items"]
    assert 1 == len(world.get("/v1/break-glass?overdue=false", by=OWNER).json["items"])
    world.clock.pass_by(minutes=1)
    for who in (OWNER, AUDITOR, CLINIC):
        assert [glass["id"]] == [item["id"] for item in world.get(late, by=who).json["items"]]
    assert [] == world.get("/v1/break-glass?overdue=false", by=OWNER).json["items"]
    act(world, glass, "review", {"outcome": "justified"}, by=OWNER)
    assert [] == world.get(late, by=AUDITOR).json["items"]
    assert 422 == world.get("/v1/break-glass?overdue=perhaps", by=OWNER).status_code


def test_lists_come_in_pages(world, broken):
    case, _ = broken
    for _ in range(2):
        break_glass(world, case)
    first = world.get("/v1/break-glass?limit=2", by=OWNER).json
    rest = world.get(f"/v1/break-glass?limit=2&cursor={first['next_cursor']}", by=OWNER).json
    assert (2, 1, None) == (len(first["items"]), len(rest["items"]), rest["next_cursor"])


def test_after_an_erasure_the_use_is_still_known_and_its_words_are_gone(world, broken):
    case, glass = broken
    close(world, case)
    assert 200 == confirm(world, ask(world, case).json).status_code
    assert 404 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code
    assert (404, "not-found") == problem(break_glass(world, case))
    kept = world.get(f"/v1/break-glass/{glass['id']}", by=OWNER)
    assert (200, None, "missing_child") == (kept.status_code, kept.json["reason"], kept.json["reason_code"])
    [listed] = world.get("/v1/break-glass", by=CLINIC).json["items"]
    assert (None, "2026-11-24T09:00:00.000Z") == (listed["reason"], listed["ended_at"])
    assert (200, "justified") == (
        (done := act(world, glass, "review", {"outcome": "justified"}, by=OWNER)).status_code,
        done.json["review_outcome"],
    )
