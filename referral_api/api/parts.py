"""The parts of the document that every route shares: headers, and the shape of problems."""

from collections.abc import Mapping
from typing import Any

from referral_api.kernel.codes import LANGUAGES
from referral_api.kernel.words import Purpose

__all__ = ["HEADERS", "PARAMETERS", "SCHEMAS", "header"]

_ANYTHING = r"^[^\x00\r\n]*$"


def header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _text(example: str, description: str, pattern: str = _ANYTHING, maximum: int = 1_000) -> dict[str, Any]:
    return {
        "description": description,
        "schema": {"type": "string", "pattern": pattern, "maxLength": maximum, "examples": [example]},
    }


HEADERS: Mapping[str, dict[str, Any]] = {
    "X-Request-ID": {
        "required": True,
        **_text("0197c2b1f3", "The id of this call, in the audit trail too.", r"^[A-Za-z0-9._-]{1,64}$", 64),
    },
    "RateLimit": _text(
        '"default";r=1199;t=60, "lists";r=599;t=60', "How many calls are left (`r`), and for how many seconds (`t`), in each count."
    ),
    "RateLimit-Policy": _text(
        '"default";q=1200;w=60, "lists";q=600;w=60', "How many calls (`q`) are allowed in how many seconds (`w`), in each count."
    ),
    "ETag": {
        "required": True,
        **_text('"kX0m3vWqkPZJ3l0vN9sB"', "The validator of what you are shown, for If-Match.", r'^"[!#-~]+"$', 100),
    },
    "Link": _text(
        '<http://127.0.0.1:8080/v1/cases?cursor=abc>; rel="next"', "The next page, if there is one (RFC 8288).", maximum=8_000
    ),
    "Location": {
        "required": True,
        **_text("http://127.0.0.1:8080/v1/cases/case_01m86a7s04e5vtfdx32bwdvnvj", "Where what was made is read.", maximum=500),
    },
    "Retry-After": {
        "required": True,
        "description": "Seconds to wait.",
        "schema": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 86_400, "examples": [2]},
    },
    "Content-Language": {
        "required": True,
        "description": "The language of title and detail: the one that Accept-Language likes best (RFC 9110, 12.5.4), or English.",
        "schema": {"type": "string", "enum": list(LANGUAGES)},
    },
    "Vary": {"required": True, **_text("Accept-Language", "What the words of this answer depend on.")},
    "WWW-Authenticate": {
        "required": True,
        **_text('Bearer realm="referral-api"', "How to prove who you are (RFC 6750), and where that is said (RFC 9728)."),
    },
}  # fmt: skip


def _sent(name: str, description: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


def _free(example: str) -> dict[str, Any]:
    """Any value is taken as it comes; none is refused for its form."""
    return {"type": "string", "examples": [example]}


_KEY = {
    "type": "string",
    "pattern": r'^("[ !#-\[\]-~]{1,255}"|[A-Za-z0-9._~:/+=-]{1,255})$',
    "maxLength": 257,
    "examples": ['"5f1c2f6e-2d6c-4e0a-9a8b-0f6f1f2f3a4b"'],
}
_ETAGS = _free('"kX0m3vWqkPZJ3l0vN9sB"')
_REPEAT = "Names this act, so that a repeat cannot act twice: the same call with the same key gets the same answer for 24 hours."

PARAMETERS: Mapping[str, dict[str, Any]] = {
    "RequestId": _sent(
        "X-Request-ID", "Your own id of this call, `[A-Za-z0-9._-]{1,64}`; another is replaced.", _free("0197c2b1f3")
    ),
    "AcceptLanguage": _sent("Accept-Language", "The language of problems: en, ar, fr or es; else English.", _free("fr, en;q=0.5")),
    "Purpose": _sent(
        "Purpose",
        "Why you ask: one of your purposes (GET /v1/me). It is decided upon and recorded.",
        {"type": "string", "enum": [purpose.value for purpose in Purpose]},
        required=True,
    ),
    "DPoP": _sent(
        "DPoP",
        "With a token of type DPoP: a proof made for this call (RFC 9449), that its sender holds the token's key.",
        _free("eyJ0eXAiOiJkcG9wK2p3dCIs..."),
    ),
    "OnBehalfOf": _sent("On-Behalf-Of", "For a system: the user name of the member for whom it acts.", _free("amina.k")),
    "IdempotencyKey": _sent("Idempotency-Key", _REPEAT, _KEY, required=True),
    "OptionalIdempotencyKey": _sent("Idempotency-Key", _REPEAT, _KEY),
    "IfMatch": _sent("If-Match", "The ETag of what you read; 412 if it has changed since.", _ETAGS, required=True),
    "OptionalIfMatch": _sent("If-Match", "The ETag of what you read; checked when it is sent.", _ETAGS),
}  # fmt: skip

_FIELD_PROBLEM = {
    "type": "object",
    "description": "One field that is wrong. The value is never repeated.",
    "required": ["pointer", "code", "detail"],
    "additionalProperties": False,
    "properties": {
        "pointer": {
            "type": "string", "pattern": "^(/[^/]*)*$", "maxLength": 2_000, "examples": ["/subject/identity/date_of_birth"],
            "description": "A JSON Pointer (RFC 6901), to the last name that the schema knows.",
        },
        "code": {"type": "string", "pattern": "^[a-z][a-z0-9_-]*$", "maxLength": 64, "examples": ["required"]},
        "detail": {"type": "string", "pattern": _ANYTHING, "maxLength": 1_000, "examples": ["Missing data for required field."]},
    },
}  # fmt: skip

_WORD = {"type": "string", "pattern": "^[a-z][a-z0-9_:-]*$", "maxLength": 64}

SCHEMAS: Mapping[str, dict[str, Any]] = {
    "FieldProblem": _FIELD_PROBLEM,
    "Problem": {
        "type": "object",
        "description": "What is wrong (RFC 9457).",
        "required": ["type", "title", "status", "detail", "instance"],
        "additionalProperties": False,
        "properties": {
            "type": {"type": "string", "format": "uri", "maxLength": 500, "description": "A page that explains it."},
            "title": {"type": "string", "pattern": _ANYTHING, "maxLength": 200},
            "status": {"type": "integer", "format": "int32", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "pattern": _ANYTHING, "maxLength": 1_000},
            "instance": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$", "maxLength": 64, "description": "The request id."},
            "errors": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/FieldProblem"}},
            "purposes": {"type": "array", "maxItems": 10, "items": _WORD, "description": "Your purposes."},
            "state": {**_WORD, "description": "The state of the thing."},
            "allowed_steps": {"type": "array", "maxItems": 50, "items": _WORD, "description": "What you may do with it now."},
            "month": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$", "maxLength": 7, "description": "The month that is archived."},
            "permission": {**_WORD, "description": "What the token's scope lacks."},
        },
    },
}  # fmt: skip
