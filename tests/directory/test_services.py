"""The directory: what is on offer, and who finds it."""

import pytest

from tests.accounts.office import BOTH

OFFER = {
    "name": "Trauma therapy for children",
    "service_type": "mental_health",
    "countries": ["KH", "TH"],
    "languages": ["km", "en"],
    "age_min": 6,
    "age_max": 17,
    "capacity": "has_capacity",
    "description": "Weekly, at school or here.",
}


@pytest.fixture
def service(office):
    answer = office.post("/v1/services", OFFER, by="cleo")
    assert 201 == answer.status_code, answer.json
    return answer.json


def found(office, query):
    answer = office.get(f"/v1/services?{query}", by="cal")
    assert 200 == answer.status_code, answer.json
    return [item["id"] for item in answer.json["items"]]


def test_an_agency_offers_a_service_and_everybody_reads_it(office, service):
    assert OFFER == {name: service[name] for name in OFFER}
    assert (office.ids["Clinic"], "offered") == (service["agency_id"], service["status"])
    assert service == office.get(f"/v1/services/{service['id']}", by="cal").json


def test_a_code_that_prose_excuses_at_the_door_is_refused_where_it_is_written_and_told_with_its_field(office):
    coded = {
        **OFFER,
        "name": "VVETPA AYORJBRSWYQP KPSNXOJNQKTBR OKYNMGXAAQR EKXGUPELN",
        "description": OFFER["description"] * 20,
    }
    answer = office.post("/v1/services", coded, by="cleo")
    assert (422, "imagery-refused") == (answer.status_code, answer.json["type"].rsplit("/", 1)[1])
    assert [("/name", "encoded-run")] == [(error["pointer"], error["code"]) for error in answer.json["errors"]]
    assert ("refused", {"size"}) == (
        office.entries("service.offered")[-1]["outcome"],
        {*office.entries("service.offered")[-1]["versions"]},
    )


def test_a_caseworker_offers_nothing(office):
    assert 403 == office.post("/v1/services", OFFER, by="cal").status_code
    assert 201 == office.post("/v1/services", OFFER, by="sam").status_code


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("", True),
        ("service_type=mental_health", True),
        ("service_type=legal_aid", False),
        ("country=TH", True),
        ("country=FR", False),
        ("language=km", True),
        ("language=fr", False),
        ("age=6", True),
        ("age=17", True),
        ("age=5", False),
        ("age=18", False),
        ("capacity=has_capacity", True),
        ("capacity=waitlist", False),
        ("service_type=mental_health&country=KH&language=en&age=10&capacity=has_capacity", True),
        ("service_type=mental_health&country=KH&language=fr", False),
    ],
)
def test_a_search_finds_what_fits(office, service, query, hit):
    assert ([service["id"]] if hit else []) == found(office, query)


def test_a_search_can_be_of_one_agency(office, service):
    assert [service["id"]] == found(office, f"agency_id={office.ids['Clinic']}")
    assert [] == found(office, f"agency_id={office.ids['Police']}")


def test_a_service_without_ages_is_for_every_age(office):
    open_to_all = office.post("/v1/services", {**OFFER, "age_min": None, "age_max": None}, by="cleo").json["id"]
    assert [open_to_all] == found(office, "age=80")


@BOTH
def test_a_change_is_found_by_and_a_withdrawn_service_is_not(office, service):
    path = f"/v1/services/{service['id']}"
    change = {"countries": ["FR"], "languages": ["fr"], "age_max": None, "capacity": "waitlist"}
    assert 200 == office.patch(path, change, by="cleo").status_code
    assert [service["id"]] == found(office, "country=FR&language=fr&age=40&capacity=waitlist")
    assert [] == found(office, "country=KH")
    assert 200 == office.patch(path, {"status": "withdrawn"}, by="cleo").status_code
    assert [] == found(office, "")
    assert "withdrawn" == office.get(path, by="cal").json["status"]


def test_another_agency_changes_nothing(office, service):
    path = f"/v1/services/{service['id']}"
    assert 404 == office.patch(path, {"name": "Ours now"}, by="ana").status_code
    assert OFFER["name"] == office.get(path, by="cal").json["name"]


def test_a_suspended_agencys_services_are_not_found(office, service):
    office.patch(f"/v1/agencies/{office.ids['Clinic']}", {"status": "suspended"}, by="root")
    assert [] == found(office, "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("service_type", "juggling"),
        ("countries", []),
        ("countries", ["KH", "KH"]),
        ("countries", ["Cambodia"]),
        ("languages", ["k"]),
        ("age_min", 18),
        ("age_max", 121),
        ("capacity", "full"),
        ("description", "word " * 801),
    ],
)
def test_what_does_not_fit_is_refused(office, field, value):
    answer = office.post("/v1/services", {**OFFER, field: value}, by="cleo")
    assert 422 == answer.status_code
    assert {"age_min": "/age_max"}.get(field, f"/{field}") in answer.json["errors"][0]["pointer"]


@BOTH
def test_a_page_goes_on_and_its_cursor_is_bound_to_the_search(office):
    made = [office.post("/v1/services", OFFER, by="cleo").json["id"] for _ in range(3)]
    first = office.get("/v1/services?country=KH&limit=2", by="cal")
    rest = office.get(f"/v1/services?country=KH&limit=2&cursor={first.json['next_cursor']}", by="cal")
    assert made[::-1] == [item["id"] for item in first.json["items"] + rest.json["items"]]
    assert 'rel="next"' in first.headers["Link"]
    other = office.get(f"/v1/services?country=TH&limit=2&cursor={first.json['next_cursor']}", by="cal")
    assert (422, "/cursor") == (other.status_code, other.json["errors"][0]["pointer"])


def test_the_value_sets_are_for_everybody_with_their_labels(office):
    sets = {each["name"]: each for each in office.get("/v1/codes").json["items"]}
    codes = {each["code"]: each["labels"] for each in sets["service_type"]["codes"]}
    assert "Mental health" == codes["mental_health"]["en"]
    assert 422 == office.get("/v1/codes?name=service_type").status_code
