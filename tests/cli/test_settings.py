import pytest

from referral_api.cli.installation import Unusable, from_here

from .conftest import Shell, quick_app


def test_every_reason_why_the_settings_are_unsafe_is_a_line_and_the_exit_code_is_2(tmp_path):
    result = Shell({"REFERRAL_DATA_DIR": str(tmp_path), "REFERRAL_HOST": "0.0.0.0", "REFERRAL_PORT": "x"})("worker")

    assert 2 == result.exit_code
    lines = result.stderr.splitlines()
    assert 5 == len(lines)
    assert all(line.startswith("referral: ") for line in lines)
    assert any("REFERRAL_PORT" in line for line in lines)
    assert any("TLS" in line for line in lines)


def test_a_list_of_stolen_passwords_that_is_none_stops_the_start(tmp_path):
    path = tmp_path / "list"
    for lines in ("", "password\n", "B" * 40 + ":1\n" + "A" * 40 + ":1\n"):
        path.write_text(lines)
        result = Shell({"REFERRAL_DATA_DIR": str(tmp_path), "REFERRAL_BREACHED_PASSWORDS": str(path)})("worker")
        assert 2 == result.exit_code
        assert "REFERRAL_BREACHED_PASSWORDS" in result.stderr
    path.write_text("A" * 40 + ":1\n" + "B" * 40 + ":1\n")
    result = Shell({"REFERRAL_DATA_DIR": str(tmp_path), "REFERRAL_BREACHED_PASSWORDS": str(path)})("worker")
    assert "REFERRAL_BREACHED_PASSWORDS" not in result.stderr


def test_a_command_that_reads_does_not_make_an_empty_database(shell, tmp_path):
    (tmp_path / "referral.sqlite3").unlink()

    result = shell("audit", "tail")

    assert 2 == result.exit_code
    assert "referral db upgrade" in result.stderr
    assert not (tmp_path / "referral.sqlite3").exists()


def test_a_database_that_was_not_migrated_is_said_in_words(shell, tmp_path):
    (tmp_path / "referral.sqlite3").write_bytes(b"")

    result = shell("audit", "verify")

    assert 1 == result.exit_code
    assert "migrated" in result.stderr


def test_the_kept_settings_fill_what_the_environment_leaves_out_and_never_what_it_says(tmp_path):
    (tmp_path / "referral.env").write_text("# kept\nREFERRAL_PORT=8123\nREFERRAL_HOST=127.0.0.2\n")

    here = from_here({"REFERRAL_DATA_DIR": str(tmp_path), "REFERRAL_PORT": "8999"}, quick_app)

    assert "8999" == here.environ["REFERRAL_PORT"]
    assert "127.0.0.2" == here.environ["REFERRAL_HOST"]


def test_kept_settings_that_are_no_settings_are_refused(tmp_path):
    (tmp_path / "referral.env").write_text("PATH=/elsewhere\n")

    with pytest.raises(Unusable, match="line 1"):
        from_here({"REFERRAL_DATA_DIR": str(tmp_path)}, quick_app)


def test_upgrading_twice_changes_nothing_the_second_time(shell):
    assert "The database is up to date.\n" == shell.done("db", "upgrade")


@pytest.mark.parametrize("words", [[], ["audit"], ["keys"], ["demo"], ["agency"], ["member"], ["client"], ["db"]])
def test_help_says_what_there_is_without_any_settings(words):
    assert "Usage" in Shell({}).done(*words, "--help")
