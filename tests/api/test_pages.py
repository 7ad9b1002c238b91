"""The pages for people: docs without any other host, a page for each problem, and methods that an address does not take."""

import re
from typing import Any

import pytest

from referral_api.api.explanations import EXPLANATIONS
from tests.world import World


def test_the_document_is_served_as_it_was_made(world: World, contract: dict[str, Any]) -> None:
    assert contract == world.get("/openapi.json", by=None).json


def test_the_docs_load_everything_from_here(world: World) -> None:
    page = world.get("/docs", by=None)
    loaded = [path for path in re.findall(r'(?:src|href)="([^"]+)"', page.text) if path != "data:,"]
    statuses = {path: world.get(path, by=None).status_code for path in loaded}
    assert dict.fromkeys(loaded, 200) == statuses
    assert ["/docs/swagger-ui.css", "/openapi.json", "/docs/swagger-ui-bundle.js", "/docs/docs.js"] == loaded
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("code", EXPLANATIONS)
def test_every_problem_has_a_page_that_says_what_to_do(code: str, world: World) -> None:
    page = world.get(f"/problems/{code}", by=None)
    assert (200, "text/html; charset=utf-8") == (page.status_code, page.content_type)
    assert "What to do" in page.text


def test_a_page_that_is_not_there_is_a_problem(world: World) -> None:
    answers = [world.get(path, by=None) for path in ("/problems/nothing", "/docs/README.md")]
    assert [(404, "application/problem+json")] * 2 == [(a.status_code, a.content_type) for a in answers]


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/livez", "/v1/codes"])
def test_every_answer_has_the_security_headers_and_a_request_id(path: str, world: World) -> None:
    headers = world.get(path, by=None, X_Request_ID="from-the-test").headers
    assert "from-the-test" == headers["X-Request-ID"]
    assert ("nosniff", "no-referrer", "same-origin") == tuple(
        headers[name] for name in ("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Resource-Policy")
    )
    assert "max-age=63072000; includeSubDomains" == headers["Strict-Transport-Security"]
    policy = {directive.strip() for directive in headers["Content-Security-Policy"].split(";")}
    assert {f"{name} 'none'" for name in ("default-src", "base-uri", "form-action", "frame-ancestors")} <= policy
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("path", ["/v1//cases", "/v1/cases/", "//evil.example/v1/cases", "/docs/", "/docs//docs.js"])
def test_nobody_is_sent_on_to_another_address(path: str, world: World) -> None:
    answer = world.app.test_client().get(path, headers={"Host": "evil.example"})
    assert answer.status_code in (401, 404)
    assert "Location" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_no_page_of_another_origin_reads_an_answer(method: str, world: World) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = world.app.test_client().open("/v1/sessions", method=method, headers=asked)
    assert answer.status_code in (401, 405, 415, 400, 422)
    assert [] == [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "TRACE"])
def test_a_method_that_was_not_declared_is_405_and_says_which_were(method: str, world: World) -> None:
    before = len(world.entries())
    answer = world.app.test_client().open("/v1/cases", method=method)
    assert (405, {"GET", "HEAD", "POST"}, before) == (
        answer.status_code,
        set(answer.headers["Allow"].split(", ")),
        len(world.entries()),
    )
    assert "application/problem+json" == answer.content_type


def test_pages_may_be_asked_for_their_head(world: World) -> None:
    answers = [world.app.test_client().head(path) for path in ("/docs", "/openapi.json", "/livez")]
    assert [(200, b"")] * 3 == [(answer.status_code, answer.data) for answer in answers]
