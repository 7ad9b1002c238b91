import json
import stat

from referral_api.audit.note import SignerKey
from referral_api.identity.keys import SigningKeys
from referral_api.vault import KeyRing

from .conftest import Shell

FILES = ("log.key", "signing.json", "vault.json")


def test_keys_are_made_for_their_owner_alone_and_the_settings_that_name_them_are_printed(tmp_path):
    printed = Shell({}).done("keys", "create", "--dir", str(tmp_path / "keys"), "--origin", "example.org/log")

    folder = tmp_path / "keys"
    assert [
        f"REFERRAL_VAULT_KEYS_FILE={folder / 'vault.json'}",
        f"REFERRAL_SIGNING_KEYS_FILE={folder / 'signing.json'}",
        f"REFERRAL_LOG_KEY_FILE={folder / 'log.key'}",
    ] == printed.splitlines()
    assert {0o600} == {stat.S_IMODE((folder / name).stat().st_mode) for name in FILES}
    KeyRing.load(folder / "vault.json")
    SigningKeys.load(folder / "signing.json")
    assert "example.org/log" == SignerKey.parse((folder / "log.key").read_text().strip()).name


def test_without_a_folder_the_keys_are_made_beside_the_data_and_never_where_one_happens_to_stand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Shell({"REFERRAL_DATA_DIR": str(tmp_path / "data")}).done("keys", "create")
    Shell({}).done("keys", "create")

    made = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {f"{folder}/keys/{name}" for folder in ("data", "var") for name in FILES} == made
    assert 0o700 == stat.S_IMODE((tmp_path / "data" / "keys").stat().st_mode)


def test_keys_that_are_there_are_never_overwritten(tmp_path):
    (tmp_path / "log.key").write_text("kept")

    result = Shell({})("keys", "create", "--dir", str(tmp_path))

    assert 1 == result.exit_code
    assert ["log.key"] == [path.name for path in tmp_path.iterdir()]
    assert "kept" == (tmp_path / "log.key").read_text()


def test_a_log_cannot_have_a_name_that_its_readers_could_not_read(tmp_path):
    result = Shell({})("keys", "create", "--dir", str(tmp_path), "--origin", "two words")

    assert 2 == result.exit_code
    assert "--origin" in result.stderr


def test_a_rotated_signing_key_leaves_the_old_one_to_verify(tmp_path):
    shell = Shell({"REFERRAL_SIGNING_KEYS_FILE": str(tmp_path / "signing.json")})
    before = SigningKeys.generate(tmp_path / "signing.json")

    shell.done("keys", "rotate-signing")

    after = SigningKeys.load(tmp_path / "signing.json")
    assert before.active.kid != after.active.kid
    assert {before.active.kid, after.active.kid} == set(after.by_kid)


def test_when_the_file_has_leaked_none_of_its_keys_verifies_any_more(tmp_path):
    file = str(tmp_path / "signing.json")
    SigningKeys.generate(tmp_path / "signing.json")
    Shell({}).done("keys", "rotate-signing", "--file", file)

    Shell({}).done("keys", "rotate-signing", "--leaked", "--file", file)

    after = SigningKeys.load(tmp_path / "signing.json")
    assert [after.active.kid] == list(after.by_kid)


def test_rotating_what_is_no_key_file_is_refused_and_changes_nothing(tmp_path):
    path = tmp_path / "signing.json"
    path.touch(0o600)
    path.write_text(json.dumps({"active": "x"}))

    result = Shell({})("keys", "rotate-signing", "--file", str(path))

    assert 1 == result.exit_code
    assert '{"active": "x"}' == path.read_text()
