"""An equal call is answered again and never acted on twice."""

from tests.world import CASE

POLICE, CLINIC = "police.caseworker1", "clinic.caseworker1"


def test_a_repeat_answers_the_first_thing_as_it_is_now(world):
    first = world.post("/v1/cases", CASE, by=POLICE, Idempotency_Key='"one"')
    world.patch(f"/v1/cases/{first.json['id']}", {"risk_level": "low"}, by=POLICE)
    again = world.post("/v1/cases", CASE, by=POLICE, Idempotency_Key="one")
    assert (201, first.json["id"], "low") == (again.status_code, again.json["id"], again.json["risk_level"])
    assert 1 == len(world.get("/v1/cases", by=POLICE).json["items"])
    assert 1 == len(world.entries("case.opened"))
    assert "case.read" == world.entries()[-2]["action"]


def test_another_body_under_the_same_key_is_refused(world):
    world.post("/v1/cases", CASE, by=POLICE, Idempotency_Key='"one"')
    answer = world.post("/v1/cases", {**CASE, "risk_level": "low"}, by=POLICE, Idempotency_Key='"one"')
    assert (422, "idempotency-key-reused") == (answer.status_code, answer.json["type"].rpartition("/")[2])


def test_keys_of_two_people_do_not_meet(world):
    first = world.post("/v1/cases", CASE, by=POLICE, Idempotency_Key='"one"')
    second = world.post("/v1/cases", CASE, by="police.caseworker2", Idempotency_Key='"one"')
    assert first.json["id"] != second.json["id"]


def test_a_refused_call_does_not_keep_its_key(world):
    assert 422 == world.post("/v1/cases", {}, by=POLICE, Idempotency_Key='"one"').status_code
    assert 201 == world.post("/v1/cases", CASE, by=POLICE, Idempotency_Key='"one"').status_code


def test_a_repeated_step_is_not_a_stale_or_illegal_one(world):
    _, _, referral = world.sent_referral()
    etag = world.get(f"/v1/referrals/{referral['id']}", by=CLINIC).headers["ETag"]
    path = f"/v1/referrals/{referral['id']}/accept"
    first = world.post(path, {}, by=CLINIC, If_Match=etag, Idempotency_Key='"yes"')
    again = world.post(path, {}, by=CLINIC, If_Match=etag, Idempotency_Key='"yes"')
    assert (200, "accepted") == (first.status_code, first.json["state"])
    assert (200, "accepted") == (again.status_code, again.json["state"])
    assert 1 == len(world.entries("referral.accepted"))
    fresh = world.post(path, {}, by=CLINIC, If_Match=etag, Idempotency_Key='"other"')
    assert 412 == fresh.status_code


def test_a_repeat_shows_no_more_than_the_actor_may_see_now(world):
    _, consent, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    path = f"/v1/referrals/{referral['id']}/messages"
    assert 201 == world.post(path, {"text": "First visit went well."}, by=CLINIC, Idempotency_Key='"m"').status_code
    world.post(f"/v1/consents/{consent['id']}/withdraw", {"by": "child"}, by=POLICE)
    again = world.post(path, {"text": "First visit went well."}, by=CLINIC, Idempotency_Key='"m"')
    assert 403 == again.status_code
    assert "went well" not in again.text


def test_a_key_is_forgotten_after_a_day(world):
    first = world.post("/v1/cases", CASE, by=POLICE, Idempotency_Key='"one"')
    world.clock.pass_by(hours=25)
    world.tokens.clear()
    second = world.post("/v1/cases", CASE, by=POLICE, Idempotency_Key='"one"')
    assert first.json["id"] != second.json["id"]
