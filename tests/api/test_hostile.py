"""Whatever a hostile caller sends is answered with a problem, and neither the answer nor the log repeats it."""

import json

from tests.guard.hostile import BODIES, TEXTS

POLICE = "police.caseworker1"
PROBLEM = "application/problem+json"


def send(world, data):
    headers = {"Authorization": f"Bearer {world.sign_in(POLICE)}", "Purpose": "investigation", "Idempotency-Key": '"h"'}
    return world.app.test_client().post("/v1/cases", data=data, content_type="application/json", headers=headers)


def test_every_hostile_text_is_refused_with_a_problem_that_does_not_repeat_it(world):
    for name, make in TEXTS.items():
        text = make(2_500)
        answer = send(world, json.dumps({"need": text}, ensure_ascii=False).encode())
        assert (name, PROBLEM) == (name, answer.content_type)
        assert answer.status_code in (400, 422), name
        assert text[:12] not in answer.json.get("errors", [{}])[0]["pointer"]
        assert text not in answer.get_data(as_text=True)
    refused = world.entries("case.opened")
    assert refused
    assert {"refused"} == {entry["outcome"] for entry in refused}
    assert all(entry["versions"]["size"] > 500 for entry in refused)
    assert max(len(json.dumps(entry)) for entry in refused) < 1_500


def test_every_hostile_body_is_refused_with_a_problem(world):
    for name, make in BODIES.items():
        answer = send(world, make(30_000))
        assert (name, PROBLEM) == (name, answer.content_type)
        assert answer.status_code in (400, 422), name
