"""Reading and checking the log where it lies. Whoever reads it so is its operator; who reads through the service leaves an entry."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from referral_api.audit.canonical import NotCanonical, loads
from referral_api.audit.export import whole_log
from referral_api.audit.note import NoteError, SignerKey, VerifierKey
from referral_api.audit.proofs import NotIntegrated
from referral_api.audit.tampering import Verdict
from referral_api.audit.verifier import Trust, verify_export, verify_proof
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

    Exit code 0 if it holds, 1 if it does not. With a FILE no database is needed; without a key, given or of this installation, who
    signed it is not shown.
    """
    if file is not None:
        with file.open("rb") as lines:
            verdict = verify_export(_counted(lines, "Checking"), Trust(key=key or _own_key(installation)))
    else:
        signer = _signer(installation)
        with reading(installation) as connection:
            try:
                verdict = verify_export(
                    _counted(whole_log(connection, signer.verifier), "Checking"), Trust(key=key or signer.verifier)
                )
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
@click.pass_obj
def export(installation: Installation, file: Path) -> None:
    """Write the whole log to a new FILE (- for stdout), signed, to be checked anywhere: `referral audit verify FILE`.

    The format is in docs/audit-format.md. An existing file is never overwritten.
    """
    signer = _signer(installation)
    with _new_file(file) as out, reading(installation) as connection:
        try:
            for line in _counted(whole_log(connection, signer.verifier), "Writing"):
                out.write(line)
        except NotIntegrated:
            raise click.ClickException(_EMPTY) from None
    click.echo(f"Its key, for whoever checks it: {signer.verifier}", err=True)


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


def _counted(lines: Iterable[bytes], verb: str) -> Iterator[bytes]:
    """The same lines, counted on stderr where a person looks on."""
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed} lines"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(verb, total=None)
        for line in lines:
            yield line
            progress.advance(task)
