"""ID tokens: what a provider says counts for this client, this sign-in and these minutes alone, under the provider's own keys."""

import hashlib
import json
from datetime import timedelta

import pytest

from referral_api.identity import base64url
from referral_api.identity.id_tokens import IdToken, InvalidToken, UnknownKey, verify_id_token

from .forge import ED25519, NOW, P256, P384, RSA, SECONDS, compact, public_jwk

ISSUER = "https://login.example.org"
CLAIMS = {"iss": ISSUER, "sub": "24400320", "aud": "referral", "nonce": "n-0S6", "iat": SECONDS, "exp": SECONDS + 300}
HEADER = {"alg": "RS256", "kid": "r"}
JWKS = [
    public_jwk(RSA, kid="r", use="sig", x5t="ignored"),
    public_jwk(P256, kid="p"),
    public_jwk(ED25519, kid="d"),
    public_jwk(P384, kid="e", use="enc"),
]


def signed(claims=CLAIMS, header=HEADER, key=RSA):
    return compact(header, claims, key)


def judge(token, **changes):
    given = {
        "jwks": JWKS,
        "issuer": ISSUER,
        "client_id": "referral",
        "nonce": "n-0S6",
        "access_token": "opaque",
        "now": NOW,
    }
    return verify_id_token(token, **given | changes)


def refusal(token, **changes):
    with pytest.raises(InvalidToken) as refused:
        judge(token, **changes)
    return refused.value.reason


def half(name, token="opaque"):
    digest = hashlib.new(name, token.encode()).digest()
    return base64url.encode(digest[: len(digest) // 2])


def test_a_good_token_gives_the_subject_and_how_it_was_proved_and_nothing_else():
    assert IdToken("24400320", None, frozenset()) == judge(signed())
    more = {
        "aud": ["referral"],
        "azp": "referral",
        "acr": "urn:mfa",
        "amr": ["pwd", "otp"],
        "roles": ["agency_admin"],
        "email": "a@example.org",
    }
    assert IdToken("24400320", "urn:mfa", frozenset({"pwd", "otp"})) == judge(signed({**CLAIMS, **more}))


@pytest.mark.parametrize(
    ("alg", "kid", "key", "name"),
    [
        ("RS256", "r", RSA, "sha256"),
        ("PS384", "r", RSA, "sha384"),
        ("ES256", "p", P256, "sha256"),
        ("EdDSA", "d", ED25519, "sha512"),
        ("Ed25519", "d", ED25519, "sha512"),
    ],
)
def test_the_access_token_that_came_along_is_the_one_that_is_meant(alg, kid, key, name):
    token = signed({**CLAIMS, "at_hash": half(name)}, {"alg": alg, "kid": kid}, key)
    assert "24400320" == judge(token).subject
    assert "access-token" == refusal(token, access_token="another")
    assert "access-token" == refusal(token, access_token=None)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"iss": "https://login.example.org/"}, "issuer"),
        ({"iss": "https://evil.example.org"}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"aud": ["referral", "another"]}, "audience"),
        ({"aud": []}, "audience"),
        ({"azp": "another"}, "audience"),
        ({"nonce": "n-0S7"}, "nonce"),
        ({"nonce": ""}, "claims"),
        ({"exp": SECONDS - 60}, "expired"),
        ({"iat": SECONDS - 700}, "expired"),
        ({"iat": SECONDS + 120}, "not-yet-valid"),
        ({"nbf": SECONDS + 120}, "not-yet-valid"),
        ({"sub": ""}, "claims"),
        ({"sub": "x" * 256}, "claims"),
        ({"sub": 24400320}, "claims"),
        ({"acr": ["urn:mfa"]}, "claims"),
        ({"amr": [1]}, "claims"),
    ],
)
def test_a_token_for_somebody_or_some_time_else_proves_nothing(changed, reason):
    assert reason == refusal(signed({**CLAIMS, **changed}))


@pytest.mark.parametrize("missing", sorted(CLAIMS))
def test_what_must_be_said_must_be_said(missing):
    claims = {name: value for name, value in CLAIMS.items() if name != missing}
    assert refusal(signed(claims)) in ("claims", "audience")


def test_a_clock_may_be_a_minute_off():
    assert "24400320" == judge(signed(), now=NOW + timedelta(seconds=350)).subject
    assert "24400320" == judge(signed({**CLAIMS, "iat": SECONDS + 50})).subject


@pytest.mark.parametrize("kind", ["at+jwt", "logout+jwt", "dpop+jwt", 7])
def test_a_token_of_another_kind_is_none(kind):
    assert "type" == refusal(signed(header={**HEADER, "typ": kind}))


def test_no_signature_and_no_shared_secret_is_taken():
    unsigned = ".".join(base64url.encode(json.dumps(part).encode()) for part in ({"alg": "none"}, CLAIMS)) + "."
    assert "malformed" == refusal(unsigned)
    assert "algorithm" == refusal(compact({"alg": "HS256"}, CLAIMS, b"k" * 64))


def test_only_the_providers_keys_for_signatures_count():
    with pytest.raises(UnknownKey):
        judge(signed(header={**HEADER, "kid": "new"}))
    assert "signature" == refusal(signed(header={"alg": "ES384", "kid": "e"}, key=P384))
    assert "signature" == refusal(signed(header={"alg": "ES256", "kid": "r"}, key=P256))
    assert "header" == refusal(signed(header={**HEADER, "jwk": public_jwk(RSA)}))
    assert "24400320" == judge(signed(header={"alg": "RS256"})).subject
