"""One-time codes: the vectors of RFC 6238, a window of one step, and each code once."""

from base64 import b32encode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from referral_api.identity.totp import new_totp_secret, provisioning_uri, verify_code

from .forge import NOW

RFC_SECRET = b32encode(b"12345678901234567890").decode()
STEP = int(NOW.timestamp()) // 30
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODES = {offset: pyotp.TOTP(SECRET).generate_otp(STEP + offset) for offset in range(-2, 3)}


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_published_vectors_are_accepted_in_their_step(seconds, eight_digits):
    now = datetime.fromtimestamp(seconds, UTC)
    assert seconds // 30 == verify_code(RFC_SECRET, eight_digits[-6:], now=now, last_step=None)


def test_a_clock_one_step_off_is_forgiven_and_two_are_not():
    accepted = {offset: verify_code(SECRET, code, now=NOW, last_step=None) for offset, code in CODES.items()}
    assert {-2: None, -1: STEP - 1, 0: STEP, 1: STEP + 1, 2: None} == accepted


def test_a_code_works_once():
    used = verify_code(SECRET, CODES[0], now=NOW, last_step=None)
    assert used is not None
    assert verify_code(SECRET, CODES[0], now=NOW, last_step=used) is None
    assert verify_code(SECRET, CODES[0], now=NOW + timedelta(seconds=30), last_step=used) is None


def test_a_code_before_the_last_one_used_is_spent_too():
    assert verify_code(SECRET, CODES[-1], now=NOW, last_step=STEP) is None
    assert STEP + 1 == verify_code(SECRET, CODES[1], now=NOW, last_step=STEP)


def test_if_two_steps_share_a_code_it_still_works_once(monkeypatch):
    monkeypatch.setattr(pyotp.TOTP, "generate_otp", lambda totp, step: "123456")
    assert STEP + 1 == verify_code(SECRET, "123456", now=NOW, last_step=None)
    assert verify_code(SECRET, "123456", now=NOW, last_step=STEP + 1) is None


@pytest.mark.parametrize(
    "dress",
    [
        lambda code: f" {code}",
        lambda code: f"{code}\n",
        lambda code: f"{code[:3]} {code[3:]}",
        lambda code: "".join(chr(0xFF10 + int(digit)) for digit in code),
        lambda code: "".join(chr(0x0660 + int(digit)) for digit in code),
        lambda code: f"0{code}",
        lambda code: f"{code}é",
        lambda code: code[1:],
        lambda code: "",
        lambda code: "\ud800" * 6,
    ],
)
def test_a_code_is_six_ascii_digits_and_has_no_second_spelling(dress):
    assert verify_code(SECRET, dress(CODES[0]), now=NOW, last_step=None) is None


def test_at_the_beginning_of_time_there_is_no_step_before():
    first = datetime.fromtimestamp(0, UTC)
    assert 0 == verify_code(SECRET, pyotp.TOTP(SECRET).generate_otp(0), now=first, last_step=None)


def test_a_new_secret_has_160_bits_and_no_twin():
    made = {new_totp_secret() for _ in range(50)}
    assert 50 == len(made)
    assert {20} == {len(pyotp.TOTP(secret).byte_secret()) for secret in made}


def test_the_address_for_the_app_names_the_account_and_the_service():
    parts = urlsplit(provisioning_uri(SECRET, account="maria.santos", issuer="Referral service"))
    assert ("otpauth", "totp", "/Referral%20service:maria.santos") == (parts.scheme, parts.netloc, parts.path)
    assert {"secret": [SECRET], "issuer": ["Referral service"]} == parse_qs(parts.query)
