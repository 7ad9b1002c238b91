"""The key ring over the quarters: new keys, old keys, and a key over them all."""

import base64
import json
import os
import stat
from datetime import UTC, date, datetime

import pytest

from referral_api.vault import (
    KeyFile,
    KeyRing,
    KmsRefused,
    WeakKeys,
    drop_key,
    end_of_quarter,
    put_under_kms,
    rotate_ring,
    write_private,
)

AUTUMN, WINTER = datetime(2026, 11, 24, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)
CASE_KEY = bytes(range(32))


@pytest.fixture
def path(tmp_path):
    write_private(tmp_path / "vault.json", KeyRing.generate(AUTUMN))
    return tmp_path / "vault.json"


@pytest.fixture
def kms():
    return KeyFile.parse(KeyFile.generate())


def test_a_new_quarter_gets_a_new_key_and_what_is_under_the_old_one_still_opens(path):
    before = KeyRing.load(path)
    wrapped = before.wrap(CASE_KEY)

    after = rotate_ring(path, WINTER)

    assert ("2027q1", {"2026q4", "2027q1"}) == (after.active, set(after.wrapping))
    assert CASE_KEY == after.unwrap("2026q4", wrapped) == after.unwrap("2027q1", after.wrap(CASE_KEY))
    assert before.hashing == after.hashing
    assert (after, 0o600) == (KeyRing.load(path), stat.S_IMODE(path.stat().st_mode))
    assert ["vault.json"] == os.listdir(path.parent)


def test_a_second_key_in_a_quarter_has_a_name_of_its_own(path):
    assert "2026q4-2" == rotate_ring(path, AUTUMN).active
    assert "2026q4-3" == rotate_ring(path, AUTUMN).active


def test_the_name_of_a_dropped_key_is_never_used_again(path):
    rotate_ring(path, AUTUMN)
    assert {"2026q4-2"} == set(drop_key(path, "2026q4").wrapping)
    assert "2026q4-3" == rotate_ring(path, AUTUMN).active


def test_the_active_key_and_one_that_is_not_there_are_not_dropped(path):
    before = path.read_bytes()
    with pytest.raises(WeakKeys, match="active"):
        drop_key(path, "2026q4")
    with pytest.raises(WeakKeys, match="has no key"):
        drop_key(path, "2020q1")
    assert before == path.read_bytes()


def test_a_ring_that_others_may_read_is_not_rotated(path):
    path.chmod(0o644)
    with pytest.raises(WeakKeys, match="600"):
        rotate_ring(path, WINTER)


def test_a_ring_under_a_kms_opens_with_it_alone_and_rotates_as_before(path, kms):
    plain = KeyRing.load(path)
    secrets = [base64.b64encode(key).decode() for key in plain.wrapping.values()]

    assert plain == put_under_kms(path, kms)
    after = rotate_ring(path, WINTER, kms)

    text = path.read_text()
    assert ("key-file", 40) == (json.loads(text)["kms"], len(base64.b64decode(json.loads(text)["wrapping"]["2027q1"])))
    assert not any(secret in text for secret in secrets)
    assert plain.wrapping["2026q4"] == after.wrapping["2026q4"] == KeyRing.load(path, kms).wrapping["2026q4"]
    assert plain.hashing == after.hashing
    for other in (None, KeyFile.parse(KeyFile.generate()), KeyFile(kms.key, name="another")):
        with pytest.raises(WeakKeys, match="wrapped"):
            KeyRing.load(path, other)
    with pytest.raises(WeakKeys, match="already"):
        put_under_kms(path, kms)


def test_a_ring_with_a_damaged_key_is_refused(path, kms):
    put_under_kms(path, kms)
    document = json.loads(path.read_text())
    for damaged in ("AAAA", "", base64.b64encode(b"x" * 40).decode()):
        document["hashing"] = damaged
        with pytest.raises(WeakKeys):
            KeyRing.parse(json.dumps(document), kms)


@pytest.mark.parametrize("text", ["", "%", base64.b64encode(b"a" * 32).decode(), base64.b64encode(b"short").decode()])
def test_a_weak_key_over_the_ring_is_refused(text):
    with pytest.raises(KmsRefused):
        KeyFile.parse(text)


def test_no_key_is_shown_by_accident(path, kms):
    ring = KeyRing.load(path)
    shown = f"{ring!r} {kms!r}"
    assert not any(repr(key) in shown for key in (*ring.wrapping.values(), *ring.hashing.values(), kms.key))


@pytest.mark.parametrize(
    ("key_id", "last"),
    [
        ("2026q1", date(2026, 3, 31)),
        ("2026q3-2", date(2026, 9, 30)),
        ("2026q4", date(2026, 12, 31)),
        ("2026q5", None),
        ("primary", None),
    ],
)
def test_a_key_is_of_the_quarter_that_its_name_says(key_id, last):
    assert last == end_of_quarter(key_id)
