"""Making an installation's keys: files that only their owner may read, never overwritten."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from referral_api.audit.note import NoteError, SignerKey
from referral_api.cli.installation import Installation, Unusable, data_folder
from referral_api.cli.vault import create_kms_key, rewrap, rotate_vault, wrap_vault
from referral_api.identity.keys import KEPT_FOR_VERIFICATION, InvalidKey, SigningKeys
from referral_api.vault import KeyRing, write_private

__all__ = ["key_files", "keys", "make_keys"]

VAULT, SIGNING, LOG = "vault.json", "signing.json", "log.key"


def key_files(folder: Path) -> dict[str, str]:
    """The settings that name the key files of a folder."""
    files = {"VAULT_KEYS": VAULT, "SIGNING_KEYS": SIGNING, "LOG_KEY": LOG}
    return {f"REFERRAL_{name}_FILE": str((folder / file).resolve()) for name, file in files.items()}


def make_keys(folder: Path, *, origin: str) -> list[str]:
    """Make those of the three key files that are not there. Returns their names; an existing file is left as it is."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    if not (folder / VAULT).exists():
        write_private(folder / VAULT, KeyRing.generate(datetime.now(UTC)))
        made.append(VAULT)
    if not (folder / SIGNING).exists():
        SigningKeys.generate(folder / SIGNING)
        made.append(SIGNING)
    if not (folder / LOG).exists():
        write_private(folder / LOG, SignerKey.generate(origin).line() + "\n")
        made.append(LOG)
    return made


@click.group()
def keys() -> None:
    """The keys of an installation."""


for _command in (rotate_vault, rewrap, create_kms_key, wrap_vault):
    keys.add_command(_command)


@keys.command("create")
@click.option(
    "--dir", "folder", type=click.Path(file_okay=False, path_type=Path),
    help="Where the files go. Default: keys in REFERRAL_DATA_DIR (var/keys).",
)  # fmt: skip
@click.option(
    "--origin", default="referral-api/audit", show_default=True, help="The log's name, for those who verify it."
)
@click.pass_obj
def create(installation: Installation, folder: Path | None, origin: str) -> None:
    """Make vault.json, signing.json and log.key, mode 600, and print the settings that name them.

    A file that is there is never overwritten: then nothing is made, and the exit code is 1.
    """
    folder = folder or data_folder(installation.environ) / "keys"
    there = [name for name in (VAULT, SIGNING, LOG) if (folder / name).exists()]
    if there:
        raise click.ClickException(f"{folder} holds {', '.join(there)} already; keys are never overwritten.")
    try:
        make_keys(folder, origin=origin)
    except NoteError as wrong:
        raise Unusable(f"--origin: {wrong}.") from None
    for name, value in key_files(folder).items():
        click.echo(f"{name}={value}")
    click.echo("Keep copies of vault.json and log.key apart: without them no case can be read again.", err=True)


@keys.command("rotate-signing")
@click.option(
    "--file", "path", type=click.Path(dir_okay=False, path_type=Path), help="Default: REFERRAL_SIGNING_KEYS_FILE."
)
@click.option("--leaked", is_flag=True, help="Others may know the old keys: they verify nothing from now on.")
@click.pass_obj
def rotate_signing(installation: Installation, path: Path | None, leaked: bool) -> None:
    """Sign access tokens with a new key from now on; the old one verifies for a day more. A running service takes it at its next call."""
    named = installation.environ.get("REFERRAL_SIGNING_KEYS_FILE", "").strip()
    if path is None and not named:
        raise Unusable("Name the file: --file, or REFERRAL_SIGNING_KEYS_FILE.")
    path = path or Path(named)
    try:
        keep = timedelta(0) if leaked else KEPT_FOR_VERIFICATION
        ring = SigningKeys.rotate(path, datetime.now(UTC), keep=keep)
    except (OSError, InvalidKey) as wrong:
        raise click.ClickException(f"{path}: {wrong}") from None
    click.echo(f"The active key is {ring.active.kid} now; {len(ring.by_kid) - 1} more verify.")
