"""How a room declares its routes: one declaration says what the door checks, what the log calls it and what the documentation shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from marshmallow import Schema

from referral_api.access import Permission
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import CallError, NotFound

__all__ = ["Call", "CaseRef", "Endpoint", "LINES", "MERGE_PATCH", "NEVER", "OPTIONAL", "REQUIRED", "Reply", "Room"]

REQUIRED = "required"
OPTIONAL = "optional"
NEVER = "never"
"""If-Match is not looked at: an act that protects the child is never refused as stale."""
MERGE_PATCH = ("application/merge-patch+json", "application/json")
_RECORDS = ("/v1/cases/{case_id}", "/v1/referrals/{referral_id}")
LINES = ("text/plain",)
"""The body is a text, and the only field of its schema."""


@dataclass(slots=True)
class Call:
    """What the door hands to a route once every check before it has passed."""

    actor: Actor
    path: Mapping[str, str]
    body: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    endpoint: "Endpoint | None" = None

    @property
    def now(self) -> datetime:
        return self.actor.now

    def id(self, kind: str) -> UUID:
        """The id of this kind in the path; another spelling or prefix is as missing as a missing thing."""
        found = ids.read(kind, self.path[f"{kind}_id"])
        if found is None:
            raise NotFound()
        return found


@dataclass(slots=True)
class Reply:
    """A route's answer: a JSON document, and its validator where it has one."""

    body: Any
    etag: str | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    next_cursor: str | None = None
    content_type: str = "application/json"


Route = Callable[[Call], Reply]
Again = Callable[[Call, UUID], Reply]
CaseRef = Callable[[UUID], str | None]
"""By the id of a thing, the log's pseudonym of its case; None if there is no such thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One route, as data."""

    method: str
    rule: str
    route: Route
    summary: str
    tag: str
    permission: Permission | None = None
    body: Schema | None = None
    query: Schema | None = None
    answer: type[Schema] | None = None
    status: int = 200
    purpose: bool = False
    if_match: str | None = None
    idempotency: str | None = None
    again: Again | None = None
    media: tuple[str, ...] = ("application/json",)
    public: bool = False
    bucket: str | None = None
    """The tighter rate limit that its calls are counted in too (`rates`)."""
    opens: bool = False
    """It shows a child's record, although it is no read of a case or referral."""
    before_factor: bool = False
    """Open to a session without a second factor: enrolling, seeing who one is, signing out."""
    bindable: bool = False
    """A DPoP proof binds what it answers to a key."""
    listed: bool = False
    etag: bool = False
    problems: tuple[str, ...] = ()
    produces: str = "application/json"
    """The media type of the answer, or several with a comma and a space between."""
    refusal: type[Schema] | None = None
    """The shape of its errors, 400 and 401, where they are no problem documents (OAuth's)."""
    refuse: Callable[[CallError], Reply | None] | None = None
    """How it says in that shape what the door found wrong; None leaves it a problem document."""

    @property
    def key(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def opens_a_record(self) -> bool:
        """Whether each different thing that is named here counts as one more child's record that somebody opens."""
        return self.opens or (self.method == "GET" and self.purpose and self.rule.startswith(_RECORDS))


class Room:
    """A feature's routes, collected by its decorators and hung on the application by the roof."""

    def __init__(self, tag: str, description: str, *, cases_of: Mapping[str, CaseRef] = MappingProxyType({})) -> None:
        """`cases_of` says for kinds of things how the case is found under which the log keeps what was refused on them."""
        self.tag = tag
        self.cases_of = cases_of
        self.description = description
        self.endpoints: list[Endpoint] = []

    def route(
        self,
        method: str,
        rule: str,
        *,
        body: type[Schema] | None = None,
        query: type[Schema] | None = None,
        partial: bool = False,
        **declared: Any,
    ) -> Callable[[Route], Route]:
        def keep(route: Route) -> Route:
            made = Endpoint(
                method=method,
                rule=rule,
                route=route,
                tag=self.tag,
                summary=(route.__doc__ or "").strip().split("\n")[0].rstrip("."),
                body=body(partial=partial) if body else None,
                query=query() if query else None,
                **declared,
            )
            self.endpoints.append(made)
            return route

        return keep

    def get(self, rule: str, **declared: Any) -> Callable[[Route], Route]:
        return self.route("GET", rule, **declared)

    def post(self, rule: str, **declared: Any) -> Callable[[Route], Route]:
        return self.route("POST", rule, **declared)

    def patch(self, rule: str, **declared: Any) -> Callable[[Route], Route]:
        return self.route("PATCH", rule, media=MERGE_PATCH, partial=True, **declared)

    def delete(self, rule: str, **declared: Any) -> Callable[[Route], Route]:
        return self.route("DELETE", rule, **declared)
