"""Access tokens: what is in them, who takes them, and every way in which one is not ours, not for us, or not current."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from referral_api.identity import base64url, jws, tokens
from referral_api.identity.keys import SigningKeys, new_ring
from referral_api.identity.tokens import Claims, InvalidToken

from .forge import NOW, P256, SECONDS, compact, public_jwk

ISSUER = "https://referral.example"
API = "https://api.referral.example"
KEYS = SigningKeys.parse(new_ring())
CLAIMS = {
    "iss": ISSUER,
    "aud": API,
    "sub": "member_1",
    "client_id": "people",
    "jti": "j1",
    "iat": SECONDS,
    "exp": SECONDS + 300,
}
HEADER = {"typ": "at+jwt", "alg": "ES256", "kid": KEYS.active.kid}


def issue(**changes):
    return tokens.issue(
        KEYS, **{"issuer": ISSUER, "audience": API, "subject": "member_1", "client_id": "people", "now": NOW} | changes
    )


def verify(token, *, keys=KEYS, **changes):
    return tokens.verify(keys, token, **{"issuer": ISSUER, "audience": API, "now": NOW} | changes)


def forged(claims=CLAIMS, header=HEADER, key=KEYS.active.private):
    return compact(header, claims, key, algorithm="ES256")


def refusal(token, **changes):
    with pytest.raises(InvalidToken) as refused:
        verify(token, **changes)
    return refused.value.reason


def test_a_token_is_what_rfc_9068_says():
    token = issue(
        session_id="session_1", scope=frozenset({"referral:send", "referral:accept"}), confirmation={"jkt": "thumb"}
    )
    assert HEADER == jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert 22 == len(claims["jti"])
    optional = {"sid": "session_1", "scope": "referral:accept referral:send", "cnf": {"jkt": "thumb"}}
    assert {**CLAIMS, **optional, "jti": claims["jti"]} == claims


def test_what_was_issued_is_what_is_verified():
    claims = verify(issue(session_id="session_1", scope=frozenset({"b", "a"})))
    at = datetime.fromtimestamp(SECONDS, UTC)
    expected = Claims(
        issuer=ISSUER,
        audience=API,
        subject="member_1",
        client_id="people",
        token_id=claims.token_id,
        issued_at=at,
        valid_from=at,
        expires_at=at + timedelta(seconds=300),
        session_id="session_1",
        scope=frozenset({"a", "b"}),
    )
    assert expected == claims


def test_a_token_without_session_and_scope_says_none_of_both():
    claims = verify(issue())
    assert (None, None) == (claims.session_id, claims.scope)
    assert frozenset() == verify(issue(scope=frozenset())).scope


def test_no_two_tokens_have_one_id():
    assert 100 == len({verify(issue()).token_id for _ in range(100)})


def test_the_type_may_be_written_as_a_whole_media_type():
    assert "member_1" == verify(forged(header={**HEADER, "typ": "application/at+jwt"})).subject


@pytest.mark.parametrize(
    "kind", ["JWT", "jwt", "id_token+jwt", "logout+jwt", "client-authentication+jwt", "", None, 5, ["at+jwt"]]
)
def test_a_token_of_another_kind_is_refused(kind):
    assert "type" == refusal(forged(header={**HEADER, "typ": kind}))


def test_a_token_without_a_type_is_refused():
    assert "type" == refusal(forged(header={name: HEADER[name] for name in ("alg", "kid")}))


@pytest.mark.parametrize("name", list(CLAIMS))
def test_each_claim_is_required(name):
    assert "claims" == refusal(forged({key: value for key, value in CLAIMS.items() if key != name}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": 5},
        {"iss": [ISSUER]},
        {"aud": [API]},
        {"aud": {}},
        {"sub": ""},
        {"sub": None},
        {"client_id": "c" * 256},
        {"jti": 7},
        {"exp": str(SECONDS + 300)},
        {"exp": True},
        {"exp": None},
        {"exp": -1},
        {"exp": 2**52},
        {"iat": "now"},
        {"nbf": "now"},
        {"sid": 5},
        {"scope": ["a"]},
        {"cnf": "thumb"},
        {"cnf": {}},
        {"cnf": {"jwk": {}}},
    ],
    ids=str,
)
def test_a_claim_of_the_wrong_type_makes_the_token_wrong(wrong):
    assert "claims" == refusal(forged({**CLAIMS, **wrong}))


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"null", b'{"sub":"a","sub":"b"}', b"\xff", b'{"exp":1e400}', b"{" * 4000]
)
def test_a_payload_that_is_not_one_strict_json_object_is_refused(payload):
    assert refusal(forged(payload)) in {"claims", "malformed"}


def test_a_token_of_another_issuer_or_for_another_audience_is_refused():
    assert "issuer" == refusal(issue(issuer="https://attacker.example"))
    assert "audience" == refusal(issue(audience="https://other.example"))
    assert "issuer" == refusal(issue(), issuer=f"{ISSUER}/")
    assert "audience" == refusal(issue(), audience=API.upper())


def test_a_token_ends_at_its_last_second_and_not_after():
    token = issue()
    end = datetime.fromtimestamp(SECONDS + 300, UTC)
    assert "member_1" == verify(token, now=end - timedelta(milliseconds=1)).subject
    assert "expired" == refusal(token, now=end)
    assert "expired" == refusal(issue(lifetime=0))


def test_a_token_from_the_future_is_refused_but_for_the_skew_of_two_clocks():
    token = issue()
    assert "member_1" == verify(token, now=NOW - timedelta(seconds=9)).subject
    assert "not-yet-valid" == refusal(token, now=NOW - timedelta(seconds=11))
    assert "not-yet-valid" == refusal(forged({**CLAIMS, "nbf": SECONDS + 60}))


def test_a_key_that_is_not_in_the_ring_verifies_nothing():
    stranger = SigningKeys.parse(new_ring())
    assert "key" == refusal(issue(), keys=stranger)
    assert "key" == refusal(forged(header={**HEADER, "kid": "unknown"}))
    assert "key" == refusal(forged(header={name: HEADER[name] for name in ("alg", "typ")}))
    assert "header" == refusal(forged(header={**HEADER, "kid": [HEADER["kid"]]}))
    assert "signature" == refusal(forged(key=P256))


def test_a_token_that_names_or_carries_the_attackers_key_is_refused():
    assert "header" == refusal(forged(header={**HEADER, "jwk": public_jwk(P256)}, key=P256))
    assert "header" == refusal(forged(header={**HEADER, "jku": "https://attacker.example/jwks.json"}, key=P256))
    assert "header" == refusal(forged(header={**HEADER, "x5u": "https://attacker.example/cert.pem"}, key=P256))


def test_the_published_key_is_no_hmac_secret_and_no_signature_is_none():
    published = str(KEYS.jwks()["keys"][0]).encode()
    assert "algorithm" == refusal(compact({**HEADER, "alg": "HS256"}, CLAIMS, published))
    header, payload, signature = issue().split(".")
    none = base64url.encode(b'{"typ":"at+jwt","alg":"none"}')
    assert "malformed" == refusal(f"{none}.{payload}.")
    assert "algorithm" == refusal(f"{none}.{payload}.{signature}")
    assert "malformed" == refusal(f"{header}.{payload}.")


def test_another_spelling_of_a_good_token_is_refused_also_when_the_good_one_is_remembered():
    token = issue()
    verify(token)
    for spelling in (f"{token}=", f"{token}==", f" {token}", f"{token}\n", token.replace(".", ".=", 1)):
        assert "malformed" == refusal(spelling)


def test_a_token_bound_to_a_key_is_refused_without_the_proof_and_an_unbound_one_with_it():
    bound = issue(confirmation={"jkt": "thumb"})
    assert {"jkt": "thumb"} == verify(bound, confirmation={"jkt": "thumb"}).confirmation
    assert "confirmation" == refusal(bound)
    assert "confirmation" == refusal(bound, confirmation={"jkt": "other"})
    assert "confirmation" == refusal(issue(), confirmation={"jkt": "thumb"})


@pytest.fixture
def checks(monkeypatch):
    """How often a signature was really checked."""
    seen = []

    def counted(token, key):
        seen.append(token)
        return jws.verify_signature(token, key)

    monkeypatch.setattr(tokens, "verify_signature", counted)
    return seen


def test_a_signature_is_checked_once_and_the_time_at_every_call(checks):
    token = issue()
    for _ in range(3):
        verify(token)
    assert [token] == checks
    assert "expired" == refusal(token, now=NOW + timedelta(seconds=301))
    assert "audience" == refusal(token, audience=ISSUER)
    assert "issuer" == refusal(token, issuer=API)
    assert [token] == checks


def test_a_forged_token_is_checked_anew_each_time_and_never_remembered(checks):
    forgery = forged(key=P256)
    assert ["signature"] * 3 == [refusal(forgery) for _ in range(3)]
    assert [forgery] * 3 == checks


def test_what_one_ring_has_verified_another_does_not_take():
    token = issue()
    verify(token)
    assert "key" == refusal(token, keys=SigningKeys.parse(new_ring()))


def test_what_is_remembered_is_bounded(checks):
    first = issue()
    verify(first)
    tokens._signed.cache_clear()
    assert 0 == tokens._signed.cache_info().currsize
    assert 1024 == tokens._signed.cache_info().maxsize
    verify(first)
    assert [first, first] == checks


def test_the_twin_of_an_ecdsa_signature_is_the_same_token_by_its_id():
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    token = issue()
    signed, signature = token.rsplit(".", 1)
    octets = base64url.decode(signature)
    twin = f"{signed}.{base64url.encode(octets[:32] + (order - int.from_bytes(octets[32:])).to_bytes(32))}"
    assert twin != token
    assert verify(token).token_id == verify(twin).token_id
