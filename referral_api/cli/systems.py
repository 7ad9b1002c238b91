"""Connecting agencies' own systems: the room's own command, decided and recorded as over HTTP."""

import json
from typing import Any

import click

from referral_api.access import Permission
from referral_api.cli.acting import acting, agency_of, as_member, in_json, read, said, show
from referral_api.cli.installation import Installation, opened
from referral_api.features.accounts.clients.commands import connect_client
from referral_api.features.accounts.clients.schemas import ConnectClient, client_out

__all__ = ["client"]


@click.group()
def client() -> None:
    """Agencies' own systems."""


@client.command("create")
@as_member
@click.option("--name", required=True, help="What the system is.")
@click.option("--scope", "scopes", multiple=True, required=True, help="A permission; again for each, or with spaces.")
@click.option("--jwks", "jwks_file", type=click.File("r"), help="Its public keys, if it signs (private_key_jwt).")
@click.option("--dpop", is_flag=True, help="Bind its tokens to a key, always (DPoP, RFC 9449).")
@in_json
@click.pass_obj
def create_client(
    installation: Installation,
    username: str,
    name: str,
    scopes: tuple[str, ...],
    jwks_file: Any,
    dpop: bool,
    as_json: bool,
) -> None:
    """Connect a system of the acting member's agency; its secret is shown this once."""
    try:
        jwks = json.load(jwks_file) if jwks_file else None
    except ValueError:
        raise click.BadParameter("not JSON", param_hint="--jwks") from None
    typed = {"name": name, "scope": " ".join(scopes), "jwks": jwks, "dpop_bound_access_tokens": dpop}
    body = read(ConnectClient(), typed)
    with opened(installation.app()):
        actor = acting(username)
        with said(actor, Permission.CLIENT_CREATE):
            connected, secret = connect_client(actor, agency_of(actor, None), **body)
            made = client_out(connected, actor.now, secret)
    lines = [f"client_id {made['client_id']}"]
    if "client_secret" in made:
        lines.append(f"client_secret {made['client_secret']}")
    show(made, as_json, "\n".join(lines))
