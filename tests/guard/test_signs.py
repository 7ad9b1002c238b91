from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_api import guard
from referral_api.guard import codes, fold, glyphs, runs
from referral_api.guard.signs import Signs, beyond, replaced

CLASSES = {
    name: each for room in (codes, fold, glyphs, runs) for name, each in vars(room).items() if isinstance(each, Signs)
}


@pytest.mark.parametrize("signs", CLASSES.values(), ids=CLASSES.keys())
@settings(max_examples=60)
@given(text=st.text(max_size=200))
def test_no_sign_is_missed_by_looking_at_the_different_ones_first(signs: Signs, text: str) -> None:
    found = signs.pattern.findall(text)
    seen = beyond(text)
    assert "".join(found) == signs.found_in(seen)
    assert set(found) == set(signs.kinds_in(seen))
    assert bool(found) == signs.stand_in(seen)


@pytest.mark.parametrize("signs", CLASSES.values(), ids=CLASSES.keys())
def test_no_class_of_signs_has_one_of_ascii(signs: Signs) -> None:
    assert [] == [chr(code) for code in range(128) if signs.pattern.match(chr(code))]


@given(st.text(), st.dictionaries(st.characters(), st.sampled_from("xyz")))
def test_signs_are_exchanged_one_by_one_as_all_at_once(text: str, forms: dict[str, str]) -> None:
    forms = {sign: form for sign, form in forms.items() if sign not in "xyz"}
    assert text.translate(str.maketrans(forms)) == replaced(text, forms)


def test_a_table_of_arabic_dates_with_their_marks_is_accepted() -> None:
    table = "\n".join(f"الجلسة {day}\u200f/{month}\u200f/2026" for day in range(1, 29) for month in (1, 7))
    assert guard.scan(table)[0] is None
    assert "hidden-characters" == guard.scan("".join(f"{sign}\u200f" for sign in "a quiet note " * 4))[0]
