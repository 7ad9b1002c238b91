"""Reading and checking the log where it lies. Whoever reads it so is its operator; who reads through the service leaves an entry."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection

from referral_api.audit.canonical import NotCanonical, loads
from referral_api.audit.columns import first_departure
from referral_api.audit.export import Head, complete, head, rows, whole_log
from referral_api.audit.note import NoteError, SignerKey, VerifierKey
from referral_api.audit.proofs import NotIntegrated
from referral_api.audit.signed_file import sign_file
from referral_api.audit.tables import csv_lines, fhir_lines
from referral_api.audit.tampering import Fault, Verdict
from referral_api.audit.verifier import Trust, beside, verify_export, verify_proof, verify_written
from referral_api.cli.installation import Installation, Unusable
from referral_api.cli.snapshot import reading
from referral_api.cli.tail import tail

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
_json = click.option("--json", "as_json", is_flag=True, help="For machines.")


@click.group()
def audit() -> None:
    """The audit trail: read it, check it, write it out."""


audit.add_command(tail)


@audit.command("verify")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_key
@_json
@click.pass_obj
def verify(installation: Installation, file: Path | None, key: VerifierKey | None, as_json: bool) -> None:
    """Check the whole log of the live database, or of an exported FILE, and name the first entry that is wrong.

    Where FILE.note is beside the file, the file is also checked against what was signed when it was written.

    Exit code 0 if it holds, 1 if it does not. With a FILE no database is needed; without a key, given or of this installation, who
    signed it is not shown.
    """
    if file is not None:
        with file.open("rb") as lines:
            size = file.stat().st_size
            verdict = verify_written(
                file, _watched(lines, "Checking", size, len), Trust(key=key or _own_key(installation))
            )
    else:
        signer = _signer(installation)
        with reading(installation) as connection:
            try:
                live = _watched(whole_log(connection, signer.verifier), "Checking", head(connection).size)
                verdict = verify_export(live, Trust(key=key or signer.verifier))
                if verdict.valid:
                    verdict = _searchable(connection, verdict)
            except NotIntegrated:
                raise click.ClickException(_EMPTY) from None
    _say(verdict, as_json)


@audit.command("verify-proof")
@click.argument("file", type=click.File("rb"))
@_key
@_json
@click.pass_obj
def verify_one(installation: Installation, file: BinaryIO, key: VerifierKey | None, as_json: bool) -> None:
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
    _say(verify_proof(proof, Trust(key=key or _own_key(installation))), as_json)


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
    signer, digest = _signer(installation), sha256()
    note = beside(file) if str(file) != "-" else None
    if note is not None and note.exists():
        raise click.ClickException(f"{note}: File exists.")
    with _new_file(file) as out, reading(installation) as connection:
        try:
            at = head(connection)
        except NotIntegrated:
            raise click.ClickException(_EMPTY) from None
        for line in _watched(_lines(form, connection, signer.verifier, at), "Writing", at.size):
            out.write(line)
            digest.update(line)
    if note is not None:
        signed = sign_file(signer, form=form, digest=digest.hexdigest(), entries=at.size, tree_size=at.size)
        with _new_file(note) as out:
            out.write(str(signed).encode())
    click.echo(f"Its key, for whoever checks it: {signer.verifier}", err=True)


def _searchable(connection: Connection, verdict: Verdict) -> Verdict:
    """The same verdict, unless an entry cannot be found by what it says: the tree covers the entries, not what they are searched by."""
    departure = first_departure(lambda: nullcontext(connection), verdict.tree_size or 0)
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


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A new file for its owner alone, gone again if writing it fails; - is stdout."""
    if str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}.") from None
    try:
        with os.fdopen(number, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


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


def _signer(installation: Installation) -> SignerKey:
    try:
        return SignerKey.parse(installation.settings.log_key.strip())
    except NoteError as wrong:
        raise Unusable(f"The log's key is not usable: {wrong}.") from None


def _own_key(installation: Installation) -> VerifierKey | None:
    """This installation's key, if this is one at all: a file may be checked anywhere."""
    try:
        return _signer(installation).verifier
    except Unusable:
        return None


def _watched(
    lines: Iterable[bytes], verb: str, total: int, weight: Callable[[bytes], int] = lambda line: 1
) -> Iterator[bytes]:
    """The same lines, with a bar on stderr where a person looks on."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(verb, total=total)
        for line in lines:
            yield line
            progress.advance(task, weight(line))
