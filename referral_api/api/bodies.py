"""Reading what a caller sent: strict JSON, then the imagery guard, then the schema. Pointers stop at the last name that the schema knows."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields

from referral_api import guard
from referral_api.api.fields import Id, Machine
from referral_api.guard import strict_json
from referral_api.kernel import ids
from referral_api.kernel.errors import FieldError, ImageryRefused, Invalid, MalformedBody

__all__ = [
    "field_errors",
    "load",
    "machine_pointers",
    "named",
    "parse",
    "parse_lines",
    "pointed_out",
    "refuse_imagery",
    "refuse_imagery_in",
]

_CODES = {
    "Missing data for required field.": "required",
    "Unknown field.": "unknown-field",
    "Field may not be null.": "null",
    "There is no such thing.": "not-found",
    "Not a code of this value set.": "unknown-code",
}


def parse(data: bytes) -> Any:
    """The JSON text of a body (RFC 8259, RFC 7493); its schema asks for an object. An empty body is an empty object."""
    if not data:
        return {}
    try:
        return strict_json.loads(data)
    except strict_json.MalformedJson as error:
        raise MalformedBody(str(error)) from None


def named(document: Any, schema: Schema) -> Iterator[tuple[str, UUID | None]]:
    """Kind and id of each thing that a body names, whatever else is wrong with it; None for what is no id of this kind."""
    for name, field in schema.fields.items():
        if isinstance(field, Id) and isinstance(document, dict) and isinstance(said := document.get(name), str):
            yield field.kind, ids.read(field.kind, said)


def parse_lines(data: bytes, schema: Schema) -> dict[str, str]:
    """The text of a body of lines, under the name of the schema's only field."""
    (name,) = schema.fields
    try:
        return {name: data.decode("utf-8")} if data else {}
    except UnicodeDecodeError:
        raise MalformedBody("The body must be UTF-8.") from None


def refuse_imagery(document: Any, schema: Schema | None) -> None:
    """The first gate: every key and value, whatever the schema thinks of them."""
    machine = machine_pointers(schema)
    if findings := guard.scan_document(document, skip=machine.__contains__):
        raise _refusal(findings, schema)


def refuse_imagery_in(arguments: Mapping[str, str], schema: Schema | None) -> None:
    """The same for the arguments of a query or a form."""
    machine = machine_pointers(schema)
    texts = [(f"/{name}", f"{name} {value}") for name, value in arguments.items() if f"/{name}" not in machine]
    if findings := guard.scan_texts(texts):
        raise _refusal(findings, schema)


def pointed_out(error: ImageryRefused, document: Any, schema: Schema | None) -> ImageryRefused:
    """The second gate sees a text and no field: the members of the body that are refused alone, if there are any."""
    if any(wrong.pointer for wrong in error.errors) or not isinstance(document, dict):
        return error
    machine = machine_pointers(schema)
    findings = [
        finding
        for name, member in document.items()
        for finding in guard.scan_document({name: member}, skip=machine.__contains__)
    ]
    if not findings:
        return error
    pointed = _refusal(findings, schema)
    pointed.action, pointed.about, pointed.case_ref = error.action, error.about, error.case_ref
    return pointed


def _refusal(findings: list[guard.Finding], schema: Schema | None) -> ImageryRefused:
    return ImageryRefused(
        [FieldError(known_pointer(schema, f.pointer), f.family, guard.FAMILIES[f.family]) for f in findings[:20]],
        size=sum(f.size for f in findings),
    )


def load(schema: Schema, document: Any) -> dict[str, Any]:
    """The document as Python values, or every field that is wrong."""
    try:
        loaded: dict[str, Any] = schema.load(document)
    except ValidationError as error:
        raise Invalid(list(field_errors(schema, error.messages))[:100]) from None
    return loaded


def field_errors(schema: Schema, messages: Any, base: str = "") -> Iterator[FieldError]:
    """Marshmallow's messages as pointers, codes and words."""
    fields_by_key = {field.data_key or name: field for name, field in schema.fields.items()}
    for name, said in messages.items():
        if name == "_schema":
            yield from _leaf(said, base)
            continue
        field = fields_by_key.get(name)
        if field is None:
            yield from _leaf(said, base)
        else:
            yield from _below(field, said, f"{base}/{name}")


def _below(field: fields.Field[Any] | None, said: Any, pointer: str) -> Iterator[FieldError]:
    if isinstance(said, list) or field is None:
        yield from _leaf(said, pointer)
    elif isinstance(field, fields.Nested):
        yield from field_errors(field.schema, said, pointer)
    elif isinstance(field, fields.List):
        for index, inner in said.items():
            yield from _below(field.inner, inner, f"{pointer}/{index}")
    else:
        yield from _leaf(["Not valid."], pointer)


def _leaf(said: Any, pointer: str) -> Iterator[FieldError]:
    for message in said if isinstance(said, list) else [str(said)]:
        yield FieldError(pointer, _CODES.get(message, "invalid"), message)


def known_pointer(schema: Schema | None, pointer: str) -> str:
    """The pointer, cut after the last name that the schema knows: an unknown key is the caller's content."""
    known: list[str] = []
    at: Any = schema
    for part in pointer.split("/")[1:]:
        if isinstance(at, Schema) and part in at.fields:
            at = at.fields[part]
        elif isinstance(at, fields.List) and part.isdigit():
            at = at.inner
        else:
            break
        at = at.schema if isinstance(at, fields.Nested) else at
        known.append(part)
    return "".join(f"/{part}" for part in known)


@cache
def machine_pointers(schema: Schema | None) -> frozenset[str]:
    """Where the schema has machine strings, which their own grammar checks."""
    return frozenset(_machine(schema, "")) if schema else frozenset()


def _machine(schema: Schema, base: str) -> Iterator[str]:
    for name, field in schema.fields.items():
        pointer = f"{base}/{field.data_key or name}"
        if isinstance(field, fields.Nested):
            yield from _machine(field.schema, pointer)
        elif isinstance(field, (Id, Machine)) or field.metadata.get("machine"):
            yield pointer
