"""The one gate for signatures: the vectors of RFC 7515, RFC 7520 and RFC 8037, and the attacks of RFC 8725."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referral_api.identity import base64url
from referral_api.identity.jws import InvalidToken, read_header, verify_signature

from .forge import ED25519, P256, P384, P521, RSA, compact, public_jwk

JOE = b'{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
A2_KEY = {
    "kty": "RSA",
    "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs"
    "D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV"
    "MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
    "e": "AQAB",
}
A2_TOKEN = (
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZ"
    "cAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-e"
    "OkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
)
A3_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
A3_TOKEN = (
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
A4_KEY = {
    "kty": "EC",
    "crv": "P-521",
    "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
    "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
}
A4_TOKEN = (
    "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7Xdt"
    "AG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"
)
RFC8037_KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
RFC8037_TOKEN = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
RFC7520_PAYLOAD = (
    "It’s a dangerous business, Frodo, going out your door. You step onto the road, and if you don't keep your feet, "
    "there’s no knowing where you might be swept off to."
).encode()
RFC7520_RSA = {
    "kty": "RSA",
    "kid": "bilbo.baggins@hobbiton.example",
    "use": "sig",
    "n": "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_Ns"
    "YOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCu"
    "EHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw",
    "e": "AQAB",
}
RFC7520_EC = {
    "kty": "EC",
    "kid": "bilbo.baggins@hobbiton.example",
    "use": "sig",
    "crv": "P-521",
    "x": "AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",
    "y": "AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1",
}
RFC7520_PS384 = (
    "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9."
    f"{base64url.encode(RFC7520_PAYLOAD)}."
    "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhi"
    "USMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2X"
    "ez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw"
)
RFC7520_ES512 = (
    "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9."
    f"{base64url.encode(RFC7520_PAYLOAD)}."
    "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7X"
    "rT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2"
)
VECTORS = [
    pytest.param(A2_TOKEN, A2_KEY, JOE, id="RFC 7515 A.2 RS256"),
    pytest.param(A3_TOKEN, A3_KEY, JOE, id="RFC 7515 A.3 ES256"),
    pytest.param(A4_TOKEN, A4_KEY, b"Payload", id="RFC 7515 A.4 ES512"),
    pytest.param(RFC8037_TOKEN, RFC8037_KEY, b"Example of Ed25519 signing", id="RFC 8037 A.4 EdDSA"),
    pytest.param(RFC7520_PS384, RFC7520_RSA, RFC7520_PAYLOAD, id="RFC 7520 4.2 PS384"),
    pytest.param(RFC7520_ES512, RFC7520_EC, RFC7520_PAYLOAD, id="RFC 7520 4.3 ES512"),
]


def refusal(token, jwk):
    with pytest.raises(InvalidToken) as refused:
        verify_signature(token, jwk)
    return refused.value.reason


@pytest.mark.parametrize(("token", "jwk", "payload"), VECTORS)
def test_the_published_vectors_verify(token, jwk, payload):
    assert payload == verify_signature(token, jwk)


@pytest.mark.parametrize(("token", "jwk", "payload"), VECTORS)
def test_a_changed_bit_in_the_payload_or_the_signature_is_refused(token, jwk, payload):
    header, body, signature = token.split(".")
    for changed in (f"{header}.{flip(body)}.{signature}", f"{header}.{body}.{flip(signature)}"):
        assert "signature" == refusal(changed, jwk)


def flip(segment):
    octets = bytearray(base64url.decode(segment))
    octets[0] ^= 1
    return base64url.encode(bytes(octets))


@pytest.mark.parametrize(
    ("private", "algorithm"),
    [
        (P256, "ES256"),
        (P384, "ES384"),
        (P521, "ES512"),
        *((RSA, algorithm) for algorithm in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")),
        (ED25519, "EdDSA"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_allowed_algorithm_verifies_with_a_key_that_names_it_and_with_one_that_does_not(private, algorithm):
    token = compact({"alg": algorithm}, b"text", private)
    assert b"text" == verify_signature(token, public_jwk(private))
    assert b"text" == verify_signature(token, public_jwk(private, alg=algorithm, use="sig", key_ops=["verify"]))


def test_the_unsecured_token_of_rfc_7515_a_5_is_refused():
    token = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    assert "malformed" == refusal(token, A3_KEY)
    assert "algorithm" == refusal(token + "AA", A3_KEY)


@pytest.mark.parametrize(
    "spelling",
    ["none", "None", "NONE", "nOnE", "", "es256", "ES256 ", "ES256K", "HS256", "RS1", "dir", None, 5, ["ES256"]],
)
def test_any_other_algorithm_is_refused_however_it_is_spelt(spelling):
    assert "algorithm" == refusal(compact({"alg": spelling}, b"text", P256, algorithm="ES256"), public_jwk(P256))


def test_the_hmac_token_of_rfc_7515_a_1_is_refused_even_with_its_own_key():
    key = {"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}
    token = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
    assert "algorithm" == refusal(token, key)


@pytest.mark.parametrize("private", [P256, RSA], ids=["EC", "RSA"])
def test_a_public_key_does_not_serve_as_an_hmac_secret(private):
    for secret in (
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(public_jwk(private)).encode(),
    ):
        assert "algorithm" == refusal(compact({"alg": "HS256"}, b"text", secret), public_jwk(private))


def test_the_key_decides_on_the_algorithm_and_not_the_token():
    assert "algorithm" == refusal(compact({"alg": "RS256"}, b"text", RSA), public_jwk(RSA, alg="PS256"))
    assert "algorithm" == refusal(compact({"alg": "RS512"}, b"text", RSA), public_jwk(RSA, alg="RS256"))
    assert "algorithm" == refusal(compact({"alg": "RS256"}, b"text", RSA), public_jwk(P256))
    assert "algorithm" == refusal(compact({"alg": "ES256"}, b"text", P256), public_jwk(P384))
    assert "signature" == refusal(compact({"alg": "RS256"}, b"text", RSA, algorithm="PS256"), public_jwk(RSA))


@pytest.mark.parametrize("member", ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"])
def test_a_token_that_brings_its_own_key_or_own_rules_is_refused(member):
    values = {"jwk": public_jwk(P256), "crit": ["b64"], "b64": False, "x5c": ["AAAA"], "zip": "DEF"}
    header = {"alg": "ES256", member: values.get(member, "https://attacker.example/keys")}
    assert "header" == refusal(compact(header, b"text", P256), public_jwk(P256))


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"use": None},
        {"key_ops": ["encrypt"]},
        {"key_ops": ["sign"]},
        {"key_ops": []},
        {"key_ops": "verify"},
        {"alg": "HS256"},
        {"alg": "ES384"},
        {"alg": "none"},
        {"alg": ["ES256"]},
        {"kid": 7},
        {"d": "AAAA"},
        {"kty": "oct"},
        {"kty": ["EC"]},
        {"crv": "secp256k1"},
        {"crv": "P-384"},
        {"x": "AAAA"},
        {"x": None},
        {"x": A3_KEY["x"] + "="},
        {"x": A3_KEY["y"]},
        {"y": A3_KEY["y"] + "\n"},
    ],
    ids=str,
)
def test_a_key_that_is_meant_for_something_else_or_misspelt_verifies_nothing(members):
    assert "key" == refusal(A3_TOKEN, {**A3_KEY, **members})


def test_a_short_rsa_key_or_a_small_exponent_verifies_nothing():
    short = rsa.generate_private_key(65537, 1024)
    assert "key" == refusal(compact({"alg": "RS256"}, b"text", short), public_jwk(short))
    cubic = rsa.generate_private_key(3, 2048)
    assert "key" == refusal(compact({"alg": "RS256"}, b"text", cubic), public_jwk(cubic))
    leading_zero = base64url.encode(b"\0" + base64url.decode(A2_KEY["n"]))
    assert "key" == refusal(A2_TOKEN, {**A2_KEY, "n": leading_zero})


def test_another_spelling_of_a_good_token_is_no_token():
    header, payload, signature = A3_TOKEN.split(".")
    assert signature.endswith("Q")  # the last letter carries four bits that say nothing
    for spelling in (
        f"{A3_TOKEN}=",
        f"{A3_TOKEN}==",
        f"{header}=.{payload}.{signature}",
        f"{header}.{payload}.{signature[:-1]}R",
        f" {A3_TOKEN}",
        f"{A3_TOKEN}\n",
        f"{header}.\n{payload}.{signature}",
        f"{header}.{payload}.{signature[:-1].replace('-', '+')}Q",
        f"{A3_TOKEN}.",
        f"{A3_TOKEN}.AAAA",
        f"{header}.{payload}",
        f"Bearer {A3_TOKEN}",
        A3_TOKEN.replace("e", "\uff45", 1),
        json.dumps({"protected": header, "payload": payload, "signature": signature}),
        "",
    ):
        assert "malformed" == refusal(spelling, A3_KEY)
    assert "malformed" == refusal(A3_TOKEN.encode(), A3_KEY)


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"none","alg":"ES256"}',
        b'{"alg":"ES256","x":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"alg":"ES256","x":NaN}',
        b'\xef\xbb\xbf{"alg":"ES256"}',
        b'["ES256"]',
        b'"ES256"',
        b"\xff\xfe",
    ],
    ids=["twice", "deep", "NaN", "BOM", "list", "text", "bytes"],
)
def test_a_header_that_two_readers_could_read_differently_is_refused(header):
    assert "malformed" == refusal(compact(header, b"text", P256, algorithm="ES256"), public_jwk(P256))


def test_a_token_past_8_kib_is_refused_before_it_is_decoded():
    assert "malformed" == refusal(compact({"alg": "ES256"}, b"a" * 8000, P256), public_jwk(P256))


def test_the_error_never_quotes_the_token_or_the_key():
    with pytest.raises(InvalidToken) as refused:
        verify_signature(A3_TOKEN, {**A3_KEY, "use": "enc"})
    assert "key" == str(refused.value)
    assert refused.value.__cause__ is None


# The first text that is drawn in a fresh checkout waits for a table of all characters: this is no fault of the gate.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@unhurried
@given(
    st.dictionaries(
        st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "use", "key_ops", "kid"]),
        JSON | st.sampled_from([*A3_KEY.values(), *A2_KEY.values()]),
    )
)
def test_whatever_a_key_holds_the_answer_is_a_refusal_and_never_a_crash(jwk):
    assert refusal(A4_TOKEN, jwk) in {"key", "algorithm", "signature"}


@unhurried
@given(
    st.text()
    | st.lists(st.binary(max_size=40), min_size=3, max_size=3).map(lambda parts: ".".join(map(base64url.encode, parts)))
)
def test_whatever_a_token_holds_the_answer_is_a_refusal_and_never_a_crash(token):
    with pytest.raises(InvalidToken):
        read_header(token)


@unhurried
@given(st.binary(max_size=80))
def test_no_signature_of_any_length_crashes_the_gate(signature):
    for token, jwk in ((A2_TOKEN, A2_KEY), (A3_TOKEN, A3_KEY), (RFC8037_TOKEN, RFC8037_KEY)):
        forged = f"{token.rsplit('.', 1)[0]}.{base64url.encode(signature)}"
        assert refusal(forged, jwk) in {"malformed", "signature"}
