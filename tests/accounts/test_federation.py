"""People sign in at their agency's own identity provider: a real one, on the loopback, and what somebody wrong could make of it."""

import json
import socket
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from referral_api.features.accounts.federation.outgoing import ProviderAway, get_json
from referral_api.features.accounts.federation.rules import may_ask, usable_url
from referral_api.store.session import db, session
from tests.accounts import op as provider
from tests.accounts.op import PASSWORD_ALONE, REDIRECT, subject_of
from tests.identity.forge import compact

WORKER = "police.caseworker1"
FAILED = (401, "This did not sign anybody in. Begin again.")


@pytest.fixture(scope="module")
def op():
    with provider.running() as running:
        yield running


class Desk:
    """The people of an agency, before its provider and this service."""

    def __init__(self, world, op):
        self.world, self.op = world, op
        # The provider tells the time by the real clock.
        world.clock.now = datetime.now(UTC)

    def path(self, what, agency="police"):
        return f"/v1/agencies/{self.world.ids[agency]}/{what}"

    def enter(self, agency="police", **more):
        said = {
            "issuer": self.op.issuer,
            "client_id": "referral",
            "client_secret": provider.CLIENTS["referral"],
            "redirect_uri": REDIRECT,
        }
        answer = self.world.post(self.path("identity-providers", agency), {**said, **more}, by=f"{agency}.admin")
        assert 201 == answer.status_code, answer.text
        return answer.json

    def act(self, kind, thing, step, body=None, by="police.supervisor"):
        return self.world.post(f"{self.path(kind, by.split('.')[0])}/{thing['id']}/{step}", body, by=by)

    def provider(self, **more):
        entered = self.enter(**more)
        assert 200 == self.act("identity-providers", entered, "confirm").status_code
        return entered

    def link(self, entered, member=WORKER, subject="amina", confirm=True):
        said = {"provider_id": entered["id"], "member_id": self.world.ids[member], "subject": subject_of(subject)}
        answer = self.world.post(self.path("identity-links"), said, by="police.admin")
        assert 201 == answer.status_code, answer.text
        if confirm:
            same = {"subject": subject_of(subject)}
            assert 200 == self.act("identity-links", answer.json, "confirm", same).status_code
        return answer.json

    def start(self, entered, **headers):
        return self.world.post("/v1/sessions/federated/start", {"provider_id": entered["id"]}, by=None, **headers)

    def begin(self, entered, user="amina"):
        """Somebody begins, signs in at the provider, and comes back: what is to be sent now."""
        started = self.start(entered)
        assert 200 == started.status_code, started.text
        back = self.op.signs_in(user, started.json["authorization_url"])
        return {"secret": started.json["secret"], **back}

    def finish(self, said, **more):
        return self.world.post("/v1/sessions/federated/callback", {**said, **more}, by=None)

    def sign_in(self, entered, user="amina", **more):
        return self.finish(self.begin(entered, user), **more)

    def code(self, member=WORKER):
        return {"one_time_code": self.world.apps.code(member, self.world.clock())}

    def me(self, answer):
        headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
        return self.world.app.test_client().get("/v1/me", headers=headers).json


@pytest.fixture
def desk(world, op):
    op.forge = lambda answer: answer
    return Desk(world, op)


def failed(answer):
    return (answer.status_code, answer.json.get("detail"))


def resigned(op, **changes):
    """The provider's own token with other claims, under its own key."""

    def forge(answer):
        return {**answer, "id_token": op.sign({**op.claims(answer["id_token"]), **changes})}

    return forge


# The way through.


def test_whoever_is_linked_signs_in_with_our_code_as_who_they_are_here(desk, world):
    entered = desk.provider()
    desk.link(entered)
    started = desk.start(entered).json
    asked = {name: values[0] for name, values in parse_qs(urlsplit(started["authorization_url"]).query).items()}
    assert ("code", "S256", "openid", REDIRECT) == tuple(
        asked[name] for name in ("response_type", "code_challenge_method", "scope", "redirect_uri")
    )
    assert started["one_time_code"] is True
    assert started["secret"] not in started["authorization_url"]
    assert 3 == len({asked["state"], asked["nonce"], asked["code_challenge"]})

    answer = desk.sign_in(entered, **desk.code())

    assert 200 == answer.status_code, answer.text
    assert (WORKER, ["caseworker"], False) == tuple(
        desk.me(answer)[name] for name in ("username", "roles", "enrolment_required")
    )
    assert world.entries("session.opened")[-1]["reason_code"] == "federated_totp"
    refreshed = world.post("/v1/sessions/refresh", {"refresh_token": answer.json["refresh_token"]}, by=None)
    assert 200 == refreshed.status_code


def test_our_code_is_asked_for_as_with_a_password(desk, world):
    entered = desk.provider()
    desk.link(entered)
    assert FAILED == failed(desk.sign_in(entered))
    assert FAILED == failed(desk.sign_in(entered, one_time_code="000000"))
    code = desk.code()
    assert 200 == desk.sign_in(entered, **code).status_code
    assert FAILED == failed(desk.sign_in(entered, **code))


def test_the_providers_second_factor_counts_only_in_words_that_two_people_trust(desk, world):
    entered = desk.provider(factor_acr=[PASSWORD_ALONE])
    desk.link(entered)
    assert desk.start(entered).json["one_time_code"] is False
    answer = desk.sign_in(entered)
    assert (200, False) == (answer.status_code, answer.json["enrolment_required"])
    assert "federated_provider" == world.entries("session.opened")[-1]["reason_code"]
    desk.op.forge = resigned(desk.op, acr="something weaker")
    assert FAILED == failed(desk.sign_in(entered))
    desk.op.forge = resigned(desk.op, acr="something weaker", amr=["mfa"])
    assert FAILED == failed(desk.sign_in(entered))


def test_a_trusted_amr_counts_as_well(desk):
    entered = desk.provider(factor_amr=["mfa"])
    desk.link(entered)
    assert FAILED == failed(desk.sign_in(entered))
    desk.op.forge = resigned(desk.op, amr=["pwd", "mfa"])
    assert 200 == desk.sign_in(entered).status_code


def test_roles_certificates_and_addresses_are_never_the_providers(desk):
    entered = desk.provider(factor_acr=[PASSWORD_ALONE])
    desk.link(entered, member="police.lapsed")
    desk.op.forge = resigned(
        desk.op,
        roles=["agency_admin"],
        groups=["admins"],
        email="police.supervisor",
        preferred_username="police.supervisor",
        certificates=["safeguarding"],
    )
    me = desk.me(desk.sign_in(entered))
    assert ("police.lapsed", ["caseworker"]) == (me["username"], me["roles"])
    assert "2026-01-01" == me["certificates"][0]["expires_on"]


# Two people.


def test_a_provider_counts_once_a_second_person_confirmed_it_and_no_longer_than_it_stays_the_same(desk, world):
    entered = desk.enter()
    missing = (422, "not-found")

    def began():
        answer = desk.start(entered)
        return answer.status_code, answer.json["errors"][0]["code"] if answer.status_code == 422 else None

    assert missing == began()
    assert 403 == desk.act("identity-providers", entered, "confirm", by="police.admin").status_code
    assert (
        404
        == world.post(f"{desk.path('identity-providers')}/{entered['id']}/confirm", by="clinic.supervisor").status_code
    )
    assert 200 == desk.act("identity-providers", entered, "confirm").status_code
    desk.link(entered)
    assert (200, None) == began()
    path = f"{desk.path('identity-providers')}/{entered['id']}"
    said = desk.begin(entered)
    for change, state in (
        ({"client_secret": provider.CLIENTS["referral"]}, "confirmed"),
        ({"factor_amr": ["mfa"]}, "entered"),
    ):
        answer = world.patch(path, change, by="police.admin")
        assert (200, state) == (answer.status_code, answer.json["state"])
    assert missing == began()
    assert FAILED == failed(desk.finish(said, **desk.code()))
    assert "client_secret" not in world.get(path, by="police.auditor").json


def test_a_link_counts_once_a_second_person_said_the_same_subject_unasked(desk, world):
    entered = desk.provider()
    link = desk.link(entered, confirm=False)
    assert "subject" not in link
    assert FAILED == failed(desk.sign_in(entered, **desk.code()))
    said = {"subject": subject_of("amina")}
    assert 403 == desk.act("identity-links", link, "confirm", said, by="police.admin").status_code
    wrong = desk.act("identity-links", link, "confirm", {"subject": subject_of("mallory")})
    assert (422, "differs") == (wrong.status_code, wrong.json["errors"][0]["code"])
    assert 200 == desk.act("identity-links", link, "confirm", said).status_code
    assert 200 == desk.sign_in(entered, **desk.code()).status_code
    assert 409 == desk.act("identity-links", link, "confirm", said).status_code


def test_nobody_links_another_agencys_people_or_one_subject_twice(desk, world):
    entered = desk.provider()
    desk.link(entered)

    def pointed(member, subject, provider_id=entered["id"]):
        said = {"provider_id": provider_id, "member_id": world.ids[member], "subject": subject}
        answer = world.post(desk.path("identity-links"), said, by="police.admin")
        return answer.status_code, answer.json["errors"][0]["pointer"], answer.json["errors"][0]["code"]

    assert (422, "/member_id", "not-found") == pointed("clinic.caseworker1", "x")
    assert (422, "/subject", "taken") == pointed("police.caseworker2", subject_of("amina"))
    assert (422, "/subject", "taken") == pointed(WORKER, "another")
    theirs = desk.enter(agency="clinic", client_id="clinic")
    assert (422, "/provider_id", "not-found") == pointed(WORKER, "x", theirs["id"])


def test_every_act_is_recorded(desk, world):
    entered = desk.provider()
    link = desk.link(entered)
    world.get(desk.path("identity-links"), by="police.auditor")
    desk.act("identity-links", link, "end")
    desk.act("identity-providers", entered, "end")
    acts = [each["action"] for each in world.entries() if each["action"].startswith("identity_")]
    assert [
        "identity_provider.entered", "identity_provider.confirmed", "identity_link.entered", "identity_link.confirmed",
        "identity_link.read", "identity_link.ended", "identity_provider.ended",
    ] == acts  # fmt: skip
    assert provider.CLIENTS["referral"] not in json.dumps(world.entries())
    assert subject_of("amina") not in json.dumps(world.entries())


# Ending.


@pytest.mark.parametrize("kind", ["identity-links", "identity-providers"])
def test_ending_a_link_or_a_provider_ends_the_sessions_and_lets_nobody_in(desk, world, kind):
    entered = desk.provider(factor_acr=[PASSWORD_ALONE])
    ended = {"identity-links": desk.link(entered), "identity-providers": entered}[kind]
    signed_in, waiting = desk.sign_in(entered), desk.begin(entered)
    answer = desk.act(kind, ended, "end")
    assert (200, "ended") == (answer.status_code, answer.json["state"])
    headers = {"Authorization": f"Bearer {signed_in.json['access_token']}"}
    assert 401 == world.app.test_client().get("/v1/me", headers=headers).status_code
    assert FAILED == failed(desk.finish(waiting))
    assert 409 == desk.act(kind, ended, "end").status_code
    assert {"identity-links": 200, "identity-providers": 422}[kind] == desk.start(entered).status_code
    (link,) = world.get(desk.path("identity-links"), by="police.admin").json["items"]
    assert "ended" == link["state"]


def test_whoever_left_or_is_invited_anew_is_let_in_by_no_provider(desk, world):
    entered = desk.provider(factor_acr=[PASSWORD_ALONE])
    for member, status in ((WORKER, "left"), ("police.caseworker2", "invited")):
        desk.link(entered, member, member)
        waiting = desk.begin(entered, member)
        answer = world.patch(f"{desk.path('members')}/{world.ids[member]}", {"status": status}, by="police.admin")
        assert 200 == answer.status_code, answer.text
        assert FAILED == failed(desk.finish(waiting))
        assert FAILED == failed(desk.sign_in(entered, member))
    listed = world.get(desk.path("identity-links"), by="police.admin").json["items"]
    assert ["ended", "ended"] == [each["state"] for each in listed]


# Attacks.


def test_an_unlinked_subject_and_every_other_fault_are_told_apart_by_nobody(desk, world):
    entered = desk.provider()
    desk.link(entered)
    other = desk.begin(entered)
    good = desk.begin(entered)
    answers = {
        "unlinked": desk.sign_in(entered, "mallory", **desk.code("police.caseworker2")),
        "unknown start": desk.finish(
            {**desk.begin(entered), "secret": "signin_never"}, **desk.code("police.caseworker2")
        ),
        "another's state": desk.finish({**good, "state": other["state"]}, **desk.code()),
        "used up by that": desk.finish(good, **desk.code("police.supervisor")),
        "a code of another start": desk.finish(
            {**other, "code": desk.begin(entered)["code"]}, **desk.code("police.admin")
        ),
        "a made-up code": desk.finish({**desk.begin(entered), "code": "made-up"}),
    }
    assert dict.fromkeys(answers, FAILED) == {name: failed(answer) for name, answer in answers.items()}
    bodies = {json.dumps({**answer.json, "instance": None}) for answer in answers.values()}
    assert 1 == len(bodies)
    refused = [each for each in world.entries("session.opened") if each["outcome"] == "denied"]
    assert {"sign_in_failed"} == {each["reason_code"] for each in refused}


def test_a_start_is_used_once_and_within_ten_minutes(desk, world):
    entered = desk.provider(factor_acr=[PASSWORD_ALONE])
    desk.link(entered)
    said = desk.begin(entered)
    assert 200 == desk.finish(said).status_code
    assert FAILED == failed(desk.finish(said))
    late = desk.begin(entered)
    world.clock.pass_by(minutes=10)
    asked = list(desk.op.asked)
    assert FAILED == failed(desk.finish(late))
    assert asked == desk.op.asked


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"aud": ["clinic"]},
        {"aud": ["referral", "clinic"]},
        {"azp": "clinic"},
        {"iss": "https://login.example.org"},
        {"exp": 1},
        {"at_hash": "another"},
    ],
    ids=str,
)
def test_a_token_of_another_sign_in_client_or_issuer_lets_nobody_in(desk, wrong):
    entered = desk.provider(factor_acr=[PASSWORD_ALONE])
    desk.link(entered)
    desk.op.forge = resigned(desk.op, **wrong)
    assert FAILED == failed(desk.sign_in(entered))


def test_a_token_that_another_signed_lets_nobody_in(desk):
    entered = desk.provider(factor_acr=[PASSWORD_ALONE])
    desk.link(entered)
    stranger = rsa.generate_private_key(65537, 2048)

    def forged(header, key):
        return lambda answer: {**answer, "id_token": compact(header, desk.op.claims(answer["id_token"]), key)}

    for header, key in (
        ({"alg": "RS256", "kid": desk.op.kid()}, stranger),
        ({"alg": "RS256", "kid": "new"}, stranger),
        ({"alg": "HS256"}, b"k" * 64),
    ):
        desk.op.forge = forged(header, key)
        assert FAILED == failed(desk.sign_in(entered))
    desk.op.forge = lambda answer: {name: value for name, value in answer.items() if name != "id_token"}
    assert FAILED == failed(desk.sign_in(entered))


def test_the_provider_of_another_agency_lets_none_of_this_one_in(desk, world):
    """The clinic runs the same provider, and says there of somebody that they are the police's."""
    ours = desk.provider(factor_acr=[PASSWORD_ALONE])
    desk.link(ours)
    theirs = desk.enter(
        agency="clinic", client_id="clinic", client_secret=provider.CLIENTS["clinic"], factor_acr=[PASSWORD_ALONE]
    )
    assert 200 == desk.act("identity-providers", theirs, "confirm", by="clinic.supervisor").status_code
    assert FAILED == failed(desk.sign_in(theirs))
    code = desk.begin(theirs)["code"]
    assert FAILED == failed(desk.finish({**desk.begin(ours), "code": code}))
    with world.app.app_context():
        # Not even a row that nobody could write lets them in.
        statement = (
            "UPDATE identity_links SET provider_id = (SELECT id FROM identity_providers WHERE client_id = 'clinic')"
        )
        with db.engine.begin() as connection:
            connection.exec_driver_sql(statement)
        session().rollback()
    assert FAILED == failed(desk.sign_in(theirs))


def test_an_answer_that_names_another_issuer_is_not_this_providers(desk):
    entered = desk.provider(factor_acr=[PASSWORD_ALONE])
    desk.link(entered)
    assert FAILED == failed(desk.finish(desk.begin(entered), iss="https://login.example.org"))
    assert 200 == desk.finish(desk.begin(entered), iss=desk.op.issuer).status_code


def test_guessing_our_code_behind_the_provider_is_slowed_down(desk):
    entered = desk.provider()
    desk.link(entered)
    statuses = [desk.sign_in(entered, one_time_code="000000").status_code for _ in range(11)]
    assert [401] * 10 + [429] == statuses


# Where a provider may lie, and what it may answer.


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example.org",
        "https://a@login.example.org",
        "https://login.example.org?x=1",
        "https://login.example.org#x",
        "ftp://127.0.0.1",
        "https://",
    ],
)
def test_an_address_that_cannot_be_a_providers_is_refused(desk, issuer):
    said = {"issuer": issuer, "client_id": "r", "client_secret": "s", "redirect_uri": REDIRECT}
    answer = desk.world.post(desk.path("identity-providers"), said, by="police.admin")
    assert (422, "/issuer") == (answer.status_code, answer.json["errors"][0]["pointer"])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "fd00::1",
        "fe80::1",
        "224.0.0.1",
    ],
)
def test_nothing_inside_is_asked(address):
    assert may_ask(address, loopback=False) is False
    assert may_ask("1.1.1.1", loopback=False) is True
    assert may_ask("127.0.0.1", loopback=True) is True
    assert may_ask("10.1.2.3", loopback=True) is False


def test_http_is_for_the_loopback_alone():
    assert usable_url("http://127.0.0.1:9000", loopback=True) is True
    assert usable_url("http://127.0.0.1:9000", loopback=False) is False
    assert usable_url("http://10.0.0.1", loopback=True) is False


def test_a_name_that_points_inside_is_not_followed(op, monkeypatch):
    port = urlsplit(op.issuer).port
    asked = len(op.asked)
    there = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("1.1.1.1", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: there)
    with pytest.raises(ProviderAway):
        get_json(f"http://login.example.org:{port}/.well-known/openid-configuration", loopback=False)
    assert asked == len(op.asked)


@pytest.mark.parametrize("path", ["elsewhere", "large", "packed", "list", "broken", "missing"])
def test_an_answer_that_is_moved_too_large_or_no_object_is_none(op, path):
    with pytest.raises(ProviderAway):
        get_json(f"{op.issuer}/wrong/{path}", loopback=True)
    assert {"right": True} == get_json(f"{op.issuer}/wrong/right", loopback=True)


def test_a_provider_that_is_away_is_said_so_and_one_that_names_another_is_none(desk, op):
    for issuer in ("http://127.0.0.1:1", f"{op.issuer}/another"):
        answer = desk.start(desk.provider(issuer=issuer))
        assert (503, "30") == (answer.status_code, answer.headers["Retry-After"])


def test_a_provider_is_asked_who_it_is_once_for_minutes_and_again_for_a_new_key(desk, op):
    entered = desk.provider(factor_acr=[PASSWORD_ALONE])
    desk.link(entered)
    op.asked.clear()
    for _ in range(3):
        assert 200 == desk.sign_in(entered).status_code
    assert {"configuration": 1, "jwks": 1, "token": 3} == {what: op.asked.count(what) for what in set(op.asked)}
