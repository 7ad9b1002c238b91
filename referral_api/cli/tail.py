"""`referral audit tail`: the newest entries of the log, as the operator sees them."""

import contextlib
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import click
from sqlalchemy import Connection, select

from referral_api.audit.models import AuditEntry, AuditLeaf, AuditPending
from referral_api.cli.installation import Installation
from referral_api.cli.snapshot import reading

__all__ = ["tail"]


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry as it was signed, and its place in the tree if it has one yet."""

    index: int | None
    id: UUID
    leaf: bytes


@click.command("tail")
@click.option("-n", "--lines", type=click.IntRange(0, 10_000), default=20, show_default=True, help="How many entries.")
@click.option("-f", "--follow", is_flag=True, help="Go on as entries get their place, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="One entry a line, as it was signed, with its index.")
@click.pass_obj
def tail(installation: Installation, lines: int, follow: bool, as_json: bool) -> None:
    """Show the newest entries, newest last: ids and codes only. An entry without an index waits for its place in the tree."""
    with reading(installation) as connection:
        rows = _newest(connection, lines)
        size = _size(connection)
    _show(rows, as_json)
    waiting = {row.id for row in rows if row.index is None}
    with contextlib.suppress(KeyboardInterrupt):
        while follow:
            time.sleep(0.5)
            with reading(installation) as connection:
                rows = _placed_from(connection, size)
            size += len(rows)
            _show((row for row in rows if row.id not in waiting), as_json)


def _newest(connection: Connection, lines: int) -> list[_Row]:
    waiting = (
        select(AuditEntry.id, AuditEntry.leaf)
        .join(AuditPending, AuditPending.entry_id == AuditEntry.id)
        .order_by(AuditPending.at.desc(), AuditPending.entry_id.desc())
    )
    pending = [_Row(None, *row) for row in connection.execute(waiting.limit(lines))]
    placed = (
        select(AuditLeaf.index, AuditEntry.id, AuditEntry.leaf)
        .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
        .order_by(AuditLeaf.index.desc())
    )
    found = [*pending, *(_Row(*row) for row in connection.execute(placed.limit(lines)))]
    return found[:lines][::-1]


def _placed_from(connection: Connection, size: int) -> list[_Row]:
    query = (
        select(AuditLeaf.index, AuditEntry.id, AuditEntry.leaf)
        .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
        .where(AuditLeaf.index >= size)
        .order_by(AuditLeaf.index)
        .limit(1000)
    )
    return [_Row(*row) for row in connection.execute(query)]


def _size(connection: Connection) -> int:
    newest = connection.execute(select(AuditLeaf.index).order_by(AuditLeaf.index.desc()).limit(1)).scalar()
    return 0 if newest is None else newest + 1


def _show(rows: Iterable[_Row], as_json: bool) -> None:
    for row in rows:
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
