"""Our fields and schemas as JSON Schema (2020-12), exactly as strict as they are."""

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.field_converter import DEFAULT_FIELD_MAPPING
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

from referral_api.api.fields import Body, Code, Codes, Day, Id, Machine, Moment, Text, Whole

__all__ = ["EXAMPLE_ID", "Shapes", "id_pattern"]

EXAMPLE_ID = "01m86a7s04e5vtfdx32bwdvnvj"
_SIGNS = r"[^\x00-\x08\x0b\x0c\x0e-\x1f]"
_TEXT = rf"^{_SIGNS}*[^\s\x00-\x1f]{_SIGNS}*$"
_LETTERS = r"[^\x00-\x1f\u202d\u202e]"
_LINE = rf"^{_LETTERS}*[^\s\x00-\x1f\u202d\u202e]{_LETTERS}*$"
_MACHINE = r"^[^\x00-\x1f]*$"


def id_pattern(kind: str) -> str:
    """A TypeID of this kind: a prefix, then a UUID in 26 digits of Crockford's base32."""
    return f"^{kind}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"


class _Converter(OpenAPIConverter):
    """Adds to apispec what it cannot know of our fields; a schema of a merge patch asks for nothing and has no defaults."""

    field_mapping = {  # noqa: RUF012 - apispec declares it as an instance's
        **DEFAULT_FIELD_MAPPING,
        Id: ("string", None),
        Moment: ("string", "date-time"),
        Day: ("string", "date"),
    }

    def field2property(self, field: fields.Field[Any]) -> dict[str, Any]:
        shape: dict[str, Any] = super().field2property(field)
        shape.update({name: value for name, value in _own(field).items() if name not in field.metadata})
        if shape.get("default", 0) is None:
            del shape["default"]
        if field.allow_none and "enum" in shape and None not in shape["enum"]:
            shape["enum"] = [*shape["enum"], None]
        if "example" in shape:
            shape["examples"] = [shape.pop("example")]
        return shape

    def field2pattern(self, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
        return {}

    def nested2properties(self, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
        if isinstance(field, fields.Nested):
            partial = isinstance(field.parent, Schema) and bool(field.parent.partial)
            ret.update(self.reference(type(field.schema)(partial=True) if partial else field.schema))
        return ret

    def reference(self, schema: Schema | type[Schema]) -> dict[str, Any]:
        """A reference to this schema among the document's components, which gain it."""
        found: dict[str, Any] = self.resolve_nested_schema(schema)  # type: ignore[no-untyped-call]
        return found

    def schema2jsonschema(self, schema: Schema) -> dict[str, Any]:
        shape: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        answer = isinstance(schema, Body) and type(schema).__name__.endswith("Out")
        if isinstance(schema, Body) and answer:
            shape["required"] = sorted(set(shape["properties"]) - set(schema.sometimes))
        if answer or schema.partial:
            for member in shape["properties"].values():
                member.pop("default", None)
        if said := type(schema).__dict__.get("__doc__"):
            shape["description"] = " ".join(said.split())
        return shape


def _own(field: fields.Field[Any]) -> dict[str, Any]:
    match field:
        case Id():
            return {"pattern": id_pattern(field.kind), "maxLength": len(field.kind) + 27, "example": f"{field.kind}_{EXAMPLE_ID}"}  # fmt: skip
        case Moment():
            return {"maxLength": 35, "example": "2026-11-24T09:00:00.000Z"}
        case Day():
            return {"maxLength": 10, "example": "2026-11-24"}
        case Code():
            return {"enum": list(field.choices)}
        case Codes():
            return {"uniqueItems": True}
        case Text():
            return {"pattern": _pattern(field)}
        case Machine():
            return {"pattern": _MACHINE}
        case Whole():
            return {"format": "int64"}
        case fields.Dict():
            names = {"propertyNames": _converted_key(field.key_field)} if field.key_field else {}
            return {"maxProperties": 100, **names}
    return {}


def _pattern(field: Text) -> str:
    if field.pattern:
        return f"^(?:{field.pattern})$"
    if not field.minimum:
        return rf"^{_LETTERS if field.line else _SIGNS}*$"
    return _LINE if field.line else _TEXT


def _converted_key(field: fields.Field[Any]) -> dict[str, Any]:
    return {"enum": list(field.choices)} if isinstance(field, Code) else {"maxLength": 200}


class Shapes(MarshmallowPlugin):
    """apispec's plugin for our schemas. Two rooms may use one name; then the later one is told by its room."""

    Converter = _Converter

    def __init__(self) -> None:
        self._names: dict[str, type[Schema]] = {}
        super().__init__(schema_name_resolver=self._name)

    def _name(self, schema: Schema | type[Schema]) -> str:
        kind = schema if isinstance(schema, type) else type(schema)
        patch = isinstance(schema, Schema) and schema.partial and not kind.__name__.startswith("Change")
        name = f"{kind.__name__}Patch" if patch else kind.__name__
        if self._names.setdefault(name, kind) is not kind:
            name = kind.__module__.split(".")[2].capitalize() + name
            self._names.setdefault(name, kind)
        return name

    def ref(self, spec: APISpec, schema: Schema | type[Schema]) -> dict[str, Any]:
        """A reference to this schema among the document's components, which gain it."""
        assert isinstance(self.converter, _Converter)
        return self.converter.reference(schema)

    def lines(self, schema: Schema) -> dict[str, Any]:
        """The text of a body of lines: the schema's only field."""
        assert self.converter is not None
        (field,) = schema.fields.values()
        found: dict[str, Any] = self.converter.field2property(field)
        return found

    def parameters(self, query: Schema) -> list[dict[str, Any]]:
        """The query parameters of this schema."""
        assert self.converter is not None
        found: list[dict[str, Any]] = self.converter.schema2parameters(query, location="query")
        return found
