"""Proofs of a key, call by call (RFC 9449, 4.3): what is good, and everything that is not."""

import hashlib

import pytest

from referral_api.identity import base64url
from referral_api.identity.dpop import InvalidToken, verify_proof
from referral_api.identity.jwk import thumbprint
from tests.identity.forge import ED25519, NOW, P256, P384, RSA, SECONDS, compact, public_jwk

URL = "https://referrals.example.org/v1/cases"
TOKEN = "an.access.token"
ATH = base64url.encode(hashlib.sha256(TOKEN.encode()).digest())


def made(key=P256, alg="ES256", header=None, **claims):
    head = {"typ": "dpop+jwt", "alg": alg, "jwk": public_jwk(key), **(header or {})}
    said = {"jti": "once", "htm": "GET", "htu": URL, "iat": SECONDS, "ath": ATH, **claims}
    return compact(head, {name: value for name, value in said.items() if value is not None}, key)


def judged(proof, *, url=URL, method="GET", token=TOKEN, now=NOW):
    return verify_proof(proof, method=method, url=url, now=now, token=token)


@pytest.mark.parametrize(("key", "alg"), [(P256, "ES256"), (P384, "ES384"), (ED25519, "EdDSA"), (RSA, "PS256")])
def test_a_proof_names_its_key_by_thumbprint(key, alg):
    assert thumbprint(public_jwk(key)) == judged(made(key, alg)).jkt


@pytest.mark.parametrize(
    "htu",
    [
        "HTTPS://Referrals.Example.ORG/v1/cases",
        "https://referrals.example.org:443/v1/cases",
        "https://referrals.example.org/v1/cases?state=open#top",
        "https://referrals.example.org/v1/%63ases",
    ],
)
def test_spellings_of_one_address_are_one(htu):
    assert judged(made(htu=htu)).jkt


@pytest.mark.parametrize(
    "claims",
    [
        {"htm": "POST"}, {"htm": "get"}, {"htm": None},
        {"htu": "https://referrals.example.org/v1/referrals"}, {"htu": "http://referrals.example.org/v1/cases"},
        {"htu": "https://elsewhere.example.org/v1/cases"}, {"htu": "https://referrals.example.org:8443/v1/cases"},
        {"htu": "https://x@referrals.example.org/v1/cases"}, {"htu": "https://[/v1/cases"}, {"htu": "/v1/cases"}, {"htu": None},
        {"iat": SECONDS - 61}, {"iat": SECONDS + 62}, {"iat": str(SECONDS)}, {"iat": None},
        {"exp": SECONDS}, {"nbf": SECONDS + 62},
        {"jti": None}, {"jti": ""}, {"jti": "x" * 129}, {"jti": 5},
        {"ath": None}, {"ath": "x"}, {"ath": ATH + "="},
    ],
)  # fmt: skip
def test_a_proof_for_another_call_time_or_token_is_none(claims):
    with pytest.raises(InvalidToken):
        judged(made(**claims))


@pytest.mark.parametrize("late", [{"iat": SECONDS - 59}, {"iat": SECONDS + 60}])
def test_clocks_may_be_a_minute_apart(late):
    assert judged(made(**late)).jkt


def test_a_proof_is_to_be_remembered_for_as_long_as_it_would_be_taken():
    proof = made()
    until = judged(proof).expires_at
    with pytest.raises(InvalidToken, match="time"):
        judged(proof, now=until)


PRIVATE = {**public_jwk(P256), "d": base64url.encode(P256.private_numbers().private_value.to_bytes(32))}


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"}, {"typ": "DPOP+JWT"}, {"typ": None}, {"typ": "at+jwt"},
        {"jwk": PRIVATE}, {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}, {"jwk": None}, {"jwk": "x"}, {"jwk": public_jwk(P384)},
        {"jwk": public_jwk(ED25519)}, {"jwk": public_jwk(P256, use="enc")}, {"jwk": public_jwk(P256, key_ops=["sign"])},
        {"jwk": public_jwk(P256, alg="ES384")}, {"jku": "https://x.example"}, {"x5u": "https://x.example"}, {"x5c": []},
        {"crit": ["exp"]}, {"b64": False},
    ],
)  # fmt: skip
def test_a_header_that_is_no_proofs_header_is_refused(header):
    with pytest.raises(InvalidToken):
        judged(made(header=header))


def test_a_proof_without_a_signature_or_by_a_shared_secret_is_none():
    head, payload, signature = made().split(".")
    unsigned = base64url.encode(b'{"typ":"dpop+jwt","alg":"none","jwk":{}}')
    for proof in (
        f"{unsigned}.{payload}.",
        f"{unsigned}.{payload}.{signature}",
        f"{head}.{payload}.",
        "",
        "a.b",
        f"{head}.{payload}.{signature}=",
    ):
        with pytest.raises(InvalidToken):
            judged(proof)
    shared = compact({"typ": "dpop+jwt", "alg": "HS256", "jwk": public_jwk(P256)}, {"jti": "once"}, b"k" * 32)
    with pytest.raises(InvalidToken):
        judged(shared)


def test_a_proof_by_another_key_than_its_own_is_none():
    with pytest.raises(InvalidToken, match="signature"):
        judged(made(header={"jwk": public_jwk(P384), "alg": "ES384"}, key=P384).rpartition(".")[0] + "." + "A" * 128)


def test_two_signatures_of_one_proof_are_one_proof():
    assert judged(made()).digest == judged(made()).digest
    assert made() != made()
    assert judged(made()).digest != judged(made(jti="twice")).digest
    assert judged(made()).digest != judged(made(ED25519, "EdDSA")).digest
