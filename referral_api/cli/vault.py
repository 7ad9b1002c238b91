"""The vault's keys over the quarters: a new active one, case keys wrapped anew, an old one dropped. Part of `referral keys`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from referral_api.cli.installation import Installation, Unusable, opened
from referral_api.store import db
from referral_api.vault import (
    KeyFile,
    KeyInUse,
    KeyRing,
    KmsRefused,
    UnwrapKeys,
    WeakKeys,
    count_outdated,
    drop_key,
    put_under_kms,
    retire_kek,
    rewrap_some,
    ring,
    rotate_ring,
    write_private,
)

__all__ = ["create_kms_key", "rewrap", "rotate_vault", "wrap_vault"]

_AT_ONCE: Final = 50


@click.command("rotate-vault")
@click.option("--drop", "old", metavar="KEY", help="Drop this old key instead: refused while a case's key is under it.")
@click.pass_obj
def rotate_vault(installation: Installation, old: str | None) -> None:
    """Wrap the keys of new cases under a new key from now on. Once a quarter, and after a leak.

    Old keys stay, so nothing stops opening. Restart the service, everywhere, so that it takes the new ring; then
    `referral keys rewrap`. An old key is dropped when nothing needs it, backups included: keep a copy of the ring as
    long as a backup that was made under it.
    """
    path, kms = _ring_file(installation), _kms(installation)
    try:
        if old is None:
            changed = rotate_ring(path, datetime.now(UTC), kms)
            click.echo(f"The active key is {changed.active} now. Restart the service, then: referral keys rewrap")
            return
        _refuse_needed(path, old, kms)
        with opened(installation.app()):
            retire_kek(db.engine, old, datetime.now(UTC))
        drop_key(path, old, kms)
    except (OSError, WeakKeys, KeyInUse) as wrong:
        raise click.ClickException(f"{wrong}.") from None
    click.echo(f"{old} is dropped. Restart the service.")


def _refuse_needed(path: Path, old: str, kms: UnwrapKeys | None) -> None:
    """What the ring itself forbids is said before the database is told that the key is gone."""
    held = KeyRing.load(path, kms)
    if old == held.active:
        raise WeakKeys(f"{old} is the active key; rotate first")
    if old not in held.wrapping:
        raise WeakKeys(f"the key ring has no key {old}")


@click.command()
@click.confirmation_option(prompt="Was every process of the service started again after the last rotate-vault?")
@click.pass_obj
def rewrap(installation: Installation) -> None:
    """Wrap every case's key under the active key, while the service runs. Interrupt and repeat it as you like.

    A process that was not started again since `rotate-vault` does not know the new key, and could not open what is
    wrapped under it until it is.
    """
    with opened(installation.app()):
        held = ring()
        with db.engine.connect() as connection:
            total = count_outdated(connection, held)
        done = 0
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("Wrapping", total=total)
            try:
                while some := rewrap_some(db.engine, held, limit=_AT_ONCE):
                    done += some
                    bar.update(task, advance=some, total=max(total, done))
            except WeakKeys as wrong:
                raise click.ClickException(f"{wrong}; {done} keys were wrapped anew before.") from None
    click.echo(f"{done} keys were wrapped anew; all are under {held.active}.")


@click.command("create-kms-key")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def create_kms_key(path: Path) -> None:
    """Make a key over the key ring in a new file, mode 600: put it on another medium than the ring."""
    try:
        write_private(path, KeyFile.generate())
    except OSError as wrong:
        raise click.ClickException(f"{path}: {wrong.strerror}.") from None
    click.echo(f"REFERRAL_KMS_KEY_FILE={path.resolve()}")


@click.command("wrap-vault")
@click.pass_obj
def wrap_vault(installation: Installation) -> None:
    """Wrap the ring under the key in REFERRAL_KMS_KEY_FILE, so that a copy of the ring alone opens nothing."""
    path, kms = _ring_file(installation), _kms(installation)
    if kms is None:
        raise Unusable("Name the key over the ring: REFERRAL_KMS_KEY_FILE (`referral keys create-kms-key` makes one).")
    try:
        put_under_kms(path, kms)
    except (OSError, WeakKeys) as wrong:
        raise click.ClickException(f"{path}: {wrong}.") from None
    click.echo("The ring is wrapped. A plain copy of it, if there is one, opens everything still: destroy it.")


def _ring_file(installation: Installation) -> Path:
    named = installation.environ.get("REFERRAL_VAULT_KEYS_FILE", "").strip()
    if not named:
        raise Unusable("Name the key ring's file: REFERRAL_VAULT_KEYS_FILE.")
    return Path(named)


def _kms(installation: Installation) -> UnwrapKeys | None:
    text = installation.settings.kms_key
    try:
        return KeyFile.parse(text) if text else None
    except KmsRefused as wrong:
        raise Unusable(f"REFERRAL_KMS_KEY: {wrong}.") from None
