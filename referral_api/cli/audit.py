"""Reading and checking the log where it lies. Whoever reads it so is its operator; who reads through the service leaves an entry."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection, create_engine, event, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from referral_api.audit.canonical import NotCanonical, loads
from referral_api.audit.export import whole_log
from referral_api.audit.models import AuditEntry, AuditLeaf, AuditPending
from referral_api.audit.note import NoteError, SignerKey, VerifierKey
from referral_api.audit.proofs import NotIntegrated
from referral_api.audit.tampering import Verdict
from referral_api.audit.verifier import Trust, verify_export, verify_proof
from referral_api.cli.installation import Installation, Unusable

__all__ = ["audit"]

_MOST_PROOF: Final = 1_000_000


class VerifierKeyType(click.ParamType):
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


@audit.command("tail")
@click.option("-n", "--lines", type=click.IntRange(0, 10_000), default=20, show_default=True, help="How many entries.")
@click.option("-f", "--follow", is_flag=True, help="Go on as entries get their place, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="One entry a line, as it was signed, with its index.")
@click.pass_obj
def tail(installation: Installation, lines: int, follow: bool, as_json: bool) -> None:
    """Show the newest entries, newest last: ids and codes only. An entry without an index waits for its place in the tree."""
    shown: set[Any] = set()
    with _reading(installation) as connection:
        rows = _newest(connection, lines)
        last = max((row.index for row in rows if row.index is not None), default=None)
        if last is None:
            last = _size(connection) - 1
    _show(rows, shown, as_json)
    with contextlib.suppress(KeyboardInterrupt):
        while follow:
            time.sleep(0.5)
            with _reading(installation) as connection:
                rows = _placed_after(connection, last)
            last = max((row.index for row in rows), default=last)
            _show(rows, shown, as_json)


def _newest(connection: Connection, lines: int) -> list[Any]:
    entry = select(AuditLeaf.index, AuditEntry.id, AuditEntry.leaf)
    waiting = (
        select(AuditEntry.id, AuditEntry.leaf)
        .join(AuditPending, AuditPending.entry_id == AuditEntry.id)
        .order_by(AuditPending.at.desc(), AuditPending.entry_id.desc())
    )
    pending = [_Row(None, *row) for row in connection.execute(waiting.limit(lines))]
    placed = entry.join(AuditLeaf, AuditLeaf.entry_id == AuditEntry.id).order_by(AuditLeaf.index.desc())
    found = [*pending, *(_Row(*row) for row in connection.execute(placed.limit(lines)))]
    return found[:lines][::-1]


class _Row:
    def __init__(self, index: int | None, id: Any, leaf: bytes) -> None:
        self.index, self.id, self.leaf = index, id, bytes(leaf)


def _placed_after(connection: Connection, last: int) -> list[Any]:
    query = (
        select(AuditLeaf.index, AuditEntry.id, AuditEntry.leaf)
        .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
        .where(AuditLeaf.index > last)
        .order_by(AuditLeaf.index)
        .limit(1000)
    )
    return [_Row(*row) for row in connection.execute(query)]


def _size(connection: Connection) -> int:
    newest = connection.execute(select(AuditLeaf.index).order_by(AuditLeaf.index.desc()).limit(1)).scalar()
    return 0 if newest is None else newest + 1


def _show(rows: Iterable[Any], shown: set[Any], as_json: bool) -> None:
    for row in rows:
        if row.id in shown:
            continue
        shown.add(row.id)
        entry = {"index": row.index, **json.loads(row.leaf)}
        click.echo(json.dumps(entry) if as_json else _line(entry))
    sys.stdout.flush()


def _line(entry: dict[str, Any]) -> str:
    actor, subject = entry["actor"], entry["subject"]
    who = actor["id"] or actor["kind"]
    parts = [
        f"{'-' if entry['index'] is None else entry['index']:>6}",
        entry["at"],
        f"{entry['outcome']:<7}",
        f"{entry['action']:<24}",
        subject["id"] or subject["type"] or "-",
        f"by {who}",
    ]
    parts += [f"for {actor['on_behalf_of']}"] if actor["on_behalf_of"] else []
    parts += [f"purpose {entry['purpose']}"] if entry["purpose"] else []
    parts += [f"because {entry['reason_code']}"] if entry["reason_code"] else []
    parts += [f"classes {','.join(entry['data_classes'])}"] if entry["data_classes"] else []
    return "  ".join(parts)


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
        with _reading(installation) as connection:
            try:
                verdict = verify_export(
                    _counted(whole_log(connection, signer.verifier), "Checking"), Trust(key=key or signer.verifier)
                )
            except NotIntegrated:
                raise click.ClickException("The log is empty: nothing has its place in the tree yet.") from None
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
    try:
        out = (
            sys.stdout.buffer
            if str(file) == "-"
            else os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        )
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}.") from None
    with _reading(installation) as connection:
        try:
            for line in _counted(whole_log(connection, signer.verifier), "Writing"):
                out.write(line)
        except NotIntegrated:
            if str(file) != "-":
                file.unlink()
            raise click.ClickException("The log is empty: nothing has its place in the tree yet.") from None
    out.flush()
    click.echo(f"Its key, for whoever checks it: {signer.verifier}", err=True)


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


@contextmanager
def _reading(installation: Installation) -> Iterator[Connection]:
    """One picture of the database, for as long as it takes, that makes no writer wait."""
    url = installation.settings.database_url
    if url.startswith("sqlite"):
        installation.need_database()
        engine = create_engine(url)

        @event.listens_for(engine, "connect")
        def connect(connection: Any, record: Any) -> None:
            connection.isolation_level = None
            connection.execute("PRAGMA query_only=ON")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN")
    else:
        engine = create_engine(url, isolation_level="REPEATABLE READ", execution_options={"postgresql_readonly": True})
    try:
        with engine.connect() as connection:
            yield connection
    except (OperationalError, ProgrammingError):
        raise click.ClickException("The database does not answer as it should. Is it migrated?") from None
    finally:
        engine.dispose()


def _counted(lines: Iterable[bytes], verb: str) -> Iterator[bytes]:
    """The same lines, counted on stderr where a person looks on."""
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed} lines"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(verb, total=None)
        for line in lines:
            yield line
            progress.advance(task)
