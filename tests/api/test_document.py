"""The document is valid, whole, and true to the declarations."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from referral_api import guard
from referral_api.access import POLICY
from referral_api.api.answers import problem_codes
from referral_api.api.explanations import EXPLANATIONS
from referral_api.api.problems import ERRORS, STATUS
from referral_api.app import ROOMS
from tests.world import World

ENDPOINTS = [endpoint for room in ROOMS for endpoint in room.endpoints]
STANDS_OPEN = {
    "POST /v1/sessions",
    "POST /v1/sessions/refresh",
    "POST /v1/sessions/passkey/options",
    "POST /v1/sessions/passkey",
    "POST /v1/sessions/federated/start",
    "POST /v1/sessions/federated/callback",
    "POST /v1/invitations/accept",
    "GET /v1/codes",
    "POST /oauth/token",
    "POST /oauth/revoke",
    "POST /oauth/introspect",
    "GET /.well-known/oauth-authorization-server",
    "GET /.well-known/oauth-protected-resource",
    "GET /.well-known/jwks.json",
}


def _operations(contract: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def _content(part: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Every (schema, example) of a request body or an answer."""
    for said in part.get("content", {}).values():
        for example in said["examples"].values():
            yield said["schema"], example["value"]


def test_the_document_is_valid_openapi(contract: dict[str, Any]) -> None:
    assert [] == list(OpenAPIV31SpecValidator(contract).iter_errors())


def test_the_document_holds_every_route_and_nothing_else(contract: dict[str, Any]) -> None:
    assert {endpoint.key for endpoint in ENDPOINTS} == {key for key, _ in _operations(contract)}


def test_every_operation_has_its_own_name(contract: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in _operations(contract)]
    assert sorted(set(names)) == sorted(names)


def test_every_example_is_of_its_schema(contract: dict[str, Any]) -> None:
    parts = [operation["requestBody"] for _, operation in _operations(contract) if "requestBody" in operation]
    parts += [answer for _, operation in _operations(contract) for answer in operation["responses"].values()]
    parts += contract["components"]["responses"].values()
    wrong, checked = [], 0
    for part in parts:
        for schema, value in _content(part):
            checked += 1
            whole = {**schema, "components": contract["components"]}
            wrong += [
                f"{error.message} at {error.instance_path}"
                for error in jsonschema_rs.validator_for(whole, validate_formats=True).iter_errors(value)
            ]
    assert [] == wrong
    assert checked > 100


def test_every_object_of_a_body_refuses_members_that_it_does_not_know(contract: dict[str, Any]) -> None:
    forms = {"IssueToken", "RevokeToken", "IntrospectToken"}
    unsigned = {"ClientExtensionResults"}
    """What a browser adds to a passkey's answer by itself, and nobody looks at."""
    open_ones = [
        name
        for name, schema in contract["components"]["schemas"].items()
        if schema["type"] == "object" and schema.get("additionalProperties") is not False
    ]
    assert forms | unsigned == set(open_ones)


def test_no_body_takes_as_much_text_as_the_guard_reads(contract: dict[str, Any]) -> None:
    def most(schema: dict[str, Any]) -> int:
        """Characters of the names and texts that a schema takes."""
        if "$ref" in schema:
            return most(contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        if parts := schema.get("anyOf", schema.get("oneOf")):
            return max(map(most, parts))
        if "properties" in schema:
            return sum(len(name) + most(member) for name, member in schema["properties"].items())
        if "items" in schema:
            return int(schema["maxItems"]) * most(schema["items"])
        if "enum" in schema:
            return max(len(str(value)) for value in schema["enum"])
        if "string" not in schema.get("type", ()):
            return 0
        return 35 if schema.get("format") in ("date", "date-time") else int(schema["maxLength"])

    bodies = [
        operation["requestBody"]["content"] for _, operation in _operations(contract) if "requestBody" in operation
    ]
    taken = [most(said["schema"]) for body in bodies for said in body.values()]
    assert 10_000 < max(taken) < guard.MOST * 2 // 3


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.key)
def test_an_operation_names_every_problem_of_its_route(endpoint: Any, contract: dict[str, Any]) -> None:
    responses = contract["paths"][endpoint.rule][endpoint.method.lower()]["responses"]
    answers = [responses[str(STATUS[code])] for code in problem_codes(endpoint)]
    told = {
        code
        for answer in answers
        if "$ref" in answer
        for code in answer["$ref"].rpartition("/")[2].split(".")[1:]
    }  # fmt: skip
    own = {"unauthenticated"} if endpoint.refusal else set()
    assert set(problem_codes(endpoint)) - own == told


def test_whoever_is_not_signed_in_is_answered_401_everywhere_but_at_a_short_public_list(world: World) -> None:
    let_in = set()
    for endpoint in ENDPOINTS:
        path = re.sub(r"\{(\w+)_id\}", r"\1_01m86a7s04e5vtfdx32bwdvnvj", endpoint.rule)
        answer = world.app.test_client().open(path, method=endpoint.method)
        if (answer.status_code, (answer.json or {}).get("type", "").rpartition("/")[2]) != (401, "unauthenticated"):
            let_in.add(endpoint.key)
    assert STANDS_OPEN == let_in


def test_every_permission_of_a_route_has_a_row_in_the_policy() -> None:
    ruled = {rule.permission for rule in POLICY}
    assert set() == {endpoint.permission for endpoint in ENDPOINTS if endpoint.permission} - ruled


def test_what_may_be_read_with_get_is_never_what_may_be_changed() -> None:
    read, changed = (
        {e.permission for e in ENDPOINTS if (e.method == "GET") is safe and e.permission} for safe in (True, False)
    )
    assert set() == read & changed
    assert {"GET", "POST", "PATCH", "DELETE"} == {endpoint.method for endpoint in ENDPOINTS}


def test_every_error_has_a_status_and_a_page() -> None:
    assert {*ERRORS, "internal-error"} == set(STATUS)
    assert set(STATUS) == set(EXPLANATIONS)


def test_a_problem_that_a_route_declares_is_one_that_there_is() -> None:
    assert set() == {code for endpoint in ENDPOINTS for code in endpoint.problems} - set(STATUS)
