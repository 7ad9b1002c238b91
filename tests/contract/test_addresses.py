"""Addresses: one way to write each, where a new thing lies, and asking for no more than its head."""

import base64
import os

import pytest
from marshmallow import Schema

from referral_api.api.places import places
from referral_api.app import ROOMS
from tests.contract.test_order_of_checks import POLICE, problem


def test_two_slashes_are_another_address(world):
    for path in ("//v1/cases", "//v1/me", "///v1/cases"):
        sent = {"Authorization": f"Bearer {world.sign_in(POLICE)}", "Purpose": "investigation"}
        answer = world.app.test_client().get("/", headers=sent, environ_overrides={"PATH_INFO": path})
        assert (404, "not-found") == problem(answer)


@pytest.mark.parametrize("what", ["<img src=x>", "png"])
def test_imagery_in_an_address_is_refused_as_anywhere(what, world):
    segment = base64.urlsafe_b64encode(b"\x89PNG\r\n\x1a\n" + os.urandom(400)).decode() if what == "png" else what
    for path in (f"/v1/cases/{segment}", f"/v1/referrals/{segment}"):
        answer = world.get(path, by=POLICE)
        assert (422, "imagery-refused") == problem(answer)
        assert segment[:20] not in answer.text
    assert (404, "not-found") == problem(world.get("/v1/cases/nonsense", by=POLICE))


def test_what_is_made_says_where_it_is_read_and_a_repeat_says_the_same(world):
    case = {"case_number": "L-1", "identification_status": "unidentified"}
    first, again = (world.post("/v1/cases", case, by=POLICE, Idempotency_Key='"once"') for _ in range(2))
    assert [f"http://127.0.0.1:8080/v1/cases/{first.json['id']}"] * 2 == [
        first.headers["Location"],
        again.headers["Location"],
    ]
    consent = world.give_consent(first.json)
    sent = world.refer(first.json, consent)
    assert f"http://127.0.0.1:8080/v1/referrals/{sent.json['id']}" == sent.headers["Location"]
    assert sent.json == world.get(sent.headers["Location"], by=POLICE).json


def test_whatever_has_an_address_of_its_own_says_it():
    read = {endpoint.rule for room in ROOMS for endpoint in room.endpoints if endpoint.method == "GET"}
    found = places(ROOMS)
    assert set(found.values()) <= read
    assert "/v1/agencies/{agency_id}/clients/{client_id}" == found["POST /v1/agencies/{agency_id}/clients"]
    assert "/v1/break-glass/{glass_id}" == found["POST /v1/referrals/{referral_id}/break-glass"]
    assert "POST /v1/me/passkeys" not in found
    assert 13 < len(found)


def test_a_head_is_the_read_without_its_body_and_is_recorded_as_one(world):
    case = world.open_case()
    path = f"/v1/cases/{case['id']}"
    before = len(world.entries("case.read"))
    read, head = world.get(path, by=POLICE), world.call("HEAD", path, by=POLICE)
    assert (200, b"") == (head.status_code, head.data)
    assert (read.headers["ETag"], read.headers["Content-Length"]) == (
        head.headers["ETag"],
        head.headers["Content-Length"],
    )
    assert before + 2 == len(world.entries("case.read"))
    assert 401 == world.call("HEAD", path, by=None).status_code
    assert 404 == world.call("HEAD", path, by="shelter.caseworker1").status_code
    assert 405 == world.call("HEAD", "/v1/sessions/refresh", by=None).status_code


def test_no_schema_is_made_to_find_where_things_lie_because_every_start_would_wait_for_it(monkeypatch):
    made, make = [], Schema.__init__
    monkeypatch.setattr(Schema, "__init__", lambda self, **more: made.append(type(self)) or make(self, **more))
    assert places(ROOMS)
    assert [] == made
