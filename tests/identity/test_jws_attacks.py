"""The families of the published attack vectors (Wycheproof's json_web_signature, RFC 8725), made anew for keys of each kind."""

from types import MappingProxyType

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referral_api.identity import base64url
from referral_api.identity.tokens import InvalidToken, verify_signature

from .forge import ED25519, P256, P384, P521, RSA, compact, public_jwk

KEYS = {"ES256": P256, "ES384": P384, "ES512": P521, "RS256": RSA, "PS256": RSA, "EdDSA": ED25519, "Ed25519": ED25519}
EACH = pytest.mark.parametrize("alg", KEYS)
CURVES = pytest.mark.parametrize("alg", ["ES256", "ES384", "ES512"])
ORDERS = {
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES384": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    "ES512": 2**521 - 2**260 + 0xA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409,
}


def signed(alg, payload=b"foo", **header):
    return compact({"alg": alg, "kid": "k", **header}, payload, KEYS[alg], algorithm=alg)


def key(alg, **members):
    return public_jwk(KEYS[alg], alg=alg, use="sig", kid="k", **members)


def refusal(token, jwk):
    with pytest.raises(InvalidToken) as refused:
        verify_signature(token, jwk)
    return refused.value.reason


def outcome(token, jwk):
    """The payload, or why it was refused; whatever else is raised goes through."""
    try:
        return verify_signature(token, jwk)
    except InvalidToken as refused:
        return refused.reason


def resigned(token, signature):
    return f"{token.rpartition('.')[0]}.{base64url.encode(signature)}"


def size(alg):
    return (KEYS[alg].curve.key_size + 7) // 8


@EACH
@pytest.mark.parametrize("payload", [b"", b"\0" * 20, b"a", b"Test", bytes(range(224, 256))], ids=repr)
def test_what_the_key_signed_is_given_back_whatever_it_is(alg, payload):
    assert payload == verify_signature(signed(alg, payload), key(alg))
    assert payload == verify_signature(signed(alg, payload), MappingProxyType(key(alg, key_ops=["verify", "sign"])))


@EACH
def test_spaces_in_the_header_are_json_and_part_of_what_is_signed(alg):
    spaced = compact(b'{ "kid" : "k",\n\t"\\u0061lg" : "%s" }' % alg.encode(), b"foo", KEYS[alg], algorithm=alg)
    assert b"foo" == verify_signature(spaced, key(alg))


@EACH
def test_whatever_is_missing_added_or_put_in_another_form_is_refused(alg):
    header, payload, signature = signed(alg).split(".")
    elsewhere = base64url.encode(b'{"alg":"%s","kid":"x"}' % alg.encode())
    for token in (
        f"{header}.{payload}.", f"{header}.{payload}", f"{header}..{signature}", f"{header}.{signature}",
        f".{payload}.{signature}", f"{payload}.{signature}", f".{payload}.", payload, "", ".", "..", "...",
        f"{header}.{payload}.{signature}.", f"{header}.{payload}.{signature}.foo", f".{header}.{payload}.{signature}",
        f"{header}.{base64url.encode(b'Xoo')}.{signature}", f"{elsewhere}.{payload}.{signature}",
        f"{header}.{signature}.{payload}", f"{header}    .{payload}.{signature}", f"{header}.    {payload}.{signature}",
        f"{header}.{payload}.    {signature}", f"{header}####.{payload}.{signature}", f"{header}.####{payload}.{signature}",
        f"{header}.{payload}.?{signature}", f"{header}.{payload}.{signature}?", f"{header}.{payload}.{signature}\n",
        f"{header}.{payload}.{signature}\0", f"{header}=.{payload}.{signature}", f"{header}.{payload}==.{signature}",
        f"{header}.{payload}.{signature}=", f"{header},{payload},{signature}", f"{header}.{payload}.{signature} {signature}",
        f'{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}',
        f'{{"payload":"{payload}","protected":"{header}","signature":"{signature}"}}',
    ):  # fmt: skip
        assert refusal(token, key(alg)) in {"malformed", "signature"}


@EACH
def test_bits_that_say_nothing_are_not_another_spelling(alg):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for payload in (b"a", b"ab"):
        for place in range(3):
            parts = signed(alg, payload).split(".")
            if spare := {2: 4, 3: 2}.get(len(parts[place]) % 4):
                last = alphabet.index(parts[place][-1])
                for other in {last ^ bits for bits in range(1, 2**spare)}:
                    twin = [*parts[:place], parts[place][:-1] + alphabet[other], *parts[place + 1 :]]
                    assert "malformed" == refusal(".".join(twin), key(alg))


@EACH
@pytest.mark.parametrize(
    "other", [*KEYS, "RS384", "RS512", "PS384", "PS512", "HS256", "ES256K", "none", "None", "NONE"]
)
def test_only_the_algorithm_that_the_key_names_counts(alg, other):
    if other == alg:
        return
    assert "algorithm" == refusal(compact({"alg": other}, b"foo", KEYS[alg], algorithm=alg), key(alg))
    assert refusal(signed(alg), {**key(alg), "alg": other}) in {"key", "algorithm"}


@EACH
@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]}, {"crit": []}, {"crit": ["b64"], "b64": True}, {"crit": ["b64"], "b64": False}, {"b64": False},
        {"zip": "DEF"}, {"jku": "https://attacker.example"}, {"x5u": "https://attacker.example"}, {"x5c": []},
        {"kid": None}, {"kid": 5}, {"kid": ["k"]},
    ],
    ids=str,
)  # fmt: skip
def test_a_header_that_asks_for_other_rules_is_refused(alg, header):
    assert "header" == refusal(signed(alg, **header), key(alg))


@EACH
def test_a_header_that_says_a_thing_twice_is_refused(alg):
    twice = b'{"alg":"%s","alg":"%s"}' % (alg.encode(), alg.encode())
    assert "malformed" == refusal(compact(twice, b"foo", KEYS[alg], algorithm=alg), key(alg))


@EACH
@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"}, {"use": "SIG"}, {"use": ["sig"]}, {"use": None}, {"use": 1}, {"key_ops": ["encrypt"]}, {"key_ops": ["sign"]},
        {"key_ops": ["wrapKey", "unwrapKey"]}, {"key_ops": []}, {"key_ops": ["verify", "encrypt"]}, {"key_ops": ["verify", "verify"]}, {"key_ops": "verify"}, {"key_ops": {"verify": True}}, {"key_ops": None},
        {"kty": "oct", "k": "AAAA"}, {"kty": "oct"}, {"kty": "rsa"}, {"kty": None}, {"kty": 5}, {"kty": ["EC"]}, {"kty": ""},
        {"alg": "HS256"}, {"alg": "dir"}, {"alg": ""}, {"alg": 5}, {"alg": ["ES256"]}, {"kid": ""}, {"kid": 5}, {"kid": []},
        {"d": "AAAA"}, {"p": "AAAA"}, {"q": "AAAA"}, {"dp": ""}, {"dq": ""}, {"qi": ""}, {"oth": []}, {"k": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_key_for_something_else_or_with_its_private_half_verifies_nothing(alg, members):
    assert "key" == refusal(signed(alg), {**key(alg), **members})


MATERIAL = [(alg, name) for alg in KEYS for name in ("x", "y", "n", "e", "crv") if name in public_jwk(KEYS[alg])]


@pytest.mark.parametrize(("alg", "member"), MATERIAL)
def test_a_key_whose_numbers_are_missing_or_misspelt_verifies_nothing(alg, member):
    right = key(alg)
    wrong = ["", "A", "AA", "AQ", "!!!!", "\ud800", "ÿÿÿÿ", right[member] + "=", " " + right[member],
             right[member][:-4], "AAAA" + right[member], "A" * 100_000,
             None, 0, 1.5, True, [], {}, [right[member]], b"AQAB", (1,)]  # fmt: skip
    for value in wrong:
        assert "key" == refusal(signed(alg), {**right, member: value})
    assert "key" == refusal(signed(alg), {name: value for name, value in right.items() if name != member})


def test_a_point_that_is_not_on_its_curve_is_no_key():
    for alg in ("ES256", "ES384", "ES512"):
        right = key(alg)
        y = int.from_bytes(base64url.decode(right["y"]))
        for wrong in (y ^ 1, 0):
            assert "key" == refusal(signed(alg), {**right, "y": base64url.encode(wrong.to_bytes(size(alg)))})
        zero = base64url.encode(bytes(size(alg)))
        assert "key" == refusal(signed(alg), {**right, "x": zero, "y": zero})
        for crv in {"P-256", "P-384", "P-521", "secp256k1", "P-256K", "Ed25519", "p-256", ""} - {right["crv"]}:
            assert "key" == refusal(signed(alg), {**right, "crv": crv})
    for crv in ("X25519", "Ed448", "ed25519", "P-256"):
        assert "key" == refusal(signed("EdDSA"), {**key("EdDSA"), "crv": crv})


@CURVES
def test_an_ecdsa_signature_has_two_numbers_of_the_curves_size_and_within_its_order(alg):
    token, order, width = signed(alg), ORDERS[alg], size(alg)
    octets = base64url.decode(token.rpartition(".")[2])
    r, s = octets[:width], octets[width:]
    # (r, n - s) is the one twin that counts: whoever sees a token once keys it by its id.
    assert b"foo" == verify_signature(resigned(token, r + (order - int.from_bytes(s)).to_bytes(width)), key(alg))
    edges = [number.to_bytes(width) for number in (0, 1, order - 1, order)] + [b"\xff" * width]
    for first in [*edges, r]:
        for second in [*edges, s]:
            if (first, second) != (r, s):
                assert "signature" == refusal(resigned(token, first + second), key(alg))
    der = utils.encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
    for wrong in (
        der, octets[:-1], octets[1:], octets + b"\0", b"\0" + octets, b"\0" + r + b"\0" + s, b"\0" * 200 + r + b"\0" * 200 + s,
        r, s, s + r, bytes(2 * width), r + bytes(1) + s,
    ):  # fmt: skip
        assert "signature" == refusal(resigned(token, wrong), key(alg))


@pytest.mark.parametrize("alg", ["RS256", "PS256"])
def test_an_rsa_signature_is_padded_as_its_algorithm_says_and_in_no_other_way(alg):
    token = signed(alg)
    message = token.rpartition(".")[0].encode()
    mgf = padding.MGF1(hashes.SHA256())
    ways = {
        "PKCS #1, SHA-1": (padding.PKCS1v15(), hashes.SHA1()),
        "PKCS #1, SHA-512": (padding.PKCS1v15(), hashes.SHA512()),
        "PSS without salt": (padding.PSS(mgf, 0), hashes.SHA256()),
        "PSS, short salt": (padding.PSS(mgf, 20), hashes.SHA256()),
        "PSS, longest salt": (padding.PSS(mgf, padding.PSS.MAX_LENGTH), hashes.SHA256()),
        "PSS, another mask": (padding.PSS(padding.MGF1(hashes.SHA1()), 32), hashes.SHA256()),
        "PSS, SHA-512": (padding.PSS(padding.MGF1(hashes.SHA512()), 64), hashes.SHA512()),
        "the other one": (padding.PSS(mgf, 32), hashes.SHA256()) if alg == "RS256" else (padding.PKCS1v15(), hashes.SHA256()),
    }  # fmt: skip
    found = {name: refusal(resigned(token, RSA.sign(message, *way)), key(alg)) for name, way in ways.items()}
    assert dict.fromkeys(ways, "signature") == found
    number, modulus = int.from_bytes(base64url.decode(token.rpartition(".")[2])), RSA.public_key().public_numbers().n
    for wrong in (0, 1, modulus - 1, modulus, modulus - number):
        assert "signature" == refusal(resigned(token, wrong.to_bytes(256)), key(alg))
    assert "signature" == refusal(resigned(token, (number + modulus).to_bytes(257)), key(alg))


@pytest.mark.parametrize(
    "jwk", [None, 5, 0.5, True, "", "{}", b"{}", [], [key("ES256")], (), set(), object, {}, {5: 6}, {None: None}]
)
def test_what_is_no_key_at_all_verifies_nothing(jwk):
    assert "key" == refusal(signed("ES256"), jwk)


@pytest.mark.parametrize("token", [None, 5, 0.5, True, b"a.b.c", bytearray(b"a.b.c"), [], ["a", "b", "c"], {}, object])
def test_what_is_no_text_at_all_is_no_token(token):
    assert "malformed" == refusal(token, key("ES256"))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.sampled_from(["verify", "sig", "ES256", "RSA"]),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(st.text() | st.integers(), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
TOKENS = {alg: signed(alg) for alg in KEYS}
# Drawing texts and big numbers on a busy machine is slow; this is no fault of the gate.
unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(alg=st.sampled_from(list(KEYS)), jwk=ANYTHING)
def test_whatever_is_given_as_a_key_is_refused_and_nothing_else_happens(alg, jwk):
    assert "key" == refusal(TOKENS[alg], jwk)


@unhurried
@given(alg=st.sampled_from(list(KEYS)), data=st.data())
def test_whatever_one_member_of_a_good_key_becomes_nothing_but_a_refusal_or_the_payload_follows(alg, data):
    right = key(alg)
    members = data.draw(
        st.dictionaries(st.sampled_from([*right, "key_ops", "x5c", "ext"]), ANYTHING, min_size=1, max_size=2)
    )
    assert outcome(TOKENS[alg], {**right, **members}) in {b"foo", "key", "algorithm", "signature"}


@unhurried
@given(n=st.integers(2**2047, 2**2049), e=st.integers(2**16, 2**257), signature=st.binary(min_size=250, max_size=260))
def test_whatever_numbers_make_an_rsa_key_nothing_but_a_refusal_follows(n, e, signature):
    n, e = (base64url.encode(number.to_bytes((number.bit_length() + 7) // 8)) for number in (n, e))
    for alg in ("RS256", "PS256"):
        assert refusal(resigned(TOKENS[alg], signature), {"kty": "RSA", "n": n, "e": e}) in {"key", "signature"}


@unhurried
@given(
    header=st.dictionaries(
        st.text(max_size=5) | st.sampled_from(["alg", "kid", "typ", "crit"]),
        st.none() | st.integers() | st.text(max_size=8),
        max_size=4,
    )
)
def test_whatever_the_header_says_nothing_but_a_refusal_or_the_payload_follows(header):
    found = outcome(compact(header, b"foo", P256, algorithm="ES256"), public_jwk(P256))
    assert found in ({b"foo", "header"} if header.get("alg") == "ES256" else {"malformed", "header", "algorithm"})
