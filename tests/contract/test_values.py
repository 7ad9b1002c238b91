"""Values that cannot be meant are refused at their pointer, and nothing is kept of them."""

import pytest

POLICE, CLINIC = "police.caseworker1", "clinic.caseworker1"


def pointers(answer):
    return [error["pointer"] for error in answer.json["errors"]]


def subject(data_class, **content):
    return {"subject": {data_class: content}}


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"case_number": "   "}, "/case_number"),
        ({"case_number": "A-1\r\nB-2"}, "/case_number"),
        ({"case_number": "A-1\u202e2-B"}, "/case_number"),
        ({"area": {"country": "ZZ"}}, "/area/country"),
        ({"area": {"country": "KH", "subdivision": "PH-00"}}, "/area/subdivision"),
        (subject("identity", nationalities=["XX"]), "/subject/identity/nationalities/0"),
        (subject("identity", date_of_birth="2026-11-26"), "/subject/identity/date_of_birth"),
        (
            subject("protection_concern", first_reported_on="2026-12-01"),
            "/subject/protection_concern/first_reported_on",
        ),
        (subject("contact", email="not an address"), "/subject/contact/email"),
        (subject("contact", address=" \n "), "/subject/contact/address"),
    ],
)
def test_a_case_holds_no_value_that_cannot_be_meant(world, said, pointer):
    whole = {"case_number": "A-1", "identification_status": "identified", **said}
    answer = world.post("/v1/cases", whole, by=POLICE)
    assert (422, [pointer]) == (answer.status_code, pointers(answer))
    assert [] == world.get("/v1/cases", by=POLICE).json["items"]


def test_an_address_has_lines_and_a_name_is_written_in_any_script(world):
    case = world.open_case(
        subject={
            "identity": {"given_names": "سُوكا", "family_names": "ច័ន្ទ"},
            "contact": {"address": "House 4\nStreet 12", "email": "a.b@example.org"},
        }
    )
    assert "House 4\nStreet 12" == case["subject"]["contact"]["address"]


@pytest.mark.parametrize(
    "text", ["A'; DROP TABLE cases; --", 'A" OR "1"="1', "A%27 UNION SELECT 1", "A {0.__class__} %s"]
)
def test_what_looks_like_a_command_is_kept_as_the_text_that_it_is(world, text):
    case = world.open_case(case_number=text, subject={"notes": {"text": text}})
    shown = world.get(f"/v1/cases/{case['id']}", by=POLICE).json
    assert (text, text) == (shown["case_number"], shown["subject"]["notes"]["text"])
    assert [text] == [item["case_number"] for item in world.get("/v1/cases", by=POLICE).json["items"]]


def test_a_day_that_has_begun_somewhere_on_earth_is_not_to_come(world):
    assert (
        "2026-11-24"
        == world.open_case(**subject("identity", date_of_birth="2026-11-24"))["subject"]["identity"]["date_of_birth"]
    )


def test_an_argument_said_twice_is_refused(world):
    answer = world.get("/v1/cases?status=open&status=closed", by=POLICE)
    assert (422, ["/status"]) == (answer.status_code, pointers(answer))


def test_a_body_in_another_encoding_is_refused(world):
    sent = {"Authorization": f"Bearer {world.sign_in(POLICE)}", "Purpose": "investigation", "Idempotency-Key": '"a"'}
    answer = world.app.test_client().post(
        "/v1/cases", data="{}".encode("utf-16"), headers=sent, content_type="application/json; charset=utf-16"
    )
    assert 415 == answer.status_code


def test_nothing_is_referred_to_an_oversight_body(world):
    case = world.open_case()
    answer = world.refer(case, world.give_consent(case), "oversight")
    assert (422, ["/to_agency_id"]) == (answer.status_code, pointers(answer))
    _, _, referral = world.sent_referral()
    said = {"to_agency_id": world.ids["oversight"], "reason_code": "wrong_recipient"}
    answer = world.step(referral, "redirect", said, by=CLINIC)
    assert (422, ["/to_agency_id"]) == (answer.status_code, pointers(answer))
