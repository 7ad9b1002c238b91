"""Every answer that any test gets is held against the document: its status, its media type, its headers and its shape.
What a problem says in English must be something that can be said in the other languages too.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import jsonschema_rs
from flask import Flask, Response, request

from referral_api.api.languages import TRANSLATIONS
from referral_api.api.openapi import document
from referral_api.app import ROOMS

_HERE = "http://127.0.0.1:8080"
_SENTENCES = ("seen", "instead", "fault", "why")
"""The places that hold sentences."""


def watch(app: Flask) -> None:
    app.after_request_funcs[None].insert(0, _held)  # the first of them runs last


def _held(response: Response) -> Response:
    method, _, path = (request.endpoint or "").partition(" ")
    if path.startswith(("/v1/", "/oauth/", "/.well-known/")):
        answer = _answers(path, method).get(str(response.status_code))
        assert answer is not None, (
            f"{request.endpoint} answers {response.status_code}, which the document does not know"
        )
        needed = {name for name, header in answer["headers"].items() if _resolved(header).get("required")}
        assert needed <= set(response.headers.keys()), (
            f"{request.endpoint} lacks {needed - set(response.headers.keys())}"
        )
        assert response.mimetype in answer.get("content", {response.mimetype: None}), response.mimetype
        if response.mimetype in ("application/json", "application/problem+json") and response.status_code != 204:
            _validate(path, method, response.status_code)(response.json)
    if response.mimetype == "application/problem+json" and response.headers["Content-Language"] == "en":
        said = response.json
        words = [said["title"], said["detail"], *(wrong["detail"] for wrong in said.get("errors", ()))]
        assert [] == [text for text in words if not translated(text)]
    return response


def translated(text: str) -> bool:
    """Whether a sentence of the catalogue reads like this, and so do the sentences in it."""
    found = (pattern.fullmatch(text) for pattern in _patterns())
    parts = ([said for name, said in match.groupdict().items() if name in _SENTENCES] for match in found if match)
    return text in TRANSLATIONS or any(all(map(translated, said)) for said in parts)


@cache
def _patterns() -> list[re.Pattern[str]]:
    """The sentences with named places. The literal braces of an address are none."""
    places = re.compile(r"\\{([a-z]+)\\}")
    filled = (places.sub(r"(?P<\1>.+)", re.escape(sentence)) for sentence in TRANSLATIONS)
    first_ends = ("(?P<seen>.+)", r"(?P<seen>[^.]+\.)")
    return [re.compile(pattern.replace(*first_ends)) for pattern in filled if "(?P<" in pattern]


@cache
def _contract() -> dict[str, Any]:
    return document(ROOMS, _HERE)


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        kind, name = part["$ref"].split("/")[-2:]
        part = _contract()["components"][kind][name]
    return part


def _answers(path: str, method: str) -> dict[str, Any]:
    responses = _contract()["paths"][path][method.lower()]["responses"]
    return {status: _resolved(answer) for status, answer in responses.items()}


@cache
def _registry() -> Any:
    return jsonschema_rs.Registry([("urn:contract", _contract())])


@cache
def _validate(path: str, method: str, status: int) -> Callable[[Any], None]:
    (content,) = _answers(path, method)[str(status)]["content"].values()
    schema = _absolute(content["schema"])
    validator: Any = jsonschema_rs.Draft202012Validator(schema, registry=_registry(), validate_formats=True)

    def validate(value: Any) -> None:
        wrong = [f"{error.message} at {error.instance_path}" for error in validator.iter_errors(value)]
        assert not wrong, f"{method} {path} {status}: {wrong}"

    return validate


def _absolute(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "$ref": f"urn:contract{schema['$ref']}"} if "$ref" in schema else schema
