"""Agencies' systems: how they prove who they are, and what their tokens are worth."""

import base64
import json
import random
import secrets
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from referral_api.features.accounts.oauth.proofs import JWT_BEARER
from referral_api.features.accounts.oauth.schemas import MetadataOut
from referral_api.identity.jwk import thumbprint
from tests.accounts.office import BOTH, URL

SCOPE = "case:read referral:accept referral:read"


@pytest.fixture
def client(office):
    return office.connect("Police", SCOPE, by="ana")


@pytest.fixture
def key():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def signing(office, key):
    public = json.loads(ECAlgorithm.to_jwk(key.public_key())) | {"use": "sig", "alg": "ES256"}
    return office.connect("Police", SCOPE, by="ana", jwks={"keys": [public]})


def grant(office, fields=None, **more):
    return office.form("/oauth/token", {"grant_type": "client_credentials", **(fields or {})}, **more)


def by_secret(client):
    return {"client_id": client["client_id"], "client_secret": client["client_secret"]}


def by_assertion(office, client, key, jti="once", **claims):
    now = int(office.clock().timestamp())
    said = {"iss": client["client_id"], "sub": client["client_id"], "aud": URL, "iat": now, "exp": now + 60, "jti": jti}
    assertion = jwt.encode(said | claims, key, "ES256")
    return {"client_assertion_type": JWT_BEARER, "client_assertion": assertion}


def test_a_secret_in_the_header_or_the_form_gets_a_token(office, client):
    in_form = grant(office, by_secret(client))
    in_header = grant(office, basic=(client["client_id"], client["client_secret"]))
    for answer in (in_form, in_header):
        said = answer.json
        assert (200, "Bearer", 300, SCOPE) == (
            answer.status_code,
            said["token_type"],
            said["expires_in"],
            said["scope"],
        )
        assert "no-store" == answer.headers["Cache-Control"]
    me = office.get("/v1/me", by=in_form.json["access_token"]).json
    assert (client["client_id"], office.ids["Police"], SCOPE) == (me["id"], me["agency_id"], me["scope"])
    assert ["investigation", "protection", "court"] == me["purposes"]


@BOTH
def test_a_signed_statement_gets_a_token_once(office, signing, key):
    assert "client_secret" not in signing
    proof = by_assertion(office, signing, key)
    assert 200 == grant(office, proof).status_code
    again = grant(office, proof)
    assert (401, "invalid_client") == (again.status_code, again.json["error"])
    assert 200 == grant(office, by_assertion(office, signing, key, jti="twice")).status_code


@BOTH
def test_of_equal_statements_at_once_one_gets_a_token(office, signing, key):
    proof, barrier = by_assertion(office, signing, key), Barrier(6)

    def ask(number):
        barrier.wait(5)
        return grant(office, proof).status_code

    with ThreadPoolExecutor(6) as pool:
        assert [200, 401, 401, 401, 401, 401] == sorted(pool.map(ask, range(6)))


def test_a_system_changes_its_key_without_a_gap(office, signing, key):
    new = ec.generate_private_key(ec.SECP256R1())
    old_jwk, new_jwk = (json.loads(ECAlgorithm.to_jwk(each.public_key())) for each in (key, new))
    path = f"/v1/agencies/{office.ids['Police']}/clients/{signing['id']}"

    def let_in():
        return [
            grant(office, by_assertion(office, signing, each, jti=secrets.token_hex())).status_code
            for each in (key, new)
        ]

    assert [200, 401] == let_in()
    office.patch(path, {"jwks": {"keys": [old_jwk, new_jwk]}}, by="ana")
    assert [200, 200] == let_in()
    office.patch(path, {"jwks": {"keys": [new_jwk]}}, by="ana")
    assert [401, 200] == let_in()


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [URL]},
        {"aud": [URL, "https://elsewhere.example"]},
        {"aud": f"{URL}/oauth/introspect"},
        {"exp": 9_999_999_999},
        {"aud": "https://elsewhere.example"},
        {"exp": 1},
        {"sub": "client_01m86a7s04e5vtfdx32bwdvnvj"},
        {"jti": ""},
    ],
)
def test_a_statement_for_others_or_of_others_proves_nothing(office, signing, key, claims):
    assert 401 == grant(office, by_assertion(office, signing, key, **claims)).status_code


def test_a_statement_by_another_key_proves_nothing(office, signing):
    other = ec.generate_private_key(ec.SECP256R1())
    assert 401 == grant(office, by_assertion(office, signing, other)).status_code


def test_two_ways_at_once_are_refused(office, client):
    both = grant(office, by_secret(client), basic=(client["client_id"], client["client_secret"]))
    assert (400, "invalid_request") == (both.status_code, both.json["error"])


def test_errors_are_in_oauths_words(office, client):
    cases = [
        ({}, {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (by_secret(client), {"scope": "case:close"}, 400, "invalid_scope"),
        (by_secret(client) | {"client_secret": "client_wrong"}, {}, 401, "invalid_client"),
        ({"client_id": "client_01m86a7s04e5vtfdx32bwdvnvj", "client_secret": "x"}, {}, 401, "invalid_client"),
        ({}, {}, 401, "invalid_client"),
    ]
    for proof, more, status, error in cases:
        answer = grant(office, proof | more)
        assert (status, error, "no-store") == (
            answer.status_code,
            answer.json["error"],
            answer.headers["Cache-Control"],
        )
    assert "Basic" in answer.headers["WWW-Authenticate"]
    missing = office.form("/oauth/token", by_secret(client))
    assert (400, "invalid_request") == (missing.status_code, missing.json["error"])
    twice = office.app.test_client().post("/oauth/token", data={"grant_type": ["client_credentials", "password"]})
    assert (400, "invalid_request") == (twice.status_code, twice.json["error"])


def test_json_is_not_a_form(office, client):
    answer = office.post("/oauth/token", by_secret(client))
    assert (400, "invalid_request", "no-store") == (
        answer.status_code,
        answer.json["error"],
        answer.headers["Cache-Control"],
    )


def test_failed_clients_reach_the_log_once_a_minute(office, client):
    for _ in range(3):
        grant(office, by_secret(client) | {"client_secret": "client_wrong"})
    denied = [entry for entry in office.entries("token.issued") if entry["outcome"] == "denied"]
    assert [client["client_id"]] == [entry["subject"]["id"] for entry in denied]


def test_scope_is_what_was_asked_for_and_is_still_held(office, client):
    token = grant(office, by_secret(client) | {"scope": "case:read referral:read"}).json["access_token"]
    path = f"/v1/agencies/{office.ids['Police']}/clients/{client['client_id']}"
    assert 200 == office.patch(path, {"scope": "referral:read"}, by="ana").status_code
    assert "referral:read" == office.get("/v1/me", by=token).json["scope"]
    assert 403 == office.get("/v1/agencies", by=token).status_code


def test_a_revoked_client_is_not_let_in_again(office, client):
    token = grant(office, by_secret(client)).json["access_token"]
    path = f"/v1/agencies/{office.ids['Police']}/clients/{client['client_id']}"
    assert 200 == office.patch(path, {"status": "revoked"}, by="ana").status_code
    assert 409 == office.patch(path, {"status": "active"}, by="ana").status_code
    assert 401 == office.get("/v1/me", by=token).status_code
    assert 401 == grant(office, by_secret(client)).status_code


@BOTH
def test_acting_for_a_member_takes_that_members_roles(office, client):
    token = grant(office, by_secret(client)).json["access_token"]
    me = office.get("/v1/me", by=token, On_Behalf_Of="CAL").json
    assert office.ids["cal"] == me["on_behalf_of"]
    assert 401 == office.get("/v1/me", by="x").status_code
    for name in ("cleo", "nobody"):
        assert 403 == office.get("/v1/me", by=token, On_Behalf_Of=name).status_code
    path = f"/v1/agencies/{office.ids['Police']}/members/{office.ids['cal']}"
    office.patch(path, {"status": "left"}, by="ana")
    assert 403 == office.get("/v1/me", by=token, On_Behalf_Of="cal").status_code


def test_identifying_a_client_and_its_member_takes_one_statement(office, client, statements):
    token = grant(office, by_secret(client)).json["access_token"]
    with statements() as seen:
        office.get("/v1/me", by=token)
        office.get("/v1/me", by=token, On_Behalf_Of="cal")
    assert 2 == len(seen), seen


@BOTH
def test_a_revoked_token_is_over_and_anothers_is_not_touched(office, client):
    token = grant(office, by_secret(client)).json["access_token"]
    other = office.connect("Police", SCOPE, by="ana")
    assert 200 == office.form("/oauth/revoke", by_secret(other) | {"token": token}).status_code
    assert 200 == office.get("/v1/me", by=token).status_code
    assert 200 == office.form("/oauth/revoke", by_secret(client) | {"token": token}).status_code
    assert 401 == office.get("/v1/me", by=token).status_code
    assert 200 == office.form("/oauth/revoke", by_secret(client) | {"token": "nonsense"}).status_code
    assert 401 == office.form("/oauth/revoke", {"token": token}).status_code


def test_introspection_tells_of_the_agencys_own_tokens_only(office, client):
    token = grant(office, by_secret(client)).json["access_token"]
    foreign = office.connect("Clinic", "case:read", by="cleo")

    def ask(who, what):
        return office.form("/oauth/introspect", by_secret(who) | {"token": what}).json

    said = ask(client, token)
    assert (True, client["client_id"], SCOPE) == (said["active"], said["client_id"], said["scope"])
    assert (True, office.ids["cal"]) == (
        ask(client, office.tokens["cal"])["active"],
        ask(client, office.tokens["cal"])["sub"],
    )
    assert {"active": False} == ask(foreign, token)
    assert {"active": False} == ask(client, "nonsense")
    office.clock.pass_by(seconds=300)
    assert {"active": False} == ask(client, token)


def test_the_published_keys_verify_the_tokens(office, client):
    token = grant(office, by_secret(client)).json["access_token"]
    keys = jwt.PyJWKSet.from_dict(office.get("/.well-known/jwks.json").json)
    kid = jwt.get_unverified_header(token)["kid"]
    claims = jwt.decode(
        token, keys[kid].key, ["ES256"], audience=URL, options={"verify_exp": False, "verify_iat": False}
    )
    assert client["client_id"] == claims["sub"]


def test_metadata_names_only_what_is_there(office):
    said = office.get("/.well-known/oauth-authorization-server").json
    rules = {rule.rule for rule in office.app.url_map.iter_rules()}
    named = [said[name] for name in said if name.endswith(("_endpoint", "jwks_uri"))]
    assert {address.removeprefix(URL) for address in named} <= rules
    assert 4 == len(named)
    assert set(MetadataOut().fields) == set(said)


def test_a_clients_scope_is_what_systems_may_do_at_all(office):
    path = f"/v1/agencies/{office.ids['Police']}/clients"
    for scope in ("member:invite", "case:read nonsense", "session:open", "token:issue"):
        answer = office.post(path, {"name": "Bridge", "scope": scope}, by="ana")
        assert (422, "/scope") == (answer.status_code, answer.json["errors"][0]["pointer"])


PICTURE = base64.b64encode(b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(900)).decode()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"note": PICTURE}, "validation-failed"),
        ({"x5c": [PICTURE]}, "validation-failed"),
        ({"n": PICTURE}, "validation-failed"),
        ({f"z{at}": PICTURE[at * 20 :][:20] for at in range(30)}, "validation-failed"),
        ({"key_ops": ["verify", PICTURE]}, "validation-failed"),
        ({"kid": PICTURE[:300]}, "validation-failed"),
        ({"kid": "k\n1"}, "validation-failed"),
        ({"kid": PICTURE[:60]}, "imagery-refused"),
    ],
)
@BOTH
def test_a_key_carries_nothing_but_itself_and_a_name_that_is_read_like_any_text(office, key, client, more, code):
    public = json.loads(ECAlgorithm.to_jwk(key.public_key())) | more
    path = f"/v1/agencies/{office.ids['Police']}/clients"
    answers = [
        office.post(path, {"name": "Bridge", "scope": SCOPE, "jwks": {"keys": [public]}}, by="ana"),
        office.patch(f"{path}/{client['client_id']}", {"jwks": {"keys": [public]}}, by="ana"),
    ]
    for answer in answers:
        assert (422, "/jwks") == (answer.status_code, answer.json["errors"][0]["pointer"])
        assert code == answer.json["type"].rpartition("/")[2]
        assert PICTURE[:20] not in answer.text


def test_a_picture_cut_into_the_names_of_keys_is_seen(office, key):
    public = json.loads(ECAlgorithm.to_jwk(key.public_key()))
    keys = [public | {"kid": PICTURE[at * 30 :][:30]} for at in range(10)]
    path = f"/v1/agencies/{office.ids['Police']}/clients"
    answer = office.post(path, {"name": "Bridge", "scope": SCOPE, "jwks": {"keys": keys}}, by="ana")
    assert "imagery-refused" == answer.json["type"].rpartition("/")[2]


@BOTH
def test_of_a_key_others_are_shown_its_names_and_not_its_numbers(office, key):
    public = json.loads(ECAlgorithm.to_jwk(key.public_key()))
    name = thumbprint(public)
    path = f"/v1/agencies/{office.ids['Police']}/clients"
    said = {"name": "Bridge", "scope": SCOPE, "jwks": {"keys": [public | {"kid": name, "use": "sig"}]}}
    made = office.post(path, said, by="ana").json
    expected = {"keys": [{"kid": name, "kty": "EC", "use": "sig", "alg": None, "thumbprint": name}]}
    assert [expected] * 2 == [made["jwks"], office.get(f"{path}/{made['client_id']}", by="ana").json["jwks"]]


def test_a_private_key_is_refused_and_not_kept(office, key):
    private = json.loads(ECAlgorithm.to_jwk(key))
    path = f"/v1/agencies/{office.ids['Police']}/clients"
    answer = office.post(path, {"name": "Bridge", "scope": SCOPE, "jwks": {"keys": [private]}}, by="ana")
    assert (422, "/jwks") == (answer.status_code, answer.json["errors"][0]["pointer"])
    assert private["d"] not in answer.text


def test_a_repeat_shows_the_client_without_its_secret(office):
    path, said = f"/v1/agencies/{office.ids['Police']}/clients", {"name": "Bridge", "scope": SCOPE}
    first = office.post(path, said, by="ana", Idempotency_Key="once")
    again = office.post(path, said, by="ana", Idempotency_Key="once")
    assert (201, first.json["client_id"]) == (again.status_code, again.json["client_id"])
    assert "client_secret" not in again.json
    assert "client_secret" not in office.get(f"{path}/{first.json['id']}", by="ana").json


def test_other_agencies_clients_do_not_exist(office, client):
    path = f"/v1/agencies/{office.ids['Police']}/clients"
    assert 404 == office.get(path, by="cleo").status_code
    assert 404 == office.get(f"{path}/{client['id']}", by="cleo").status_code
    assert 404 == office.post(path, {"name": "Bridge", "scope": SCOPE}, by="cleo").status_code
    assert 403 == office.get(path, by="cal").status_code
