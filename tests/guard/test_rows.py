from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_api import guard
from referral_api.guard import fold, glyphs
from referral_api.guard.rows import Signs, rows

CLASSES = {name: each for room in (fold, glyphs) for name, each in vars(room).items() if isinstance(each, Signs)}


@pytest.mark.parametrize("signs", CLASSES.values(), ids=CLASSES.keys())
@settings(max_examples=60)
@given(text=st.text(max_size=200))
def test_no_sign_is_missed_by_looking_at_the_rows_first(signs: Signs, text: str) -> None:
    assert signs.pattern.findall(text) == signs.found_in(text, rows(text))


@pytest.mark.parametrize("signs", CLASSES.values(), ids=CLASSES.keys())
def test_each_sign_of_a_class_is_found_alone(signs: Signs) -> None:
    every = [chr(code) for code in range(0x30000)]
    assert [] == [sign for sign in every if signs.pattern.match(sign) and not signs.may_stand_in(rows(sign))]


def test_a_table_of_arabic_dates_with_their_marks_is_accepted() -> None:
    table = "\n".join(f"الجلسة {day}\u200f/{month}\u200f/2026" for day in range(1, 29) for month in (1, 7))
    assert guard.scan(table)[0] is None
    assert "hidden-characters" == guard.scan("".join(f"{sign}\u200f" for sign in "a quiet note " * 4))[0]
