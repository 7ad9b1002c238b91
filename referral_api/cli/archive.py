"""`referral audit archive`: whole old months go from the database into signed files that verify without it."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import Connection, func, select

from referral_api.audit.archiving import Changed, count_of, of_month
from referral_api.audit.export import head, selection
from referral_api.audit.models import AuditArchive
from referral_api.audit.months import Month, months
from referral_api.audit.note import SignerKey
from referral_api.audit.verifier import Trust, verify_written
from referral_api.cli.installation import Installation, opened
from referral_api.cli.log_files import signer_of, watched, write_signed
from referral_api.cli.snapshot import reading
from referral_api.features.cases.clockwork import clockwork
from referral_api.features.oversight.archiving import archive_month, staying
from referral_api.kernel.clock import system_clock
from referral_api.store.roles import owns_the_log
from referral_api.store.session import db

__all__ = ["archive"]

_LATE = timedelta(days=1)
"""How long after its end nothing is written to a month any more: longer than any call, or difference between clocks."""


@click.command("archive")
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Months that ended by this day (UTC).")
@click.option("--to", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.pass_obj
def archive(installation: Installation, before: datetime, folder: Path) -> None:
    """Take old months out of the log, into signed files under the folder --to. PostgreSQL only; run as the owner of the tables.

    Entries about cases that are not erased stay: a case's receipts and history are read from them. Leaves and proofs stay too. Each file
    is read back and checked before anything is taken out. Check them all together: `referral audit verify --archive FILE ...`. Keep the
    files: nothing else holds these entries, and auditors may ask for them.
    """
    signer, due = signer_of(installation), before.replace(tzinfo=UTC)
    if due > system_clock():
        raise click.BadParameter("--before is in the future.")
    with opened(installation.app()):
        with db.engine.connect() as connection:
            if connection.dialect.name != "postgresql":
                raise click.ClickException(
                    "SQLite keeps the log in one table. Only on PostgreSQL can months be archived."
                )
            if not owns_the_log(connection):
                raise click.ClickException("Only the owner of the log's tables can archive. The service's role cannot.")
            old = [month for month in months(connection) if month.next().since <= min(due, system_clock() - _LATE)]
        for month in old:
            _archive(installation, signer, month, folder)


def _archive(installation: Installation, signer: SignerKey, month: Month, folder: Path) -> None:
    with reading(installation) as connection:
        chosen = of_month(connection, month, staying())
        entries = count_of(connection, chosen)
        if not entries:
            click.echo(f"{month}: nothing to take out.")
            return
        path = folder / _name(connection, month)
        at = head(connection)
        lines = selection(lambda: nullcontext(connection), signer.verifier, at, chosen)
        lines = watched(lines, f"Writing {month}", entries)
        note = write_signed(path, lines, signer, form="ndjson", entries=entries, tree_size=at.size)
    _check(path, signer)
    try:
        archive_month(clockwork(system_clock), month, entries=entries, tree_size=at.size, file=path.name, note=note)
    except Changed as wrong:
        raise click.ClickException(f"{wrong}. Nothing was taken out; remove {path} and begin again.") from None
    click.echo(f"{month}: {entries} entries are in {path}.")


def _check(path: Path, signer: SignerKey) -> None:
    with path.open("rb") as lines:
        verdict = verify_written(path, watched(lines, "Checking", path.stat().st_size, len), Trust(key=signer.verifier))
    if not verdict.valid:
        raise click.ClickException(f"{path} is not what was written: {verdict.message} Nothing was taken out.")


def _name(connection: Connection, month: Month) -> str:
    """Entries that had to stay go into another file later."""
    before = select(func.count()).select_from(AuditArchive).where(AuditArchive.since == month.since)
    number = connection.execute(before).scalar_one()
    return f"audit-{month}-{number + 1}.ndjson" if number else f"audit-{month}.ndjson"
