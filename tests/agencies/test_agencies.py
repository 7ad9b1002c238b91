"""Agencies: who admits them, who changes them, who finds them."""

import pytest

from tests.accounts.office import BOTH


def one(office, name):
    return f"/v1/agencies/{office.ids[name]}"


@BOTH
def test_the_platform_admits_an_agency_and_everybody_may_know_of_it(office):
    said = {
        "name": "Night shelter",
        "type": "shelter",
        "country": "KH",
        "languages": ["km", "en"],
        "capabilities": ["trauma_therapy"],
        "time_zone": "Asia/Phnom_Penh",
        "opening_hours": {"mon": [["08:00", "12:00"], ["13:00", "17:00"]], "exceptions": {"2026-12-25": []}},
        "answers_24_7": True,
        "duty_contacts": [{"name": "Duty desk", "phone": "+855 23 555 0100"}],
        "second_contact": {"name": "Head of unit", "email": "head@example.org"},
    }
    made = office.post("/v1/agencies", said, by="root")
    assert 201 == made.status_code
    shown = office.get(f"/v1/agencies/{made.json['id']}", by="cal")
    assert said == {name: shown.json[name] for name in said}
    assert ("active", True, None) == (
        shown.json["status"],
        shown.json["lookups_opt_out"],
        shown.json["deadline_policy"],
    )
    assert made.json == shown.json


def test_only_the_platform_admits_agencies(office):
    said = {"name": "Own", "type": "court", "country": "KH"}
    for name in ("ana", "cal", "cleo"):
        assert 403 == office.post("/v1/agencies", said, by=name).status_code
    assert 401 == office.post("/v1/agencies", said).status_code
    without_key = office.app.test_client().post(
        "/v1/agencies", json=said, headers={"Authorization": f"Bearer {office.tokens['root']}"}
    )
    assert (400, "idempotency-key-required") == (without_key.status_code, without_key.json["type"].rsplit("/", 1)[1])


@BOTH
def test_a_repeat_makes_no_second_agency(office):
    said = {"name": "Court", "type": "court", "country": "KH"}
    first = office.post("/v1/agencies", said, by="root", Idempotency_Key="once")
    again = office.post("/v1/agencies", said, by="root", Idempotency_Key="once")
    assert (201, first.json) == (again.status_code, again.json)
    assert 1 == len(office.get("/v1/agencies?type=court", by="cal").json["items"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "other"),
        ("country", "kh"),
        ("country", "KHM"),
        ("languages", ["not a language"]),
        ("languages", ["km", "km"]),
        ("capabilities", ["juggling"]),
        ("time_zone", "Mars/Olympus"),
        ("opening_hours", {"mon": [["17:00", "08:00"]]}),
        ("opening_hours", {"monday": []}),
        ("deadline_policy", {"version": "x", "high": {"acknowledge_hours": 9, "answer_hours": 1}}),
        ("duty_contacts", [{"phone": "call me"}]),
        ("duty_contacts", [{}] * 11),
        ("second_contact", {"email": "nobody"}),
        ("name", ""),
        ("name", "word " * 41),
        ("address", "Secret street 1"),
    ],
)
def test_what_is_wrong_is_named_and_never_echoed(office, field, value):
    said = {"name": "Court", "type": "court", "country": "KH", field: value}
    answer = office.post("/v1/agencies", said, by="root")
    assert (422, "validation-failed") == (answer.status_code, answer.json["type"].rsplit("/", 1)[1])
    assert all(error["pointer"].startswith(f"/{field}") or field == "address" for error in answer.json["errors"])
    assert "Secret street" not in answer.text


def test_media_in_a_contact_is_refused_and_recorded(office):
    said = {"duty_contacts": [{"name": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"}]}
    answer = office.patch(one(office, "Police"), said, by="ana")
    assert (422, "imagery-refused") == (answer.status_code, answer.json["type"].rsplit("/", 1)[1])
    assert "refused" == office.entries("agency.changed")[-1]["outcome"]


def test_an_agency_keeps_its_own_entry(office):
    answer = office.patch(one(office, "Police"), {"capabilities": ["trauma_therapy"], "second_contact": None}, by="ana")
    assert (200, ["trauma_therapy"]) == (answer.status_code, answer.json["capabilities"])
    assert ["capabilities", "second_contact"] == office.entries("agency.changed")[-1]["fields"]
    assert 403 == office.patch(one(office, "Police"), {"languages": ["fr"]}, by="cleo").status_code
    assert 403 == office.patch(one(office, "Police"), {"languages": ["fr"]}, by="sam").status_code


@pytest.mark.parametrize("change", [{"type": "court"}, {"country": "FR"}, {"status": "suspended"}])
def test_what_an_agency_is_only_the_platform_says(office, change):
    assert 403 == office.patch(one(office, "Police"), change, by="ana").status_code
    assert 200 == office.patch(one(office, "Police"), change, by="root").status_code


def test_a_change_needs_the_newest_version(office):
    old = office.get(one(office, "Police"), by="ana").headers["ETag"]
    assert 200 == office.patch(one(office, "Police"), {"languages": ["fr"]}, by="ana", If_Match=old).status_code
    assert 412 == office.patch(one(office, "Police"), {"languages": ["km"]}, by="ana", If_Match=old).status_code
    assert 428 == office.call("PATCH", one(office, "Police"), {"languages": ["km"]}, by="ana").status_code


@BOTH
def test_agencies_are_found_by_what_they_are_where_and_what_they_can_do(office):
    office.admit("Centre", "child_advocacy_center", "FR", capabilities=["trauma_therapy", "child_forensic_interview"])
    office.admit("Therapists", "ngo_provider", "FR", capabilities=["trauma_therapy"])

    def found(query):
        return [item["name"] for item in office.get(f"/v1/agencies?{query}", by="cal").json["items"]]

    assert ["Therapists", "Centre"] == found("country=FR")
    assert ["Centre"] == found("capability=child_forensic_interview")
    assert ["Therapists"] == found("capability=trauma_therapy&type=ngo_provider")
    assert [] == found("capability=trauma_therapy&country=KH")
    office.patch(one(office, "Centre"), {"capabilities": []}, by="root")
    assert [] == found("capability=child_forensic_interview")
    office.patch(one(office, "Therapists"), {"status": "suspended"}, by="root")
    assert ["Centre"] == found("country=FR")


def test_a_search_is_recorded_with_what_it_returned(office):
    office.get("/v1/agencies?type=police_unit", by="cal")
    assert [office.ids["Police"]] == office.entries("agency.read")[-1]["returned_ids"]


def test_unknown_filters_and_ids_are_refused(office):
    assert 422 == office.get("/v1/agencies?name=x", by="cal").status_code
    assert 422 == office.get("/v1/agencies?type=circus", by="cal").status_code
    for wrong in ("agency_01m86a7s04e5vtfdx32bwdvnvj", office.ids["cal"], "nonsense"):
        assert 404 == office.get(f"/v1/agencies/{wrong}", by="cal").status_code


def test_a_list_costs_the_caller_the_page_and_the_entry(office, statements):
    with statements() as seen:
        office.get("/v1/agencies", by="cal")
    assert 3 == len([each for each in seen if "audit_pending" not in each]), seen
