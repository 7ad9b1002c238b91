"""A language is a tag of one that there is, wherever the contract has one; what only looks like a tag may carry something else."""

from urllib.parse import quote

import pytest
from babel.languages import get_official_languages

from referral_api.kernel.codes import LANGUAGES
from referral_api.kernel.countries import COUNTRIES
from referral_api.kernel.languages import is_language
from tests.world import CASE, CONSENT

POLICE = "police.caseworker1"
CARRIED = "iv-BORw0KG-goAAAANS-UhEUgAAA"


@pytest.mark.parametrize(
    "tag", [*LANGUAGES, "km", "fil", "prs", "kmr", "tl", "ase", "ay", "KM", "zh-Hant-TW", "es-419", "und"]
)
def test_a_tag_of_a_language_that_there_is_is_kept_as_it_was_written(tag, world):
    assert tag == world.open_case(language=tag)["language"]


@pytest.mark.parametrize(
    "tag", [CARRIED, "iv", "zz", "xx-FR", "k", "english", "en-BORw0KGg", "en-a-b", "en_GB", "km-", "km\n", 7]
)
def test_what_is_no_language_is_refused_wherever_one_is_asked_for(tag, world):
    case = world.open_case()
    agency = f"/v1/agencies/{world.ids['police']}"
    service = {"name": "Desk", "service_type": "mental_health", "countries": ["KH"], "capacity": "has_capacity"}
    grants = [{"recipients": [world.ids["clinic"]], "purposes": ["care"], "data_classes": ["identity"]}]
    answers = {
        "/language": [
            world.post("/v1/cases", {**CASE, "language": tag}, by=POLICE),
            world.patch(f"/v1/cases/{case['id']}", {"language": tag}, by=POLICE),
            world.post(
                f"{agency}/members", {"username": "sam.k", "roles": ["caseworker"], "language": tag}, by="police.admin"
            ),
            world.get(f"/v1/services?language={quote(str(tag))}", by=POLICE),
        ],
        "/languages/0": [
            world.patch(agency, {"languages": [tag]}, by="police.admin"),
            world.post("/v1/services", {**service, "languages": [tag]}, by="police.admin"),
        ],
        "/subject/access_needs/spoken/0": [
            world.post(
                "/v1/cases", {**CASE, "subject": {**CASE["subject"], "access_needs": {"spoken": [tag]}}}, by=POLICE
            )
        ],
        "/explained_in": [
            world.post(
                f"/v1/cases/{case['id']}/consents", {**CONSENT, "grants": grants, "explained_in": tag}, by=POLICE
            )
        ],
    }
    expected = [(422, pointer) for pointer, those in answers.items() for _ in those]
    assert expected == [
        (answer.status_code, answer.json["errors"][0]["pointer"]) for those in answers.values() for answer in those
    ]


def test_every_country_speaks_a_language_that_is_known():
    spoken = {tag.replace("_", "-") for country in COUNTRIES for tag in get_official_languages(country, regional=True)}
    assert len(spoken) > 200
    assert [] == [tag for tag in sorted(spoken) if not is_language(tag)]
