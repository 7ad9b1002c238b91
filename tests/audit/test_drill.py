"""The drill: a database administrator with every right, and the log's stolen key, against a witness's memory (`make drill`).

Each deed is done on the service's real tables, then the verifier is asked twice: with the log's key alone, and with the checkpoint that
a witness of another agency cosigned and kept an hour before.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from referral_api.audit import canonical
from referral_api.audit.checkpoint import Checkpoint, cosign, open_checkpoint
from referral_api.audit.export import head, whole_log
from referral_api.audit.integrator import integrate
from referral_api.audit.models import AuditCheckpoint, AuditCosignature, AuditEntry, AuditLeaf, AuditNode, AuditPending
from referral_api.audit.nodes import LogDamaged
from referral_api.audit.note import Kind, Note, SignerKey
from referral_api.audit.tampering import Fault, Verdict
from referral_api.audit.verifier import Trust, verify_export
from referral_api.kernel import ids
from referral_api.store.session import db
from tests.world import World

WITNESS = SignerKey("witness.court.example", Kind.COSIGNATURE, b"\7" * 32)
TREE = (AuditCosignature, AuditCheckpoint, AuditNode, AuditLeaf, AuditPending)


def tell(sentence: str) -> None:
    """The story, for whoever looks on (`pytest -s`)."""
    sys.stdout.write(f"    {sentence}\n")


@dataclass
class Drill:
    """The log as it was when the witness saw it last, and as it has grown since."""

    world: World
    stolen: SignerKey
    seen: str

    def run(self, act: Callable[[Connection], Any]) -> Any:
        with self.world.app.app_context(), db.engine.begin() as connection:
            return act(connection)

    def sign_anew(self) -> None:
        """Forget the tree and its checkpoints, and build and sign another over the entries that are there now."""

        def forget(connection: Connection) -> None:
            for table in TREE:
                connection.execute(delete(table))
            rows = connection.execute(select(AuditEntry.id, AuditEntry.at)).all()
            connection.execute(insert(AuditPending), [{"entry_id": row.id, "at": row.at} for row in rows])

        self.run(forget)
        with self.world.app.app_context():
            integrate(db.engine, self.stolen, now=self.world.clock())

    def verdict(self, *, with_witness: bool) -> Verdict:
        """What the verifier finds in the whole log; believing the witness's checkpoint, or nobody but the log's key."""
        key = self.stolen.verifier
        known: list[Checkpoint] = []
        if with_witness:
            known = [
                open_checkpoint(Note.parse(self.seen.encode()), key, witnesses=[WITNESS.verifier], quorum=1).checkpoint
            ]
        found: Verdict = self.run(lambda connection: verify_export(whole_log(connection, key), Trust(key, known=known)))
        return found


@pytest.fixture
def drill(world: World) -> Drill:
    """Somebody tries what they may not; the witness cosigns; an hour goes by; then the administrator takes the triggers away."""
    key = SignerKey.parse(world.app.extensions["settings"].log_key.strip())
    case = world.open_case()
    assert 404 == world.get(f"/v1/cases/{case['id']}", by="ngo.caseworker1").status_code
    world.get(f"/v1/cases/{case['id']}", by="police.caseworker1")
    with world.app.app_context():
        integrate(db.engine, key, now=world.clock())
        with db.engine.begin() as connection:
            note = Note.parse(head(connection).note.encode())
    seen = str(cosign(note, WITNESS, timestamp=int(world.clock().timestamp())))
    world.clock.pass_by(hours=1)
    world.tokens.clear()
    world.get(f"/v1/cases/{case['id']}", by="police.caseworker1")
    with world.app.app_context():
        integrate(db.engine, key, now=world.clock())
    made = Drill(world, key, seen)
    tell("")
    tell(f"A witness cosigned the log of {note.text.splitlines()[1]} entries. An hour later it has grown.")
    with pytest.raises(DBAPIError, match="append-only"):
        made.run(lambda connection: connection.execute(delete(AuditEntry)))
    name = made.run(lambda connection: connection.dialect.name)
    made.run(_without_triggers)
    tell(f"The database ({name}) refused to delete. The administrator drops the triggers.")
    return made


def _without_triggers(connection: Connection) -> None:
    for table in (AuditEntry, AuditLeaf, AuditNode, AuditCheckpoint, AuditCosignature):
        name = table.__tablename__
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"DROP TRIGGER {name}_append_only ON {name}"))
            continue
        for verb in ("UPDATE", "DELETE", "replace"):
            connection.execute(text(f"DROP TRIGGER {name}_no_{verb}"))


def _denial(connection: Connection) -> tuple[Any, bytes]:
    row = connection.execute(select(AuditEntry.id, AuditEntry.leaf).where(AuditEntry.outcome == "denied")).one()
    return row.id, bytes(row.leaf)


def whitewash(connection: Connection) -> None:
    """turn a denied try into an allowed read"""
    entry_id, leaf = _denial(connection)
    forged = canonical.dumps({**json.loads(leaf), "outcome": "allowed"})
    connection.execute(update(AuditEntry).where(AuditEntry.id == entry_id).values(outcome="allowed", leaf=forged))


def erase(connection: Connection) -> None:
    """delete a denied try"""
    entry_id, _ = _denial(connection)
    connection.execute(delete(AuditLeaf).where(AuditLeaf.entry_id == entry_id))
    connection.execute(delete(AuditEntry).where(AuditEntry.id == entry_id))


def invent(connection: Connection) -> None:
    """write an entry into the past"""
    row = connection.execute(select(AuditEntry).where(AuditEntry.outcome == "denied")).one()._mapping
    entry_id = ids.new()
    leaf = canonical.dumps({**json.loads(row["leaf"]), "id": ids.show("entry", entry_id), "outcome": "allowed"})
    earlier = row["at"] - timedelta(minutes=1)
    connection.execute(insert(AuditEntry), [{**row, "id": entry_id, "at": earlier, "outcome": "allowed", "leaf": leaf}])


def swap(connection: Connection) -> None:
    """let two entries change places"""
    first, second = connection.execute(
        select(AuditEntry.id, AuditEntry.leaf).order_by(AuditEntry.at, AuditEntry.id)
    ).all()[:2]
    for entry_id, leaf in ((first.id, second.leaf), (second.id, first.leaf)):
        connection.execute(update(AuditEntry).where(AuditEntry.id == entry_id).values(leaf=leaf))


def cut(connection: Connection) -> None:
    """cut the log off before the denied try, and forget all that came after"""
    entry_id, _ = _denial(connection)
    place = connection.execute(select(AuditLeaf.index).where(AuditLeaf.entry_id == entry_id)).scalar_one()
    later = connection.execute(select(AuditLeaf.entry_id).where(AuditLeaf.index >= place)).scalars().all()
    connection.execute(delete(AuditEntry).where(AuditEntry.id.in_(later)))


@pytest.mark.parametrize(
    ("deed", "fault"),
    [(whitewash, Fault.CHANGED), (erase, Fault.REMOVED), (swap, Fault.REORDERED)],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
def test_without_the_key_the_log_itself_tells_what_was_done_and_where(
    deed: Callable[[Connection], None], fault: Fault, drill: Drill
) -> None:
    place = drill.run(
        lambda c: c.execute(select(AuditLeaf.index).where(AuditLeaf.entry_id == _denial(c)[0])).scalar_one()
    )
    drill.run(deed)
    tell(f"Without the log's key they {deed.__doc__}.")
    found = drill.verdict(with_witness=False)
    tell(f"The verifier, with the log's key alone: {found.fault}: {found.message}")
    assert (fault, 0 if deed is swap else place) == (found.fault, found.index)


def test_what_no_longer_fits_to_the_last_signature_is_never_signed_again(drill: Drill) -> None:
    drill.run(lambda connection: connection.execute(update(AuditNode).values(hash=b"\0" * 32)))
    drill.run(
        lambda connection: connection.execute(
            update(AuditLeaf).where(AuditLeaf.index == 0).values(leaf_hash=b"\0" * 32)
        )
    )
    drill.world.sign_in("police.supervisor")
    tell("They change the tree's own hashes, and wait for the service to sign them with the next entry.")
    with drill.world.app.app_context(), pytest.raises(LogDamaged, match="not the one that was signed last"):
        integrate(db.engine, drill.stolen, now=drill.world.clock())
    tell("The service finds that its tree is not the one it signed, and signs nothing more.")


@pytest.mark.parametrize("deed", [whitewash, erase, invent, swap, cut], ids=lambda deed: deed.__name__)
def test_with_the_stolen_key_only_the_witness_can_tell_and_does(
    deed: Callable[[Connection], None], drill: Drill
) -> None:
    drill.run(deed)
    drill.sign_anew()
    tell(f"They {deed.__doc__}, build the tree again and sign it with the stolen key.")
    alone = drill.verdict(with_witness=False)
    tell(f"The verifier, with the log's key alone: {alone.fault or 'valid'}: {alone.message}")
    found = drill.verdict(with_witness=True)
    tell(f"The verifier, with the witness's checkpoint: {found.fault}: {found.message}")
    expected = Fault.TRUNCATED if deed is cut else Fault.INCONSISTENT
    assert (None, expected) == (alone.fault, found.fault)


def test_the_same_log_signed_anew_is_the_same_log(drill: Drill) -> None:
    drill.sign_anew()
    tell("They build the tree again and change nothing.")
    found = drill.verdict(with_witness=True)
    tell(f"The verifier, with the witness's checkpoint: {found.message}")
    assert found.valid


def test_what_no_witness_has_seen_yet_can_still_be_rewritten(drill: Drill) -> None:
    """The limit of it: so witnesses look often."""

    def last(connection: Connection) -> None:
        newest = select(AuditLeaf.entry_id).order_by(AuditLeaf.index.desc()).limit(1)
        connection.execute(delete(AuditEntry).where(AuditEntry.id == connection.execute(newest).scalar_one()))

    drill.run(last)
    drill.sign_anew()
    tell("They delete the newest entry, which came after the witness had looked, and sign with the stolen key.")
    found = drill.verdict(with_witness=True)
    tell(f"The verifier, with the witness's checkpoint, cannot tell: {found.message} So witnesses look often.")
    assert found.valid
