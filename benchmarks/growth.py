"""What a log of ten million entries costs on PostgreSQL: writing an entry, growing the tree, proofs, pages, and the auditors' questions.

python -m benchmarks.growth [ENTRIES]

The entries are made in the database, without the service, in months up to now; the tree over them is a true one.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from benchmarks.audit import milliseconds, tell
from referral_api.app import create_app
from referral_api.audit import proofs
from referral_api.audit.checkpoint import sign_checkpoint
from referral_api.audit.entries import Entry, append
from referral_api.audit.integrator import integrate
from referral_api.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditPending
from referral_api.audit.months import Month
from referral_api.audit.nodes import node_reader
from referral_api.audit.note import SignerKey
from referral_api.audit.subtrees import look_ups, root_at
from referral_api.features.oversight.questions import QUESTIONS, Frame
from referral_api.kernel.actor import Actor, Request
from referral_api.store.session import db
from tests import postgres, world

ENTRIES: Final = 10_000_000
MONTHS: Final = 24
PIECE: Final = 500_000
PATIENCE: Final = 60_000
"""Milliseconds that a question may take."""

# Reads of invented cases by 2,000 invented people of 100 agencies; one in fifty is denied. Chance is a hash of the number.
FILL: Final = """
INSERT INTO audit_entries (id, at, actor_kind, actor_id, agency_id, action, subject_type, subject_id, case_ref, outcome, disclosed, leaf,
                           person_id, reason_code, consent_id, data_classes)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || lpad(to_hex(n), 20, '0'))::uuid, at, 'member', person, agency,
       CASE WHEN n % 10 = 0 THEN 'session.opened' ELSE 'case.read' END, 'case', subject, 'case-ref-' || lpad(c::text, 15, '0'),
       CASE WHEN denied THEN 'denied' ELSE 'allowed' END, NOT denied,
       convert_to('{"action":"case.read","actor":{"id":"' || person || '"},"at":"' || at || '","n":' || n || ',"filler":"'
         || repeat('x', 150) || '"}', 'UTF8'),
       person, CASE WHEN denied THEN 'excluded' END, CASE WHEN n % 3 = 0 THEN subject END,
       CASE WHEN NOT denied THEN ' identity contact ' END
  FROM (SELECT n, CAST(:began AS timestamptz) + n * CAST(:step AS interval) AS at, hashint8(n)::bigint & 2147483647 AS h
          FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) n) a,
       LATERAL (SELECT md5('person' || h % 2000)::uuid AS person, md5('agency' || h % 100)::uuid AS agency, h % :cases AS c,
                       md5('case' || h % :cases)::uuid AS subject, h / 7 % 50 = 0 AS denied) b
"""
LEAVES: Final = """
INSERT INTO audit_leaves ("index", entry_id, leaf_hash)
SELECT row_number() OVER (ORDER BY id) - 1, id, sha256('\\x00'::bytea || leaf) FROM audit_entries ORDER BY id
"""
NODES: Final = """
INSERT INTO audit_nodes (level, "index", hash)
SELECT {level}, l."index" / 2, sha256('\\x01'::bytea || l.{hash} || r.{hash}) FROM {below} l JOIN {below} r ON r."index" = l."index" + 1
 WHERE l."index" & 1 = 0
"""


def fill(connection: Connection, count: int, signer: SignerKey) -> None:
    """Entries, leaves, nodes and a checkpoint. The indices are made last, as in restoring a backup."""
    now = datetime.now(UTC)
    began = now - timedelta(days=30 * MONTHS)
    month = Month.of(began)
    while month <= Month.of(now):
        connection.execute(text("SELECT audit_make_month(:moment)"), {"moment": month.since})
        month = month.next()
    indices = connection.execute(
        text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'audit_entries' AND indexname LIKE 'ix%'")
    ).all()
    connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_await_place"))
    connection.execute(text("SET maintenance_work_mem = '1GB'"))
    connection.execute(text("SET work_mem = '1GB'"))
    connection.execute(delete(AuditPending))
    for name, _ in indices:
        connection.execute(text(f"DROP INDEX {name}"))
    step = (now - began) / count
    said = {"began": began, "step": step, "cases": max(1, count // 20)}
    for first in range(0, count, PIECE):
        connection.execute(text(FILL), {**said, "first": first, "last": min(count, first + PIECE) - 1})
        _note(f"{first + PIECE:,} entries")
    connection.exec_driver_sql(LEAVES)
    size = connection.execute(text("SELECT count(*) FROM audit_leaves")).scalar_one()
    _note("leaves")
    below, hashed = "audit_leaves", "leaf_hash"
    for level in range(1, size.bit_length()):
        connection.exec_driver_sql(NODES.format(level=level, below=below, hash=hashed))
        below, hashed = f'(SELECT "index", hash FROM audit_nodes WHERE level = {level})', "hash"
    _note("nodes")
    for _, definition in indices:
        connection.execute(text(definition.replace(" ON ONLY ", " ON ")))
    connection.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_await_place"))
    _note("indices")
    root = root_at(node_reader(connection, look_ups(lambda node: root_at(node, size))), size)
    note = sign_checkpoint(signer, size=size, root=root)
    connection.execute(insert(AuditCheckpoint).values(tree_size=size, at=now, root=root, note=str(note)))


def measure(signer: SignerKey, count: int, folder: Path) -> None:
    actor = Actor("member", world.ids.new(), world.ids.new(), Request(id="bench", now=datetime.now(UTC)))
    entry = Entry(
        action="case.read",
        subject_type="case",
        subject_id=world.ids.new(),
        case_ref="case-ref-new",
        data_classes=["identity"],
    )
    with db.engine.connect() as connection, Session(connection) as session:
        tell(
            "PostgreSQL",
            "writing an entry, without the commit",
            f"{milliseconds(lambda: append(session, actor, entry), 2000):.2f} ms",
        )
        session.commit()
    with db.engine.begin() as connection, Session(connection) as session:
        for _ in range(18_000):
            append(session, actor, entry)
        session.commit()
    began, placed = time.perf_counter(), 0
    while taken := integrate(db.engine, signer, now=datetime.now(UTC), limit=1000):
        placed += taken
    tell("PostgreSQL", "integrated a second", f"{placed / (time.perf_counter() - began):,.0f}")
    with db.engine.connect() as connection, Session(connection) as session:
        _read(session, count)


def _read(session: Session, count: int) -> None:
    chance = Random(1)
    places = [chance.randrange(count) for _ in range(100)]
    chosen = session.execute(select(AuditLeaf.entry_id).where(AuditLeaf.index.in_(places))).scalars().all()
    wanted = iter(chosen)
    inclusion = milliseconds(lambda: proofs.inclusion_proof(session, next(wanted)), len(chosen))
    tell("PostgreSQL", "inclusion proof", f"{inclusion:.1f} ms")
    sizes = iter(places)
    tell(
        "PostgreSQL",
        "consistency proof",
        f"{milliseconds(lambda: proofs.consistency_proof(session, next(sizes) + 1), 100):.1f} ms",
    )
    newest = select(AuditEntry.id, AuditEntry.leaf).order_by(AuditEntry.id.desc()).limit(51)
    person = session.execute(select(AuditEntry.actor_id).limit(1)).scalar_one()
    for what, query in (
        ("newest entries", newest),
        ("newest of a person", newest.where(AuditEntry.actor_id == person)),
    ):
        tell(
            "PostgreSQL",
            f"a page: {what}",
            f"{milliseconds(lambda query=query: session.execute(query).all(), 5):.1f} ms",
        )  # type: ignore[misc]
    now = datetime.now(UTC)
    session.execute(text(f"SET statement_timeout = {PATIENCE}"))
    session.commit()
    for days in (30, None):
        for question in QUESTIONS.values():
            within = [] if days is None else [AuditEntry.at >= now - timedelta(days=days)]
            query = question.select(Frame(within, now, f"case-ref-{1:015}" if question.of_a_case else None))
            _ask(
                session,
                f"{question.name}, {f'{days} days' if days else 'whole log'}",
                query.order_by(AuditEntry.id.desc()).limit(51),
            )


def _ask(session: Session, name: str, query: Any) -> None:
    try:
        found = milliseconds(lambda: session.execute(query).all(), 1)
        found = found if found > 1000 else milliseconds(lambda: session.execute(query).all(), 3)
        tell("PostgreSQL", name, f"{found:,.0f} ms")
    except OperationalError:
        session.rollback()
        tell("PostgreSQL", name, f"more than {PATIENCE // 1000} s")


_STARTED: Final = time.perf_counter()


def _note(what: str) -> None:
    sys.stderr.write(f"{time.perf_counter() - _STARTED:6.0f} s  {what}\n")


@contextmanager
def _service() -> Iterator[tuple[Callable[[], SignerKey], Path]]:
    with tempfile.TemporaryDirectory() as folder, postgres.running() as address:
        url = postgres.fresh_database(address, "growth")
        world.build(url, Path(folder))
        settings = world.settings(url, Path(folder))
        with create_app(settings).app_context():
            yield lambda: SignerKey.parse(settings.log_key.strip()), Path(folder)
            db.session.remove()
            db.engine.dispose()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    sys.stdout.write(f"{count:,} entries\n\n| database | what | found |\n| --- | --- | --- |\n")
    with _service() as (signer, folder):
        with db.engine.begin() as connection:
            fill(connection, count, signer())
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
            size = connection.execute(text("SELECT pg_size_pretty(pg_database_size(current_database()))")).scalar_one()
            tell("PostgreSQL", "on disk", str(size))
        measure(signer(), count, folder)


if __name__ == "__main__":
    main()
