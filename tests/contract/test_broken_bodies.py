"""A body that does not come whole is no body: 400, and nothing is done. What is strict JSON but no object is a matter of fields."""

import io
import json

import pytest

from tests.contract.test_order_of_checks import POLICE, problem, raw
from tests.world import CASE

ADDRESSES = ("/v1/sessions", "/v1/sessions/passkey/options", "/v1/invitations/accept", "/oauth/token")


class InvalidChunk(Exception):
    """What a server's stream raises is the server's own."""


class Broken(io.RawIOBase):
    def __init__(self, error):
        self.error = error

    def readable(self):
        return True

    def readinto(self, _):
        raise self.error


def sent(world, path, **environ):
    form = path.startswith("/oauth")
    said = {
        "CONTENT_TYPE": "application/x-www-form-urlencoded" if form else "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input_terminated": True,
        **environ,
    }
    return world.app.test_client().open(path, method="POST", environ_overrides=said)


@pytest.mark.parametrize("error", [OSError("cut off"), InvalidChunk("zz")], ids=["cut off", "bad chunk"])
def test_chunks_that_are_none_are_400_before_anybody_is_known(error, world):
    world.app.testing = False
    for path in ADDRESSES:
        answer = sent(world, path, **{"wsgi.input": io.BufferedReader(Broken(error))})
        assert 400 == answer.status_code, (path, answer.text)


def test_a_body_that_ends_before_its_length_is_400_and_nothing_is_done(world):
    sent = {
        "Authorization": f"Bearer {world.sign_in(POLICE)}",
        "Purpose": "investigation",
        "Idempotency-Key": '"cut"',
    }
    body = json.dumps(CASE).encode()
    answer = world.app.test_client().post(
        "/v1/cases",
        data=body,
        content_type="application/json",
        headers=sent,
        environ_overrides={"CONTENT_LENGTH": str(len(body) + 440), "wsgi.input_terminated": True},
    )
    assert (400, "malformed-json") == problem(answer)
    assert [] == world.entries("case.opened")


def test_a_compressed_transfer_is_refused_like_a_compressed_body(world):
    said = {"HTTP_TRANSFER_ENCODING": "gzip, chunked", "wsgi.input": io.BytesIO(b"{}")}
    assert (415, "unsupported-media-type") == problem(sent(world, "/v1/sessions", **said))
    assert (422, "validation-failed") == problem(sent(world, "/v1/sessions", **{"wsgi.input": io.BytesIO(b"{}")}))


def test_a_form_of_very_many_fields_is_refused_before_it_is_parsed(world):
    fields = {f"a{n}": "1" for n in range(102)}
    answer = world.app.test_client().post("/oauth/token", data=fields)
    assert (400, "invalid_request") == (answer.status_code, answer.json["error"])
    assert "too many items" in answer.json["error_description"]


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"x"', b"true"])
def test_strict_json_that_is_no_object_is_422(body, world):
    answer = raw(world, "/v1/cases", body)
    assert (422, "validation-failed") == problem(answer)
    assert [""] == [error["pointer"] for error in answer.json["errors"]]


def test_a_noncharacter_is_no_text(world):
    answer = raw(world, "/v1/cases", json.dumps({**CASE, "case_number": "A\uffff1"}).encode())
    assert (400, "malformed-json") == problem(answer)


def test_a_fault_is_told_once(world):
    answer = world.post("/v1/cases", {**CASE, "language": "k"}, by=POLICE)
    told = [(error["pointer"], error["code"]) for error in answer.json["errors"]]
    assert [("/language", "invalid")] == told
