"""A fault of ours: told without a word of it, kept without a word of a child, and never with more rights than before."""

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from referral_api.app import create_app
from referral_api.features.cases import queries
from tests.world import HandClock, World, settings

POLICE = "police.caseworker1"


@pytest.mark.parametrize(
    ("error", "status", "code", "event"),
    [
        (ValueError("Sokha Chan"), 500, "internal-error", "broken"),
        (OperationalError("SELECT 'Sokha Chan'", {}, Exception("Sokha Chan")), 503, "unavailable", "unavailable"),
    ],
)
def test_what_breaks_is_told_and_logged_without_its_words_and_changes_nothing(
    error: Exception, status: int, code: str, event: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.open_case()
    before = world.entries()

    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(queries, "read_case", broken)
    world.app.testing = False
    with capture_logs() as lines:
        answer = world.get(f"/v1/cases/{case['id']}", by=POLICE)
    assert (status, code) == (answer.status_code, answer.json["type"].rpartition("/")[2])
    assert before == world.entries()
    [line] = lines
    assert (event, "error") == (line["event"], line["log_level"])
    assert {"request_id", "error", "where"} <= line.keys()
    assert "Sokha" not in answer.text + str(lines)
    assert "Traceback" not in answer.text


def test_no_environment_turns_debugging_on(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert not create_app(settings(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path), clock=HandClock()).debug


@pytest.mark.parametrize("name", ["access_token", "token", "authorization"])
def test_a_token_in_the_address_lets_nobody_in(name: str, world: World) -> None:
    assert 401 == world.get(f"/v1/me?{name}={world.sign_in(POLICE)}", by=None).status_code
