"""How fast the log's tree grows, and how long a proof, an export and a question take over a log of some 100,000 entries.

python -m benchmarks.audit [ENTRIES]
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from referral_api.app import create_app
from referral_api.audit import export, proofs
from referral_api.audit.canonical import dumps
from referral_api.audit.integrator import integrate
from referral_api.audit.models import AuditEntry, AuditLeaf
from referral_api.audit.note import SignerKey
from referral_api.features.oversight.questions import QUESTIONS, Frame
from referral_api.kernel import clock, ids
from referral_api.store.session import db
from tests import postgres, world

ENTRIES = 200_000
BATCH = 5_000
PEOPLE = 200


def entries(count: int) -> Iterator[dict[str, Any]]:
    """Reads of invented cases by invented people, a second apart; one in fifty is denied."""
    chance, people = Random(1), [ids.new() for _ in range(PEOPLE)]
    agencies = [ids.new() for _ in range(20)]
    for number in range(count):
        person = chance.randrange(PEOPLE)
        entry_id, at = ids.new(), world.BEGAN + timedelta(seconds=number)
        case_ref = f"case-ref-{chance.randrange(count // 20):015}"
        denied = chance.randrange(50) == 0
        leaf = {
            "id": ids.show("entry", entry_id),
            "at": clock.show(at),
            "action": "case.read",
            "case_ref": case_ref,
            "filler": "x" * 700,
        }
        yield {
            "id": entry_id, "at": at, "actor_kind": "member", "actor_id": people[person], "agency_id": agencies[person % 20],
            "action": "case.read", "case_ref": case_ref, "outcome": "denied" if denied else "allowed", "disclosed": not denied,
            "leaf": dumps(leaf), "person_id": people[person], "data_classes": None if denied else " identity contact ",
            "reason_code": "excluded" if denied else None,
        }  # fmt: skip


def milliseconds(act: Callable[[], Any], times: int) -> float:
    """The median of some runs."""
    waits = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        waits.append((time.perf_counter() - began) * 1000)
    return statistics.median(waits)


def on(name: str, url: str, folder: Path, count: int) -> None:
    world.build(url, folder)
    app = create_app(world.settings(url, folder))
    signer = SignerKey.parse(world.settings(url, folder).log_key)
    with app.app_context():
        rows = list(entries(count))
        for start in range(0, count, BATCH):
            with db.engine.begin() as connection:
                connection.execute(insert(AuditEntry), rows[start : start + BATCH])
        began, placed = time.perf_counter(), 0
        while taken := integrate(db.engine, signer, now=world.BEGAN, limit=1000):
            placed += taken
        tell(name, "integrated a second", f"{placed / (time.perf_counter() - began):,.0f}")
        with db.engine.connect() as connection, Session(connection) as session:
            _read(name, session, signer, count)
        db.session.remove()
        db.engine.dispose()


def _read(name: str, session: Session, signer: SignerKey, count: int) -> None:
    chosen = session.execute(select(AuditLeaf.entry_id).where(AuditLeaf.index % (count // 100) == 1)).scalars().all()
    wanted = iter(chosen)
    inclusion = milliseconds(lambda: proofs.inclusion_proof(session, next(wanted)), len(chosen))
    tell(name, "inclusion proof", f"{inclusion:.1f} ms")
    tell(name, "consistency proof", f"{milliseconds(lambda: proofs.consistency_proof(session, count // 3), 20):.1f} ms")
    began = time.perf_counter()
    written = sum(1 for _ in export.whole_log(session, signer.verifier))
    tell(name, "exported lines a second", f"{written / (time.perf_counter() - began):,.0f}")
    for question in QUESTIONS.values():
        frame = Frame([], world.BEGAN, f"case-ref-{1:015}" if question.of_a_case else None)
        query = question.select(frame).order_by(AuditEntry.id.desc()).limit(51)
        tell(name, question.name, f"{milliseconds(lambda query=query: session.execute(query).all(), 3):.0f} ms")  # type: ignore[misc]


def tell(database: str, what: str, found: str) -> None:
    sys.stdout.write(f"| {database} | {what} | {found} |\n")
    sys.stdout.flush()


@contextmanager
def _databases() -> Iterator[list[tuple[str, str]]]:
    with tempfile.TemporaryDirectory() as folder, postgres.running() as address:
        yield [
            ("SQLite", f"sqlite:///{folder}/bench.sqlite3"),
            ("PostgreSQL", postgres.fresh_database(address, "bench")),
        ]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    sys.stdout.write(f"{count:,} entries\n\n| database | what | found |\n| --- | --- | --- |\n")
    with _databases() as databases:
        for name, url in databases:
            with tempfile.TemporaryDirectory() as folder:
                on(name, url, Path(folder), count)


if __name__ == "__main__":
    main()
