"""Examples made from the shapes themselves, so that an example is never out of step with them."""

from collections.abc import Mapping
from typing import Any

__all__ = ["example"]


def example(shape: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
    """A value of this JSON Schema: its own example where it has one, every member of an object, one item of a list."""
    if "$ref" in shape:
        return example(components[shape["$ref"].rpartition("/")[2]], components)
    if "examples" in shape:
        return shape["examples"][0]
    if "anyOf" in shape:
        return example(shape["anyOf"][0], components)
    if "enum" in shape:
        return shape["enum"][0]
    kind = shape.get("type", "object")
    match kind if isinstance(kind, str) else kind[0]:
        case "object":
            return _object(shape, components)
        case "array":
            return [example(shape["items"], components)] if shape.get("maxItems", 1) else []
        case "integer":
            return max(1, shape.get("minimum", 1))
        case "boolean":
            return True
        case "null":
            return None
    return "Text."[: shape.get("maxLength", 5)]


def _object(shape: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: example(member, components) for name, member in shape.get("properties", {}).items()}
    names = shape.get("propertyNames", {}).get("enum")
    if names and isinstance(shape.get("additionalProperties"), dict):
        shown[names[0]] = example(shape["additionalProperties"], components)
    return shown
