"""Opaque secrets: unguessable, recognisable by a scanner, and stored as a digest alone."""

import hashlib
import re

from referral_api.identity.secrets import digest, matches, new_recovery_code, new_secret


def test_a_secret_is_256_random_bits_after_a_prefix():
    made = {new_secret("refresh") for _ in range(200)}
    assert 200 == len(made)
    assert all(re.fullmatch(r"refresh_[A-Za-z0-9_-]{43}", secret) for secret in made)


def test_a_recovery_code_is_140_random_bits_that_can_be_copied_from_paper():
    made = {new_recovery_code() for _ in range(200)}
    assert 200 == len(made)
    assert all(re.fullmatch(r"([a-z2-7]{4}-){6}[a-z2-7]{4}", code) for code in made)


def test_its_digest_is_sha_256_and_knows_it():
    secret = new_secret("client")
    assert hashlib.sha256(secret.encode()).digest() == digest(secret)
    assert matches(secret, digest(secret))


def test_no_other_spelling_matches():
    secret = new_secret("client")
    stored = digest(secret)
    others = (secret + "=", secret[:-1], secret.upper(), f" {secret}", "", "\ud800", secret.removeprefix("client_"))
    assert [] == [other for other in others if matches(other, stored)]
    assert not matches(secret, b"")
