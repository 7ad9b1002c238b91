"""All that the service can say to a caller, read from its own source, so that a newcomer cannot forget the translations."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields

from referral_api.api.explanations import EXPLANATIONS, title_of
from referral_api.app import ROOMS
from referral_api.guard import FAMILIES
from referral_api.kernel import errors
from referral_api.kernel.messages import Message

__all__ = ["everything", "not_followed"]

_ROOT = Path(__file__).parents[2] / "referral_api"
_HEARD = {name: 0 for name in errors.__all__} | {"FieldError": 2, "IllegalStep": 2, "ValidationError": 0}
"""Calls, and which of their arguments a caller hears."""

_PASSED_ON = {
    "api/bodies.py": "guard/strict_json.py",
    "features/accounts/clients/schemas.py": "identity/jwk.py",
    "features/agencies/schemas.py": "kernel/hours.py kernel/deadlines.py",
    "features/erasure/commands.py": "features/erasure/rules.py",
    "features/oversight/commands.py": "audit/cosignatures.py",
    "features/oversight/routes.py": "audit/proofs.py",
}
"""Files that pass on what others say in an error, an answer or a fault."""

_SENTENCE = re.compile(r"[^\s|] |[A-Za-z]\.$")
_WITNESSES_ARE_TOLD = ("unbase64", "_checked_name", "Signature")
"""The parts of audit/note.py that read what a witness sent."""

_NEVER_HEARD = {"a body is bytes", "sent_at has no time zone", "this key has no thumbprint: a member is missing"}
_BY_THE_WAY = ("It is not your doing, and nothing was changed.", "Not valid.")
_PAGE = ("Problems", "Answered as `{status} {code}`.", "What it means", "What to do", "All problems", "The API")


def everything() -> set[str]:
    """Each sentence, its places still open."""
    return {*_BY_THE_WAY, *_pages(), *_imagery(), *_fields(), *_source()} - _NEVER_HEARD


def _pages() -> Iterator[str]:
    yield from (*_PAGE, *map(title_of, EXPLANATIONS))
    for said in EXPLANATIONS.values():
        yield from said


def _imagery() -> Iterator[str]:
    for said in FAMILIES.values():
        assert isinstance(said, Message)
        yield from (said.sentence, *said.values.values())


def _fields() -> Iterator[str]:
    """What marshmallow says by itself, of all that our bodies and queries are made of."""
    schemas = [schema for room in ROOMS for each in room.endpoints for schema in (each.body, each.query) if schema]
    for schema in schemas:
        yield from _of_schema(schema)


def _of_schema(schema: Schema) -> Iterator[str]:
    yield from schema.error_messages.values()
    for field in schema.fields.values():
        yield from _of_field(field)


def _of_field(field: fields.Field[Any]) -> Iterator[str]:
    yield from field.error_messages.values()
    yield from (check.error for check in field.validators if getattr(check, "error", None))
    if isinstance(field, fields.Nested):
        yield from _of_schema(field.schema)
    if isinstance(field, fields.List):
        yield from _of_field(field.inner)


def _source() -> Iterator[str]:
    for path in _ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for expression in _heard(tree):
            yield from _words(expression, tree)
    for name in " ".join(_PASSED_ON.values()).split():
        yield from _given(ast.parse((_ROOT / name).read_text("utf-8")))
    note = ast.parse((_ROOT / "audit/note.py").read_text("utf-8"))
    for part in note.body:
        if getattr(part, "name", "") in _WITNESSES_ARE_TOLD:
            yield from _given(part)


def _given(tree: ast.AST) -> Iterator[str]:
    """The words that are given to an error, returned, or listed in a fault."""
    given = [node for node in ast.walk(tree) if isinstance(node, ast.Call | ast.Return | ast.Tuple)]
    yield from (text for node in given for text in _sentences(node))


def not_followed() -> set[str]:
    """Files that give to an error what is not words where it stands; f-strings, which no catalogue knows, among them."""
    found = set()
    for path in _ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        if any(isinstance(each, ast.JoinedStr) or not list(_words(each, tree)) for each in _heard(tree)):
            found.add(str(path.relative_to(_ROOT)))
    return found


def _heard(tree: ast.AST, inherited: str = "") -> Iterator[ast.expr]:
    """What is given to an error, by its name or as `super()` in a class of that kind; and whatever is called a detail."""
    for node in ast.iter_child_nodes(tree):
        base = getattr(node.bases[0], "id", "") if isinstance(node, ast.ClassDef) and node.bases else inherited
        yield from _heard(node, base)
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            place = _HEARD.get(inherited if name == "__init__" else name)
            if place is not None and len(node.args) > place:
                yield node.args[place]
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "detail")


def _words(expression: ast.expr, tree: ast.Module) -> Iterator[str]:
    """The words in an expression, and in what the names in it stand for in this file."""
    yield from _sentences(expression)
    names = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in names for t in node.targets):
            yield from _sentences(node.value)


def _sentences(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and _SENTENCE.search(part.value):
            yield part.value
