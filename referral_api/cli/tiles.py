"""`referral audit tiles`: the tree as files that any web server can hand to monitors and witnesses."""

from pathlib import Path

import click

from referral_api.audit.export import head
from referral_api.audit.proofs import NotIntegrated
from referral_api.audit.tiles import hashes_of, tile_path, tiles
from referral_api.cli.installation import Installation
from referral_api.cli.log_files import new_file
from referral_api.cli.snapshot import reading

__all__ = ["write_tiles"]


@click.command("tiles")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
def write_tiles(installation: Installation, folder: Path) -> None:
    """Write the tree's hashes into FOLDER, as C2SP tlog-tiles has them, and the checkpoint. Of the entries nothing is told.

    Run it again as often as you like: tiles that are there stay, and the checkpoint is replaced last.
    """
    with reading(installation) as connection:
        try:
            at = head(connection)
        except NotIntegrated:
            raise click.ClickException("The log is empty: nothing has its place in the tree yet.") from None
        written = 0
        for level, number, width in tiles(at.size):
            path = folder / tile_path(level, number, width)
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            _put(path, hashes_of(connection, level, number, width))
            written += 1
    _put(folder / "checkpoint", at.note.encode())
    click.echo(f"{written} new tiles of a tree of {at.size} entries.")


def _put(path: Path, data: bytes) -> None:
    """Whole or not at all: whoever reads meanwhile never sees a part."""
    partial = path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    with new_file(partial) as file:
        file.write(data)
    partial.chmod(0o644)
    partial.replace(path)
