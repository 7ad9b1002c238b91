"""`referral`: all commands under one name."""

import os
import sys
from typing import Final

import click

from referral_api.cli import logs
from referral_api.cli.audit import audit
from referral_api.cli.database import database
from referral_api.cli.demo.commands import demo
from referral_api.cli.erasures import erasures
from referral_api.cli.installation import CreateApp, Unusable, from_here
from referral_api.cli.keys import keys
from referral_api.cli.people import agency, member, platform
from referral_api.cli.serving import serve
from referral_api.cli.systems import client
from referral_api.cli.worker import worker

__all__ = ["main", "referral"]

_EPILOG: Final = """\
Settings are environment variables REFERRAL_<NAME>. What the environment leaves out is read from referral.env in
REFERRAL_DATA_DIR (default: var), which the demonstration writes.

Exit codes: 0 it was done, or holds; 1 it was refused, failed, or does not hold; 2 the command or the settings are wrong.
"""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
def referral() -> None:
    """Exchange of referral records about child victims: run it, found it, read its log."""


for _command in (serve, worker, database, keys, platform, agency, member, client, demo, audit, erasures):
    referral.add_command(_command)


def main(create_app: CreateApp) -> None:
    """Run the command that was typed. `create_app` is handed down from the roof, which alone knows every room."""
    os.umask(0o077)
    logs.configure()
    try:
        here = from_here(os.environ, create_app)
    except Unusable as unusable:
        unusable.show()
        sys.exit(unusable.exit_code)
    referral(prog_name="referral", obj=here)
