"""Client assertions: a system proves itself by its registered key, to us alone, for an hour at most."""

from datetime import UTC, datetime, timedelta

import pytest

from referral_api.identity.assertions import Assertion, InvalidToken, verify_assertion

from .forge import ED25519, NOW, P256, P384, RSA, SECONDS, compact, public_jwk

ISSUER = "https://referral.example"
ENDPOINT = f"{ISSUER}/oauth/token"
CLIENT = "client_01m86a7s04e5vtfdx32bwdvnvj"
CLAIMS = {"iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "jti": "once", "exp": SECONDS + 60}
HEADER = {"alg": "ES256", "kid": "a"}
JWKS = [public_jwk(P256, kid="a"), public_jwk(RSA, kid="b", alg="PS256"), public_jwk(P384, kid="c", use="enc")]


def signed(claims=CLAIMS, header=HEADER, key=P256):
    return compact(header, claims, key)


def judge(assertion, **changes):
    given = {"jwks": JWKS, "client_id": CLIENT, "audiences": {ISSUER, ENDPOINT}, "now": NOW}
    return verify_assertion(assertion, **given | changes)


def refusal(assertion, **changes):
    with pytest.raises(InvalidToken) as refused:
        judge(assertion, **changes)
    return refused.value.reason


def test_a_good_assertion_gives_what_the_replay_row_needs():
    assert Assertion("once", datetime.fromtimestamp(SECONDS + 60, UTC)) == judge(signed())
    assert "once" == judge(signed({**CLAIMS, "aud": ENDPOINT, "iat": SECONDS, "nbf": SECONDS})).jti
    assert "once" == judge(signed(header={"alg": "PS256", "kid": "b"}, key=RSA)).jti


@pytest.mark.parametrize("kind", ["JWT", "jwt", "client-authentication+jwt", "application/client-authentication+jwt"])
def test_its_type_may_be_absent_or_say_what_it_is(kind):
    assert "once" == judge(signed(header={**HEADER, "typ": kind})).jti


@pytest.mark.parametrize("kind", ["at+jwt", "application/at+jwt", "dpop+jwt", "", 5])
def test_a_token_of_another_kind_is_no_assertion(kind):
    assert "type" == refusal(signed(header={**HEADER, "typ": kind}))


def test_without_a_kid_any_registered_key_may_have_signed():
    assert "once" == judge(signed(header={"alg": "PS256"}, key=RSA)).jti
    assert "once" == judge(signed(header={"alg": "ES256"})).jti
    assert "key" == refusal(signed(header={"alg": "EdDSA"}, key=ED25519))


def test_a_kid_names_the_one_key_that_counts():
    assert "key" == refusal(signed(header={**HEADER, "kid": "b"}))
    assert "key" == refusal(signed(header={**HEADER, "kid": "unknown"}))
    assert "key" == refusal(signed(header={"alg": "ES256", "kid": "a"}), jwks=[public_jwk(P256)])


def test_a_key_registered_for_encryption_proves_nothing():
    assert "key" == refusal(signed(header={"alg": "ES384", "kid": "c"}, key=P384))
    assert "key" == refusal(signed(header={"alg": "ES384"}, key=P384))


def test_a_shared_secret_proves_nothing():
    secret = b"a secret that is shared by two and longer than 32 bytes"
    assert "algorithm" == refusal(signed(header={"alg": "HS256"}, key=secret), jwks=[{"kty": "oct", "k": "YQ"}])


def test_no_keys_and_too_many_keys_prove_nothing():
    assert "key" == refusal(signed(), jwks=[])
    assert "key" == refusal(signed(), jwks=[public_jwk(P256, kid="a")] * 11)


def test_issuer_and_subject_are_the_client_itself():
    assert "issuer" == refusal(signed({**CLAIMS, "iss": "client_other"}))
    assert "issuer" == refusal(signed({**CLAIMS, "sub": "member_1"}))
    assert "issuer" == refusal(signed(), client_id="client_other")


@pytest.mark.parametrize(
    "audience", ["https://other.example", f"{ISSUER}/", "", [ISSUER], [ISSUER, "https://other.example"], {"a": 1}, None]
)
def test_the_audience_is_one_text_and_one_of_ours(audience):
    assert refusal(signed({**CLAIMS, "aud": audience})) in {"audience", "claims"}


@pytest.mark.parametrize("name", list(CLAIMS))
def test_each_claim_is_required(name):
    assert "claims" == refusal(signed({key: value for key, value in CLAIMS.items() if key != name}))


@pytest.mark.parametrize(
    "wrong",
    [{"jti": ""}, {"jti": "j" * 129}, {"jti": 5}, {"exp": "later"}, {"exp": True}, {"nbf": "x"}, {"iat": None}],
    ids=str,
)
def test_a_claim_of_the_wrong_type_or_length_is_refused(wrong):
    assert "claims" == refusal(signed({**CLAIMS, **wrong}))


def test_its_id_has_128_characters_at_most():
    assert "j" * 128 == judge(signed({**CLAIMS, "jti": "j" * 128})).jti


def test_it_ends_with_its_time_and_that_is_an_hour_ahead_at_most():
    assert "expired" == refusal(signed(), now=datetime.fromtimestamp(SECONDS + 60, UTC))
    assert "once" == judge(signed({**CLAIMS, "exp": SECONDS + 3600})).jti
    assert "too-long" == refusal(signed({**CLAIMS, "exp": SECONDS + 3601}))


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_it_is_not_from_the_future_but_for_a_minute_of_skew(name):
    token = signed({**CLAIMS, "exp": SECONDS + 600, name: SECONDS + 60})
    assert "once" == judge(token).jti
    assert "not-yet-valid" == refusal(token, now=NOW - timedelta(seconds=5))


def test_a_fraction_of_a_second_is_a_time_too():
    assert datetime.fromtimestamp(SECONDS + 60.5, UTC) == judge(signed({**CLAIMS, "exp": SECONDS + 60.5})).expires_at


@pytest.mark.parametrize(("iat", "exp"), [(30, 3630), (-600, 3000)])
def test_the_hour_begins_when_it_was_made_by_its_makers_clock(iat, exp):
    assert "once" == judge(signed({**CLAIMS, "iat": SECONDS + iat, "exp": SECONDS + exp})).jti
    assert "too-long" == refusal(signed({**CLAIMS, "iat": SECONDS + iat, "exp": SECONDS + exp + 1}))
