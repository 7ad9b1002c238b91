"""What was erased stays erased when a backup is restored: the signed list, applied before serving."""

import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from referral_api.app import create_app
from referral_api.audit.note import NoteError, SignerKey
from referral_api.cli.commands import referral
from referral_api.cli.installation import Installation
from referral_api.features.erasure.restoring import erase_again, erased_list, read_list
from referral_api.kernel import ids
from referral_api.store import db, session
from tests import postgres
from tests.erasure.story import CASEWORKER, CLINIC, WORDS, ask, close, closed_case, confirm
from tests.world import World


def signer_of(world):
    return SignerKey.parse(world.app.extensions["settings"].log_key.strip())


def list_of(world):
    with world.app.app_context():
        lines = b"".join(erased_list(signer_of(world)))
        session().rollback()
    return lines


def apply(world, lines):
    with world.app.app_context():
        found = read_list(lines, signer_of(world).verifier)
        return [erase_again(world.clock, each) for each in found]


@pytest.fixture
def backup(world, tmp_path, request):
    """Take a copy of the database now; opening it later is restoring it."""
    made = []

    def take():
        with world.app.app_context():
            url = db.engine.url
            session().rollback()
            db.session.remove()
            if db.engine.dialect.name == "sqlite":
                raw = db.engine.raw_connection()
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                raw.close()
                copy = tmp_path / "backup.sqlite3"
                shutil.copy(url.database, copy)
                address = f"sqlite:///{copy}"
            else:
                db.engine.dispose()
                server = request.getfixturevalue("postgresql_server")
                name = f"backup_{url.database}"
                address = postgres.fresh_database(server, name, template=url.database)
                request.addfinalizer(lambda: postgres.sql(server, f'DROP DATABASE "{name}" WITH (FORCE)'))
        return address

    def restore(address):
        app = create_app(replace(world.app.extensions["settings"], database_url=address), clock=world.clock)
        app.testing = True
        app.extensions["password_profile"] = world.app.extensions["password_profile"]
        made.append(app)
        return World(app, world.clock, world.ids, dict(world.tokens), world._keys, world.apps)

    yield take, restore
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def test_a_restored_backup_erases_again_what_was_erased_after_it(world, backup):
    take, restore = backup
    case, _, _ = closed_case(world)
    early = world.open_case()
    sent = world.refer(early, world.give_consent(early)).json
    address = take()
    certificate = confirm(world, ask(world, case).json).json
    world.step(sent, "withdraw", by=CASEWORKER)
    close(world, early)
    confirm(world, ask(world, early).json)
    lines = list_of(world)
    assert not any(word.encode() in lines for word in WORDS)

    restored = restore(address)
    assert [True, True] == apply(restored, lines)
    assert [False, False] == apply(restored, lines)

    for each in (case, early):
        assert {"id": each["id"], "status": "erased"} == restored.get(f"/v1/cases/{each['id']}", by=CASEWORKER).json
    shown = restored.get(f"/v1/erasures/{certificate['id']}", by=CASEWORKER).json
    assert certificate == {**shown, "rows_destroyed": certificate["rows_destroyed"]}
    assert "withdrawn" == restored.get(f"/v1/referrals/{sent['id']}", by=CLINIC).json["state"]
    assert 2 == len(restored.entries("case.erased_again"))
    with restored.app.app_context():
        left = session().execute(text("SELECT count(*) FROM case_keys WHERE wrapped IS NOT NULL")).scalar_one()
        session().rollback()
    assert 1 == left


def test_a_case_that_the_backup_does_not_have_is_passed_over(world, backup):
    take, restore = backup
    address = take()
    case = world.open_case()
    close(world, case)
    confirm(world, ask(world, case).json)
    assert [False] == apply(restore(address), list_of(world))


def test_a_list_that_was_changed_or_signed_by_another_is_refused(world):
    case = world.open_case()
    close(world, case)
    confirm(world, ask(world, case).json)
    good = list_of(world)
    key = signer_of(world).verifier
    assert [ids.read("case", case["id"])] == [each.case_id for each in read_list(good, key)]
    line, note = good.splitlines(keepends=True)
    other = ids.show("case", ids.new()).encode()
    for bad in (
        b"",
        note,
        line,
        line + line + note,
        good.replace(case["id"].encode(), other),
        b"[]\n" + note,
        good.replace(b"case_", b"agency_"),
        b"\xff\n" + note,
    ):
        with pytest.raises(NoteError):
            read_list(bad, key)
    with pytest.raises(NoteError):
        read_list(good, SignerKey.generate("test/audit").verifier)


def test_an_operator_writes_the_list_and_applies_it(world, tmp_path):
    case = world.open_case()
    close(world, case)
    confirm(world, ask(world, case).json)

    class Here(Installation):
        settings = world.app.extensions["settings"]

        def app(self, **more):
            return create_app(self.settings)

    def run(*words):
        return CliRunner().invoke(referral, words, obj=Here({}, create_app))

    with world.app.app_context():
        session().rollback()
        db.session.remove()
    file = tmp_path / "erased.ndjson"
    assert "1 erasures.\n" == run("erasures", "export", str(file)).output
    assert 0o600 == file.stat().st_mode & 0o777
    assert 1 == run("erasures", "export", str(file)).exit_code
    applied = run("erasures", "apply", str(file))
    assert "0 cases were erased again; 1 are not here, or are erased.\n" == applied.output
    file.write_bytes(file.read_bytes().replace(b"erasure_granted", b"retention_over"))
    refused = run("erasures", "apply", str(file))
    assert (1, True) == (refused.exit_code, "Nothing was erased" in refused.output)
