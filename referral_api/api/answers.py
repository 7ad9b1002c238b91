"""What a route can answer: its success, and every error that the door or the route may raise."""

from collections.abc import Iterator
from typing import Any

from apispec import APISpec

from referral_api.api.examples import example
from referral_api.api.explanations import EXPLANATIONS, title_of
from referral_api.api.parts import header
from referral_api.api.problems import STATUS
from referral_api.api.rooms import NEVER, REQUIRED, Endpoint
from referral_api.api.shapes import Shapes

__all__ = ["failures", "problem_codes", "refusals", "success"]

_ALWAYS = ("X-Request-ID",)
_COUNTED = ("X-Request-ID", "RateLimit", "RateLimit-Policy")
_SAID = ("Content-Language", "Vary")
_NEEDED = {"401": ("WWW-Authenticate",), "429": ("Retry-After",), "503": ("Retry-After",)}
_MOST = 1_000


def success(endpoint: Endpoint, shapes: Shapes, spec: APISpec, *, located: bool) -> dict[str, Any]:
    """The answer when all went well; `located` says that what was made has an address."""
    own = {"ETag": endpoint.etag, "Link": endpoint.listed, "Location": located}
    names = [*_COUNTED, *(name for name, has in own.items() if has)]
    answer: dict[str, Any] = {
        "description": f"{endpoint.summary}: done.",
        "headers": {name: header(name) for name in names},
    }
    if endpoint.status != 204:
        shape = _shape(endpoint, shapes, spec)
        shown = {"schema": shape, "examples": {"whole": {"value": example(shape, spec.components.schemas)}}}
        answer["content"] = {media: shown for media in endpoint.produces.split(", ")}
    return answer


def _shape(endpoint: Endpoint, shapes: Shapes, spec: APISpec) -> dict[str, Any]:
    if endpoint.produces != "application/json":
        return {"type": "string", "maxLength": 100_000, "pattern": r"^[^\x00]*$"}
    if endpoint.answer is None:
        return {"type": "object", "maxProperties": 0}
    one = shapes.ref(spec, endpoint.answer)
    if not endpoint.listed:
        return one
    name = f"{one['$ref'].rpartition('/')[2].removesuffix('Out')}Page"
    if name not in spec.components.schemas:
        spec.components.schema(name, _page(one))
    return {"$ref": f"#/components/schemas/{name}"}


def _page(one: dict[str, Any]) -> dict[str, Any]:
    cursor = {
        "type": ["string", "null"],
        "maxLength": 1_000,
        "pattern": r"^[A-Za-z0-9._-]+$",
        "examples": ["WyJhIl0.c2ln"],
    }
    return {
        "type": "object",
        "required": ["items", "next_cursor"],
        "additionalProperties": False,
        "properties": {"items": {"type": "array", "maxItems": _MOST, "items": one}, "next_cursor": cursor},
    }  # fmt: skip


def refusals(endpoint: Endpoint, shapes: Shapes, spec: APISpec) -> dict[str, Any]:
    """The errors of a route that has a shape of its own for them."""
    assert endpoint.refusal is not None
    shape = shapes.ref(spec, endpoint.refusal)
    shown = {"schema": shape, "examples": {"whole": {"value": example(shape, spec.components.schemas)}}}
    said = {"400": "The request is not valid, or not for this client.", "401": "The client did not prove who it is."}
    return {
        status: {
            "description": description,
            "headers": {name: header(name) for name in (*_COUNTED, *_NEEDED.get(status, ()))},
            "content": {"application/json": shown},
        }
        for status, description in said.items()
    }


def failures(endpoint: Endpoint, spec: APISpec, url: str) -> dict[str, dict[str, str]]:
    """The problems that this route can answer, by status; equal ones are one component."""
    codes: dict[str, list[str]] = {}
    for code in dict.fromkeys(problem_codes(endpoint)):
        codes.setdefault(str(STATUS[code]), []).append(code)
    return {status: _component(status, tuple(sorted(found)), spec, url) for status, found in sorted(codes.items())}


def problem_codes(endpoint: Endpoint) -> Iterator[str]:
    """In the order of the door's checks."""
    yield from (
        "body-too-large",
        "rate-limited",
        "internal-error",
        "unavailable",
    )
    if not endpoint.public:
        yield from ("unauthenticated", "forbidden")
        if not endpoint.before_factor:
            yield "factor-required"
    if endpoint.refusal is None:
        yield from ("validation-failed", "imagery-refused")
    if endpoint.body is not None and endpoint.refusal is None:
        yield from ("unsupported-media-type", "malformed-json")
    if endpoint.purpose:
        yield from ("purpose-required", "purpose-not-allowed")
    if endpoint.idempotency is not None:
        yield from ("idempotency-key-required", "idempotency-key-reused", "idempotency-in-flight")
    if endpoint.if_match == REQUIRED:
        yield "precondition-required"
    if "{" in endpoint.rule:
        yield "not-found"
        if endpoint.method != "GET" and endpoint.if_match != NEVER:
            yield "precondition-failed"
    if "{case_id}" in endpoint.rule or "{consent_id}" in endpoint.rule:
        yield "illegal-step"
    yield from endpoint.problems


def _component(status: str, codes: tuple[str, ...], spec: APISpec, url: str) -> dict[str, str]:
    name = ".".join((status, *codes))
    if name not in spec.components.responses:
        kinds = [f"{url}/problems/{code}" for code in codes]
        shown = {
            "schema": {"$ref": "#/components/schemas/Problem", "properties": {"type": {"enum": kinds}}},
            "examples": {code: {"summary": title_of(code), "value": _problem(code, url)} for code in codes},
        }
        early = status in ("401", "413")
        names = (*(_ALWAYS if early else _COUNTED), *_SAID, *_NEEDED.get(status, ()))
        spec.components.response(
            name,
            {
                "description": "\n\n".join(f"`{code}`: {EXPLANATIONS[code].meaning}" for code in codes),
                "headers": {each: header(each) for each in names},
                "content": {"application/problem+json": shown},
            },
        )
    return {"$ref": f"#/components/responses/{name}"}


def _problem(code: str, url: str) -> dict[str, Any]:
    fields: dict[str, Any] = {"pointer": "/need", "code": "required", "detail": "Missing data for required field."}
    more: dict[str, dict[str, Any]] = {
        "purpose-required": {"purposes": ["care"]},
        "purpose-not-allowed": {"purposes": ["care"]},
        "illegal-step": {"state": "sent", "allowed_steps": ["withdraw"]},
        "archived": {"month": "2026-03"},
        "validation-failed": {"errors": [fields]},
        "imagery-refused": {"errors": [{**fields, "code": "image", "detail": "Looks like an image."}]},
        "identity-in-open-text": {"errors": [{**fields, "code": "identity", "detail": "Says who the child is."}]},
    }
    return {
        "type": f"{url}/problems/{code}",
        "title": title_of(code),
        "status": STATUS[code],
        "detail": EXPLANATIONS[code].meaning,
        "instance": "0197c2b1f3",
        **more.get(code, {}),
    }
