"""The ring of signing keys: named by content, closed to others, and rotated without refusing the tokens of a minute ago."""

import json
import stat
from datetime import timedelta

import pytest

from referral_api.identity import base64url, tokens
from referral_api.identity.jwk import InvalidKey, thumbprint
from referral_api.identity.keys import KEPT_FOR_VERIFICATION, SigningKeys, new_ring

from .forge import NOW
from .test_jws import A2_KEY, RFC8037_KEY

ISSUER = "https://referral.example"


def issue(keys):
    return tokens.issue(keys, issuer=ISSUER, audience=ISSUER, subject="member_1", client_id="people", now=NOW)


def verify(keys, token, now=NOW):
    return tokens.verify(keys, token, issuer=ISSUER, audience=ISSUER, now=now)


def test_thumbprints_are_those_of_rfc_7638_and_rfc_8037():
    example = {
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhM"
        "stn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5ha"
        "jrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
        "alg": "RS256",
        "kid": "2011-04-29",
    }
    assert "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" == thumbprint(example)
    assert "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" == thumbprint(RFC8037_KEY)
    with pytest.raises(InvalidKey):
        thumbprint({"kty": "RSA", "n": A2_KEY["n"]})


def test_a_new_ring_is_written_for_its_owner_alone_and_never_over_another(tmp_path):
    path = tmp_path / "signing.json"
    made = SigningKeys.generate(path)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert made.active.kid == SigningKeys.load(path).active.kid
    before = path.read_text()
    with pytest.raises(FileExistsError):
        SigningKeys.generate(path)
    assert before == path.read_text()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o644])
def test_a_ring_that_others_may_use_is_refused(tmp_path, mode):
    path = tmp_path / "signing.json"
    SigningKeys.generate(path)
    path.chmod(mode)
    with pytest.raises(InvalidKey, match="mode to 600"):
        SigningKeys.load(path)


def test_only_the_public_half_is_published():
    keys = SigningKeys.parse(new_ring())
    (jwk,) = keys.jwks()["keys"]
    assert {"kty", "crv", "x", "y", "kid", "alg", "use"} == jwk.keys()
    assert ("EC", "P-256", "ES256", "sig", thumbprint(jwk)) == (
        jwk["kty"],
        jwk["crv"],
        jwk["alg"],
        jwk["use"],
        jwk["kid"],
    )


def test_showing_a_ring_shows_no_secret():
    text = new_ring()
    secret = json.loads(text)["keys"][0]["d"]
    keys = SigningKeys.parse(text)
    number = keys.active.private.private_numbers().private_value
    assert not any(shown in repr(keys) for shown in (secret, str(number), f"{number:x}"))


def test_a_rotated_ring_signs_with_the_new_key_and_verifies_with_the_old_one_for_its_time(tmp_path):
    path = tmp_path / "signing.json"
    old = SigningKeys.generate(path)
    token = issue(old)
    new = SigningKeys.rotate(path, NOW)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert [path] == list(tmp_path.iterdir())
    assert new.active.kid == SigningKeys.load(path).active.kid != old.active.kid
    assert {old.active.kid, new.active.kid} == {jwk["kid"] for jwk in new.jwks(NOW)["keys"]}
    assert "member_1" == verify(new, token).subject
    assert "member_1" == verify(new, issue(new)).subject
    later = NOW + KEPT_FOR_VERIFICATION
    assert [new.active.kid] == [jwk["kid"] for jwk in new.jwks(later)["keys"]]
    with pytest.raises(tokens.InvalidToken, match="key"):
        verify(new, token, later)


def test_the_key_of_a_leaked_ring_verifies_nothing_from_that_moment(tmp_path):
    path = tmp_path / "signing.json"
    token = issue(SigningKeys.generate(path))
    new = SigningKeys.rotate(path, NOW, keep=timedelta(0))
    with pytest.raises(tokens.InvalidToken, match="key"):
        verify(new, token)


def test_rotating_twice_keeps_the_first_time_and_drops_what_has_retired(tmp_path):
    path = tmp_path / "signing.json"
    first = SigningKeys.generate(path).active.kid
    second = SigningKeys.rotate(path, NOW).active.kid
    third = SigningKeys.rotate(path, NOW + timedelta(hours=1))
    assert {first, second, third.active.kid} == set(third.by_kid)
    assert third.by_kid[first].retires_at < third.by_kid[second].retires_at
    fourth = SigningKeys.rotate(path, NOW + KEPT_FOR_VERIFICATION)
    assert {second, third.active.kid, fourth.active.kid} == set(fourth.by_kid)


def ring(**changes):
    """A good ring with its one key changed."""
    document = json.loads(new_ring())
    document["keys"][0] |= changes
    return json.dumps(document)


OTHER = json.loads(new_ring())["keys"][0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"active": "a", "keys": {}}',
        '{"active": "a", "keys": []}',
        '{"active": "a", "keys": [5]}',
        '{"active": ["a"], "keys": [{"d": 5}]}',
        ring(d=OTHER["d"]),
        ring(x=OTHER["x"], y=OTHER["y"]),
        ring(d="AAAA"),
        ring(d="A" * 43),
        ring(d=None),
        json.dumps(
            {"active": OTHER["kid"], "keys": [{**OTHER, "d": base64url.encode(b"\0" + base64url.decode(OTHER["d"]))}]}
        ),
        ring(kid="chosen-by-hand"),
        ring(alg="ES384"),
        ring(use="enc"),
        ring(crv="P-384"),
        ring(exp=1_800_000_000),
        ring(exp="soon"),
        ring(exp=True),
        new_ring().replace('"active"', '"active": "x", "active"'),
        new_ring().replace('"active"', '"current"'),
        json.dumps({"active": OTHER["kid"], "keys": [OTHER, OTHER]}),
    ],
)
def test_a_ring_that_is_not_right_in_all_its_parts_is_refused_without_quoting_it(text):
    with pytest.raises(InvalidKey) as refused:
        SigningKeys.parse(text)
    assert OTHER["d"] not in str(refused.value)
