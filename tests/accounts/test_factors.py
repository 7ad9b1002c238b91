"""Second factors: what a session without one may do, codes that work once, and what an attacker gets."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from referral_api.features.accounts.factors.codes import MOST_MISSED
from referral_api.features.accounts.models import Member
from referral_api.features.accounts.sessions.tries import MOST
from referral_api.identity import passwords
from referral_api.store.session import only_here, session
from tests.accounts.office import BOTH, PASSWORD


def try_to_sign_in(office, username, *, address="192.0.2.1", **said):
    return office.post("/v1/sessions", {"username": username, "password": PASSWORD, **said}, address=address)


def code(office, username, *, steps=0):
    """What the app of this member shows, some steps from now."""
    return pyotp.TOTP(office.apps.secrets[username]).at(office.clock() + timedelta(seconds=30 * steps))


def newcomer(office, username="new"):
    """Somebody with a password and a confirmed role, and no factor yet: the tokens of the first sign-in."""
    office.accept(username, office.invite("Police", username, ["caseworker"], by="ana"))
    office.confirm("Police", username, by="sam")
    return try_to_sign_in(office, username).json


def answer_of(response):
    return response.status_code, {name: value for name, value in response.json.items() if name != "instance"}


@BOTH
def test_the_right_code_opens_a_session_and_the_log_says_by_which_factor(office):
    assert 200 == try_to_sign_in(office, "cal", one_time_code=code(office, "cal")).status_code
    assert "totp" == office.entries("session.opened")[-1]["reason_code"]


@BOTH
def test_a_code_works_once_even_for_two_at_once(office):
    shown = code(office, "cal")
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda _: try_to_sign_in(office, "cal", one_time_code=shown), range(2)))
    assert [200, 401] == sorted(answer.status_code for answer in answers)
    assert 401 == try_to_sign_in(office, "cal", one_time_code=shown).status_code


def test_a_code_of_a_clock_one_step_off_counts_and_one_of_two_steps_does_not(office):
    office.clock.pass_by(minutes=5)
    tries = {
        steps: try_to_sign_in(office, "cal", one_time_code=code(office, "cal", steps=steps)).status_code
        for steps in (-2, -1, 2, 1)
    }
    assert {-2: 401, -1: 200, 2: 401, 1: 200} == tries


def test_an_earlier_code_is_worth_nothing_after_a_later_one(office):
    office.clock.pass_by(minutes=5)
    assert 200 == try_to_sign_in(office, "cal", one_time_code=code(office, "cal")).status_code
    assert 401 == try_to_sign_in(office, "cal", one_time_code=code(office, "cal", steps=-1)).status_code


def test_every_failure_gets_one_answer(office):
    used = code(office, "cal")
    try_to_sign_in(office, "cal", one_time_code=used)
    failures = [
        try_to_sign_in(office, "nobody-here", one_time_code="123456"),
        try_to_sign_in(office, "cal", password="not the password at all"),
        try_to_sign_in(office, "cal", password="not the password at all", one_time_code=code(office, "cal", steps=1)),
        try_to_sign_in(office, "cal"),
        try_to_sign_in(office, "cal", one_time_code=used),
        try_to_sign_in(office, "cal", one_time_code=code(office, "sam")),
        try_to_sign_in(office, "cal", one_time_code="abcd-efgh-ijkl-mnop"),
        try_to_sign_in(office, "cal", one_time_code="\u0661\u0662\u0663\u0664\u0665\u0666"),
    ]  # fmt: skip
    assert 401 == failures[0].status_code
    assert [answer_of(failures[0])] * len(failures) == [answer_of(failure) for failure in failures]


def test_every_failure_takes_the_same_statements_and_hashes_once(office, statements, monkeypatch):
    """Whoever measures the time does not learn which user names exist, nor how far a guess came."""
    hashed = []
    verify = passwords.verify_password
    monkeypatch.setattr(
        passwords, "verify_password", lambda *said, **more: hashed.append(said) or verify(*said, **more)
    )
    newcomer(office)
    tries = {
        "nobody": {"username": "nobody-here", "one_time_code": "123456"},
        "wrong password": {"username": "sam", "password": "not the password at all", "one_time_code": "123456"},
        "wrong code": {"username": "ana", "one_time_code": code(office, "cal", steps=9)},
        "no code": {"username": "cleo"},
        "no factor": {"username": "new", "password": "not the password at all", "one_time_code": "123456"},
        "nobody, in letters": {"username": "nobody-here", "one_time_code": "abcd-efgh-ijkl-mnop"},
        "wrong password, in letters": {"username": "cal", "password": "not the password", "one_time_code": "abcd-efgh"},
        "right password, in letters": {"username": "root", "one_time_code": "abcd-efgh-ijkl-mnop-qrst-uvwx-yz23"},
    }
    found = {}
    for name, said in tries.items():
        office.clock.pass_by(minutes=1)  # so that the log hears of each
        hashed.clear()
        with statements() as seen:
            assert 401 == office.post("/v1/sessions", {"password": PASSWORD, **said}).status_code
        found[name] = [each.split("(")[0].split(" WHERE")[0] for each in seen], len(hashed)
    of_nobody = {name: found["nobody, in letters" if name.endswith("letters") else "nobody"] for name in tries}
    assert of_nobody == found


def test_a_wrong_code_and_a_wrong_password_share_one_throttle(office):
    for number in range(MOST):
        said = {"password": "not the password at all"} if number % 2 else {"one_time_code": "000000"}
        assert 401 == try_to_sign_in(office, "cal", **said).status_code
    assert 429 == try_to_sign_in(office, "cal", one_time_code=code(office, "cal")).status_code


@BOTH
def test_too_many_wrong_codes_beside_the_right_password_close_the_account_from_everywhere(office):
    with office.app.app_context(), only_here(session()):
        session().execute(update(Member).where(Member.username == "cal").values(codes_missed=MOST_MISSED - 1))
        session().commit()
    try_to_sign_in(office, "cal", password="not the password at all", one_time_code="000000")
    assert MOST_MISSED - 1 == missed(office)
    try_to_sign_in(office, "cal", one_time_code="000000")
    assert MOST_MISSED == missed(office)
    closed = try_to_sign_in(office, "cal", one_time_code=code(office, "cal"), address="198.51.100.7")
    assert 401 == closed.status_code


def missed(office):
    with office.app.app_context():
        return session().execute(select(Member.codes_missed).where(Member.username == "cal")).scalar_one()


def test_the_right_code_forgets_wrong_ones(office):
    try_to_sign_in(office, "cal", one_time_code="000000")
    assert 1 == missed(office)
    office.sign_in("cal")
    assert 0 == missed(office)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/cases"),
        ("POST", "/v1/cases"),
        ("GET", "/v1/cases/case_01m86a7s04e5vtfdx32bwdvnvj"),
        ("GET", "/v1/agencies"),
        ("GET", "/v1/services"),
        ("POST", "/v1/me/totp/remove"),
        ("POST", "/v1/me/recovery-codes"),
    ],
)
def test_a_session_without_a_factor_opens_nothing(office, method, path):
    token = newcomer(office)["access_token"]
    answer = office.call(method, path, {} if method == "POST" else None, by=token, Purpose="investigation")
    assert (403, "factor-required") == (answer.status_code, answer.json["type"].rpartition("/")[2])
    assert ("denied", "factor-required") == tuple(office.entries()[-1][name] for name in ("outcome", "reason_code"))


def test_a_session_without_a_factor_says_so_and_can_sign_out(office):
    said = newcomer(office)
    assert said["enrolment_required"]
    assert office.get("/v1/me", by=said["access_token"]).json["enrolment_required"]
    assert {"totp_enrolled_at": None, "passkeys": 0, "recovery_codes_left": 0} == office.get(
        "/v1/me/factors", by=said["access_token"]
    ).json
    assert 204 == office.call("DELETE", "/v1/sessions/current", by=said["access_token"]).status_code
    assert 401 == office.get("/v1/me", by=said["access_token"]).status_code


def test_refreshing_makes_no_session_more_than_it_was(office):
    refreshed = office.post("/v1/sessions/refresh", {"refresh_token": newcomer(office)["refresh_token"]})
    assert refreshed.json["enrolment_required"]
    assert 403 == office.get("/v1/agencies", by=refreshed.json["access_token"]).status_code


@BOTH
def test_enrolling_ends_every_session_and_begins_a_new_one(office):
    theirs = newcomer(office)
    mine = try_to_sign_in(office, "new").json
    answer = office.enrol("new", mine["access_token"])
    assert (200, 10, False) == (
        answer.status_code,
        len(set(answer.json["recovery_codes"])),
        answer.json["enrolment_required"],
    )
    for token in (theirs["access_token"], mine["access_token"]):
        assert 401 == office.get("/v1/me", by=token).status_code
    for token in (theirs["refresh_token"], mine["refresh_token"]):
        assert 401 == office.post("/v1/sessions/refresh", {"refresh_token": token}).status_code
    assert 200 == office.get("/v1/agencies", by=answer.json["access_token"]).status_code
    assert 401 == try_to_sign_in(office, "new").status_code
    new = [entry["action"] for entry in office.entries()][-6:]
    assert ["factor.enrolled", "session.ended", "session.ended", "session.opened"] == new[:4]


def test_a_secret_counts_only_once_its_first_code_has_come_and_within_a_quarter_of_an_hour(office):
    token = newcomer(office)["access_token"]
    confirm = "/v1/me/totp/confirm"
    assert 409 == office.post(confirm, {"one_time_code": "123456"}, by=token).status_code
    app = pyotp.TOTP(office.post("/v1/me/totp", by=token).json["secret"])
    wrong = office.post(confirm, {"one_time_code": app.at(office.clock() + timedelta(minutes=5))}, by=token)
    assert (422, "wrong") == (wrong.status_code, wrong.json["errors"][0]["code"])
    assert try_to_sign_in(office, "new").json["enrolment_required"]
    office.clock.pass_by(minutes=15)
    late = try_to_sign_in(office, "new").json["access_token"]
    assert 409 == office.post(confirm, {"one_time_code": app.at(office.clock())}, by=late).status_code


def test_the_address_for_the_app_names_who_and_where(office):
    said = office.post("/v1/me/totp", by=newcomer(office)["access_token"]).json
    assert f"otpauth://totp/127.0.0.1:new?secret={said['secret']}&issuer=127.0.0.1" == said["otpauth_uri"]


def test_a_stolen_token_changes_no_factor(office):
    token = office.tokens["cal"]
    for path in ("/v1/me/totp", "/v1/me/totp/remove", "/v1/me/recovery-codes"):
        answer = office.post(path, {"one_time_code": code(office, "sam")}, by=token)
        assert (422, "wrong") == (answer.status_code, answer.json["errors"][0]["code"])
    assert 422 == office.post("/v1/me/totp", by=token).status_code
    assert ["sign_in_failed"] == [
        e["reason_code"] for e in office.entries() if e["outcome"] == "denied" and e["action"].startswith("factor.")
    ]


def test_another_app_replaces_the_old_one(office):
    old = office.apps.secrets["cal"]
    prepared = office.post("/v1/me/totp", {"one_time_code": code(office, "cal")}, by="cal").json
    office.clock.pass_by(seconds=30)
    app = pyotp.TOTP(prepared["secret"])
    assert 200 == office.post("/v1/me/totp/confirm", {"one_time_code": app.at(office.clock())}, by="cal").status_code
    office.clock.pass_by(seconds=30)
    assert 401 == try_to_sign_in(office, "cal", one_time_code=pyotp.TOTP(old).at(office.clock())).status_code
    assert 200 == try_to_sign_in(office, "cal", one_time_code=app.at(office.clock())).status_code


@BOTH
def test_a_recovery_code_signs_in_once_even_for_two_at_once(office):
    codes = office.post("/v1/me/recovery-codes", {"one_time_code": code(office, "cal")}, by="cal").json[
        "recovery_codes"
    ]
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda _: try_to_sign_in(office, "cal", one_time_code=codes[0]), range(2)))
    assert [200, 401] == sorted(answer.status_code for answer in answers)
    assert 200 == try_to_sign_in(office, "cal", one_time_code=codes[1].upper().replace("-", " ")).status_code
    assert "recovery_code" == office.entries("session.opened")[-1]["reason_code"]
    assert 8 == office.get("/v1/me/factors", by="cal").json["recovery_codes_left"]


def test_recovery_codes_are_nobody_elses_and_new_ones_end_the_old(office):
    def renew():
        office.clock.pass_by(seconds=30)
        said = {"one_time_code": code(office, "cal")}
        return office.post("/v1/me/recovery-codes", said, by="cal").json["recovery_codes"]

    old, new = renew(), renew()
    assert 401 == try_to_sign_in(office, "sam", one_time_code=new[0]).status_code
    assert 401 == try_to_sign_in(office, "cal", one_time_code=old[0]).status_code
    assert 200 == try_to_sign_in(office, "cal", one_time_code=new[0]).status_code


@BOTH
def test_giving_the_app_up_ends_every_session_and_leaves_only_enrolling(office):
    assert 204 == office.post("/v1/me/totp/remove", {"one_time_code": code(office, "cal")}, by="cal").status_code
    assert 401 == office.get("/v1/me", by="cal").status_code
    assert try_to_sign_in(office, "cal").json["enrolment_required"]
    assert "factor_removed" in [entry["reason_code"] for entry in office.entries("session.ended")]


def test_no_secret_is_stored_as_it_is_and_none_opens_in_another_row(office):
    with office.app.app_context():
        rows = dict(session().execute(select(Member.username, Member.totp_secret_sealed)).all())
        session().rollback()
        assert not any(office.apps.secrets[name].encode() in sealed for name, sealed in rows.items())
        with only_here(session()):
            session().execute(update(Member).where(Member.username == "sam").values(totp_secret_sealed=rows["cal"]))
            session().commit()
    office.app.testing = False
    assert 500 == try_to_sign_in(office, "sam", one_time_code=code(office, "cal")).status_code


def test_no_code_and_no_secret_reaches_the_log(office):
    shown = code(office, "cal")
    codes = office.post("/v1/me/recovery-codes", {"one_time_code": shown}, by="cal").json["recovery_codes"]
    try_to_sign_in(office, "cal", one_time_code=codes[0])
    log = str(office.entries())
    assert not [secret for secret in (office.apps.secrets["cal"], codes[0], f"'{shown}'") if secret in log]


def test_a_token_without_a_factor_is_not_active_for_others(office):
    client = office.connect("Police", "case:read", by="ana")
    basic = (client["client_id"], client["client_secret"])
    said = {"token": newcomer(office)["access_token"]}
    assert {"active": False} == office.form("/oauth/introspect", said, basic=basic).json
    assert office.form("/oauth/introspect", {"token": office.tokens["cal"]}, basic=basic).json["active"]


def test_a_system_has_no_factor(office):
    client = office.connect("Police", "case:read", by="ana")
    token = office.form(
        "/oauth/token", {"grant_type": "client_credentials"}, basic=(client["client_id"], client["client_secret"])
    ).json["access_token"]
    assert 404 == office.get("/v1/me/factors", by=token).status_code
    assert 404 == office.post("/v1/me/totp", by=token).status_code


def test_a_password_is_changed_with_the_one_before_and_a_code(office):
    chosen = "heron lantern copper 42"

    def change(**said):
        office.clock.pass_by(seconds=30)
        whole = {"password": PASSWORD, "new_password": chosen, "one_time_code": code(office, "cal"), **said}
        return office.post("/v1/me/password", whole, by="cal")

    office.sign_in("cal")
    for said, pointer in (
        ({"password": "another password"}, "/password"),
        ({"one_time_code": "000000"}, "/one_time_code"),
        ({"new_password": "short"}, "/new_password"),
        ({"new_password": "passwordpassword"}, "/new_password"),
        ({"new_password": "Police-Police-2026"}, "/new_password"),
    ):
        answer = change(**said)
        assert (422, pointer) == (answer.status_code, answer.json["errors"][0]["pointer"])
    assert 204 == change().status_code
    assert 401 == office.get("/v1/me", by="cal").status_code
    assert ["password"] == office.entries("password.changed")[-1]["fields"]
    office.clock.pass_by(minutes=1)
    assert 401 == try_to_sign_in(office, "cal", one_time_code=code(office, "cal")).status_code
    office.clock.pass_by(minutes=1)
    signed = office.post("/v1/sessions", {"username": "cal", "password": chosen, "one_time_code": code(office, "cal")})
    assert 200 == signed.status_code
