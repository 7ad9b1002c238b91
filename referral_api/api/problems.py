"""Errors as problem documents (RFC 9457): one status and one page for each code; no value of a caller is ever echoed.

The words are in the language that the call asks for; type, codes, pointers and states are the same in each.
"""

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, json
from werkzeug.exceptions import HTTPException

from referral_api.api import languages
from referral_api.api.authorization import challenges
from referral_api.kernel import errors
from referral_api.kernel.errors import CallError

__all__ = ["ERRORS", "STATUS", "problem", "problem_of_http"]

STATUS: Mapping[str, int] = {
    "malformed-json": 400,
    "purpose-required": 400,
    "idempotency-key-required": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "factor-required": 403,
    "purpose-not-allowed": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "illegal-step": 409,
    "consent-missing": 409,
    "consent-ended": 409,
    "idempotency-in-flight": 409,
    "archived": 410,
    "precondition-failed": 412,
    "body-too-large": 413,
    "unsupported-media-type": 415,
    "validation-failed": 422,
    "imagery-refused": 422,
    "identity-in-open-text": 422,
    "idempotency-key-reused": 422,
    "precondition-required": 428,
    "rate-limited": 429,
    "internal-error": 500,
    "unavailable": 503,
}

ERRORS: Mapping[str, type[CallError]] = {
    error.code: error
    for name in errors.__all__
    if isinstance(error := getattr(errors, name), type) and issubclass(error, CallError) and hasattr(error, "code")
}


def problem(error: CallError, request_id: str) -> Response:
    """The answer to a call that went wrong."""
    answer = _document(error.code, error.title, error.detail, request_id, error.extra)
    if error.retry_after is not None:
        answer.headers["Retry-After"] = str(error.retry_after)
    if error.code == "unauthenticated":
        for challenge in challenges(error.reason):
            answer.headers.add("WWW-Authenticate", challenge)
    return answer


def problem_of_http(error: HTTPException, request_id: str) -> Response:
    """The answer where Flask itself found the call wrong: no such route, no such method."""
    known = {404: errors.NotFound(), 405: errors.MethodNotAllowed("This address does not take this method.")}
    if (found := known.get(error.code or 500)) is not None:
        answer = problem(found, request_id)
    elif error.code == 413:
        answer = problem(errors.BodyTooLarge("Send less."), request_id)
    elif error.code is not None and error.code < 500:
        answer = problem(errors.MalformedBody("The request cannot be read."), request_id)
    else:
        answer = _document(
            "internal-error",
            "Something went wrong here",
            "It is not your doing, and nothing was changed.",
            request_id,
            {},
        )
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _document(code: str, title: str, detail: str, request_id: str, extra: Mapping[str, Any]) -> Response:
    language = languages.asked()
    document = {
        "type": f"{current_app.config['PUBLIC_URL']}/problems/{code}",
        "title": languages.say(title, language),
        "status": STATUS[code],
        "detail": languages.say(detail, language),
        "instance": request_id,
        **extra,
    }
    if "errors" in extra:
        document["errors"] = [
            {**wrong, "detail": languages.say(wrong["detail"], language)} for wrong in extra["errors"]
        ]
    answer = Response(json.dumps(document), STATUS[code], content_type="application/problem+json")
    return languages.mark(answer, language)
