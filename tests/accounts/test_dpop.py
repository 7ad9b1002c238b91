"""Tokens that are bound to a key: worth nothing to whoever steals them (RFC 9449)."""

import hashlib
import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from referral_api.identity import base64url
from referral_api.identity.jwk import thumbprint
from referral_api.replay import forget_old_proofs
from referral_api.replay.proofs import UsedProof
from referral_api.store.session import db
from tests.accounts.office import BOTH, URL
from tests.accounts.test_oauth import SCOPE, by_secret

KEY, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
_NUMBERS = itertools.count()


def public(key):
    return json.loads(ECAlgorithm.to_jwk(key.public_key()))


def proof(office, method, path, *, key=KEY, token=None, header=None, **claims):
    said = {"jti": f"proof {next(_NUMBERS)}", "htm": method, "htu": URL + path, "iat": int(office.clock().timestamp())}
    if token is not None:
        said["ath"] = base64url.encode(hashlib.sha256(token.encode()).digest())
    return jwt.encode(said | claims, key, "ES256", {"typ": "dpop+jwt", "jwk": public(key), **(header or {})})


def grant(office, client, shown=None, **fields):
    form = {"grant_type": "client_credentials", **by_secret(client), **fields}
    headers = {} if shown is None else {"DPoP": shown}
    return office.app.test_client().post("/oauth/token", data=form, headers=headers)


@pytest.fixture
def client(office):
    return office.connect("Police", SCOPE, by="ana")


@pytest.fixture
def token(office, client):
    answer = grant(office, client, proof(office, "POST", "/oauth/token"))
    assert (200, "DPoP") == (answer.status_code, answer.json["token_type"])
    return answer.json["access_token"]


def me(office, token, shown=None, scheme="DPoP", path="/v1/me"):
    headers = {"Authorization": f"{scheme} {token}", **({} if shown is None else {"DPoP": shown})}
    return office.app.test_client().get(path, headers=headers)


def test_a_bound_token_says_whose_key_it_needs(office, client, token):
    assert {"jkt": thumbprint(public(KEY))} == jwt.decode(token, options={"verify_signature": False})["cnf"]
    said = office.form("/oauth/introspect", by_secret(client) | {"token": token}).json
    assert (True, "DPoP", {"jkt": thumbprint(public(KEY))}) == (said["active"], said["token_type"], said["cnf"])


def test_a_bound_token_lets_in_with_a_proof_for_each_call(office, client, token):
    for _ in range(2):
        answer = me(office, token, proof(office, "GET", "/v1/me", token=token))
        assert (200, client["client_id"]) == (answer.status_code, answer.json["id"])
    queried = me(office, token, proof(office, "GET", "/v1/me", token=token), path="/v1/me?x=1")
    assert 422 == queried.status_code


def test_a_stolen_bound_token_lets_nobody_in(office, token):
    refused = [
        me(office, token, scheme="Bearer"),
        me(office, token, proof(office, "GET", "/v1/me", token=token), scheme="Bearer"),
        me(office, token),
        me(office, token, "nonsense"),
        me(office, token, proof(office, "GET", "/v1/me", key=OTHER, token=token)),
        me(office, token, proof(office, "GET", "/v1/me")),
        me(office, token, proof(office, "GET", "/v1/me", token="another")),
        me(office, token, proof(office, "POST", "/v1/me", token=token)),
        me(office, token, proof(office, "GET", "/v1/agencies", token=token)),
        me(office, token, proof(office, "GET", "/v1/me", token=token, htu="https://evil.example/v1/me")),
        me(office, token, proof(office, "GET", "/v1/me", token=token, iat=int(office.clock().timestamp()) - 61)),
        me(office, token, proof(office, "GET", "/v1/me", token=token, iat=int(office.clock().timestamp()) + 61)),
        me(office, token, proof(office, "GET", "/v1/me", token=token, header={"jwk": json.loads(ECAlgorithm.to_jwk(KEY))})),
        me(office, token, proof(office, "GET", "/v1/me", token=token, header={"typ": "JWT"})),
    ]  # fmt: skip
    assert {401} == {answer.status_code for answer in refused}
    for answer in refused:
        assert 'DPoP realm="referral-api"' in "\n".join(answer.headers.getlist("WWW-Authenticate"))


def test_an_unbound_token_is_not_taken_as_a_bound_one(office, client):
    bearer = grant(office, client).json["access_token"]
    assert 401 == me(office, bearer, proof(office, "GET", "/v1/me", token=bearer)).status_code
    assert 200 == me(office, bearer, scheme="Bearer").status_code


def test_the_door_says_how_to_sign_in_and_what_was_wrong(office, token):
    def told(answer):
        bearer, bound = answer.headers.getlist("WWW-Authenticate")
        where = f'resource_metadata="{URL}/.well-known/oauth-protected-resource"'
        assert (401, True, True) == (answer.status_code, where in bearer, where in bound)
        assert 'algs="ES256 ES384 ' in bound
        return [each.rpartition("error=")[2] if "error=" in each else None for each in (bearer, bound)]

    assert [None, None] == told(office.get("/v1/me"))
    assert ['"invalid_token"', None] == told(me(office, token, scheme="Bearer"))
    assert [None, '"invalid_dpop_proof"'] == told(me(office, token, "nonsense"))
    assert [None, '"invalid_token"'] == told(me(office, "x", proof(office, "GET", "/v1/me", token="x")))


@BOTH
def test_a_proof_counts_once_also_after_a_call_that_failed(office, token):
    once = proof(office, "GET", "/v1/me", token=token)
    assert [200, 401] == [me(office, token, once).status_code for _ in range(2)]
    missing = f"/v1/agencies/{office.ids['Police']}x"
    once = proof(office, "GET", missing, token=token)
    assert [404, 401] == [me(office, token, once, path=missing).status_code for _ in range(2)]
    assert 'error="invalid_dpop_proof"' in me(office, token, once, path=missing).headers.getlist("WWW-Authenticate")[1]


@BOTH
def test_of_equal_proofs_at_once_one_counts(office, client, token):
    once, barrier = proof(office, "GET", "/v1/me", token=token), Barrier(6)

    def call(number):
        barrier.wait(5)
        return me(office, token, once).status_code

    with ThreadPoolExecutor(6) as pool:
        assert [200, 401, 401, 401, 401, 401] == sorted(pool.map(call, range(6)))

    once = proof(office, "POST", "/oauth/token")

    def ask(number):
        barrier.wait(5)
        return grant(office, client, once).status_code

    with ThreadPoolExecutor(6) as pool:
        assert [200, 400, 400, 400, 400, 400] == sorted(pool.map(ask, range(6)))


@BOTH
def test_used_proofs_are_forgotten_once_nobody_would_take_them(office, token):
    me(office, token, proof(office, "GET", "/v1/me", token=token))
    with office.app.app_context(), db.Session(db.engine) as current, current.begin():
        forget_old_proofs(current, office.clock())
        assert 2 == current.query(UsedProof).count()
        office.clock.pass_by(seconds=60)
        forget_old_proofs(current, office.clock())
        assert 0 == current.query(UsedProof).count()


def test_a_bad_proof_gets_no_token(office, client):
    for shown in (
        "nonsense",
        "",
        proof(office, "GET", "/oauth/token"),
        proof(office, "POST", "/oauth/revoke"),
        proof(office, "POST", "/oauth/token", iat=1),
    ):
        answer = grant(office, client, shown)
        assert (400, "invalid_dpop_proof") == (answer.status_code, answer.json["error"])


def test_a_system_that_wants_bound_tokens_gets_no_others(office):
    bound = office.connect("Police", SCOPE, by="ana", dpop_bound_access_tokens=True)
    refused = grant(office, bound)
    assert (400, "invalid_request") == (refused.status_code, refused.json["error"])
    assert "DPoP" == grant(office, bound, proof(office, "POST", "/oauth/token")).json["token_type"]


def test_an_agency_can_say_so_for_all_its_systems_and_ends_their_unbound_tokens(office, client, token):
    bearer = grant(office, client).json["access_token"]
    clinics = office.connect("Clinic", "case:read", by="cleo")
    path = f"/v1/agencies/{office.ids['Police']}"
    assert 200 == office.patch(path, {"dpop_required": True}, by="ana").status_code
    assert 401 == me(office, bearer, scheme="Bearer").status_code
    assert 200 == me(office, token, proof(office, "GET", "/v1/me", token=token)).status_code
    assert (400, "invalid_request") == (grant(office, client).status_code, grant(office, client).json["error"])
    assert 200 == grant(office, clinics).status_code
    assert 403 == office.patch(path, {"dpop_required": False}, by="sam").status_code
    assert 403 == office.patch(path, {"dpop_required": False}, by="cleo").status_code


def test_a_client_can_be_told_to_bind_later(office, client):
    bearer = grant(office, client).json["access_token"]
    path = f"/v1/agencies/{office.ids['Police']}/clients/{client['id']}"
    assert office.patch(path, {"dpop_bound_access_tokens": True}, by="ana").json["dpop_bound_access_tokens"]
    assert 401 == me(office, bearer, scheme="Bearer").status_code


def test_a_bound_token_can_be_given_back_without_a_proof(office, client, token):
    assert 200 == office.form("/oauth/revoke", by_secret(client) | {"token": token}).status_code
    assert 401 == me(office, token, proof(office, "GET", "/v1/me", token=token)).status_code


def test_a_proof_is_made_for_the_public_address_whatever_the_host_header_says(office, token):
    shown = proof(office, "GET", "/v1/me", token=token)
    headers = {"Authorization": f"DPoP {token}", "DPoP": shown, "Host": "inside.example:9000"}
    assert 200 == office.app.test_client().get("/v1/me", headers=headers).status_code
    shown = proof(office, "GET", "/v1/me", token=token, htu="http://inside.example:9000/v1/me")
    assert 401 == office.app.test_client().get("/v1/me", headers=headers | {"DPoP": shown}).status_code


def test_the_resource_says_whose_tokens_it_takes(office):
    said = office.get("/.well-known/oauth-protected-resource").json
    server = office.get("/.well-known/oauth-authorization-server").json
    assert (URL, [server["issuer"]]) == (said["resource"], said["authorization_servers"])
    assert {"ES256", "EdDSA"} <= set(said["dpop_signing_alg_values_supported"])
    assert said["dpop_signing_alg_values_supported"] == server["dpop_signing_alg_values_supported"]
