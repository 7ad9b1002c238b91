"""The page of what must fit together names every code by which the rooms say that something does not."""

import ast
import re
from pathlib import Path

from referral_api.features.accounts.sessions.choosing import _WEAK

ROOT = Path(__file__).parents[2]


def test_the_page_names_the_codes_that_the_rooms_answer_with_and_no_others() -> None:
    said = {
        node.args[1].value
        for path in (ROOT / "referral_api" / "features").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "FieldError"
        if isinstance(node.args[1], ast.Constant)
    }
    page = (ROOT / "docs" / "values-together.md").read_text("utf-8")
    cells = [line.split("|")[2] for line in page.splitlines() if line.startswith("| ")]
    assert said | set(_WEAK) == {code for cell in cells for code in re.findall(r"`([a-z-]+)`", cell)}
