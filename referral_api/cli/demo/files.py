"""What the demonstration keeps on disk: its keys, `referral.env` for a second shell, and `demo.json` for whoever signs in."""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import make_url

from referral_api.cli.installation import ENV_FILE
from referral_api.cli.keys import key_files, make_keys

__all__ = ["DEMO_FILE", "clear_unfinished", "environment", "read_demo", "unfinished", "write_demo", "write_env"]

DEMO_FILE: Final = "demo.json"
_UNFINISHED: Final = "demo.unfinished"


def environment(folder: Path, *, port: int, database_url: str | None) -> dict[str, str]:
    """The settings of a demonstration in this folder; keys that are missing are made."""
    make_keys(folder, origin="referral-api.example/demonstration")
    found = {
        "REFERRAL_ENVIRONMENT": "development",
        "REFERRAL_DATA_DIR": str(folder),
        "REFERRAL_HOST": "127.0.0.1",
        "REFERRAL_PORT": str(port),
        "REFERRAL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        **key_files(folder),
    }
    return {**found, "REFERRAL_DATABASE_URL": database_url} if database_url else found


def write_env(folder: Path, environ: Mapping[str, str]) -> bool:
    """Let `./referral audit tail` work in a second shell. Paths and ports only: a password in the database's address is left out.

    Returns whether the second shell must be told the database's address.
    """
    address = environ.get("REFERRAL_DATABASE_URL")
    database = make_url(address) if address else None
    secret = database is not None and bool(database.password or "password" in database.query)
    lines = [
        f"{name}={value}" for name, value in sorted(environ.items()) if not (secret and name == "REFERRAL_DATABASE_URL")
    ]
    _write(folder / ENV_FILE, "\n".join(lines) + "\n")
    return secret


def read_demo(folder: Path) -> dict[str, Any] | None:
    """What `demo.json` says; None if there is none."""
    try:
        found: dict[str, Any] = json.loads((folder / DEMO_FILE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return found


def write_demo(folder: Path, demo: Mapping[str, Any]) -> None:
    """Passwords and secrets of people who do not exist; still, for its owner alone."""
    _write(folder / DEMO_FILE, json.dumps(demo, indent=2, ensure_ascii=False) + "\n")


def _write(path: Path, text: str) -> None:
    """All or nothing, mode 600."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        beside.unlink()
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def unfinished(folder: Path) -> Iterator[None]:
    """While the demonstration is made, a mark stands in its folder, so that the next start knows if this one was interrupted."""
    mark = folder / _UNFINISHED
    mark.touch()
    yield
    mark.unlink()


def clear_unfinished(folder: Path, database: Path) -> bool:
    """Take away the SQLite file of a demonstration whose making was interrupted. Returns whether there was one."""
    mark = folder / _UNFINISHED
    if not mark.exists() or database.parent != folder:
        return False
    for ending in ("", "-wal", "-shm", ".queue"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    mark.unlink()
    return True
