"""The door: every route stands behind it, and its checks come in one order, so that no answer tells what it should not.

413, 401, 429, 403 without a second factor, 415, 400, 428, purpose 403, 422, idempotency; then the route's own 404, 403, 412 and 409.
The signature of the token and the body are read before the transaction begins, so that it is held for as short as can be.
"""

import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from flask import Flask, Response, current_app, g, json, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge
from werkzeug.routing import Rule

from referral_api import guard, vault, work
from referral_api.api import bodies, rates
from referral_api.api.authorization import shown
from referral_api.api.headers import SECURITY
from referral_api.api.places import places
from referral_api.api.problems import problem, problem_of_http
from referral_api.api.rooms import LINES, NEVER, REQUIRED, Call, CaseRef, Endpoint, Reply, Room
from referral_api.identity.dpop import Proof
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.errors import (
    BodyTooLarge,
    CallError,
    FactorRequired,
    FieldError,
    Forbidden,
    IdempotencyKeyRequired,
    IdentityInOpenText,
    ImageryRefused,
    Invalid,
    MalformedBody,
    PreconditionRequired,
    PurposeNotAllowed,
    PurposeRequired,
    Unavailable,
    UnsupportedMediaType,
)
from referral_api.kernel.messages import Message
from referral_api.kernel.words import Purpose
from referral_api.store import session

__all__ = ["Identify", "init_app", "open_rooms"]

Identify = Callable[[str, Request, str | None, Proof | None], Actor]
"""(token, request, on-behalf-of, proof of its key) -> the actor as the database knows it now; Unauthenticated if there is none."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_KEY = re.compile(r'"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([A-Za-z0-9._~:/+=-]{1,255})', re.ASCII)
_LIKE_AN_ID = re.compile(r"[a-z_]{1,32}_[0-9a-z]{1,40}", re.ASCII | re.IGNORECASE)
"""An id in whatever spelling, or with a slip in it: what nothing is found by is missing."""
_ETAGS = re.compile(r'\s*(\*|(?:W/)?"[\x21\x23-\x7e]*")\s*(?:,|$)', re.ASCII)

_FORM_FIELDS = 100
"""As with JSON, a form of very many fields is refused before it is parsed; none of ours takes a dozen."""


def _never_built(*_: Any) -> tuple[str, str]:
    raise NotImplementedError("addresses are written where they are shown")


class _Declared(Rule):
    """No address is ever built from a route, and making the code that could is most of what a start costs."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        return _never_built


def init_app(app: Flask, *, identify: Identify) -> None:
    app.url_rule_class = _Declared
    # Mending `//` would send a caller on before it is known, to whichever host it named itself.
    app.url_map.merge_slashes = False
    app.extensions["identify"] = identify
    app.before_request(_greet)
    app.after_request(_dress)
    app.register_error_handler(HTTPException, lambda error: problem_of_http(error, g.request.id))
    app.register_error_handler(CallError, lambda error: problem(error, g.request.id))
    app.register_error_handler(Exception, _broken)


def open_rooms(app: Flask, rooms: Iterable[Room]) -> None:
    """Hang every declared route on the application."""
    app.extensions["rooms"] = tuple(rooms)
    app.extensions["places"] = places(app.extensions["rooms"])
    app.extensions["cases_of"] = {
        kind: find for room in app.extensions["rooms"] for kind, find in room.cases_of.items()
    }
    for room in app.extensions["rooms"]:
        for endpoint in room.endpoints:
            rule = re.sub(r"\{(\w+)\}", r"<\1>", endpoint.rule)
            app.add_url_rule(
                rule, endpoint.key, _view(endpoint), methods=[endpoint.method], provide_automatic_options=False
            )


def _greet() -> None:
    asked = request.headers.get("X-Request-ID", "")
    # It is stored in the log and shown to auditors, so it is scanned like any text.
    kept = _REQUEST_ID.fullmatch(asked) and _is_no_code(asked)
    request_id = asked if kept else ids.new().hex
    g.request = Request(id=request_id, now=current_app.config["CLOCK"](), address=request.remote_addr)
    # Routing would take `//v1/cases` for `/v1/cases`, which a proxy that guards an address does not.
    if request.environ["PATH_INFO"].startswith("//"):
        request.url_rule, request.routing_exception = None, NotFound()


def _is_no_code(text: str) -> bool:
    family, seen = guard.scan(text)
    return family is None and not seen.odd


def _dress(response: Response) -> Response:
    headers = response.headers
    # Asked for once: werkzeug's own setdefault reads the list of headers anew for each.
    given = {name.lower() for name in headers.keys()}  # noqa: SIM118
    for name, value in SECURITY.items():
        if name.lower() not in given:
            headers.add(name, value)
    headers["X-Request-ID"] = g.request.id
    rates.show(response)
    return response


def _broken(error: Exception) -> Response:
    """A fault of ours. The log gets the kind of error and where it was: never its message or a value, which may be a child's."""
    if current_app.testing:
        raise error
    _log_fault("broken", error)
    return problem_of_http(HTTPException(), g.request.id)


def _log_fault(event: str, error: BaseException) -> None:
    where = [f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    log = current_app.extensions["log"]
    log.error(event, request_id=g.request.id, error=type(error).__name__, code=code, where=where[-12:])


def _view(endpoint: Endpoint) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        actor = Actor("anonymous", None, None, g.request)
        sent = _Sent(b"", {}, None)
        try:
            sent = _sent(endpoint)
            if not endpoint.public:
                actor = _identified(endpoint)
            call, again = _checked(endpoint, actor, path, sent)
            actor = call.actor
            return _answer(endpoint, again(call) if again else endpoint.route(call))
        except CallError as error:
            if isinstance(error, ImageryRefused):
                error = bodies.pointed_out(error, sent.document, endpoint.body)
            kind, subject = _named(path)
            if kind is None and error.about is not None:
                kind, subject = error.about
            action = error.action or (endpoint.permission.event if endpoint.permission else f"{kind or 'request'}.read")
            if isinstance(error, IdentityInOpenText) and subject is not None and actor.agency_id is not None:
                rates.count_guess(actor.agency_id, subject)
            case = partial(_case_of, endpoint, path, sent.document)
            work.deny(actor, error, action=action, subject_type=kind, subject_id=subject, find_case=case)
            if endpoint.refuse is not None and (refused := endpoint.refuse(error)) is not None:
                return _answer(endpoint, refused)
            raise error from None
        except (OperationalError, NoConnection) as error:
            session().rollback()
            _log_fault("unavailable", getattr(error, "orig", None) or error)
            raise Unavailable("The database is busy or away. Nothing was changed.", retry_after=2) from None

    return view


class _Sent(NamedTuple):
    """The body as it was read, and what was wrong with it: said later, in its turn."""

    data: bytes
    document: Any
    fault: CallError | None


def _sent(endpoint: Endpoint) -> _Sent:
    data = _read()
    if endpoint.method in ("GET", "DELETE") or endpoint.body is None:
        return _Sent(data or b"", {}, None)
    if request.headers.get("Transfer-Encoding", "chunked").strip().lower() != "chunked":
        return _Sent(data or b"", {}, UnsupportedMediaType("Compressed bodies are refused."))
    if data is None:
        return _Sent(b"", {}, MalformedBody("The body does not come to its end."))
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        return _Sent(data, {}, UnsupportedMediaType("Compressed bodies are refused."))
    if data and request.mimetype not in endpoint.media:
        return _Sent(data, {}, UnsupportedMediaType(Message("Send {media}.").format(media=" | ".join(endpoint.media))))
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        return _Sent(data, {}, UnsupportedMediaType("Send UTF-8."))
    if endpoint.media == ("application/x-www-form-urlencoded",):
        if data.count(b"&") > _FORM_FIELDS:
            return _Sent(data, {}, MalformedBody("the body holds too many items"))
        return _Sent(data, request.form.to_dict(), None)
    try:
        if endpoint.media == LINES:
            return _Sent(data, bodies.parse_lines(data, endpoint.body), None)
        return _Sent(data, bodies.parse(data), None)
    except MalformedBody as error:
        return _Sent(data, {}, error)


def _read() -> bytes | None:
    """All of the body, or None if it was cut off or its chunks are none (RFC 9112, 6.3, 7.1, 8): each server has its own errors for that."""
    try:
        data = request.get_data(cache=True)
    except RequestEntityTooLarge:
        raise BodyTooLarge(
            Message("At most {most} bytes.").format(most=current_app.config["MAX_CONTENT_LENGTH"])
        ) from None
    except Exception:
        return None
    return None if len(data) < (request.content_length or 0) else data


def _identified(endpoint: Endpoint) -> Actor:
    proven = shown()
    asked = Request(
        id=g.request.id,
        now=g.request.now,
        address=g.request.address,
        purpose=_purpose() if endpoint.purpose else None,
        if_match=None if endpoint.method == "GET" or endpoint.if_match == NEVER else _if_match(),
        changing=endpoint.method != "GET",
    )
    identify: Identify = current_app.extensions["identify"]
    return identify(proven.token, asked, request.headers.get("On-Behalf-Of"), proven.proof)


def _purpose() -> Purpose | None:
    value = request.headers.get("Purpose", "")
    return Purpose(value) if value in Purpose.__members__.values() else None


def _if_match() -> tuple[str, ...] | None:
    value = request.headers.get("If-Match")
    return None if value is None else tuple(_ETAGS.findall(value))


def _checked(
    endpoint: Endpoint, actor: Actor, path: dict[str, str], sent: _Sent
) -> tuple[Call, Callable[[Call], Reply] | None]:
    buckets = [endpoint.bucket] if endpoint.bucket else [rates.LISTS] if endpoint.listed else []
    rates.count(f"{actor.kind} {actor.id}" if actor.id else f"address {actor.request.address}", *buckets)
    if actor.enrolment_only and not endpoint.before_factor:
        raise FactorRequired("Enrol a second factor: POST /v1/me/totp.")
    opened, caller = _named(path)[1], actor.person_id or actor.id
    if endpoint.opens_a_record and opened is not None and caller is not None:
        rates.count_record(caller, opened)
    if IdentityInOpenText.code in endpoint.problems and opened is not None and actor.agency_id is not None:
        rates.refuse_guessing(actor.agency_id, opened)
    if sent.fault:
        raise sent.fault
    if endpoint.purpose and not request.headers.get("Purpose"):
        raise PurposeRequired(
            "Say why: the Purpose header names one of your purposes.", extra={"purposes": list(actor.purposes)}
        )
    key = _idempotency_key(endpoint)
    if endpoint.if_match == REQUIRED and actor.request.if_match is None:
        raise PreconditionRequired("Send If-Match with the ETag of what you read.")
    if endpoint.purpose and actor.purpose not in actor.purposes:
        raise PurposeNotAllowed(
            "This is not one of your purposes.", reason="purpose", extra={"purposes": list(actor.purposes)}
        )
    if actor.principal_refused:
        raise Forbidden("On-Behalf-Of names nobody for whom you may act.", reason="on_behalf_of")
    call = Call(actor, path, endpoint=endpoint)
    if words := {name: value for name, value in path.items() if not _LIKE_AN_ID.fullmatch(value)}:
        bodies.refuse_imagery_in(words, None)
    arguments = request.args.to_dict()
    twice = [name for name in arguments if len(request.args.getlist(name)) > 1]
    if arguments:
        bodies.refuse_imagery_in(arguments, endpoint.query)
    if endpoint.body is not None:
        if endpoint.media == ("application/x-www-form-urlencoded",):
            bodies.refuse_imagery_in(sent.document, endpoint.body)
        else:
            bodies.refuse_imagery(sent.document, endpoint.body)
    if endpoint.query is not None:
        call.query = bodies.load(endpoint.query, arguments)
    elif arguments:
        raise Invalid([FieldError("", "unknown-field", "This address takes no query arguments.")])
    if twice:
        raise Invalid([FieldError(f"/{name}", "repeated", "Said more than once.") for name in twice])
    if endpoint.body is not None:
        call.body = bodies.load(endpoint.body, sent.document)
    if key is None:
        return call, None
    route = f"{endpoint.method} {request.path} {actor.on_behalf_of or ''}".strip()
    claimed = work.answer_again(
        actor, route=route[:200], key=key, body_hash=vault.ring().digest("replay", sent.data), status=endpoint.status
    )
    if claimed is None:
        return call, None
    if claimed.thing_id is None or endpoint.again is None:
        raise RuntimeError("an idempotency key without an answer")
    again, thing, status = endpoint.again, claimed.thing_id, claimed.status

    def answer_again(repeated: Call) -> Reply:
        reply = again(repeated, thing)
        reply.status = status
        return reply

    return call, answer_again


def _idempotency_key(endpoint: Endpoint) -> str | None:
    if endpoint.idempotency is None:
        return None
    value = request.headers.get("Idempotency-Key")
    if value is None:
        if endpoint.idempotency == REQUIRED:
            raise IdempotencyKeyRequired("Send an Idempotency-Key, so that a repeat cannot act twice.")
        return None
    match = _KEY.fullmatch(value.strip(" \t"))
    if not match:
        raise IdempotencyKeyRequired("The Idempotency-Key is not a structured-field string.")
    return match[1] or match[2]


def _named(path: dict[str, str]) -> tuple[str | None, UUID | None]:
    """The kind and id of the last thing that the address names."""
    for name, value in reversed(path.items()):
        if name.endswith("_id"):
            kind = name.removesuffix("_id")
            return kind, ids.read(kind, value)
    return None, None


def _case_of(endpoint: Endpoint, path: dict[str, str], document: Any) -> str | None:
    """The log's pseudonym of the case that a call is about: that of the first thing in its address, else in its body, that is of a case."""
    find: dict[str, CaseRef] = current_app.extensions["cases_of"]
    in_path = ((kind := name.removesuffix("_id"), ids.read(kind, value)) for name, value in path.items())
    in_body = bodies.named(document, endpoint.body) if endpoint.body is not None else ()
    for kind, thing in (*in_path, *in_body):
        if kind in find and thing is not None:
            return find[kind](thing)
    return None


def _answer(endpoint: Endpoint, reply: Reply) -> Response:
    status = reply.status or endpoint.status
    if reply.content_type == "application/json":
        body: bytes | Iterator[bytes] = b"" if status == 204 else json.dumps(reply.body).encode()
    else:
        body = reply.body if isinstance(reply.body, bytes | Iterator) else str(reply.body).encode()
    response = Response(body, status, headers=reply.headers, content_type=None if status == 204 else reply.content_type)
    if reply.etag is not None:
        response.headers["ETag"] = reply.etag
    if status == 201 and (place := current_app.extensions["places"].get(endpoint.key)):
        named = re.sub(r"\{\w+\}$", reply.body["id"], place).format_map(request.view_args or {})
        response.headers["Location"] = f"{current_app.config['PUBLIC_URL']}{named}"
    return response
