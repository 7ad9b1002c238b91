"""Signing in, staying signed in, signing out; and what guessing costs."""

from concurrent.futures import ThreadPoolExecutor

from tests.accounts.office import BOTH, PASSWORD, URL


@BOTH
def test_a_password_opens_a_session_and_me_says_who_calls(office):
    answer = office.sign_in("CAL")
    said = answer.json
    assert ("Bearer", 300, 28_800) == (said["token_type"], said["expires_in"], said["refresh_expires_in"])
    assert {
        "id": office.ids["cal"],
        "username": "cal",
        "agency_id": office.ids["Police"],
        "roles": ["caseworker"],
        "purposes": ["investigation", "protection", "court"],
        "certificates": [],
        "enrolment_required": False,
    } == office.get("/v1/me", by=said["access_token"]).json


def test_signing_in_is_recorded_and_asking_who_one_is_is_not(office):
    before = len(office.entries())
    office.sign_in("cal")
    office.get("/v1/me", by="cal")
    new = office.entries()[before:]
    assert [("session.opened", "allowed", office.ids["cal"])] == [
        (entry["action"], entry["outcome"], entry["actor"]["id"]) for entry in new
    ]


def test_a_wrong_password_and_an_unknown_name_get_one_answer(office):
    wrong = office.sign_in("cal", "not the password at all")
    unknown = office.sign_in("nobody-here", "not the password at all")
    answers = [{k: v for k, v in answer.json.items() if k != "instance"} for answer in (wrong, unknown)]
    assert (401, 401) == (wrong.status_code, unknown.status_code)
    assert answers[0] == answers[1]


def test_a_failed_sign_in_names_the_member_and_an_unknown_name_only_by_its_hash(office):
    office.sign_in("cal", "not the password at all")
    office.sign_in("nobody-here", "not the password at all")
    known, unknown = [entry for entry in office.entries("session.opened") if entry["outcome"] == "denied"]
    assert {"type": "member", "id": office.ids["cal"]} == known["subject"]
    assert 64 == len(unknown["subject"]["id"])
    assert "nobody-here" not in str(unknown)
    assert [("anonymous", "sign_in_failed")] * 2 == [(e["actor"]["kind"], e["reason_code"]) for e in (known, unknown)]


@BOTH
def test_failures_reach_the_log_once_a_minute(office):
    def denied():
        return len([entry for entry in office.entries("session.opened") if entry["outcome"] == "denied"])

    for _ in range(3):
        office.sign_in("cal", "not the password at all")
    assert 1 == denied()
    office.clock.pass_by(seconds=61)
    office.sign_in("cal", "not the password at all")
    assert 2 == denied()


@BOTH
def test_guessing_is_slowed_for_one_account_from_one_address_only(office):
    for _ in range(10):
        assert 401 == office.sign_in("cal", "not the password at all").status_code
    blocked = office.sign_in("cal")
    assert (429, "600") == (blocked.status_code, blocked.headers["Retry-After"])
    assert 200 == office.sign_in("cal", address="192.0.2.9").status_code
    assert 200 == office.sign_in("sam").status_code
    office.clock.pass_by(minutes=10)
    assert 200 == office.sign_in("cal").status_code


def test_signing_in_clears_the_count_of_failures(office):
    for _ in range(9):
        office.sign_in("cal", "not the password at all")
    office.sign_in("cal")
    for _ in range(9):
        assert 401 == office.sign_in("cal", "not the password at all").status_code
    assert 200 == office.sign_in("cal").status_code


def test_a_refresh_token_is_traded_for_new_tokens_until_the_session_ends(office):
    first = office.sign_in("cal").json
    office.clock.pass_by(minutes=40)
    assert 401 == office.get("/v1/me", by=first["access_token"]).status_code
    later = office.post("/v1/sessions/refresh", {"refresh_token": first["refresh_token"]})
    assert (200, 26_400, 3_600) == (later.status_code, later.json["refresh_expires_in"], later.json["idle_expires_in"])
    assert 200 == office.get("/v1/me", by=later.json["access_token"]).status_code
    for _ in range(10):
        office.clock.pass_by(minutes=40)
        later = office.post("/v1/sessions/refresh", {"refresh_token": later.json["refresh_token"]})
    assert (200, 2_400) == (later.status_code, later.json["idle_expires_in"])
    office.clock.pass_by(minutes=40)
    assert 401 == office.post("/v1/sessions/refresh", {"refresh_token": later.json["refresh_token"]}).status_code


def test_a_session_that_nobody_refreshes_for_an_hour_is_over(office):
    token = office.sign_in("cal").json["refresh_token"]
    office.clock.pass_by(hours=1)
    assert 401 == office.post("/v1/sessions/refresh", {"refresh_token": token}).status_code


@BOTH
def test_a_used_refresh_token_ends_the_session(office):
    first, before = office.sign_in("cal").json, len(office.entries("session.ended"))
    second = office.post("/v1/sessions/refresh", {"refresh_token": first["refresh_token"]}).json
    assert 401 == office.post("/v1/sessions/refresh", {"refresh_token": first["refresh_token"]}).status_code
    assert 401 == office.get("/v1/me", by=second["access_token"]).status_code
    assert 401 == office.post("/v1/sessions/refresh", {"refresh_token": second["refresh_token"]}).status_code
    assert [("refused", "refresh_reused")] == [
        (e["outcome"], e["reason_code"]) for e in office.entries("session.ended")[before:]
    ]


@BOTH
def test_of_two_uses_at_once_one_wins(office):
    token = office.sign_in("cal").json["refresh_token"]
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda _: office.post("/v1/sessions/refresh", {"refresh_token": token}), range(2)))
    assert [200, 401] == sorted(answer.status_code for answer in answers)


def test_signing_out_stops_both_tokens_at_once(office):
    said = office.sign_in("cal").json
    gone = office.call("DELETE", "/v1/sessions/current", by="cal")
    assert (204, b"") == (gone.status_code, gone.data)
    assert 401 == office.get("/v1/me", by="cal").status_code
    assert 401 == office.post("/v1/sessions/refresh", {"refresh_token": said["refresh_token"]}).status_code


def test_a_session_that_somebody_brings_along_is_not_the_one_that_is_opened(office):
    """Session fixation: whatever was planted with the caller stays what it was, and gains nothing."""
    planted = office.sign_in("sam").json
    said = {"username": "cal", "password": PASSWORD, "one_time_code": office.apps.code("cal", office.clock())}
    cookie = f"session={planted['access_token']}"
    opened = office.post("/v1/sessions", said, by=planted["access_token"], Cookie=cookie, X_Session_Id="s1")
    assert 200 == opened.status_code
    assert "Set-Cookie" not in opened.headers
    assert {planted["access_token"], planted["refresh_token"]}.isdisjoint(opened.json.values())
    names = [office.get("/v1/me", by=each["access_token"]).json["username"] for each in (planted, opened.json)]
    assert ["sam", "cal"] == names


def test_a_token_of_another_kind_opens_nothing(office):
    said = office.sign_in("cal").json
    for token in (said["refresh_token"], "a.b.c", said["access_token"][:-4] + "AAAA"):
        assert 401 == office.get("/v1/me", by=token).status_code


def test_a_member_acts_for_nobody_else(office):
    assert 403 == office.get("/v1/me", by="cal", On_Behalf_Of="sam").status_code


def test_an_unknown_member_of_the_body_is_refused_and_no_password_comes_back(office):
    answer = office.post("/v1/sessions", {"username": "cal", "password": PASSWORD, "remember": True})
    assert 422 == answer.status_code
    assert PASSWORD not in answer.text


def test_a_long_random_password_is_not_taken_for_imagery(office):
    assert 401 == office.sign_in("cal", "iVBORw0KGgoAAAANSUhEUg" * 8).status_code


def test_a_suspended_agency_is_not_identified(office):
    assert 200 == office.patch(f"/v1/agencies/{office.ids['Police']}", {"status": "suspended"}, by="root").status_code
    assert 401 == office.get("/v1/me", by="cal").status_code
    assert 401 == office.sign_in("cal").status_code
    assert 200 == office.get("/v1/me", by="cleo").status_code


@BOTH
def test_identifying_a_caller_takes_one_statement(office, statements):
    office.sign_in("cal")
    with statements() as seen:
        office.get(f"/v1/agencies/{office.ids['Police']}/nothing", by="cal")
        assert [] == seen
        office.get("/v1/me", by="cal")
    assert 2 == len(seen), seen
    assert seen[0].startswith("SELECT members.id AS member_id")


def test_the_issuer_is_the_public_address(office):
    assert URL == office.get("/.well-known/oauth-authorization-server").json["issuer"]
