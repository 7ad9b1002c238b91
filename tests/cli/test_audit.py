import base64
import json
import stat
import threading

import pytest

from referral_api.audit.note import SignerKey, sign
from referral_api.cli.installation import Installation
from referral_api.cli.worker import Chore, chores, run
from referral_api.kernel.clock import system_clock

from .conftest import Shell, quick_app

FOUND = ("platform", "found", "--name", "Secretariat", "--country", "FR", "--username", "root")


@pytest.fixture
def logged(shell):
    """An installation whose log has two entries, in the tree."""
    shell.done(*FOUND)
    here, stop = Installation(shell.environ, quick_app), threading.Event()
    work = chores(SignerKey.parse(here.settings.log_key.strip()), system_clock)
    run(here.app(), [*work, Chore("stop", 1, lambda: stop.set() or 0)], stop)
    return shell


@pytest.fixture
def exported(logged, tmp_path):
    path = tmp_path / "log.ndjson"
    logged.done("audit", "export", str(path))
    return path


def test_entries_are_shown_newest_last_with_their_place(logged):
    lines = logged.done("audit", "tail").splitlines()

    assert [["0", "agency.created"], ["1", "member.invited"]] == [[line.split()[0], line.split()[3]] for line in lines]
    assert [1] == [json.loads(line)["index"] for line in logged.done("audit", "tail", "-n1", "--json").splitlines()]


def test_an_entry_that_waits_for_its_place_is_shown_without_one(shell):
    shell.done(*FOUND)

    assert [None, None] == [json.loads(line)["index"] for line in shell.done("audit", "tail", "--json").splitlines()]


def test_an_empty_log_is_no_proof_of_anything(shell):
    result = shell("audit", "verify")

    assert (1, "") == (result.exit_code, result.stdout)
    assert "empty" in result.stderr


def test_the_live_log_and_its_export_hold(logged, exported):
    said = "valid: All 2 entries are as they were signed.\n"

    assert said == logged.done("audit", "verify")
    assert said == logged.done("audit", "verify", str(exported))
    assert 0o600 == stat.S_IMODE(exported.stat().st_mode)


def test_an_export_is_checked_anywhere_and_without_a_key_it_is_said_what_is_not_shown(exported):
    assert "who signed is not shown" in Shell({}).done("audit", "verify", str(exported))


def test_an_export_that_was_changed_is_named_by_its_first_wrong_entry(logged, exported):
    exported.write_bytes(exported.read_bytes().replace(b"member.invited", b"member.removed"))

    result = logged("audit", "verify", str(exported), "--json")

    found = json.loads(result.stdout)
    assert (1, False, "changed", 1) == (result.exit_code, found["valid"], found["fault"], found["index"])


def test_an_export_overwrites_nothing(logged, exported):
    before = exported.read_bytes()

    assert 1 == logged("audit", "export", str(exported)).exit_code
    assert before == exported.read_bytes()


def test_an_export_goes_to_stdout_and_nothing_else_does(logged, exported):
    assert exported.read_text() == logged.done("audit", "export", "-")


def test_a_proof_is_checked_from_stdin_and_a_changed_one_does_not_hold(logged):
    from sqlalchemy import select

    from referral_api.audit.models import AuditEntry
    from referral_api.audit.proofs import inclusion_proof
    from referral_api.store import session

    with Installation(logged.environ, quick_app).app().app_context():
        entry = session().execute(select(AuditEntry.id).order_by(AuditEntry.id)).scalars().first()
        proof = inclusion_proof(session(), entry)

    assert "valid: Entry 0 is in the log of 2.\n" == logged.done("audit", "verify-proof", "-", stdin=json.dumps(proof))
    wrong = logged("audit", "verify-proof", "-", stdin=json.dumps({**proof, "index": 1}))
    assert 1 == wrong.exit_code
    assert wrong.stdout.startswith("unproved: ")


@pytest.mark.parametrize("text", ["", "[]", "no", '{"a": 1, "a": 2}'])
def test_what_is_no_proof_at_all_is_a_wrong_command(logged, text):
    assert 2 == logged("audit", "verify-proof", "-", stdin=text).exit_code


def test_a_key_that_is_none_is_a_wrong_command(logged, exported):
    assert 2 == logged("audit", "verify", str(exported), "--key", "nothing").exit_code


@pytest.mark.parametrize("form", ["ndjson", "csv", "fhir"])
def test_each_form_is_signed_beside_the_file_and_checked_by_that(logged, tmp_path, form):
    path = tmp_path / "log"
    logged.done("audit", "export", "--format", form, str(path))

    assert 0o600 == stat.S_IMODE((tmp_path / "log.note").stat().st_mode)
    assert logged.done("audit", "verify", str(path)).startswith("valid: ")
    path.write_bytes(path.read_bytes().replace(b"member.invited", b"member.removed"))
    result = logged("audit", "verify", str(path))
    assert (1, "changed") == (result.exit_code, result.stdout.partition(":")[0])


@pytest.mark.parametrize("form", ["csv", "fhir"])
def test_what_only_its_note_can_show_is_not_believed_without_the_note_or_the_key(logged, tmp_path, form):
    path = tmp_path / "log"
    logged.done("audit", "export", "--format", form, str(path))

    assert "unsigned" == Shell({})("audit", "verify", str(path)).stdout.partition(":")[0]
    (tmp_path / "log.note").unlink()
    assert "unreadable" == logged("audit", "verify", str(path)).stdout.partition(":")[0]


def test_a_note_of_another_key_is_not_believed(logged, exported):
    note = exported.with_name(exported.name + ".note")
    note.write_text(str(sign(note.read_text().partition("\n\n")[0] + "\n", SignerKey.generate("localhost/audit"))))

    result = logged("audit", "verify", str(exported))
    assert (1, "unsigned") == (result.exit_code, result.stdout.partition(":")[0])


def test_a_note_that_is_there_already_is_not_overwritten(logged, tmp_path):
    (tmp_path / "log.note").write_text("kept")

    assert 1 == logged("audit", "export", str(tmp_path / "log")).exit_code
    assert ("kept", False) == ((tmp_path / "log.note").read_text(), (tmp_path / "log").exists())


@pytest.mark.parametrize(
    "change",
    [
        "action = 'member.read'",
        "subject_id = NULL",
        "person_id = x'00'",
        "case_ref = 'x'",
        "disclosed = 1",
        "at = '2001-01-01 00:00:00'",
    ],
)
def test_an_entry_that_cannot_be_found_by_what_it_says_is_named(logged, change):
    from sqlalchemy import create_engine, text

    engine = create_engine(Installation(logged.environ, quick_app).settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_entries_no_UPDATE"))
        first = '(SELECT entry_id FROM audit_leaves WHERE "index" = 1)'
        changed = change.replace("x'00'", "'00000000000000000000000000000001'")
        connection.execute(text(f"UPDATE audit_entries SET {changed} WHERE id = {first}"))
    engine.dispose()

    result = logged("audit", "verify")
    said = f"changed: Entry 1 is as it was signed, but what it is searched by is not: {change.partition(' ')[0]}.\n"
    assert (1, said) == (result.exit_code, result.stdout)


def test_the_tree_is_written_as_tiles_with_the_checkpoint_and_without_an_entry(logged, tmp_path):
    from referral_api.audit.verifier import Trust, verify_checkpoint

    folder = tmp_path / "tiles"
    folder.mkdir()
    assert "1 new tiles of a tree of 2 entries.\n" == logged.done("audit", "tiles", str(folder))
    assert "0 new tiles of a tree of 2 entries.\n" == logged.done("audit", "tiles", str(folder))

    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert ["checkpoint", "tile/0/000.p/2"] == files
    assert 64 == (folder / "tile/0/000.p/2").stat().st_size
    key = SignerKey.parse(Installation(logged.environ, quick_app).settings.log_key.strip()).verifier
    assert 2 == verify_checkpoint((folder / "checkpoint").read_text(), Trust(key)).tree_size


def test_no_tree_is_written_of_an_empty_log(shell, tmp_path):
    assert 1 == shell("audit", "tiles", str(tmp_path)).exit_code


def test_another_database_is_checked_with_its_own_key(logged, tmp_path):
    installation = Installation(logged.environ, quick_app).settings
    key = str(SignerKey.parse(installation.log_key.strip()).verifier)

    said = Shell({}).done("audit", "verify", "--database", installation.database_url, "--key", key)
    assert "valid: All 2 entries are as they were signed.\n" == said
    assert 2 == Shell({})("audit", "verify", "--database", installation.database_url).exit_code
    assert 2 == Shell({})("audit", "verify", "--database", "mysql://there/log", "--key", key).exit_code
    missing = f"sqlite:///{tmp_path / 'none.sqlite3'}"
    assert 2 == Shell({})("audit", "verify", "--database", missing, "--key", key).exit_code
    other = str(SignerKey.generate("another/audit").verifier)
    assert 1 == logged("audit", "verify", "--database", installation.database_url, "--key", other).exit_code


def test_another_programs_proof_is_checked_under_its_own_origin(tmp_path):
    from referral_api.audit import merkle
    from referral_api.audit.checkpoint import Checkpoint

    signer = SignerKey.generate("a.key.of.another")
    leaf = merkle.leaf_hash(b"their entry")
    note = sign(Checkpoint("another/log", 1, leaf).text(), signer)
    shown = base64.b64encode(leaf).decode()
    proof = {"index": 0, "tree_size": 1, "leaf_hash": shown, "root_hash": shown, "hashes": [], "checkpoint": str(note)}
    words = ("audit", "verify-proof", "-", "--key", str(signer.verifier))

    assert "unsigned" == Shell({})(*words, stdin=json.dumps(proof)).stdout.partition(":")[0]
    assert "valid: Entry 0 is in the log of 1.\n" == Shell({}).done(
        *words, "--origin", "another/log", stdin=json.dumps(proof)
    )
