"""Inviting people, giving them roles that a second person confirms, and seeing them leave."""

import hashlib
from dataclasses import replace

import pytest

from referral_api.identity import passwords
from tests.accounts.office import BOTH, PASSWORD


def members(office, agency="Police"):
    return f"/v1/agencies/{office.ids[agency]}/members"


def one(office, username, agency="Police"):
    return f"{members(office, agency)}/{office.ids[username]}"


@BOTH
def test_a_role_counts_once_a_second_person_has_confirmed_it(office):
    invitation = office.invite("Police", "new", ["caseworker"], by="ana")
    assert 200 == office.accept("new", invitation).status_code
    assert 403 == office.sign_in("new").status_code
    assert 403 == office.confirm("Police", "new", by="ana").status_code
    confirmed = office.confirm("Police", "new", by="sam")
    assert (["caseworker"], []) == (confirmed.json["roles"], confirmed.json["pending_roles"])
    assert 200 == office.sign_in("new").status_code


def test_an_invitation_works_once_for_seven_days_and_only_with_its_secret(office):
    invitation = office.invite("Police", "new", ["caseworker"], by="ana")
    assert 401 == office.accept("new", invitation + "x").status_code
    assert 200 == office.accept("new", invitation).status_code
    assert 401 == office.accept("new", invitation).status_code
    late = office.invite("Police", "late", ["caseworker"], by="ana")
    office.clock.pass_by(days=7)
    assert 401 == office.accept("late", late).status_code


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("river", "too-short"),
        ("x" * 129, "too-long"),
        ("passwordpassword", "common"),
        ("newt.lovelock1newt.lovelock1", "context-word"),
    ],
)
def test_a_weak_password_is_named_as_what_it_is(office, password, code):
    invitation = office.invite("Police", "newt.lovelock1", ["caseworker"], by="ana")
    answer = office.accept("newt.lovelock1", invitation, password)
    assert 422 == answer.status_code
    assert {"/password"} == {error["pointer"] for error in answer.json["errors"]}
    assert code in [error["code"] for error in answer.json["errors"]]
    assert password not in answer.text


def test_a_password_is_judged_for_whoever_holds_the_invitation_as_often_as_it_takes(office, monkeypatch):
    invitation, judged = office.invite("Police", "new", ["caseworker"], by="ana"), []
    judge = passwords.check_new_password
    monkeypatch.setattr(
        passwords, "check_new_password", lambda *said, **more: judged.append(said) or judge(*said, **more)
    )
    assert [401] * 3 == [
        office.accept("new", "invitation_wrong", weak).status_code for weak in ("x", "river", "x" * 300)
    ]
    assert [] == judged
    assert [422] * 12 == [office.accept("new", invitation, "river").status_code for _ in range(12)]
    assert 200 == office.accept("new", invitation).status_code


def test_the_agencys_name_makes_no_password_and_is_told_to_nobody_without_the_invitation(office):
    said = {"name": "Samutprakan", "type": "hotline", "country": "TH"}
    office.ids["Samutprakan"] = office.post("/v1/agencies", said, by="root", Idempotency_Key="S").json["id"]
    invitation = office.invite("Samutprakan", "new", ["agency_admin"], by="root")
    assert 401 == office.accept("new", "invitation_wrong", "Samutprakan-20262026").status_code
    answer = office.accept("new", invitation, "Samutprakan-20262026")
    assert (422, ["context-word"]) == (answer.status_code, [each["code"] for each in answer.json["errors"]])
    assert 200 == office.accept("new", invitation).status_code


def test_a_stolen_password_is_not_taken_and_without_the_list_none_is(office, tmp_path):
    invitation = office.invite("Police", "new", ["caseworker"], by="ana")
    settings, path = office.app.extensions["settings"], tmp_path / "stolen"
    office.app.extensions["settings"] = replace(settings, breached_passwords=path)
    assert 503 == office.accept("new", invitation).status_code
    path.write_text(f"{hashlib.sha1(PASSWORD.encode()).hexdigest().upper()}:3\n")
    answer = office.accept("new", invitation)
    assert (422, ["common"]) == (answer.status_code, [each["code"] for each in answer.json["errors"]])
    assert 200 == office.accept("new", invitation, f"{PASSWORD} on").status_code


def test_nobody_gives_a_role_to_themselves(office):
    answer = office.patch(one(office, "ana"), {"roles": ["agency_admin", "supervisor"]}, by="ana")
    assert 403 == answer.status_code
    assert ["agency_admin"] == office.get(one(office, "ana"), by="ana").json["roles"]


def test_nobody_confirms_their_own_role(office):
    office.patch(one(office, "sam"), {"roles": ["supervisor", "auditor"]}, by="ana")
    assert 403 == office.confirm("Police", "sam", by="sam").status_code


def test_the_platform_is_the_second_person_only_where_there_is_no_other(office):
    office.invite("Police", "new", ["caseworker"], by="ana")
    assert 403 == office.confirm("Police", "new", by="root").status_code
    office.invite("Clinic", "first", ["caseworker"], by="cleo")
    assert 200 == office.confirm("Clinic", "first", by="root").status_code


def test_the_platform_invites_a_first_admin_and_nobody_below(office):
    office.admit("Court", "court")
    for roles in (["caseworker"], ["agency_admin", "caseworker"], ["platform_admin"]):
        said = {"username": "judge", "roles": roles}
        assert 403 == office.post(members(office, "Court"), said, by="root").status_code
    office.accept("judge", office.invite("Court", "judge", ["agency_admin"], by="root"))
    assert 200 == office.sign_in("judge").status_code
    again = {"username": "judge2", "roles": ["agency_admin"]}
    assert 403 == office.post(members(office, "Court"), again, by="root").status_code


def test_an_agency_admin_makes_no_platform_admin(office):
    said = {"username": "boss", "roles": ["platform_admin"]}
    assert 403 == office.post(members(office), said, by="ana").status_code


def test_a_user_name_is_taken_once_over_all_agencies_and_has_one_spelling(office):
    taken = office.post(members(office, "Clinic"), {"username": "cal", "roles": ["caseworker"]}, by="cleo")
    assert (422, "taken") == (taken.status_code, taken.json["errors"][0]["code"])
    for name in ("Cal", "ab", "cal\n", ".cal", "c" * 65, "cäl"):
        said = {"username": name, "roles": ["caseworker"]}
        assert 422 == office.post(members(office, "Clinic"), said, by="cleo").status_code


def test_other_agencies_people_do_not_exist(office):
    invented = "member_01m86a7s04e5vtfdx32bwdvnvj"
    for path in (members(office), one(office, "cal"), f"{members(office)}/{invented}"):
        assert 404 == office.get(path, by="cleo").status_code
    body = {"username": "spy", "roles": ["caseworker"]}
    assert 404 == office.post(members(office), body, by="cleo").status_code
    assert 404 == office.patch(one(office, "cal"), {"language": "fr"}, by="cleo", If_Match='"x"').status_code
    assert 404 == office.confirm("Police", "cal", by="cleo").status_code
    assert 404 == office.get(members(office), by="root").status_code
    crossed = f"{members(office, 'Clinic')}/{office.ids['cal']}"
    assert 404 == office.get(crossed, by="cleo").status_code


def test_a_caseworker_does_not_list_or_invite(office):
    assert 403 == office.get(members(office), by="cal").status_code
    assert 403 == office.post(members(office), {"username": "spy", "roles": ["caseworker"]}, by="cal").status_code


def test_a_list_is_recorded_with_the_ids_that_it_showed_and_shows_no_secret(office):
    answer = office.get(members(office), by="sam")
    assert ["cal", "sam", "ana"] == [item["username"] for item in answer.json["items"]]
    assert [office.ids[name] for name in ("cal", "sam", "ana")] == office.entries("member.read")[-1]["returned_ids"]
    assert not {"invitation", "password_hash", "totp_secret_sealed"} & set(answer.json["items"][0])


def test_a_list_goes_on_where_the_page_before_ended(office):
    first = office.get(f"{members(office)}?limit=2", by="sam")
    rest = office.get(f"{members(office)}?limit=2&cursor={first.json['next_cursor']}", by="sam")
    assert ([2, 1], None) == ([len(first.json["items"]), len(rest.json["items"])], rest.json["next_cursor"])


@BOTH
def test_whoever_leaves_is_out_at_once(office):
    refresh = office.sign_in("cal").json["refresh_token"]
    answer = office.patch(one(office, "cal"), {"status": "left"}, by="ana")
    assert ("left", []) == (answer.json["status"], answer.json["roles"])
    assert 401 == office.get("/v1/me", by="cal").status_code
    assert 401 == office.post("/v1/sessions/refresh", {"refresh_token": refresh}).status_code
    assert 401 == office.sign_in("cal").status_code
    assert "member_left" in [entry["reason_code"] for entry in office.entries("session.ended")]
    assert 409 == office.patch(one(office, "cal"), {"status": "invited"}, by="ana").status_code


def test_a_lost_password_or_factor_is_an_invitation_anew_and_a_second_person(office):
    answer = office.patch(one(office, "cal"), {"status": "invited"}, by="ana")
    assert ([], ["caseworker"]) == (answer.json["roles"], answer.json["pending_roles"])
    assert 401 == office.get("/v1/me", by="cal").status_code
    assert 200 == office.accept("cal", answer.json["invitation"], "another quiet river runs").status_code
    assert 403 == office.confirm("Police", "cal", by="ana").status_code
    assert 200 == office.confirm("Police", "cal", by="sam").status_code
    assert 401 == office.sign_in("cal", PASSWORD).status_code
    said = {"username": "cal", "password": "another quiet river runs"}
    assert office.post("/v1/sessions", said).json["enrolment_required"]


def test_nobody_invites_themselves_anew(office):
    assert 403 == office.patch(one(office, "ana"), {"status": "invited"}, by="ana").status_code
    assert 200 == office.get("/v1/me", by="ana").status_code


def test_a_role_that_is_taken_away_stops_at_once(office):
    office.hire("Police", "dan", ["caseworker", "auditor"], by="ana", confirmed_by="sam")
    office.patch(one(office, "dan"), {"roles": ["auditor"]}, by="ana")
    assert ["auditor"] == office.get("/v1/me", by="dan").json["roles"]


def test_a_change_needs_the_newest_version(office):
    old = office.get(one(office, "cal"), by="ana").headers["ETag"]
    assert 200 == office.patch(one(office, "cal"), {"language": "fr"}, by="ana", If_Match=old).status_code
    assert 412 == office.patch(one(office, "cal"), {"language": "km"}, by="ana", If_Match=old).status_code
    assert 428 == office.call("PATCH", one(office, "cal"), {"language": "km"}, by="ana").status_code


@BOTH
def test_a_repeated_invitation_shows_the_member_without_the_secret(office):
    said = {"username": "new", "roles": ["caseworker"]}
    first = office.post(members(office), said, by="ana", Idempotency_Key="once")
    again = office.post(members(office), said, by="ana", Idempotency_Key="once")
    assert (201, 201, first.json["id"]) == (first.status_code, again.status_code, again.json["id"])
    assert "invitation" in first.json
    assert "invitation" not in again.json
