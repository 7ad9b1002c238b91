"""A running server's keys: rotated in their file, used from the next call on."""

from referral_api.identity.keys import SigningKeys
from referral_api.identity.ring_file import RingFile
from tests.identity.forge import NOW


def ring_file(path):
    told = []
    return RingFile(SigningKeys.generate(path), path, unusable=told.append), told


def test_a_rotated_ring_is_used_at_the_next_call(tmp_path):
    ring, told = ring_file(tmp_path / "signing.json")
    before = ring()
    assert ring() is before

    after = SigningKeys.rotate(tmp_path / "signing.json", NOW)

    assert after.active.kid == ring().active.kid
    assert {before.active.kid, after.active.kid} == set(ring().by_kid)
    assert [] == told


def test_a_file_that_became_unusable_changes_nothing_and_is_told_once(tmp_path):
    ring, told = ring_file(tmp_path / "signing.json")
    before = ring()

    (tmp_path / "signing.json").write_text("{}")
    assert [before, before] == [ring(), ring()]
    assert ["InvalidKey"] == told

    (tmp_path / "signing.json").unlink()
    assert before is ring()

    SigningKeys.generate(tmp_path / "signing.json")
    assert before.active.kid != ring().active.kid


def test_keys_that_came_without_a_file_stay_as_they_are(tmp_path):
    given = SigningKeys.generate(tmp_path / "signing.json")
    assert given is RingFile(given, None, unusable=print)()
