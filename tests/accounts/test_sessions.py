"""Where one is signed in, signing out from afar, and what is forgotten."""

import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referral_api.features.accounts.sessions.models import MemberSession, RefreshToken
from referral_api.features.accounts.sessions.sweeping import sweep_sessions
from referral_api.identity import passwords
from referral_api.kernel.errors import Unavailable
from referral_api.store.session import db
from tests.accounts.office import BOTH


@BOTH
def test_everybody_sees_their_own_open_sessions_and_roughly_from_where(office):
    first = office.sign_in("cal", address="198.51.100.77").json
    office.clock.pass_by(minutes=30)
    office.post("/v1/sessions/refresh", {"refresh_token": first["refresh_token"]})
    newest = office.sign_in("cal", address="2001:db8:1:2::3").json["access_token"]
    items = office.get("/v1/sessions", by=newest).json["items"]
    assert [("2001:db8:1::/48", True), ("198.51.100.0/24", False)] == [
        (each["network"], each["current"]) for each in items
    ][:2]
    assert [
        ("2026-11-24T09:31:00.000Z", "2026-11-24T09:31:00.000Z"),
        ("2026-11-24T09:01:00.000Z", "2026-11-24T09:31:00.000Z"),
    ] == [(each["opened_at"], each["last_used_at"]) for each in items][:2]
    assert {"totp"} == {each["factor"] for each in items}
    assert [each["id"] for each in items] == office.entries("session.listed")[-1]["returned_ids"]
    assert "198.51.100.77" not in str(items)


def test_a_session_that_nobody_used_for_an_hour_is_not_shown(office):
    office.sign_in("cal")
    office.clock.pass_by(hours=1)
    token = office.sign_in("cal").json["access_token"]
    assert [True] == [each["current"] for each in office.get("/v1/sessions", by=token).json["items"]]


@BOTH
def test_one_session_is_ended_from_another(office):
    lost = office.sign_in("cal").json
    here = office.sign_in("cal").json["access_token"]
    [there] = [
        each["id"] for each in office.get("/v1/sessions", by=lost["access_token"]).json["items"] if each["current"]
    ]
    assert 204 == office.call("DELETE", f"/v1/sessions/{there}", by=here).status_code
    assert 401 == office.get("/v1/me", by=lost["access_token"]).status_code
    assert 401 == office.post("/v1/sessions/refresh", {"refresh_token": lost["refresh_token"]}).status_code
    assert 200 == office.get("/v1/me", by=here).status_code
    assert 404 == office.call("DELETE", f"/v1/sessions/{there}", by=here).status_code


def test_anothers_session_does_not_exist(office):
    [mine] = [each["id"] for each in office.get("/v1/sessions", by="sam").json["items"] if each["current"]]
    assert 404 == office.call("DELETE", f"/v1/sessions/{mine}", by="cal").status_code
    assert 200 == office.get("/v1/me", by="sam").status_code


@BOTH
def test_signing_out_everywhere_ends_every_session(office):
    tokens = [office.sign_in("cal").json["access_token"] for _ in range(2)]
    assert 204 == office.call("DELETE", "/v1/sessions", by=tokens[0]).status_code
    assert [401, 401] == [office.get("/v1/me", by=token).status_code for token in tokens]
    assert {"signed_out_everywhere"} == {entry["reason_code"] for entry in office.entries("session.ended")[-2:]}
    assert 200 == office.get("/v1/me", by="sam").status_code


@BOTH
def test_sessions_that_are_over_are_forgotten_a_day_later(office):
    office.sign_in("cal")
    office.clock.pass_by(hours=31)
    office.sign_in("sam")

    def left():
        with office.app.app_context(), Session(db.engine) as current, current.begin():
            sweep_sessions(current, office.clock())
            return tuple(
                current.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (MemberSession, RefreshToken)
            )

    before, _ = left()
    assert before > 1
    office.clock.pass_by(hours=1, minutes=2)
    assert (1, 1) == left()


def test_a_process_checks_few_passwords_at_once_and_the_rest_are_told_to_come_back(monkeypatch):
    monkeypatch.setattr(passwords, "_AT_ONCE", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "_WAITS", 0.01)
    passwords._AT_ONCE.acquire()
    with pytest.raises(Unavailable):
        passwords.verify_password(None, "whatever it is")
    passwords._AT_ONCE.release()
    assert not passwords.verify_password(None, "whatever it is")
