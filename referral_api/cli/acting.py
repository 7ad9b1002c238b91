"""What every command shares that acts as a member: who acts, what was typed, and how a refusal or an answer is told."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click
from marshmallow import Schema, ValidationError

from referral_api.access import Permission
from referral_api.features.accounts.queries import member_actor
from referral_api.features.accounts.sessions.queries import find_by_username
from referral_api.features.agencies.queries import active_agency
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.clock import system_clock
from referral_api.kernel.errors import CallError
from referral_api.store import session
from referral_api.work import OwnAgency, deny

__all__ = ["acting", "agency_of", "as_member", "in_json", "new_request", "read", "said", "show"]

as_member = click.option("--as", "username", required=True, metavar="USERNAME", help="The member who does this.")
in_json = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON, for machines.")


def new_request() -> Request:
    return Request(id=f"cli-{ids.new().hex}", now=system_clock(), changing=True)


def acting(username: str) -> Actor:
    """The member who acts, as the database knows it now. Whoever may run this holds the installation's keys, so no password is asked."""
    request = new_request()
    rows = find_by_username(username.lower(), request.now.date())
    if not rows:
        raise click.BadParameter("there is no active member of this name", param_hint="--as")
    return member_actor(rows[0].member_id, request)


def agency_of(actor: Actor, agency_id: str | None) -> OwnAgency:
    wanted = actor.agency_id if agency_id is None else ids.read("agency", agency_id)
    if wanted is None or active_agency(session(), wanted) is None:
        raise click.BadParameter("there is no such agency", param_hint="--agency")
    return OwnAgency(wanted)


def read(schema: Schema, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, checked as it would be over HTTP."""
    try:
        loaded: dict[str, Any] = schema.load(said)
    except ValidationError as error:
        wrong = ", ".join(str(name) for name in error.messages_dict)
        raise click.UsageError(f"Not valid here: {wrong}.") from None
    return loaded


@contextmanager
def said(actor: Actor | None = None, permission: Permission | None = None) -> Iterator[None]:
    """A refusal in words, exit code 1; and in the log, as over HTTP."""
    try:
        yield
    except CallError as error:
        if actor is not None and permission is not None:
            kind, thing = error.about or ("agency", actor.agency_id)
            deny(actor, error, action=permission.event, subject_type=kind, subject_id=thing)
        pointers = "".join(f"\n  {wrong['pointer']}: {wrong['detail']}" for wrong in error.extra.get("errors", ()))
        raise click.ClickException(f"{error.title}. {error.detail}{pointers}") from None


def show(made: Mapping[str, Any], as_json: bool, words: str) -> None:
    click.echo(json.dumps(made, ensure_ascii=False) if as_json else words)
