"""A quarter's rotation as an operator types it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from referral_api.cli.installation import Installation
from referral_api.kernel import ids
from referral_api.kernel.clock import system_clock
from referral_api.store import db
from referral_api.vault import KeyRing, ring, wrap_case_key

from .conftest import quick_app


@pytest.fixture
def cases(shell):
    """Three cases' keys in the database. What they would open is no matter here."""

    def add(count=3):
        app = Installation(shell.environ, quick_app).app()
        with app.app_context():
            with db.engine.begin() as connection:
                connection.execute(text("PRAGMA defer_foreign_keys = ON"))
                for _ in range(count):
                    row = wrap_case_key(ring(), ids.new(), bytes(range(32)), system_clock())
                    connection.execute(
                        text("INSERT INTO case_keys (case_id, kek_id, wrapped, created_at) VALUES (:i, :k, :w, :c)"),
                        {"i": row.case_id.hex, "k": row.kek_id, "w": row.wrapped, "c": str(row.created_at)[:26]},
                    )
            db.engine.dispose()

    add()
    return add


def ring_of(shell):
    return KeyRing.load(Path(shell.environ["REFERRAL_VAULT_KEYS_FILE"]))


def test_a_quarters_rotation_from_the_new_key_to_the_dropped_old_one(shell, cases):
    old = ring_of(shell).active
    printed = shell.done("keys", "rotate-vault")
    new = ring_of(shell).active
    assert (f"The active key is {new} now. Restart the service, then: referral keys rewrap\n", True) == (
        printed, new.startswith(old),
    )  # fmt: skip

    early = shell("keys", "rotate-vault", "--drop", old)
    assert (1, True) == (early.exit_code, "3 cases' keys" in early.stderr)
    assert {old, new} == set(ring_of(shell).wrapping)

    assert f"3 keys were wrapped anew; all are under {new}.\n" == shell.done("keys", "rewrap", "--yes")
    assert f"0 keys were wrapped anew; all are under {new}.\n" == shell.done("keys", "rewrap", "--yes")
    shell.done("keys", "rotate-vault", "--drop", old)
    assert {new} == set(ring_of(shell).wrapping)


def test_the_active_key_and_an_unknown_one_are_not_dropped(shell):
    for name in (ring_of(shell).active, "2001q1"):
        assert 1 == shell("keys", "rotate-vault", "--drop", name).exit_code


def test_rewrapping_asks_whether_every_process_knows_the_new_key(shell, cases):
    shell.done("keys", "rotate-vault")
    assert 1 == shell("keys", "rewrap", stdin="n\n").exit_code


def test_a_ring_is_put_under_a_key_of_its_own_and_opens_with_it_alone(shell, cases, tmp_path):
    plain = ring_of(shell)
    setting = shell.done("keys", "create-kms-key", str(tmp_path / "kms.key")).strip()
    assert 2 == shell("keys", "wrap-vault").exit_code
    name, _, value = setting.partition("=")
    shell.environ[name] = value
    shell.done("keys", "wrap-vault")
    assert "key-file" == json.loads(Path(shell.environ["REFERRAL_VAULT_KEYS_FILE"]).read_text())["kms"]
    shell.done("keys", "rotate-vault")
    assert "3 keys were wrapped anew" in shell.done("keys", "rewrap", "--yes")
    app = Installation(shell.environ, quick_app).app()
    with app.app_context():
        assert plain.wrapping.items() < ring().wrapping.items()
    del shell.environ[name]
    without = shell("keys", "rewrap", "--yes")
    assert (2, True) == (without.exit_code, "not at hand" in without.stderr)


def test_an_existing_key_over_the_ring_is_never_overwritten(shell, tmp_path):
    (tmp_path / "kms.key").write_text("kept")
    assert 1 == shell("keys", "create-kms-key", str(tmp_path / "kms.key")).exit_code
    assert "kept" == (tmp_path / "kms.key").read_text()
