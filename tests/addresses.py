"""Thousands of applications are made in a run, and each would read the same addresses: that was most of what making one cost."""

from functools import cache
from typing import Any

from flask import Flask
from werkzeug.routing import Map, Rule
from werkzeug.routing.rules import RuleFactory

__all__ = ["read_once"]


class _ReadOnce(Map):
    """The addresses of every application of this process; what one of them has declared, the next does not declare again."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._known: set[tuple[str, Any, frozenset[str]]] = set()

    def add(self, rulefactory: RuleFactory) -> None:
        assert isinstance(rulefactory, Rule)
        declared = rulefactory.rule, rulefactory.endpoint, frozenset(rulefactory.methods or ())
        if declared not in self._known:
            self._known.add(declared)
            super().add(rulefactory)


def read_once() -> None:
    Flask.url_map_class = staticmethod(cache(_ReadOnce))  # type: ignore[assignment]
