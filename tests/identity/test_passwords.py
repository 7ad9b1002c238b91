"""Passwords: hashed slowly, judged by length and by what is guessed first, and silent about which accounts exist."""

import unicodedata

import pytest
from argon2 import extract_parameters
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

from referral_api.identity.passwords import (
    MAXIMUM,
    MINIMUM,
    STANDARD,
    Profile,
    check_new_password,
    hash_password,
    needs_rehash,
    verify_password,
)

CHEAP = Profile.of(CHEAPEST)
GOOD = "lantern orbit mauve thicket"
CONTEXT = ["maria.santos", "Samutprakan Police Bureau", "Referral"]


def test_the_standard_hash_is_argon2id_at_the_price_of_rfc_9106_and_knows_its_password():
    stored = hash_password(GOOD)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert RFC_9106_LOW_MEMORY == extract_parameters(stored)
    assert verify_password(stored, GOOD)
    assert not verify_password(stored, GOOD + " ")
    assert not needs_rehash(stored)


def test_the_same_password_is_never_stored_twice_the_same():
    assert hash_password(GOOD, profile=CHEAP) != hash_password(GOOD, profile=CHEAP)


def test_a_hash_of_another_price_is_to_be_made_anew():
    stored = hash_password(GOOD, profile=CHEAP)
    assert needs_rehash(stored)
    assert not needs_rehash(stored, profile=CHEAP)


@pytest.fixture
def work(monkeypatch):
    """The parameters of each hash that was really computed."""
    seen = []
    verify = type(STANDARD.hasher).verify

    def counted(hasher, stored, password):
        seen.append(extract_parameters(stored))
        return verify(hasher, stored, password)

    monkeypatch.setattr(type(STANDARD.hasher), "verify", counted)
    return seen


def test_a_missing_account_costs_the_same_work_as_a_wrong_password(work):
    assert not verify_password(hash_password(GOOD), "wrong")
    assert not verify_password(None, GOOD)
    assert not verify_password(None, "")
    assert [RFC_9106_LOW_MEMORY] * 3 == work


def test_an_impossible_password_costs_the_same_work_too(work):
    stored = hash_password(GOOD)
    assert not verify_password(stored, "x" * (MAXIMUM + 1))
    assert not verify_password(stored, "x" * 100_000)
    assert [RFC_9106_LOW_MEMORY] * 2 == work


def test_a_hash_that_cannot_be_read_opens_nothing():
    assert not verify_password("", GOOD, profile=CHEAP)
    assert not verify_password("$2b$12$abcdefghijklmnopqrstuv", GOOD, profile=CHEAP)
    assert not verify_password("$argon2id$v=19$m=8,t=1,p=1$broken", GOOD, profile=CHEAP)


def test_one_password_has_one_spelling_whatever_the_keyboard_sends():
    typed = "crème brûlée à Đà Nẵng"
    stored = hash_password(unicodedata.normalize("NFD", typed), profile=CHEAP)
    assert verify_password(stored, unicodedata.normalize("NFC", typed), profile=CHEAP)


def test_a_lone_surrogate_is_a_wrong_password_and_not_a_crash():
    assert not verify_password(hash_password(GOOD, profile=CHEAP), "\ud800" * 20, profile=CHEAP)


def test_what_could_never_be_verified_is_never_stored():
    with pytest.raises(ValueError, match="128"):
        hash_password("x" * (MAXIMUM + 1), profile=CHEAP)


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "Xk7%pQ2!vR9zLm4",
        "9f3b6c1e8a2d7f40",
        "the samutprakan lantern drifts",
        "police wear purple galoshes",
        "kucing tidur di atas meja",
        "قطار الصباح يمر بالحقل",
        "ដំរីពណ៌ស្វាយហោះលើភ្នំ",
        "зелёный трамвай поёт",
        "%&(=)?*+#-_<>|ab",
        "ß" * 5 + "lantern orbit",
    ],
)
def test_a_long_and_unusual_password_is_taken_in_any_script_and_without_rules_of_composition(password):
    assert [] == check_new_password(password, context=CONTEXT)


def test_length_counts_characters_after_normalisation():
    assert [] == check_new_password("mauve thickets "[:MINIMUM], context=[])
    assert ["too-short"] == check_new_password("mauve thicket!", context=[])
    composed = unicodedata.normalize("NFD", "é" * 5 + "ñ" * 4 + "üab")
    assert len(composed) > MINIMUM
    assert "too-short" in check_new_password(composed, context=[])
    longest = (GOOD + " verdant ossuary ") * 3
    assert [] == check_new_password(longest[:MAXIMUM], context=[])
    assert ["too-long"] == check_new_password(longest[: MAXIMUM + 1], context=[])
    assert ["too-long"] == check_new_password("x" * 1_000_000, context=[])


@pytest.mark.parametrize(
    "password",
    ["a" * 20, "abababababababab", "horse horse horse ", "12121212121212121", "!!!!!!!!!!!!!!!!", "นนนนนนนนนนนนนนนน"],
)
def test_a_short_piece_repeated_is_repetitive(password):
    assert ["repetitive"] == check_new_password(password, context=[])


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword123",
        "P@ssw0rd-P@55word",
        "Welcome2026Welcome!",
        "correct horse battery staple",
        "CorrectHorseBatteryStaple1!",
        "qwertyuiopasdfgh",
        "1234567890123456",
        "0987654321098765",
        "abcdefghijklmnopq",
        "azertyuiopqsdfghjklm",
        "1qaz2wsx3edc4rfv",
        "iloveyouiloveyou2",
        "Summer2026!Summer2026",
        "Summer2026-Winter2027",
        "MotDePasse-12345678",
        "Contraseña1234567",
        "كلمة السر 123456789",
        "November2026!!!!",
        "monkeydragonfootball",
        "password1password2",
        "trustno1starwars",
        "hunter2-letmein-shadow",
        "25.12.1987-25.12.1987",
        "nogardyeknomrowssap",
    ],
)
def test_what_is_guessed_first_is_common_however_it_is_dressed(password):
    assert ["common"] == check_new_password(password, context=[])


@pytest.mark.parametrize(
    "password",
    [
        "maria.santos.2026",
        "Santos.Maria.1987!",
        "SamutprakanPolice2026!!",
        "m4r1a.s4nt0s.pass",
        "bureau-samutprakan-1234",
    ],
)
def test_the_names_of_the_person_and_the_place_are_no_password(password):
    assert ["context-word"] == check_new_password(password, context=CONTEXT)
    assert "context-word" not in check_new_password(password, context=[])


def test_what_is_judged_of_a_long_password_is_bounded():
    assert [] == check_new_password(GOOD + "x1" * 40, context=[])
    assert ["common"] == check_new_password("monkeydragonfootball" + "superman" * 7 + "%Kz9", context=[])


def test_all_reasons_are_told_at_once():
    assert ["too-short", "common"] == check_new_password("password123", context=[])
