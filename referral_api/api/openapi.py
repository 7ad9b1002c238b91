"""The document of the contract (OpenAPI 3.1), made from the same declarations that the door checks."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from apispec import APISpec

from referral_api.access import POLICY, Permission, permits_role
from referral_api.api.answers import failures, refusals, success
from referral_api.api.examples import example
from referral_api.api.parts import HEADERS, PARAMETERS, SCHEMAS
from referral_api.api.places import places
from referral_api.api.rooms import LINES, NEVER, REQUIRED, Endpoint, Room
from referral_api.api.shapes import EXAMPLE_ID, Shapes, id_pattern
from referral_api.kernel.words import Role

__all__ = ["document"]

_ABOUT = """\
Police units and social-service providers exchange referrals about child victims: text only, each read and each change in an audit trail.

Errors are problem documents (RFC 9457) whose `type` leads to a page that explains it. Checks come in one order: 413, 401, 429, 415, 400,
428, purpose 403, 422, then 404, 403, 412, 409. What you may not know of is 404, like what is missing. HEAD is a GET whose body is not sent, and is recorded
like one; another method that an address does not take, OPTIONS too, is 405 with `Allow`.
Lists are pages: follow `next_cursor`, or the Link header. Every answer has `X-Request-ID`.
Problems and their pages speak English, Arabic, French or Spanish, as Accept-Language asks; codes, pointers and states stay as they are.
"""


def document(rooms: Iterable[Room], url: str) -> dict[str, Any]:
    """The whole contract of these rooms, for a service at this public address."""
    shapes = Shapes()
    rooms = tuple(rooms)
    spec = APISpec(
        title="Case referral exchange",
        version="1.0.0",
        openapi_version="3.1.0",
        plugins=[shapes],
        info={
            "description": _ABOUT,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
            "contact": {"name": "The operator of this installation", "url": url},
        },
        servers=[
            {
                "url": url,
                "description": "This installation: production, unless its operator says otherwise.",
                "x-internal": False,
            }
        ],
        tags=[{"name": room.tag, "description": room.description} for room in rooms],
    )
    for name, shape in SCHEMAS.items():
        spec.components.schema(name, shape)
    for name, header in HEADERS.items():
        spec.components.header(name, header)
    for name, parameter in PARAMETERS.items():
        spec.components.parameter(name, parameter["in"], {**parameter})
    for name, scheme in _security_schemes(url).items():
        spec.components.security_scheme(name, scheme)
    located = places(rooms)
    for room in rooms:
        for endpoint in room.endpoints:
            said = _operation(endpoint, shapes, spec, url, located=endpoint.key in located)
            spec.path(endpoint.rule, operations={endpoint.method.lower(): said})
    made: dict[str, Any] = spec.to_dict()
    return made


def _operation(endpoint: Endpoint, shapes: Shapes, spec: APISpec, url: str, *, located: bool) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.route.__name__,
        "summary": endpoint.summary,
        "description": _description(endpoint),
        "tags": [endpoint.tag],
        "security": _security(endpoint),
        "parameters": _parameters(endpoint, shapes),
        "responses": {
            str(endpoint.status): success(endpoint, shapes, spec, located=located),
            **(refusals(endpoint, shapes, spec) if endpoint.refusal else {}),
        },
    }
    for status, answer in failures(endpoint, spec, url).items():
        operation["responses"].setdefault(status, answer)
    if endpoint.body is not None:
        shape = shapes.lines(endpoint.body) if endpoint.media == LINES else shapes.ref(spec, endpoint.body)
        shown = {"schema": shape, "examples": {"whole": {"value": example(shape, spec.components.schemas)}}}
        needed = "$ref" not in shape or bool(spec.components.schemas[shape["$ref"].rpartition("/")[2]].get("required"))
        operation["requestBody"] = {"required": needed, "content": {media: shown for media in endpoint.media}}
    return operation


def _description(endpoint: Endpoint) -> str:
    """Who may call it, read aloud from the policy."""
    said = [_words(line) for line in (endpoint.route.__doc__ or "").split("\n\n")[1:]]
    for rule in POLICY:
        if rule.permission is endpoint.permission:
            who = ", ".join(sorted(role.value for role in rule.roles))
            stands = ", ".join(sorted(relation.value for relation in rule.relations))
            assigned = "; assigned to the case" if rule.assigned else ""
            said.append(f"`{rule.permission}` for {who}, standing as {stands}{assigned}: {rule.because}.")
    return "\n\n".join(said) or ("For everybody." if endpoint.public else "For everybody who is signed in.")


def _words(text: str) -> str:
    return " ".join(text.split())


def _parameters(endpoint: Endpoint, shapes: Shapes) -> list[dict[str, Any] | str]:
    """A string names a component."""
    found: list[dict[str, Any] | str] = [_path_parameter(name) for name in re.findall(r"\{(\w+)\}", endpoint.rule)]
    if endpoint.query is not None:
        found += shapes.parameters(endpoint.query)
    names = ["RequestId", "AcceptLanguage"]
    if endpoint.purpose:
        names.append("Purpose")
    if not endpoint.public:
        names += ["OnBehalfOf", "DPoP"]
    elif endpoint.bindable:
        names.append("DPoP")
    if endpoint.idempotency is not None:
        names.append("IdempotencyKey" if endpoint.idempotency == REQUIRED else "OptionalIdempotencyKey")
    if endpoint.if_match == REQUIRED:
        names.append("IfMatch")
    elif endpoint.if_match != NEVER and endpoint.method != "GET" and "{" in endpoint.rule:
        names.append("OptionalIfMatch")
    return [*found, *names]


def _path_parameter(name: str) -> dict[str, Any]:
    if not name.endswith("_id"):
        word = {"type": "string", "pattern": "^[a-z_]+$", "maxLength": 64, "examples": ["bulk_reads"]}
        return {"name": name, "in": "path", "required": True, "description": f"The {name}.", "schema": word}
    kind = name.removesuffix("_id")
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": f"The id of the {kind}.",
        "schema": {"type": "string", "pattern": id_pattern(kind), "maxLength": len(kind) + 27, "examples": [f"{kind}_{EXAMPLE_ID}"]},
    }  # fmt: skip


def _security(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    if endpoint.refusal is not None:
        return [{"client": []}, {}]
    if endpoint.public:
        return [{}]
    if endpoint.permission is None:
        return [{"member": []}, {"system": []}]
    system = [{"system": [endpoint.permission.value]}] if _for_systems(endpoint.permission) else []
    return [{"member": []}, *system]


def _for_systems(permission: Permission) -> bool:
    return permits_role(permission, frozenset({Role.SYSTEM}))


def _security_schemes(url: str) -> Mapping[str, dict[str, Any]]:
    rules = sorted(
        (rule for rule in reversed(POLICY) if _for_systems(rule.permission)), key=lambda rule: rule.permission.value
    )
    scopes = {rule.permission.value: f"{rule.because[0].upper()}{rule.because[1:]}." for rule in rules}
    return {
        "member": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A person's access token, from POST /v1/sessions. Its roles are read at each call. JWTs are made and checked by RFC8725.",
        },
        "system": {
            "type": "oauth2",
            "description": "An agency's system (OAuth 2.1 client credentials, RFC 6749, 7523). A scope is a permission. "
            "Tokens hold for minutes and are got anew; JWTs are made and checked by RFC8725. A token of type DPoP is sent as "
            "Authorization: DPoP, with a proof of its key in the header DPoP (RFC 9449).",
            "flows": {"clientCredentials": {"tokenUrl": f"{url}/oauth/token", "scopes": scopes}},
        },
        "client": {
            "type": "http",
            "scheme": "basic",
            "description": "client_secret_basic; client_secret_post and private_key_jwt are in the form instead.",
        },
    }
