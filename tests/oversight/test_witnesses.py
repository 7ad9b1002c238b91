"""Witnesses of other agencies sign under the log's checkpoints."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse

from referral_api.audit.checkpoint import cosign, open_checkpoint
from referral_api.audit.note import Kind, Note, SignerKey
from referral_api.store.session import db
from tests.world import BEGAN, World

NGO = SignerKey("witness.ngo.example", Kind.COSIGNATURE, b"\1" * 32)
COURT = SignerKey("witness.court.example", Kind.COSIGNATURE, b"\2" * 32)
STRANGER = SignerKey("witness.stranger.example", Kind.COSIGNATURE, b"\3" * 32)
SECONDS = int(BEGAN.timestamp())


@pytest.fixture
def watched(world: World, grow: Callable[[], int]) -> World:
    """A world whose log knows two witnesses, and has some entries in its tree."""
    known = (str(NGO.verifier), str(COURT.verifier))
    world.app.extensions["settings"] = replace(world.app.extensions["settings"], witnesses=known)
    world.open_case()
    world.sign_in("ngo.auditor")
    grow()
    return world


def checkpoint(world: World, **query: str) -> TestResponse:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return world.get(f"/v1/audit/checkpoint?{asked}", by="ngo.auditor", purpose=None)


def line(note: Note, witness: SignerKey, seconds: int = SECONDS) -> str:
    return str(cosign(note, witness, timestamp=seconds).signatures[-1])


def send(
    world: World, size: Any, lines: str | bytes, *, by: str = "ngo.auditor", media: str = "text/plain"
) -> TestResponse:
    headers = {"Authorization": f"Bearer {world.sign_in(by)}", "Content-Type": media}
    return world.app.test_client().post(f"/v1/audit/cosignatures?size={size}", data=lines, headers=headers)


def newest(world: World) -> tuple[Note, int]:
    note = Note.parse(checkpoint(world).data)
    return note, int(note.text.split("\n")[1])


def test_a_cosignature_is_shown_under_its_checkpoint_and_checked_by_whoever_trusts_the_witness(
    watched: World, grow: Callable[[], int], log_key: SignerKey
) -> None:
    note, size = newest(watched)
    answer = send(watched, size, line(note, NGO))
    assert (200, {"tree_size": size, "witnesses": [NGO.name]}) == (answer.status_code, answer.json)
    send(watched, size, line(note, COURT))
    watched.open_case()
    grow()
    cosigned = Note.parse(checkpoint(watched, cosigned="true").data)
    opened = open_checkpoint(cosigned, log_key.verifier, witnesses=[NGO.verifier, COURT.verifier], quorum=2)
    assert (size, {SECONDS}) == (opened.checkpoint.size, {each.timestamp for each in opened.cosignatures})
    assert newest(watched)[1] > size


def test_several_lines_come_at_once_and_all_or_none_are_kept(watched: World) -> None:
    note, size = newest(watched)
    both = line(note, NGO) + line(note, STRANGER)
    answer = send(watched, size, both)
    assert (422, "/lines") == (answer.status_code, answer.json["errors"][0]["pointer"])
    assert 503 == checkpoint(watched, cosigned="true").status_code
    answer = send(watched, size, line(note, NGO) + line(note, COURT))
    assert sorted([NGO.name, COURT.name]) == answer.json["witnesses"]


def test_what_a_witness_sends_again_changes_nothing(watched: World) -> None:
    note, size = newest(watched)
    for seconds in (SECONDS, SECONDS + 60):
        assert 200 == send(watched, size, line(note, NGO, seconds)).status_code
    assert 2 == len(Note.parse(checkpoint(watched, cosigned="true").data).signatures)


def test_a_line_of_another_checkpoint_or_no_line_at_all_is_refused(watched: World, grow: Callable[[], int]) -> None:
    older, size = newest(watched)
    watched.open_case()
    grow()
    assert 422 == send(watched, newest(watched)[1], line(older, NGO)).status_code
    assert 422 == send(watched, size + 10_000, line(older, NGO)).status_code
    for wrong in ("", "nothing\n", line(older, NGO).replace("—", "-"), line(older, NGO)[:-1]):
        assert 422 == send(watched, size, wrong).status_code
    assert 400 == send(watched, size, b"\xff\n").status_code
    assert 415 == send(watched, size, "{}", media="application/json").status_code


def test_cosignatures_and_checkpoints_leave_no_entry(watched: World) -> None:
    note, size = newest(watched)
    before = len(watched.entries())
    send(watched, size, line(note, NGO))
    checkpoint(watched, cosigned="true")
    assert before == len(watched.entries())


def test_who_is_no_auditor_and_no_system_brings_no_cosignature_and_the_try_is_recorded(watched: World) -> None:
    note, size = newest(watched)
    assert 403 == send(watched, size, line(note, NGO), by="ngo.caseworker1").status_code
    assert ["denied"] == [entry["outcome"] for entry in watched.entries("audit.cosigned")]


@pytest.mark.parametrize("statement", ["UPDATE audit_cosignatures SET line = 'x'", "DELETE FROM audit_cosignatures"])
def test_the_database_itself_keeps_cosignatures(watched: World, statement: str) -> None:
    note, size = newest(watched)
    send(watched, size, line(note, NGO))
    with watched.app.app_context(), db.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))


def test_no_row_of_the_log_is_replaced_or_truncated(watched: World) -> None:
    note, size = newest(watched)
    send(watched, size, line(note, NGO))
    for table in ("audit_leaves", "audit_nodes", "audit_checkpoints", "audit_cosignatures"):
        with watched.app.app_context(), db.engine.connect() as connection:
            sqlite = connection.dialect.name == "sqlite"
            replaced = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
            with pytest.raises(DBAPIError, match="append-only"):
                connection.execute(text(replaced if sqlite else f"TRUNCATE {table} CASCADE"))
