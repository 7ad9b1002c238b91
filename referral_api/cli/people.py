"""Founding the platform, and letting agencies and people in: the rooms' own commands, decided and recorded as over HTTP."""

import click

from referral_api.access import Permission
from referral_api.cli.acting import acting, agency_of, as_member, in_json, new_request, read, said, show
from referral_api.cli.installation import Installation, opened
from referral_api.features.accounts.founding import found_platform
from referral_api.features.accounts.members.commands import invite_member
from referral_api.features.accounts.members.readmitting import readmit_only_admin
from referral_api.features.accounts.members.schemas import InviteMember, member_out
from referral_api.features.accounts.sessions.tries import clockwork
from referral_api.features.agencies.commands import admit_agency
from referral_api.features.agencies.schemas import CreateAgency, agency_out
from referral_api.kernel import ids

__all__ = ["agency", "member", "platform"]


@click.group()
def platform() -> None:
    """The platform itself."""


@platform.command("found")
@click.option("--name", required=True, help="What the platform's agency is called.")
@click.option("--country", required=True, metavar="XX", help="ISO 3166-1.")
@click.option("--username", required=True, help="The first platform admin.")
@click.option("--language", default="en", show_default=True)
@in_json
@click.pass_obj
def found(installation: Installation, name: str, country: str, username: str, language: str, as_json: bool) -> None:
    """Begin an installation: the platform's agency, and an invitation for its first admin. Once, before anything else."""
    told = read(CreateAgency(), {"name": name, "type": "oversight", "country": country, "languages": [language]})
    asked = read(InviteMember(), {"username": username, "roles": ["platform_admin"], "language": language})
    with opened(installation.app()), said():
        agency_made, person, invitation = found_platform(
            new_request(), name=told["name"], country=told["country"], username=asked["username"], language=language
        )
        made = {
            "agency_id": ids.show("agency", agency_made.id),
            "member_id": ids.show("member", person.id),
            "username": person.username,
            "invitation": invitation,
        }
    show(made, as_json, f"{person.username} was invited. Hand over, by a safe way: {invitation}")


@click.group()
def agency() -> None:
    """Agencies."""


@agency.command("create")
@as_member
@click.option("--name", required=True)
@click.option("--type", "kind", required=True, help="A code of the value set agency_type.")
@click.option("--country", required=True, metavar="XX", help="ISO 3166-1.")
@click.option("--language", "languages", multiple=True, help="Again for each.")
@click.option("--capability", "capabilities", multiple=True, help="Again for each.")
@click.option("--time-zone", default="UTC", show_default=True)
@in_json
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
    body = read(
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
        actor = acting(username)
        with said(actor, Permission.AGENCY_CREATE):
            made = agency_out(admit_agency(actor, **body))
    show(made, as_json, made["id"])


@click.group()
def member() -> None:
    """People."""


@member.command("invite")
@as_member
@click.option("--agency", "agency_id", help="Default: the acting member's own.")
@click.option("--username", "new", required=True, help="Of the person who is invited.")
@click.option("--role", "roles", multiple=True, required=True, help="Again for each.")
@click.option("--language", default="en", show_default=True)
@in_json
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
    body = read(InviteMember(), {"username": new, "roles": list(roles), "language": language})
    with opened(installation.app()):
        actor = acting(username)
        with said(actor, Permission.MEMBER_INVITE):
            made = member_out(*invite_member(actor, agency_of(actor, agency_id), **body))
    show(made, as_json, f"{made['id']} was invited. Hand over, by a safe way: {made['invitation']}")


@member.command("readmit")
@click.option("--username", required=True, help="Of an agency's or the platform's only admin.")
@in_json
@click.pass_obj
def readmit(installation: Installation, username: str, as_json: bool) -> None:
    """Invite an only admin anew who has lost every factor; the invitation is shown this once.

    The password, the factors and all sessions end. A second person confirms the roles; the platform's only admin counts at once, as at
    the founding. The log names it, and the agency and the platform are told.
    """
    with opened(installation.app()):
        request = new_request()
        with said(clockwork(request), Permission.MEMBER_READMIT):
            made = member_out(*readmit_only_admin(request, username=username.lower()))
    show(made, as_json, f"{made['id']} was invited anew. Hand over, by a safe way: {made['invitation']}")
