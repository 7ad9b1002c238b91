"""Founding the platform, and letting agencies, people and systems in: the rooms' own commands, decided and recorded as over HTTP."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click
from marshmallow import Schema, ValidationError

from referral_api.access import Permission
from referral_api.cli.installation import Installation, opened
from referral_api.features.accounts.clients.commands import connect_client
from referral_api.features.accounts.clients.schemas import ConnectClient, client_out
from referral_api.features.accounts.founding import found_platform
from referral_api.features.accounts.members.commands import invite_member
from referral_api.features.accounts.members.schemas import InviteMember, member_out
from referral_api.features.accounts.queries import member_actor
from referral_api.features.accounts.sessions.queries import find_by_username
from referral_api.features.agencies.commands import admit_agency
from referral_api.features.agencies.queries import active_agency
from referral_api.features.agencies.schemas import CreateAgency, agency_out
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.clock import system_clock
from referral_api.kernel.errors import CallError
from referral_api.store import session
from referral_api.work import OwnAgency, deny

__all__ = ["agency", "client", "member", "platform"]

_as = click.option("--as", "username", required=True, metavar="USERNAME", help="The member who does this.")
_json = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON, for machines.")


@click.group()
def platform() -> None:
    """The platform itself."""


@platform.command("found")
@click.option("--name", required=True, help="What the platform's agency is called.")
@click.option("--country", required=True, metavar="XX", help="ISO 3166-1.")
@click.option("--username", required=True, help="The first platform admin.")
@click.option("--language", default="en", show_default=True)
@_json
@click.pass_obj
def found(installation: Installation, name: str, country: str, username: str, language: str, as_json: bool) -> None:
    """Begin an installation: the platform's agency, and an invitation for its first admin. Once, before anything else."""
    told = _read(CreateAgency(), {"name": name, "type": "oversight", "country": country, "languages": [language]})
    asked = _read(InviteMember(), {"username": username, "roles": ["platform_admin"], "language": language})
    with opened(installation.app()), _said():
        agency_made, person, invitation = found_platform(
            _request(), name=told["name"], country=told["country"], username=asked["username"], language=language
        )
        made = {
            "agency_id": ids.show("agency", agency_made.id),
            "member_id": ids.show("member", person.id),
            "username": person.username,
            "invitation": invitation,
        }
    _print(made, as_json, f"{person.username} was invited. Hand over, by a safe way: {invitation}")


@click.group()
def agency() -> None:
    """Agencies."""


@agency.command("create")
@_as
@click.option("--name", required=True)
@click.option("--type", "kind", required=True, help="A code of the value set agency_type.")
@click.option("--country", required=True, metavar="XX", help="ISO 3166-1.")
@click.option("--language", "languages", multiple=True, help="Again for each.")
@click.option("--capability", "capabilities", multiple=True, help="Again for each.")
@click.option("--time-zone", default="UTC", show_default=True)
@_json
@click.pass_obj
def create_agency(
    installation: Installation,
    username: str,
    name: str,
    kind: str,
    country: str,
    languages: tuple[str, ...],
    capabilities: tuple[str, ...],
    time_zone: str,
    as_json: bool,
) -> None:
    """Let an agency take part."""
    body = _read(
        CreateAgency(),
        {
            "name": name,
            "type": kind,
            "country": country,
            "languages": list(languages),
            "capabilities": list(capabilities),
            "time_zone": time_zone,
        },
    )
    with opened(installation.app()):
        actor = _actor(username)
        with _said(actor, Permission.AGENCY_CREATE):
            made = agency_out(admit_agency(actor, **body))
    _print(made, as_json, made["id"])


@click.group()
def member() -> None:
    """People."""


@member.command("invite")
@_as
@click.option("--agency", "agency_id", help="Default: the acting member's own.")
@click.option("--username", "new", required=True, help="Of the person who is invited.")
@click.option("--role", "roles", multiple=True, required=True, help="Again for each.")
@click.option("--language", default="en", show_default=True)
@_json
@click.pass_obj
def invite(
    installation: Installation,
    username: str,
    agency_id: str | None,
    new: str,
    roles: tuple[str, ...],
    language: str,
    as_json: bool,
) -> None:
    """Invite somebody to an agency; the invitation is shown this once. A second person confirms the roles."""
    body = _read(InviteMember(), {"username": new, "roles": list(roles), "language": language})
    with opened(installation.app()):
        actor = _actor(username)
        with _said(actor, Permission.MEMBER_INVITE):
            made = member_out(*invite_member(actor, _agency(actor, agency_id), **body))
    _print(made, as_json, f"{made['id']} was invited. Hand over, by a safe way: {made['invitation']}")


@click.group()
def client() -> None:
    """Agencies' own systems."""


@client.command("create")
@_as
@click.option("--name", required=True, help="What the system is.")
@click.option("--scope", "scopes", multiple=True, required=True, help="A permission; again for each, or with spaces.")
@click.option("--jwks", "jwks_file", type=click.File("r"), help="Its public keys, if it signs (private_key_jwt).")
@_json
@click.pass_obj
def create_client(
    installation: Installation, username: str, name: str, scopes: tuple[str, ...], jwks_file: Any, as_json: bool
) -> None:
    """Connect a system of the acting member's agency; its secret is shown this once."""
    try:
        jwks = json.load(jwks_file) if jwks_file else None
    except ValueError:
        raise click.BadParameter("not JSON", param_hint="--jwks") from None
    body = _read(ConnectClient(), {"name": name, "scope": " ".join(scopes), "jwks": jwks})
    with opened(installation.app()):
        actor = _actor(username)
        with _said(actor, Permission.CLIENT_CREATE):
            connected, secret = connect_client(actor, _agency(actor, None), **body)
            made = client_out(connected, actor.now, secret)
    lines = [f"client_id {made['client_id']}"]
    if "client_secret" in made:
        lines.append(f"client_secret {made['client_secret']}")
    _print(made, as_json, "\n".join(lines))


def _request() -> Request:
    return Request(id=f"cli-{ids.new().hex}", now=system_clock(), changing=True)


def _actor(username: str) -> Actor:
    """The member who acts, as the database knows it now. Whoever may run this holds the installation's keys, so no password is asked."""
    request = _request()
    rows = find_by_username(username.lower(), request.now.date())
    if not rows:
        raise click.BadParameter("there is no active member of this name", param_hint="--as")
    return member_actor(rows[0].member_id, request)


def _agency(actor: Actor, agency_id: str | None) -> OwnAgency:
    wanted = actor.agency_id if agency_id is None else ids.read("agency", agency_id)
    if wanted is None or active_agency(session(), wanted) is None:
        raise click.BadParameter("there is no such agency", param_hint="--agency")
    return OwnAgency(wanted)


def _read(schema: Schema, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, checked as it would be over HTTP."""
    try:
        loaded: dict[str, Any] = schema.load(said)
    except ValidationError as error:
        wrong = ", ".join(str(name) for name in error.messages_dict)
        raise click.UsageError(f"Not valid here: {wrong}.") from None
    return loaded


@contextmanager
def _said(actor: Actor | None = None, permission: Permission | None = None) -> Iterator[None]:
    """A refusal in words, exit code 1; and in the log, as over HTTP."""
    try:
        yield
    except CallError as error:
        if actor is not None and permission is not None:
            deny(actor, error, action=permission.event, subject_type="agency", subject_id=actor.agency_id)
        pointers = "".join(f"\n  {wrong['pointer']}: {wrong['detail']}" for wrong in error.extra.get("errors", ()))
        raise click.ClickException(f"{error.title}. {error.detail}{pointers}") from None


def _print(made: Mapping[str, Any], as_json: bool, words: str) -> None:
    click.echo(json.dumps(made, ensure_ascii=False) if as_json else words)
