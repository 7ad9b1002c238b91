"""RFC 8785: one spelling for each value, and nothing that two readers could read differently."""

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_api.audit import canonical

NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text()
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(), v, max_size=4))


def test_members_are_sorted_by_their_utf16_code_units():
    # RFC 8785, 3.2.3: U+1F600 is written in surrogates, so it sorts before U+FB33.
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    expected = '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'
    assert expected.encode() == canonical.dumps(value)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (333333333.33333329, "333333333.3333333"),
        (1e30, "1e+30"),
        (4.50, "4.5"),
        (2e-3, "0.002"),
        (1e-27, "1e-27"),
        (2.0**53, "9007199254740992"),
    ],
)
def test_numbers_are_written_as_rfc_8785_says(number, text):
    assert text.encode() == canonical.dumps(number)


@settings(max_examples=50)
@given(VALUES)
def test_what_was_written_is_canonical_and_written_the_same_again(value):
    data = canonical.dumps(value)
    assert canonical.is_canonical(data)
    assert data == canonical.dumps(canonical.loads(data))


NAMES = st.text(st.characters(max_codepoint=126), max_size=4)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda v: st.lists(v, max_size=4) | st.dictionaries(NAMES, v, max_size=4),
)


@settings(max_examples=200)
@given(VALUES | PLAIN)
def test_the_quick_writer_and_the_library_of_the_rfc_write_the_same_bytes(value):
    assert rfc8785.dumps(value) == canonical.dumps(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1}\n', b'"\\u0061"', b'"\\/"', b"1.0", b"1e2", b"-0", b"01", b'"\\u000A"',
        b"9007199254740993",
    ],
)  # fmt: skip
def test_another_spelling_is_not_canonical(data):
    assert not canonical.is_canonical(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}', b'{"x":{"a":1,"a":2}}', b"NaN", b"Infinity", b"[-Infinity]", b"", b"{", b'"\xff"',
        b"\xef\xbb\xbf{}", b"{}{}", b"'a'", b"[" * 100_000, b"\x00", b'"\n"',
    ],
)  # fmt: skip
def test_what_is_not_strict_json_is_not_read(data):
    with pytest.raises(canonical.NotCanonical):
        canonical.loads(data)
    assert not canonical.is_canonical(data)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, {1: 2}, b"bytes", "\ud800", {"\ud800": 1}])
def test_what_has_no_canonical_form_is_not_written(value):
    with pytest.raises(canonical.NotCanonical):
        canonical.dumps(value)


@pytest.mark.parametrize("data", [b"1e400", b'"\\ud800"'])
def test_what_can_be_read_but_not_written_is_not_canonical(data):
    assert not canonical.is_canonical(data)
