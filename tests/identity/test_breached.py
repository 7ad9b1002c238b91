"""Stolen passwords: a list of hashes in their order, searched in the file, and never believed when it is none."""

import hashlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_api.identity.breached import BreachedPasswords, NoSuchList


def digest(password):
    return hashlib.sha1(password.encode("utf-8", "surrogatepass")).hexdigest().upper()


def listed(path, passwords, *, end="\r\n", count=":{}"):
    lines = [digest(each) + count.format(7 ** (number % 12)) for number, each in enumerate(passwords)]
    path.write_bytes("".join(f"{line}{end}" for line in sorted(lines)).encode())
    return BreachedPasswords(path)


@settings(deadline=None, max_examples=60)
@given(
    stolen=st.sets(st.text(max_size=20), min_size=1, max_size=12),
    asked=st.text(max_size=20),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_a_password_is_found_wherever_it_stands_and_no_other_is(stolen, asked, end):
    with tempfile.TemporaryDirectory() as folder:
        found = listed(Path(folder, "list"), stolen, end=end)
        found.check()
        assert all(found.holds(each) for each in stolen)
        assert (asked in stolen) == found.holds(asked)


def test_counts_small_letters_and_the_last_line_end_may_be_missing(tmp_path):
    found = listed(tmp_path / "list", map(str, range(50)), count="")
    found.path.write_bytes(found.path.read_bytes().lower().rstrip())
    found.check()
    assert 50 == sum(found.holds(str(number)) for number in range(100))


def test_one_of_many_thousands_is_found(tmp_path):
    found = listed(tmp_path / "list", map(str, range(50_000)))
    assert found.holds("49999")
    assert not found.holds("50000")


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["correct horse battery staple"],
        [digest("a")[:32] + ":5"],
        [digest("a") + ":many"],
        sorted(map(digest, "abcdefgh"), reverse=True),
        [digest("a") + ":1", "x" * 200],
        [digest("a") + ":1" * 40],
    ],
    ids=["empty", "words", "NTLM", "no count", "another order", "not to its end", "long lines"],
)
def test_what_is_no_list_in_its_order_is_refused(tmp_path, lines):
    path = tmp_path / "list"
    path.write_text("".join(f"{line}\n" for line in lines))
    with pytest.raises(NoSuchList):
        BreachedPasswords(path).check()
