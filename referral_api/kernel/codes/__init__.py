"""The published value sets: codes with labels in four languages, one JSON file for each theme, which a translator edits.

A code is never renamed or used again for something else; an unknown code is refused, never mapped to `other`. A set's version goes up
when a code joins it (docs/value-sets.md). The words follow the Luxembourg Guidelines (2nd edition, 2025).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

__all__ = ["LANGUAGES", "SETS", "ValueSet", "document", "values"]

LANGUAGES = ("en", "ar", "fr", "es")


@dataclass(frozen=True)
class ValueSet:
    """A closed set of codes, in the order in which a form shows them."""

    name: str
    version: int
    labels: Mapping[str, Mapping[str, str]]

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.labels)

    def __contains__(self, code: object) -> bool:
        return code in self.labels


def _read() -> dict[str, ValueSet]:
    found: dict[str, ValueSet] = {}
    for path in sorted(Path(__file__).parent.glob("*.json")):
        for name, said in json.loads(path.read_text("utf-8")).items():
            found[name] = ValueSet(name, said["version"], said["codes"])
    return found


SETS: Mapping[str, ValueSet] = _read()


def values(name: str) -> tuple[str, ...]:
    """The codes of a set; KeyError for a set that is not published."""
    return SETS[name].codes


@cache
def document(language: str | None = None) -> dict[str, Any]:
    """Every set with its labels, as GET /v1/codes shows them: in all languages, or in one. KeyError for a language that has none."""
    shown = LANGUAGES if language is None else (language,)
    items = [
        {
            "name": found.name,
            "version": found.version,
            "codes": [
                {"code": code, "labels": {each: labels[each] for each in shown}}
                for code, labels in found.labels.items()
            ],
        }
        for found in SETS.values()
    ]
    return {"items": items, "next_cursor": None}
