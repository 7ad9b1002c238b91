"""Reading and checking the log where it lies. Whoever reads it so is its operator; who reads through the service leaves an entry."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, Final

import click
from sqlalchemy import Connection

from referral_api.audit.archiving import archived_total, signed_total
from referral_api.audit.canonical import NotCanonical, loads
from referral_api.audit.columns import first_departure
from referral_api.audit.export import Head, complete, head, rows, whole_log
from referral_api.audit.note import NoteError, VerifierKey
from referral_api.audit.proofs import NotIntegrated
from referral_api.audit.tables import csv_lines, fhir_lines
from referral_api.audit.tampering import Fault, Verdict
from referral_api.audit.verifier import Trust, verify_export, verify_proof, verify_written
from referral_api.cli.archive import archive
from referral_api.cli.installation import Installation, Unusable
from referral_api.cli.log_files import signer_of, watched, write_signed
from referral_api.cli.snapshot import reading
from referral_api.cli.tail import tail
from referral_api.cli.tiles import write_tiles

__all__ = ["audit"]

_MOST_PROOF: Final = 1_000_000
_EMPTY: Final = "The log is empty: nothing has its place in the tree yet."


class VerifierKeyType(click.ParamType[VerifierKey]):
    name = "KEY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> VerifierKey:
        try:
            return VerifierKey.parse(str(value))
        except NoteError as wrong:
            self.fail(f"{wrong}", param, ctx)


_key = click.option(
    "--key", type=VerifierKeyType(), help="The log's verifier key (name+id+base64). Default: that of this installation."
)
_origin = click.option("--origin", help="The log's origin, where it is not the name of its key: another program's log.")
_json = click.option("--json", "as_json", is_flag=True, help="For machines.")


@click.group()
def audit() -> None:
    """The audit trail: read it, check it, write it out."""


audit.add_command(tail)
audit.add_command(archive)
audit.add_command(write_tiles)


@audit.command("verify")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_key
@_origin
@click.option(
    "--archive",
    "archives",
    type=click.File("rb"),
    multiple=True,
    help="A file of `referral audit archive`; all of them are needed.",
)
@click.option("--database", metavar="URL", help="Another database than this installation's. Needs --key.")
@_json
@click.pass_obj
def verify(
    installation: Installation,
    file: Path | None,
    key: VerifierKey | None,
    origin: str | None,
    archives: tuple[BinaryIO, ...],
    database: str | None,
    as_json: bool,
) -> None:
    """Check the whole log of the live database, or of an exported FILE, and name the first entry that is wrong.

    Where FILE.note is beside the file, the file is also checked against what was signed when it was written.

    Exit code 0 if it holds, 1 if it does not. With a FILE no database is needed; without a key, given or of this installation, who
    signed it is not shown.
    """
    if file is not None:
        trust = Trust(key=key or _own_key(installation), origin=origin)
        with file.open("rb") as lines:
            size = file.stat().st_size
            verdict = verify_written(file, watched(lines, "Checking", size, len), trust, archives)
    else:
        if database and not key:
            raise click.UsageError(
                "--database needs --key: another log is not signed with the key of this installation."
            )
        trust = Trust(key=key or signer_of(installation).verifier)
        with reading(installation, database) as connection:
            try:
                verdict = _live(connection, trust, archives)
            except NotIntegrated:
                raise click.ClickException(_EMPTY) from None
    _say(verdict, as_json)


@audit.command("verify-proof")
@click.argument("file", type=click.File("rb"))
@_key
@_origin
@_json
@click.pass_obj
def verify_one(
    installation: Installation, file: BinaryIO, key: VerifierKey | None, origin: str | None, as_json: bool
) -> None:
    """Check a proof, as `GET /v1/audit/entries/{id}/proof` and `/v1/audit/consistency` answer it; FILE may be -, for stdin.

    Exit code 0 if it holds, 1 if it does not.
    """
    text = file.read(_MOST_PROOF + 1)
    try:
        proof = loads(text) if len(text) <= _MOST_PROOF else None
    except NotCanonical:
        proof = None
    if not isinstance(proof, dict):
        raise click.UsageError("FILE is not a proof: a JSON object is expected.")
    _say(verify_proof(proof, Trust(key=key or _own_key(installation), origin=origin)), as_json)


@audit.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["ndjson", "csv", "fhir"]),
    default="ndjson",
    show_default=True,
    help="ndjson can be checked entry by entry; fhir is one FHIR R4 AuditEvent a line.",
)
@click.pass_obj
def export(installation: Installation, file: Path, form: str) -> None:
    """Write the whole log to a new FILE (- for stdout), and a signed note of its SHA-256 to FILE.note: `referral audit verify FILE`.

    The formats are in docs/audit-format.md. An existing file is never overwritten.
    """
    signer = signer_of(installation)
    with reading(installation) as connection:
        try:
            at = head(connection)
        except NotIntegrated:
            raise click.ClickException(_EMPTY) from None
        lines = watched(_lines(form, connection, signer.verifier, at), "Writing", at.size)
        entries = at.size - archived_total(connection)
        write_signed(file, lines, signer, form=form, entries=entries, tree_size=at.size)
    click.echo(f"Its key, for whoever checks it: {signer.verifier}", err=True)


def _live(connection: Connection, trust: Trust, archives: Sequence[BinaryIO]) -> Verdict:
    """The verdict on the database: the signed entries, then what no hash covers, what they are searched by and what is said to be archived."""
    key = trust.key
    assert key is not None
    lines = watched(whole_log(connection, key), "Checking", head(connection).size)
    verdict = verify_export(lines, trust, archives)
    if not verdict.valid:
        return verdict

    def read() -> AbstractContextManager[Connection]:
        return nullcontext(connection)

    try:
        signed = signed_total(read, key)
    except ValueError as wrong:
        return Verdict(f"The note of an archive does not hold: {wrong}.", Fault.UNSIGNED)
    if signed != verdict.archived:
        message = f"{verdict.archived} entries are said to be archived, but the signed archives hold {signed}."
        return Verdict(message, Fault.REMOVED, tree_size=verdict.tree_size)
    departure = first_departure(read, verdict.tree_size or 0)
    if departure is None:
        return verdict
    index, column = departure
    message = f"Entry {index} is as it was signed, but what it is searched by is not: {column}."
    return Verdict(message, Fault.CHANGED, index, index, verdict.tree_size)


def _lines(form: str, connection: Connection, key: VerifierKey, at: Head) -> Iterator[bytes]:
    def read() -> AbstractContextManager[Connection]:
        return nullcontext(connection)

    if form == "ndjson":
        return complete(read, key, at)
    found = rows(read, at.size)
    return csv_lines(found) if form == "csv" else fhir_lines(found, key.name)


def _say(verdict: Verdict, as_json: bool) -> None:
    found = {
        "valid": verdict.valid,
        "fault": verdict.fault,
        "message": verdict.message,
        "index": verdict.index,
        "last": verdict.last,
        "tree_size": verdict.tree_size,
    }
    click.echo(json.dumps(found) if as_json else f"{verdict.fault or 'valid'}: {verdict.message}")
    if not verdict.valid:
        sys.exit(1)


def _own_key(installation: Installation) -> VerifierKey | None:
    """This installation's key, if this is one at all: a file may be checked anywhere."""
    try:
        return signer_of(installation).verifier
    except Unusable:
        return None
