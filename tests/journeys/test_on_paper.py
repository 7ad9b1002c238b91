"""What the child, or a caregiver who may know, is given on paper; and the proof that an end of consent was heard."""

import pytest

from referral_api.kernel.codes import SETS

POLICE, CLINIC = "police.caseworker1", "clinic.caseworker1"


def told(world, to="clinic"):
    case, _, referral = world.sent_referral(to)
    world.step(referral, "accept", by=f"{to}.caseworker1")
    assert 200 == world.get(f"/v1/cases/{case['id']}", by=f"{to}.caseworker1").status_code
    return case


def page(world, case, query="", by=POLICE):
    return world.get(f"/v1/cases/{case['id']}/disclosures/page{query}", by=by)


def mother_of(world, case):
    return world.get(f"/v1/cases/{case['id']}", by=POLICE).json["subject"]["family"]["caregivers"][0]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Identity"), ("ar", "الهوية"), ("fr", "Identité"), ("es", "Identidad")]
)
def test_the_page_says_what_went_to_whom_and_why_in_four_languages(world, language, words):
    case = told(world)
    paper = page(world, case, f"?language={language}")
    assert (200, "text/html; charset=utf-8") == (paper.status_code, paper.content_type)
    assert words in paper.text
    assert "2026-11-24" in paper.text
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in paper.text


def test_the_page_names_no_child_no_case_and_no_shelter(world):
    case = told(world, "shelter")
    shelter = world.get(f"/v1/agencies/{world.ids['shelter']}", by=POLICE).json["name"]
    paper = page(world, case, "?language=fr").text
    assert SETS["agency_type"].labels["shelter"]["fr"] in paper
    assert [] == [each for each in ("Sokha", "Chan", case["case_number"], case["id"], shelter) if each in paper]


def test_a_name_on_the_page_is_a_text_and_never_markup(world):
    case, clinic = told(world), f"/v1/agencies/{world.ids['clinic']}"
    assert 200 == world.patch(clinic, {"name": 'Hope & <b>Care</b> "House"'}, by="clinic.admin").status_code
    paper = page(world, case, "?language=en").text
    assert "Hope &amp; &lt;b&gt;Care&lt;/b&gt;" in paper
    assert "<b>" not in paper


def test_it_is_in_the_childs_language_where_that_is_one_of_ours(world):
    french, khmer = world.open_case(language="fr-CH"), world.open_case(case_number="B-2")
    assert 'lang="fr"' in page(world, french).text
    assert 'lang="en"' in page(world, khmer).text


def test_a_caregiver_who_is_cleared_and_may_know_gets_the_page(world):
    case = told(world)
    paper = page(world, case, f"?caregiver_id={mother_of(world, case)['id']}&language=en")
    assert (200, True) == (paper.status_code, "about the child" in paper.text)


@pytest.mark.parametrize(
    "more",
    [
        {"suspected_involved": "yes"},
        {"suspected_involved": "unknown"},
        {"informed": "not_safe"},
        {"legal_authority": False},
    ],
)
def test_a_caregiver_who_is_not_to_know_gets_nothing_and_the_try_is_in_the_log(world, more):
    case = told(world)
    family = {"caregivers": [{**mother_of(world, case), **more}]}
    world.patch(f"/v1/cases/{case['id']}", {"subject": {"family": family}}, by=POLICE)
    answer = page(world, case, f"?caregiver_id={mother_of(world, case)['id']}")
    assert 403 == answer.status_code
    last = world.entries("disclosure.listed")[-1]
    assert ("denied", "caregiver_not_to_be_told") == (last["outcome"], last["reason_code"])


def test_where_a_caregiver_may_not_know_of_the_contact_nobody_but_the_child_gets_the_page(world):
    case = told(world)
    world.patch(f"/v1/cases/{case['id']}", {"safe_contact": {"caregiver_may_know": "no"}}, by=POLICE)
    assert 403 == page(world, case, f"?caregiver_id={mother_of(world, case)['id']}").status_code
    assert 200 == page(world, case).status_code


def test_a_receiver_prints_nothing(world):
    case = told(world)
    assert 403 == page(world, case, by=CLINIC).status_code


def test_the_end_of_a_consent_is_told_and_when_it_was_read_can_be_shown(world):
    _, consent, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    world.post(f"/v1/consents/{consent['id']}/withdraw", {"by": "child"}, by=POLICE)
    path = f"/v1/consents/{consent['id']}/notices"
    notice = {"agency_id": world.ids["clinic"], "referral_id": referral["id"], "told_at": "2026-11-24T09:00:00.000Z"}
    assert [{**notice, "read_at": None}] == world.get(path, by=POLICE).json["items"]
    world.clock.pass_by(minutes=20)
    world.tokens.clear()
    world.get(f"/v1/referrals/{referral['id']}", by=CLINIC)
    world.clock.pass_by(minutes=20)
    world.tokens.clear()
    world.get(f"/v1/referrals/{referral['id']}", by=CLINIC)
    assert [{**notice, "read_at": "2026-11-24T09:20:00.000Z"}] == world.get(path, by=POLICE).json["items"]
    assert 404 == world.get(path, by=CLINIC).status_code
