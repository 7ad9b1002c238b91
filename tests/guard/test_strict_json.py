from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_api.guard.strict_json import MalformedJson, loads

REFUSED = {
    "nothing": b"",
    "a duplicate name": b'{"a":1,"a":2}',
    "a duplicate name written in two ways": b'{"a":1,"\\u0061":2}',
    "a duplicate name inside": b'[{"b":{"a":1,"a":2}}]',
    "NaN": b"[NaN]",
    "Infinity": b"-Infinity",
    "a float out of range": b"1e400",
    "a negative float out of range": b"[-1e400]",
    "a large integer": b"9007199254740993",
    "a huge integer": b"1" * 5_000,
    "a lone high surrogate": b'"\\ud800"',
    "a lone low surrogate in a name": b'{"\\udc00":1}',
    "a null character": b'"\\u0000"',
    "a noncharacter": '"a\uffff"'.encode(),
    "an escaped noncharacter in a name": b'{"\\ufdd0":1}',
    "a noncharacter beyond the first plane": b'"\\ud83f\\udffe"',
    "a byte order mark": b"\xef\xbb\xbf1",
    "UTF-16": '"a"'.encode("utf-16"),
    "bytes that are not UTF-8": b'"\xff"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "trailing text": b"[1] x",
    "a trailing comma": b"[1,]",
    "a comment": b"[1] // x",
    "single quotes": b"['a']",
    "a raw line end in a string": b'"a\nb"',
    "a vertical tab": b"\x0b1",
    "an open string": b'"\\',
    "a leading zero": b"01",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_what_rfc_8259_and_rfc_7493_do_not_allow_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedJson) as refusal:
        loads(body)
    assert len(str(refusal.value)) < 60


def test_reasons_do_not_quote_the_body() -> None:
    with pytest.raises(MalformedJson) as refusal:
        loads(b'{"secret-name": 1, "secret-name": 2}')
    assert "secret" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("depth", [1, 31, 32])
def test_nesting_up_to_the_limit_is_read(depth: int) -> None:
    value = loads(b"[" * depth + b"]" * depth)
    for _ in range(depth - 1):
        assert isinstance(value, list)
        value = value[0]
    assert [] == value


@pytest.mark.parametrize("body", [b"[" * 33 + b"]" * 33, b'{"a":' * 33 + b"1" + b"}" * 33, b"[" * 1_000_000])
def test_nesting_past_the_limit_is_refused_before_it_is_parsed(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        loads(body)


def test_brackets_inside_strings_are_not_nesting() -> None:
    text = '[{"' * 50 + "\\"
    assert [text] == loads(json.dumps([text]).encode())


def test_too_many_items_are_refused_before_they_are_parsed() -> None:
    assert [1, 1, 1] == loads(b"[1,1,1]", max_items=3)
    with pytest.raises(MalformedJson):
        loads(b"[1,1,1,1]", max_items=3)


def test_escaped_pairs_of_surrogates_are_one_character() -> None:
    assert "\U0001f600" == loads(b'"\\ud83d\\ude00"')


def test_the_largest_exact_integers_are_read() -> None:
    assert [2**53, -(2**53)] == loads(b"[9007199254740992,-9007199254740992]")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii", exclude_characters="\0")), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES, st.booleans())
def test_every_json_value_is_read_as_it_was_written(value: object, escaped: bool) -> None:
    assert value == loads(json.dumps(value, ensure_ascii=escaped).encode(), max_depth=1_000)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_malformed(body: bytes) -> None:
    try:
        loads(body)
    except MalformedJson:
        return
    json.loads(body)
