"""The checks come in one order, the same everywhere, so that no answer tells what it should not (api.md)."""

import json

import pytest

from tests.world import CASE

POLICE, CLINIC = "police.caseworker1", "clinic.caseworker1"


def problem(answer):
    assert "application/problem+json" == answer.content_type
    return answer.status_code, answer.json["type"].rpartition("/")[2]


def raw(world, path, data, *, by=POLICE, method="POST", **headers):
    sent = {
        "Authorization": f"Bearer {world.sign_in(by)}",
        "Content-Type": "application/json",
        "Purpose": "investigation",
        "Idempotency-Key": '"raw"',
    }
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return world.app.test_client().open(
        path, method=method, data=data, headers={k: v for k, v in sent.items() if v is not None}
    )


def test_too_large_comes_first_even_without_a_token(world):
    assert (413, "body-too-large") == problem(world.app.test_client().post("/v1/cases", data=b"a" * 1_100_000))


def test_without_a_token_everything_else_is_silent(world):
    for method, path in (
        ("GET", "/v1/cases"),
        ("POST", "/v1/cases"),
        ("GET", "/v1/cases/nonsense"),
        ("POST", "/v1/referrals/x/accept"),
    ):
        answer = world.app.test_client().open(path, method=method, data=b"{", content_type="text/plain")
        assert (401, "unauthenticated") == problem(answer)
        assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_media_type_then_body_then_headers_then_purpose_then_fields(world):
    bad = b'{"a": NaN'
    assert (415, "unsupported-media-type") == problem(
        raw(world, "/v1/cases", bad, Content_Type="text/xml", Purpose=None)
    )
    assert (415, "unsupported-media-type") == problem(raw(world, "/v1/cases", b"\x1f\x8b", Content_Encoding="gzip"))
    assert (400, "malformed-json") == problem(raw(world, "/v1/cases", bad, Purpose=None))
    assert (400, "purpose-required") == problem(raw(world, "/v1/cases", b"{}", Purpose=None, Idempotency_Key=None))
    assert (400, "idempotency-key-required") == problem(
        raw(world, "/v1/cases", b"{}", Purpose="care", Idempotency_Key=None)
    )
    assert (403, "purpose-not-allowed") == problem(answer := raw(world, "/v1/cases", b"{}", Purpose="care"))
    assert ["investigation", "protection", "court"] == answer.json["purposes"]
    assert (403, "purpose-not-allowed") == problem(raw(world, "/v1/cases", b"{}", Purpose="curiosity"))
    assert (422, "validation-failed") == problem(raw(world, "/v1/cases", b"{}"))


def test_if_match_is_asked_for_before_anything_is_looked_up(world):
    _, _, referral = world.sent_referral()
    for path in (f"/v1/referrals/{referral['id']}/accept", "/v1/referrals/referral_00000000000000000000000000/accept"):
        assert (428, "precondition-required") == problem(raw(world, path, b"{}", by=CLINIC, Purpose="care"))


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"a":1e400}',
        b'{"a":"\\ud800"}',
        b"{} trailing",
        b"\xff{}",
        b"[" * 100_000,
        b'{"a":' * 5_000,
        b"\x00",
        b"nul",
    ],
)
def test_what_is_not_strict_json_is_400_and_never_a_500(world, body):
    assert (400, "malformed-json") == problem(raw(world, "/v1/cases", body))


def test_fields_are_named_by_pointer_and_values_never_echoed(world):
    body = {
        **CASE,
        "risk_level": "zebra-secret",
        "subject": {"identity": {"sex": 4, "nickname-secret": "x"}},
        "colour": "y",
    }
    answer = raw(world, "/v1/cases", json.dumps(body).encode())
    assert (422, "validation-failed") == problem(answer)
    assert {
        ("/risk_level", "unknown-code"),
        ("/subject/identity/sex", "unknown-code"),
        ("/subject/identity", "unknown-field"),
        ("", "unknown-field"),
    } == {(e["pointer"], e["code"]) for e in answer.json["errors"]}
    assert "secret" not in answer.text


def test_unknown_query_arguments_are_refused(world):
    assert (422, "validation-failed") == problem(world.get("/v1/cases?colour=red", by=POLICE))
    assert (422, "validation-failed") == problem(world.get("/v1/cases?limit=1000", by=POLICE))
    assert (422, "validation-failed") == problem(world.get("/v1/cases?cursor=abc", by=POLICE))


def test_hidden_and_missing_answer_the_same_on_every_verb(world):
    case, _, referral = world.sent_referral()
    hidden = {
        "case": case["id"],
        "referral": referral["id"],
        "consent": world.get(f"/v1/cases/{case['id']}/consents", by=POLICE).json["items"][0]["id"],
    }
    calls = [
        ("GET", "/v1/cases/{case}", None), ("PATCH", "/v1/cases/{case}", {"risk_level": "low"}), ("POST", "/v1/cases/{case}/close", {"reason_code": "goals_met"}),
        ("GET", "/v1/cases/{case}/consents", None), ("GET", "/v1/cases/{case}/parties", None), ("GET", "/v1/cases/{case}/disclosures", None),
        ("GET", "/v1/cases/{case}/timeline", None), ("POST", "/v1/cases/{case}/assignments", {"member_id": world.ids["ngo.caseworker1"], "no_conflict": True}),
        ("GET", "/v1/referrals/{referral}", None), ("POST", "/v1/referrals/{referral}/accept", {}), ("POST", "/v1/referrals/{referral}/withdraw", {}),
        ("POST", "/v1/referrals/{referral}/messages", {"text": "Hello there."}), ("GET", "/v1/referrals/{referral}/messages", None),
        ("POST", "/v1/referrals/{referral}/contact", {"acknowledged": True}),
        ("GET", "/v1/consents/{consent}", None), ("POST", "/v1/consents/{consent}/withdraw", {"by": "child"}), ("POST", "/v1/consents/{consent}/end", {}),
    ]  # fmt: skip
    missing = {
        "case": "case_01m86a7s04e5vtfdx32bwdvnvj",
        "referral": "referral_01m86a7s04e5vtfdx32bwdvnvj",
        "consent": "consent_01m86a7s04e5vtfdx32bwdvnvj",
    }
    spelled = {kind: value.upper() for kind, value in hidden.items()}
    for who in ("ngo.caseworker1", "police.admin", "police.auditor", "oversight.platform"):
        for method, path, body in calls:
            answers = [
                world.call(method, path.format(**named), body, by=who, If_Match='"x"')
                for named in (hidden, missing, spelled)
            ]
            said = [{**a.json, "instance": None} for a in answers]
            assert [404] * 3 == [a.status_code for a in answers], (who, method, path, answers[0].text)
            assert said[0] == said[1] == said[2]


def test_an_id_in_a_body_that_one_may_not_know_is_422_like_a_missing_one(world):
    case = world.open_case()
    named = []
    for case_id in (case["id"], "case_01m86a7s04e5vtfdx32bwdvnvj"):
        answer = world.refer({"id": case_id}, None, "shelter", by="ngo.caseworker1", send=False)
        assert 422 == answer.status_code
        named.append(answer.json["errors"])
    assert named[0] == named[1] == [{"pointer": "/case_id", "code": "not-found", "detail": "There is no such thing."}]


def test_a_denial_of_a_hidden_and_a_missing_thing_is_recorded(world):
    case = world.open_case()
    world.get(f"/v1/cases/{case['id']}", by="ngo.caseworker1")
    world.get("/v1/cases/case_01m86a7s04e5vtfdx32bwdvnvj", by="ngo.caseworker1")
    entries = [e for e in world.entries("case.read") if e["outcome"] == "denied"]
    assert [case["id"], "case_01m86a7s04e5vtfdx32bwdvnvj"] == [e["subject"]["id"] for e in entries]
    assert ["not-found"] * 2 == [e["reason_code"] for e in entries]
    assert all(e["case_ref"] for e in entries)


def test_every_answer_carries_the_security_headers_and_the_request_id(world):
    for path in ("/v1/cases", "/nowhere", "/v1/me"):
        answer = world.get(path, by=POLICE, X_Request_ID="story-7")
        assert ("story-7", "no-store", "nosniff") == (
            answer.headers["X-Request-ID"],
            answer.headers["Cache-Control"],
            answer.headers["X-Content-Type-Options"],
        )
    odd = world.get("/v1/cases", by=POLICE, X_Request_ID="no spaces please")
    assert "no spaces please" != odd.headers["X-Request-ID"]
    assert world.get("/v1/cases", by=POLICE).headers["RateLimit"].startswith('"default";r=')


def test_a_picture_in_any_field_is_refused_and_leaves_only_its_trace(world):
    picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    for body, pointer in (
        ({**CASE, "subject": {"notes": {"text": f"See {picture}"}}}, "/subject/notes/text"),
        ({**CASE, "subject": {"identity": {picture: "x"}}}, "/subject/identity"),
        ({**CASE, "case_number": picture[:64]}, "/case_number"),
    ):
        answer = raw(world, "/v1/cases", json.dumps(body).encode())
        assert (422, "imagery-refused") == problem(answer)
        assert pointer == answer.json["errors"][0]["pointer"]
        assert "iVBOR" not in answer.text
    entries = [e for e in world.entries("case.opened") if e["outcome"] == "refused"]
    assert 3 == len(entries)
    assert "/subject/notes/text" in entries[0]["fields"]
    assert "iVBOR" not in str(entries)
