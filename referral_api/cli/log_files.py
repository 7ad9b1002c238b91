"""Writing files of the log that hold for whoever reads them elsewhere: new, for their owner alone, with a signed note beside."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from referral_api.audit.note import NoteError, SignerKey
from referral_api.audit.signed_file import sign_file
from referral_api.audit.verifier import beside
from referral_api.cli.installation import Installation, Unusable

__all__ = ["new_file", "signer_of", "watched", "write_signed"]


def signer_of(installation: Installation) -> SignerKey:
    try:
        return SignerKey.parse(installation.settings.log_key.strip())
    except NoteError as wrong:
        raise Unusable(f"The log's key is not usable: {wrong}.") from None


def write_signed(
    path: Path, lines: Iterable[bytes], signer: SignerKey, *, form: str, entries: int, tree_size: int
) -> str:
    """Write a file (- is stdout, which has no note) and what was signed of it beside it. Returns the note."""
    note, digest = beside(path), sha256()
    if str(path) != "-" and note.exists():
        raise click.ClickException(f"{note}: File exists.")
    with new_file(path) as out:
        for line in lines:
            out.write(line)
            digest.update(line)
        if str(path) != "-":
            out.flush()
            os.fsync(out.fileno())
    signed = str(sign_file(signer, form=form, digest=digest.hexdigest(), entries=entries, tree_size=tree_size))
    if str(path) != "-":
        with new_file(note) as out:
            out.write(signed.encode())
            out.flush()
            os.fsync(out.fileno())
    return signed


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
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


def watched(
    lines: Iterable[bytes], verb: str, total: int, weight: Callable[[bytes], int] = lambda line: 1
) -> Iterator[bytes]:
    """The same lines, with a bar on stderr where a person looks on."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(verb, total=total)
        for line in lines:
            yield line
            progress.advance(task, weight(line))
