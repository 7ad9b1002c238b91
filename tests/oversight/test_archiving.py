"""Old months in signed files: they verify alone and together with the rest, nothing that a case needs is missing, nothing is lost on the way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import false, select, text

from referral_api.app import create_app
from referral_api.audit import AuditEntry, verifier
from referral_api.audit.archiving import signed_total
from referral_api.audit.export import selected
from referral_api.audit.months import Month
from referral_api.audit.note import SignerKey
from referral_api.cli.commands import referral
from referral_api.cli.installation import Installation
from referral_api.features.cases.clockwork import clockwork
from referral_api.features.oversight.archiving import archive_month
from referral_api.kernel import ids
from referral_api.store.roles import grant_runtime
from referral_api.store.session import db
from tests.world import World

from .forged import happened

OLD = Month(2026, 3)
EVERYBODY = "oversight.auditor"


@dataclass
class Aged(World):
    """A world with a past: a case, tries to sign in and a read of the case, all of an old month."""

    case: dict[str, Any] = field(default_factory=dict)
    tries: list[str] = field(default_factory=list)
    read: str = ""


def run(world: World, *words: str) -> Any:
    """The command line over this world."""
    settings = world.app.extensions["settings"]
    here = Installation({}, lambda settings, **more: create_app(settings, clock=world.clock))
    here.__dict__["settings"] = settings
    return CliRunner().invoke(referral, ["audit", *words], obj=here)


@pytest.fixture
def then(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime | None], None]:
    """Lets entries be written at another time, by their ids."""
    real = ids.new

    def at(moment: datetime | None) -> None:
        def new() -> UUID:
            found = real()
            return (
                found
                if moment is None
                else UUID(int=(int(moment.timestamp() * 1000) << 80) | found.int & (1 << 80) - 1)
            )

        monkeypatch.setattr(ids, "new", new)

    return at


@pytest.fixture
def aged(world: World, grow: Callable[[], int], then: Callable[[datetime | None], None]) -> Iterator[Aged]:
    """A log on PostgreSQL with an old month: three tries to sign in, and a read of a case that is still kept; all in the tree."""
    with world.app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("SQLite keeps one table.")
        with db.engine.begin() as connection:
            connection.execute(text("SELECT audit_make_month(:moment)"), {"moment": OLD.since})
    case = world.open_case()
    then(OLD.since + timedelta(days=3))
    tries = [
        happened(world, "police.admin", "session.tried", about=("member", world.ids["police.admin"])) for _ in range(3)
    ]
    read = happened(world, "police.caseworker1", "case.read", case=case, data_classes=["identity"])
    then(None)
    world.get(f"/v1/cases/{case['id']}", by="police.caseworker1")
    grow()
    yield Aged(world.app, world.clock, world.ids, world.tokens, case=case, tries=tries, read=read)
    with world.app.app_context():
        db.engine.dispose()


def test_a_month_goes_into_a_file_that_verifies_alone_and_with_the_rest(
    aged: Aged, grow: Callable[[], int], tmp_path: Path, log_key: SignerKey, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "audit-2026-03.ndjson"
    whole = tmp_path / "before.ndjson"
    assert 0 == run(aged, "export", str(whole)).exit_code

    done = run(aged, "archive", "--before", "2026-11-01", "--to", str(tmp_path))

    assert (0, f"2026-03: 3 entries are in {path}.") == (done.exit_code, done.output.splitlines()[0]), done.output
    assert done.output.splitlines()[1:] in ([], ["2026-10: nothing to take out."])
    grow()
    size = grow() or len(aged.entries()) + 3
    said = f"valid: All {size} entries are as they were signed; 3 of them are archived, and here as hashes only.\n"
    assert said == run(aged, "verify").output
    said = f"valid: All {size} entries are as they were signed, 3 of them in archives.\n"
    assert said == run(aged, "verify", "--archive", str(path)).output
    assert run(aged, "verify", str(path)).output.startswith("valid: All 3 entries shown are in the log of ")
    rest = tmp_path / "rest.ndjson"
    assert 0 == run(aged, "export", str(rest)).exit_code
    key = ["--key", str(log_key.verifier)]
    assert 0 == verifier.main([str(rest), "--archive", str(path), *key])
    assert said == capsys.readouterr().out
    assert 0 == verifier.main([str(whole), *key])
    assert 1 == verifier.main([str(rest), "--archive", str(_empty(tmp_path, aged, log_key)), *key])
    assert "in none of the archives" in capsys.readouterr().out


def _empty(folder: Path, world: World, log_key: SignerKey) -> Path:
    """A selection of no entry."""
    path = folder / "empty.ndjson"
    with world.app.app_context(), db.engine.connect() as connection:
        path.write_bytes(b"".join(selected(connection, log_key.verifier, select(AuditEntry.id).where(false()))))
    return path


def test_what_a_case_needs_stays_until_it_is_erased(aged: Aged, grow: Callable[[], int], tmp_path: Path) -> None:
    receipts = aged.get(f"/v1/cases/{aged.case['id']}/timeline", by="police.caseworker1").json
    run(aged, "archive", "--before", "2026-11-01", "--to", str(tmp_path))

    assert [aged.read] == [entry["id"] for entry in aged.entries() if entry["id"] in (aged.read, *aged.tries)]
    assert receipts["items"] == aged.get(f"/v1/cases/{aged.case['id']}/timeline", by="police.caseworker1").json["items"]
    with aged.app.app_context():
        assert 0 == _count(f"audit_pending WHERE entry_id IN (SELECT id FROM audit_months.{OLD.table})")
        with pytest.raises(Exception, match="append-only"):
            _execute(f"DELETE FROM audit_months.{OLD.table}")
        _execute("UPDATE cases SET status = 'erased'")

    done = run(aged, "archive", "--before", "2026-11-01", "--to", str(tmp_path))

    assert f"2026-03: 1 entries are in {tmp_path / 'audit-2026-03-2.ndjson'}.\n" in done.output
    grow()
    files = [word for path in sorted(tmp_path.glob("*.ndjson")) for word in ("--archive", str(path))]
    assert 4 == len(files)
    assert run(aged, "verify", *files).output.endswith("4 of them in archives.\n")


def test_an_archived_entry_is_proved_and_said_to_be_archived(aged: Aged, tmp_path: Path) -> None:
    entry, never = aged.tries[0], f"{aged.tries[0][:-2]}00"
    assert 200 == aged.get(f"/v1/audit/entries/{entry}", by=EVERYBODY).status_code
    run(aged, "archive", "--before", "2026-11-01", "--to", str(tmp_path))

    for somebody in (EVERYBODY, "police.auditor", "clinic.auditor"):
        for wanted in (entry, never):
            answer = aged.get(f"/v1/audit/entries/{wanted}", by=somebody)
            assert (410, "2026-03") == (answer.status_code, answer.json["month"])
    assert "refused" == aged.entries("audit.read")[-1]["outcome"]
    proof = aged.get(f"/v1/audit/entries/{entry}/proof", by=EVERYBODY)
    assert 200 == proof.status_code, proof.text
    assert verifier.verify_proof(proof.json).valid
    assert 410 == aged.get(f"/v1/audit/entries/{entry}/proof", by="police.auditor").status_code
    assert 410 == aged.get(f"/v1/audit/entries/{never}/proof", by=EVERYBODY).status_code


def test_archiving_is_recorded_and_its_record_is_append_only(aged: Aged, tmp_path: Path) -> None:
    run(aged, "archive", "--before", "2026-11-01", "--to", str(tmp_path))

    [entry] = aged.entries("audit.archived")
    assert (["2026-03"], 3, "service") == (entry["fields"], entry["versions"]["entries"], entry["actor"]["kind"])
    with aged.app.app_context():
        for statement in (
            "UPDATE audit_archives SET entries = 4",
            "DELETE FROM audit_archives",
            "TRUNCATE audit_archives",
        ):
            with pytest.raises(Exception, match="append-only"):
                _execute(statement)


def test_an_archive_that_the_log_did_not_sign_hides_no_entry(aged: Aged, tmp_path: Path, log_key: SignerKey) -> None:
    run(aged, "archive", "--before", "2026-11-01", "--to", str(tmp_path))
    with aged.app.app_context():
        _execute(f"ALTER TABLE audit_entries DETACH PARTITION audit_months.{OLD.table}")
        assert 3 == signed_total(db.engine.connect, log_key.verifier)

    result = run(aged, "verify")

    assert (1, "removed: 4 entries are said to be archived, but the signed archives hold 3.\n") == (
        result.exit_code,
        result.output,
    )


def test_a_month_that_is_gone_without_an_archive_is_removed(aged: Aged) -> None:
    with aged.app.app_context():
        _execute(f"ALTER TABLE audit_entries DETACH PARTITION audit_months.{OLD.table}")

    assert run(aged, "verify").output.startswith("removed: Entry ")


def test_nothing_is_taken_out_that_was_not_written(aged: Aged, tmp_path: Path) -> None:
    (tmp_path / "audit-2026-03.ndjson").touch()
    assert 1 == run(aged, "archive", "--before", "2026-11-01", "--to", str(tmp_path)).exit_code
    with aged.app.app_context():
        with pytest.raises(Exception, match="other entries"):
            archive_month(clockwork(aged.clock), OLD, entries=2, tree_size=9, file="x", note="x")
        assert 4 == _count(f"audit_months.{OLD.table}")
    now = datetime.now(UTC) + timedelta(days=40)
    assert 2 == run(aged, "archive", "--before", f"{now:%Y-%m-%d}", "--to", str(tmp_path)).exit_code
    assert "archive: " not in run(aged, "archive", "--before", "2026-03-31", "--to", str(tmp_path)).output
    assert [] == aged.entries("audit.archived")


def test_the_services_role_archives_nothing(aged: Aged, tmp_path: Path) -> None:
    role = f"runtime_{ids.new().hex}"
    with aged.app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
            grant_runtime(connection, role)
        address = db.engine.url.set(username=role).render_as_string(hide_password=False)
    owned = aged.app.extensions["settings"]
    aged.app.extensions["settings"] = replace(owned, database_url=address)
    result = run(aged, "archive", "--before", "2026-11-01", "--to", str(tmp_path))
    aged.app.extensions["settings"] = owned
    with aged.app.app_context():
        _execute(f"DROP OWNED BY {role}")
    assert 1 == result.exit_code
    assert "Only the owner" in result.output


def test_sqlite_says_that_it_keeps_one_table(world: World, tmp_path: Path) -> None:
    with world.app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL keeps months.")
    result = run(world, "archive", "--before", "2026-11-01", "--to", str(tmp_path))
    assert 1 == result.exit_code
    assert "one table" in result.output


def _execute(statement: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(text(statement))


def _count(where: str) -> int:
    with db.engine.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {where}")).scalar_one()
        return found
