"""A safeguarding certificate opens identities once a second person has confirmed it, until it expires or is ended."""

import pytest
from flask import g

from referral_api.features.accounts.queries import identify
from referral_api.kernel.actor import Request
from tests.accounts.office import BOTH


def certificates(office, agency="Police"):
    return f"/v1/agencies/{office.ids[agency]}/certificates"


def enter(office, username, *, by="ana", kind="safeguarding", expires_on="2026-12-31"):
    said = {"member_id": office.ids[username], "kind": kind, "issuer": "Training centre", "expires_on": expires_on}
    return office.post(certificates(office), said, by=by)


def certified(office, username):
    with office.app.test_request_context():
        g.request = Request(id="t", now=office.clock())
        return identify(office.tokens[username], g.request, None).certified


@pytest.fixture
def entered(office):
    return f"{certificates(office)}/{enter(office, 'cal').json['id']}"


@BOTH
def test_a_certificate_counts_once_confirmed(office, entered):
    assert not certified(office, "cal")
    answer = office.post(f"{entered}/confirm", by="sam")
    assert (200, "confirmed") == (answer.status_code, answer.json["state"])
    assert certified(office, "cal")
    assert ["safeguarding"] == [each["kind"] for each in office.get("/v1/me", by="cal").json["certificates"]]


def test_who_entered_it_and_whose_it_is_do_not_confirm_it(office, entered):
    assert 403 == office.post(f"{entered}/confirm", by="ana").status_code
    assert 403 == office.post(f"{entered}/confirm", by="cal").status_code
    of_sam = f"{certificates(office)}/{enter(office, 'sam').json['id']}"
    assert 403 == office.post(f"{of_sam}/confirm", by="sam").status_code
    assert 200 == office.post(f"{of_sam}/confirm", by="root").status_code


def test_the_platform_does_not_confirm_where_a_second_person_is_there(office, entered):
    assert 403 == office.post(f"{entered}/confirm", by="root").status_code


def test_it_counts_up_to_and_with_its_last_day(office):
    entered = enter(office, "cal", expires_on="2026-11-24").json["id"]
    office.post(f"{certificates(office)}/{entered}/confirm", by="sam")
    assert certified(office, "cal")
    office.clock.pass_by(hours=15)
    office.sign_in("cal")
    assert not certified(office, "cal")


def test_an_ended_one_opens_nothing_more(office, entered):
    office.post(f"{entered}/confirm", by="sam")
    assert "ended" == office.post(f"{entered}/end", by="sam").json["state"]
    assert not certified(office, "cal")
    again = office.post(f"{entered}/confirm", by="sam")
    assert (409, "ended", []) == (again.status_code, again.json["state"], again.json["allowed_steps"])


def test_another_kind_is_not_safeguarding(office):
    entered = enter(office, "cal", kind="icse_user").json["id"]
    office.post(f"{certificates(office)}/{entered}/confirm", by="sam")
    assert not certified(office, "cal")


def test_a_certificate_is_for_the_agencys_own_people(office):
    said = {"member_id": office.ids["cleo"], "kind": "safeguarding", "issuer": "X", "expires_on": "2027-01-01"}
    answer = office.post(certificates(office), said, by="ana")
    assert (422, "/member_id", "not-found") == (
        answer.status_code,
        answer.json["errors"][0]["pointer"],
        answer.json["errors"][0]["code"],
    )


def test_other_agencies_certificates_do_not_exist(office, entered):
    assert 404 == office.get(certificates(office), by="cleo").status_code
    assert 404 == office.get(entered, by="cleo").status_code
    assert 404 == office.post(f"{entered}/confirm", by="cleo").status_code


def test_a_list_can_be_of_one_member(office, entered):
    enter(office, "sam")
    of_cal = office.get(f"{certificates(office)}?member_id={office.ids['cal']}", by="sam").json["items"]
    assert [office.ids["cal"]] == [item["member_id"] for item in of_cal]
    assert 2 == len(office.get(certificates(office), by="sam").json["items"])


def test_a_certificate_that_runs_out_soon_warns_its_holder_and_its_agency(office, entered):
    office.post(f"{entered}/confirm", by="sam")
    held = office.get("/v1/me", by="cal").json["certificates"]
    soon = office.get(f"{certificates(office)}?expires_before=2027-01-01", by="ana").json["items"]
    later = office.get(f"{certificates(office)}?expires_before=2026-12-31", by="ana").json["items"]
    assert ([True], [held[0]["id"]], []) == (
        [each["expires_soon"] for each in held],
        [each["id"] for each in soon],
        later,
    )
