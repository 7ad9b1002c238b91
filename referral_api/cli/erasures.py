"""Erasures and backups: the signed list of what was erased, and erasing it again in a restored database, before it is served."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from referral_api.audit.note import NoteError, SignerKey
from referral_api.cli.installation import Installation, Unusable, opened
from referral_api.features.erasure.restoring import erase_again, erased_list, read_list
from referral_api.kernel.clock import system_clock
from referral_api.store import session
from referral_api.vault import write_private

__all__ = ["erasures"]


@click.group()
def erasures() -> None:
    """What was erased, and must stay so when a backup is restored."""


@erasures.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def export(installation: Installation, file: Path) -> None:
    """Write the list of erased cases to a new FILE, signed by the log's key: ids, dates and codes. Keep it apart from the backups."""
    signer = _signer(installation)
    with opened(installation.app()):
        lines = list(erased_list(signer))
        session().rollback()
    try:
        write_private(file, b"".join(lines).decode())
    except OSError as wrong:
        raise click.ClickException(f"{file}: {wrong.strerror}.") from None
    click.echo(f"{len(lines) - 1} erasures.")


@erasures.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def apply(installation: Installation, file: Path) -> None:
    """Erase again what FILE lists. For a restored database, with the newest list, before it is served; safe to repeat."""
    try:
        listed = read_list(file.read_bytes(), _signer(installation).verifier)
    except NoteError as wrong:
        raise click.ClickException(f"{file}: {wrong}. Nothing was erased.") from None
    done = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        opened(installation.app()),
        Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar,
    ):
        for erased in bar.track(listed, description="Erasing"):
            done += erase_again(system_clock, erased)
    click.echo(f"{done} cases were erased again; {len(listed) - done} are not here, or are erased.")


def _signer(installation: Installation) -> SignerKey:
    try:
        return SignerKey.parse(installation.settings.log_key.strip())
    except NoteError as wrong:
        raise Unusable(f"The log's key is not usable: {wrong}.") from None
