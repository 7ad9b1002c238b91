"""An only admin has lost phone and recovery codes: whoever runs the installation lets them in again, and nobody is raised by it."""

import pytest
from sqlalchemy import select, update

from referral_api.features.accounts.members.readmitting import readmit_only_admin
from referral_api.features.accounts.models import MemberRole
from referral_api.identity import secrets
from referral_api.kernel import ids
from referral_api.kernel.actor import Request
from referral_api.kernel.errors import Forbidden, NotFound
from referral_api.outbox.models import OutboxEvent
from referral_api.store.session import only_here, session
from tests.accounts.office import BOTH
from tests.world import PASSWORD

NEW = "another quiet river runs"


def readmit(office, username):
    with office.app.test_request_context():
        return readmit_only_admin(Request(id="operator", now=office.clock()), username=username)[1]


def refusal(office, username):
    with pytest.raises(Forbidden) as refused:
        readmit(office, username)
    return refused.value.reason


def takes_it_up(office, username, invitation):
    assert 200 == office.accept(username, invitation, NEW).status_code
    del office.apps.secrets[username]


def roles_now(office, username):
    assert 401 == office.sign_in(username, PASSWORD).status_code
    assert 200 == office.sign_in(username, NEW).status_code
    return office.get("/v1/me", by=username).json["roles"]


@BOTH
def test_an_agencys_only_admin_comes_back_and_is_admin_once_a_second_person_agrees(office):
    invitation = readmit(office, "ana")
    assert 401 == office.get("/v1/me", by="ana").status_code
    takes_it_up(office, "ana", invitation)
    assert 403 == office.confirm("Police", "ana", by="root").status_code  # since Sam can
    assert 200 == office.confirm("Police", "ana", by="sam").status_code
    assert ["agency_admin"] == roles_now(office, "ana")


def test_where_the_agency_has_nobody_else_the_platform_is_the_second_person(office):
    takes_it_up(office, "cleo", readmit(office, "cleo"))
    assert 200 == office.confirm("Clinic", "cleo", by="root").status_code
    assert ["agency_admin"] == roles_now(office, "cleo")


@BOTH
def test_the_platforms_only_admin_counts_at_once_since_nobody_is_left(office):
    takes_it_up(office, "root", readmit(office, "root"))
    assert ["platform_admin"] == roles_now(office, "root")
    said = {"name": "Hotline", "type": "hotline", "country": "KH"}
    assert 201 == office.post("/v1/agencies", said, by="root", Idempotency_Key="afterwards").status_code


def test_whoever_has_another_admin_is_invited_anew_by_that_one(office):
    office.hire("Police", "amy", ["agency_admin"], by="ana", confirmed_by="sam")
    assert "another_admin" == refusal(office, "ana")
    assert "another_admin" == refusal(office, "amy")


def test_nobody_is_raised_by_it(office):
    assert ["not_admin"] * 2 == [refusal(office, name) for name in ("cal", "sam")]
    invitation = office.invite("Police", "eve", ["agency_admin"], by="ana")
    office.accept("eve", invitation)
    with office.app.app_context(), only_here(session()):
        ana = ids.read("member", office.ids.get("ana") or office.get("/v1/me", by="ana").json["id"])
        session().execute(update(MemberRole).where(MemberRole.member_id == ana).values(ended_at=office.clock()))
        session().commit()
    # Nobody is admin now, and Eve was only proposed: a second person has never agreed.
    assert "not_admin" == refusal(office, "eve")
    with pytest.raises(NotFound):
        readmit(office, "nobody-here")


def test_a_lost_invitation_is_replaced_by_another_as_often_as_needed(office):
    first, second = readmit(office, "ana"), readmit(office, "ana")
    assert 401 == office.accept("ana", first, NEW).status_code
    takes_it_up(office, "ana", second)
    assert 200 == office.confirm("Police", "ana", by="sam").status_code


def test_the_log_names_it_the_agency_and_the_platform_are_told_and_no_secret_is_kept(office):
    invitation = readmit(office, "ana")
    entry = office.entries("member.readmitted")[-1]
    assert ("service", "allowed", ["roles", "status"]) == (entry["actor"]["kind"], entry["outcome"], entry["fields"])
    assert "invited_anew" in [ended["reason_code"] for ended in office.entries("session.ended")]
    with office.app.app_context():
        told = session().execute(select(OutboxEvent.agency_id).where(OutboxEvent.type == "member.readmitted")).scalars()
        assert {office.ids["Police"], office.ids["Platform"]} == {ids.show("agency", each) for each in told}
    assert not any(secret in str(office.entries()) for secret in (invitation, secrets.digest(invitation).hex()))
