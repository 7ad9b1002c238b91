"""The one integrator, the proofs and the exports, over a real database."""

import os
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, event, func, insert, select, update
from sqlalchemy.orm import Session

from referral_api.audit import canonical, export, merkle, nodes, proofs
from referral_api.audit.checkpoint import Checkpoint, open_checkpoint
from referral_api.audit.integrator import _LOCK, integrate, waiting_since
from referral_api.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditNode, AuditPending
from referral_api.audit.nodes import LogDamaged
from referral_api.audit.note import Kind, Note, SignerKey
from referral_api.audit.tampering import Fault
from referral_api.audit.verifier import Trust, verify_export, verify_proof
from referral_api.kernel import ids

LOG = SignerKey("log.example/audit", Kind.ED25519, b"\1" * 32)
TRUST = Trust(LOG.verifier)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALL = (AuditPending, AuditLeaf, AuditNode, AuditCheckpoint)


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def write(connection, *seconds):
    """Entries written at these seconds after noon, as the log's own trigger leaves them; returns their ids."""
    written = [ids.new() for _ in seconds]
    for entry_id, second in reversed(list(zip(written, seconds, strict=True))):
        leaf = canonical.dumps({"id": ids.show("entry", entry_id), "action": "case.read", "second": second})
        shared = {"id": entry_id, "at": at(second), "actor_kind": "member", "action": "case.read"}
        connection.execute(insert(AuditEntry), shared | {"outcome": "allowed", "disclosed": False, "leaf": leaf})
        connection.execute(insert(AuditPending), {"entry_id": entry_id, "at": at(second)})
    return written


def order(engine):
    with engine.begin() as connection:
        return list(connection.execute(select(AuditLeaf.entry_id).order_by(AuditLeaf.index)).scalars())


def counts(engine):
    with engine.begin() as connection:
        return [connection.execute(select(func.count()).select_from(model)).scalar_one() for model in ALL]


def filled(engine, *batches):
    """A log that took its entries in batches of these sizes."""
    written, second = [], 0
    for size in batches:
        with engine.begin() as connection:
            written += write(connection, *range(second, second + size))
        second += size
        assert size == integrate(engine, LOG, now=at(second))
    return written


def test_entries_get_places_by_time_without_a_gap_and_a_signed_checkpoint(engine):
    with engine.begin() as connection:
        third, first, second = write(connection, 30, 10, 20)
    assert 3 == integrate(engine, LOG, now=at(40))
    assert [first, second, third] == order(engine)
    with engine.begin() as connection:
        leaves = connection.execute(select(AuditLeaf.index, AuditLeaf.leaf_hash).order_by(AuditLeaf.index)).all()
        note = Note.parse(proofs.checkpoint_note(connection).encode())
        stored = connection.execute(select(AuditCheckpoint.at, AuditCheckpoint.tree_size, AuditCheckpoint.root)).one()
        kept = connection.execute(select(AuditEntry.leaf).order_by(AuditEntry.at)).scalars().all()
    assert [(n, merkle.leaf_hash(leaf)) for n, leaf in enumerate(kept)] == [(row[0], row[1]) for row in leaves]
    root = merkle.root([merkle.leaf_hash(leaf) for leaf in kept])
    assert Checkpoint("log.example/audit", 3, root) == open_checkpoint(note, LOG.verifier).checkpoint
    assert (at(40), 3, root) == tuple(stored)


def test_entries_of_one_instant_are_ordered_by_id(engine):
    with engine.begin() as connection:
        written = write(connection, *[5] * 20)
    integrate(engine, LOG, now=at(6))
    assert sorted(written) == order(engine)


def test_nothing_pending_signs_nothing(engine):
    assert 0 == integrate(engine, LOG, now=NOON)
    assert [0, 0, 0, 0] == counts(engine)
    filled(engine, 2)
    before = counts(engine)
    assert 0 == integrate(engine, LOG, now=at(9))
    assert before == counts(engine)


def test_a_batch_is_limited_and_the_rest_waits_its_turn(engine):
    with engine.begin() as connection:
        written = write(connection, *range(7))
    assert [3, 3, 1, 0] == [integrate(engine, LOG, now=at(9), limit=3) for _ in range(4)]
    assert written == order(engine)


def test_every_complete_subtree_is_kept_and_gives_the_root_of_every_size(engine):
    filled(engine, 1, 2, 5, 1, 8, 3)
    with engine.begin() as connection:
        hashes = list(connection.execute(select(AuditLeaf.leaf_hash).order_by(AuditLeaf.index)).scalars())
        stored = {(level, index): kept for level, index, kept in connection.execute(
            select(AuditNode.level, AuditNode.index, AuditNode.hash))}  # fmt: skip
        heads = connection.execute(select(AuditCheckpoint.tree_size, AuditCheckpoint.root)).all()
    expected = {
        (level, index): merkle.root(hashes[index << level : (index + 1) << level])
        for level in range(1, 5)
        for index in range(len(hashes) >> level)
    }
    assert expected == stored
    assert [(size, merkle.root(hashes[:size])) for size in (1, 3, 8, 9, 17, 20)] == sorted(map(tuple, heads))


def test_an_entry_that_commits_late_is_later_in_the_tree_and_not_lost(engine):
    with engine.begin() as connection:
        [quick] = write(connection, 20)
    integrate(engine, LOG, now=at(21))
    with engine.begin() as connection:
        early_but_late = write(connection, 10)
    assert 1 == integrate(engine, LOG, now=at(22))
    assert [quick, *early_but_late] == order(engine)


def test_an_entry_of_an_open_transaction_is_neither_seen_nor_waited_for(many_writers):
    with many_writers.connect() as slow:
        [late] = write(slow, 1)
        with many_writers.begin() as connection:
            [quick] = write(connection, 2)
        assert 1 == integrate(many_writers, LOG, now=at(3))
        slow.commit()
    assert 1 == integrate(many_writers, LOG, now=at(4))
    assert [quick, late] == order(many_writers)
    assert [0, 2, 1, 2] == counts(many_writers)


def test_an_entry_that_was_rolled_back_gets_no_place(engine):
    with engine.connect() as connection:
        write(connection, 1)
        connection.rollback()
    assert 0 == integrate(engine, LOG, now=at(2))


def test_several_integrators_at_once_place_each_entry_once(engine):
    with engine.begin() as connection:
        written = write(connection, *range(60))
    taken, failures = [], []

    def work():
        try:
            for _ in range(20):
                taken.append(integrate(engine, LOG, now=at(99), limit=7))
        except Exception as failure:
            failures.append(failure)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=30)
    while left := integrate(engine, LOG, now=at(99)):
        taken.append(left)
    assert [] == failures
    assert 60 == sum(taken)
    assert written == order(engine)
    with engine.begin() as connection:
        assert verify_export(export.whole_log(connection, LOG.verifier), TRUST).valid


def test_a_second_integrator_steps_back_while_one_is_at_work(many_writers):
    with many_writers.begin() as connection:
        write(connection, 1)
    inside = []

    @event.listens_for(many_writers, "before_cursor_execute")
    def meanwhile(connection, cursor, statement, *_):
        if "INSERT INTO audit_checkpoints" in statement and not inside:
            inside.append(None)
            inside.append(integrate(many_writers, LOG, now=at(2)))

    assert 1 == integrate(many_writers, LOG, now=at(2))
    assert [None, 0] == inside


@pytest.mark.parametrize(
    "statement", ["INSERT INTO audit_nodes", "INSERT INTO audit_checkpoints", "DELETE FROM audit_pending"]
)
def test_a_failure_in_mid_batch_leaves_nothing_half(engine, statement):
    filled(engine, 3)
    with engine.begin() as connection:
        write(connection, *range(3, 8))
    before = counts(engine)

    def fail(connection, cursor, sql, *_):
        if statement in sql:
            raise OSError("the disk is gone")

    event.listen(engine, "before_cursor_execute", fail)
    with pytest.raises(OSError, match="disk is gone"):
        integrate(engine, LOG, now=at(9))
    event.remove(engine, "before_cursor_execute", fail)
    assert before == counts(engine)
    assert 5 == integrate(engine, LOG, now=at(9))
    with engine.begin() as connection:
        assert verify_export(export.whole_log(connection, LOG.verifier), TRUST).valid


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_process_killed_in_mid_batch_leaves_nothing_half_and_no_lock(engine):
    filled(engine, 3)
    with engine.begin() as connection:
        write(connection, *range(3, 8))
    before = counts(engine)
    engine.dispose()
    child = os.fork()
    if child == 0:
        try:
            event.listen(
                engine, "before_cursor_execute", lambda c, k, sql, *_: os._exit(9) if "DELETE" in sql else None
            )
            integrate(engine, LOG, now=at(9))
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert 9 == os.waitstatus_to_exitcode(status)
    assert before == counts(engine)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:  # until the server has noticed that the other is gone
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    assert 5 == integrate(engine, LOG, now=at(9))


@pytest.mark.parametrize(
    "damage",
    [
        update(AuditLeaf).where(AuditLeaf.index == 4).values(leaf_hash=b"\0" * 32),
        update(AuditNode).where(AuditNode.level == 2).values(hash=b"\0" * 32),
        delete(AuditNode).where(AuditNode.level == 2),
        delete(AuditLeaf).where(AuditLeaf.index == 4),
        delete(AuditCheckpoint),
        delete(AuditCheckpoint).where(AuditCheckpoint.tree_size == 5),
        update(AuditCheckpoint).values(note="nonsense"),
        insert(AuditLeaf).values(index=5, entry_id=ids.new(), leaf_hash=b"\0" * 32),
    ],
)
def test_a_tree_that_is_not_the_one_signed_last_is_never_signed_on(engine, damage):
    filled(engine, 2, 3)
    with engine.begin() as connection:
        connection.execute(damage)
        write(connection, 9)
    before = counts(engine)
    with pytest.raises(LogDamaged):
        integrate(engine, LOG, now=at(10))
    assert before == counts(engine)


def test_a_new_key_goes_on_where_the_former_key_is_known(engine):
    filled(engine, 2)
    new = SignerKey(LOG.name, Kind.ED25519, b"\5" * 32)
    with engine.begin() as connection:
        write(connection, 9)
    with pytest.raises(LogDamaged, match="not signed by this log"):
        integrate(engine, new, now=at(10))
    assert 1 == integrate(engine, new, now=at(10), former_keys=[LOG.verifier])
    other = SignerKey("log.example/other", Kind.ED25519, b"\5" * 32)
    with engine.begin() as connection:
        write(connection, 12)
    with pytest.raises(LogDamaged, match="not the one that was signed last"):
        integrate(engine, other, now=at(13), former_keys=[new.verifier])


def test_how_long_the_oldest_entry_has_waited_is_known(engine):
    with engine.begin() as connection:
        assert waiting_since(connection) is None
        write(connection, 8, 3)
        assert at(3) == waiting_since(connection)
    integrate(engine, LOG, now=at(9))
    with engine.begin() as connection:
        assert waiting_since(connection) is None


def test_every_entry_has_a_proof_that_the_offline_verifier_accepts(engine):
    written = filled(engine, 1, 6, 4)
    with engine.begin() as connection:
        for index, entry_id in enumerate(written):
            leaf = connection.execute(select(AuditEntry.leaf).where(AuditEntry.id == entry_id)).scalar_one()
            proof = proofs.inclusion_proof(connection, entry_id)
            assert (index, 11) == (proof["index"], proof["tree_size"])
            assert verify_proof(proof, TRUST, leaf=leaf).valid
        assert {entry_id: index for index, entry_id in enumerate(written)} == proofs.places(connection, written)
        assert {} == proofs.places(connection, [])


def test_every_two_sizes_have_a_proof_that_the_offline_verifier_accepts(engine):
    filled(engine, 1, 6, 4)
    with engine.begin() as connection:
        hashes = list(connection.execute(select(AuditLeaf.leaf_hash).order_by(AuditLeaf.index)).scalars())
        known = [Checkpoint(LOG.name, size, merkle.root(hashes[:size])) for size in range(1, 12)]
        for second in range(1, 12):
            for first in range(1, second + 1):
                proof = proofs.consistency_proof(connection, first, second)
                assert verify_proof(proof, Trust(LOG.verifier, known=known)).valid
        assert 11 == proofs.consistency_proof(connection, 7)["second_size"]


@pytest.mark.parametrize(("first", "second"), [(0, 3), (-1, 3), (3, 2), (1, 4), (4, None)])
def test_sizes_that_the_log_never_had_have_no_proof(engine, first, second):
    filled(engine, 3)
    with engine.begin() as connection, pytest.raises(ValueError, match="the sizes are"):
        proofs.consistency_proof(connection, first, second)


def test_a_pending_entry_and_an_empty_log_have_no_proof_yet(engine):
    with engine.begin() as connection:
        [pending] = write(connection, 1)
        asked = [
            lambda: proofs.checkpoint_note(connection),
            lambda: proofs.inclusion_proof(connection, pending),
            lambda: proofs.consistency_proof(connection, 1),
            lambda: next(export.whole_log(connection, LOG.verifier)),
        ]
        for ask in asked:
            with pytest.raises(proofs.NotIntegrated) as refused:
                ask()
            assert ("unavailable", 1) == (refused.value.code, refused.value.retry_after)
        assert {} == proofs.places(connection, [pending])


def test_proofs_take_three_statements_at_most_and_can_be_read_in_a_session(engine):
    written = filled(engine, 40, 25)
    statements = []
    with Session(engine) as session:
        session.execute(select(1))
        event.listen(engine, "before_cursor_execute", lambda c, k, sql, *_: statements.append(sql))
        proofs.inclusion_proof(session, written[17])
        assert 3 == len(statements)
        proofs.consistency_proof(session, 11, 63)
        assert 5 == len(statements)


def test_the_whole_log_is_an_export_that_verifies_and_shows_where_the_database_was_changed(engine):
    written = filled(engine, 3, 300, 20)
    with engine.begin() as connection:
        lines = list(export.whole_log(connection, LOG.verifier))
        assert 323 == verify_export(lines, TRUST).tree_size
        connection.execute(update(AuditEntry).where(AuditEntry.id == written[100]).values(leaf=b'{"forged":true}'))
        verdict = verify_export(export.whole_log(connection, LOG.verifier), TRUST)
        assert (Fault.CHANGED, 100) == (verdict.fault, verdict.index)
        connection.execute(delete(AuditEntry).where(AuditEntry.id == written[50]))
        verdict = verify_export(export.whole_log(connection, LOG.verifier), TRUST)
        assert (Fault.REMOVED, 50) == (verdict.fault, verdict.index)


def test_an_export_keeps_one_earlier_checkpoint_a_tile(engine):
    filled(engine, 1, 2, 300, 5, 6)
    with engine.begin() as connection:
        lines = list(export.whole_log(connection, LOG.verifier))
    notes = [canonical.loads(line)["checkpoint"] for line in lines if line.startswith(b'{"checkpoint"')]
    assert [3, 308, 314] == [Checkpoint.parse(Note.parse(note.encode()).text).size for note in notes]


def test_a_selection_is_exported_with_a_proof_of_each_entry(engine, monkeypatch):
    written = filled(engine, 1, 6, 4)
    with engine.begin() as connection:
        write(connection, 99)
        chosen = select(AuditEntry.id).where(AuditEntry.id.in_([written[9], written[2]]) | (AuditEntry.at == at(99)))
        lines = list(export.selected(connection, LOG.verifier, chosen))
        assert 4 == len(lines)
        assert verify_export(lines, TRUST).valid
        monkeypatch.setattr(nodes, "_AT_ONCE", 2)
        assert lines == list(export.selected(connection, LOG.verifier, chosen))
        nothing = select(AuditEntry.id).where(AuditEntry.action == "case.opened")
        assert verify_export(export.selected(connection, LOG.verifier, nothing), TRUST).valid
