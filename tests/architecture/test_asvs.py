"""The page that measures the service against ASVS 5.0 names every requirement once, and nothing that is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "asvs.md").read_text("utf-8")
ROWS = re.findall(r"^\| (v5\.0\.0-[0-9.]+|API\d+:2023) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`")
FILE = re.compile(r"`((?:docs|tests)/[A-Za-z0-9_./-]+|[A-Z]+\.md)`")


def test_every_requirement_of_levels_1_and_2_has_one_row() -> None:
    sections = re.findall(r"^(\d+\.\d+): ([0-9 ]+)$", PAGE, re.MULTILINE)
    asked = [f"v5.0.0-{section}.{number}" for section, numbers in sections for number in numbers.split()]
    assert 253 == len(set(asked)) == len(asked)
    assert asked == [number for number, _, _ in ROWS if number.startswith("v5")]


def test_every_risk_of_the_api_top_ten_has_one_row() -> None:
    assert [f"API{n}:2023" for n in range(1, 11)] == [number for number, _, _ in ROWS if number.startswith("API")]


@pytest.mark.parametrize(("number", "stands"), [(number, stands) for number, _, stands in ROWS])
def test_a_row_names_what_is_there(number: str, stands: str) -> None:
    known = ("open: ", "not applicable because ", "document: ")
    assert stands.startswith(known) or TEST.match(stands), number
    assert not stands.startswith("document: ") or FILE.findall(stands)
    for path, name in TEST.findall(stands):
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), f"{path}::{name}"
    assert [] == [path for path in FILE.findall(stands) if not (ROOT / path).exists()]


def test_the_page_counts_its_rows_right() -> None:
    said = re.findall(r"\((\d+)(?: rows)?\)[;.]$", PAGE, re.MULTILINE)
    kinds = [s.split(" ")[0].strip(":") for number, _, s in ROWS if number.startswith("v5")]
    counted = [kinds.count(kind) for kind in ("document", "not", "open")]
    assert [str(len(kinds) - sum(counted)), *map(str, counted)] == said
