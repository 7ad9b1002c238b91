import json
import stat
import threading

import pytest

from referral_api.audit.note import SignerKey
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
