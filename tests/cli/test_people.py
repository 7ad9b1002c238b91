import json

import pytest

FOUND = ("platform", "found", "--name", "Secretariat", "--country", "FR", "--username", "root")


def entries(shell):
    return [json.loads(line) for line in shell.done("audit", "tail", "-n", "1000", "--json").splitlines()]


@pytest.fixture
def founded(shell):
    made = json.loads(shell.done(*FOUND, "--json"))
    join(shell, made["username"], made["invitation"])
    return shell


def join(shell, username, invitation):
    from referral_api.cli.installation import Installation

    from .conftest import quick_app

    app = Installation(shell.environ, quick_app).app()
    said = {"username": username, "invitation": invitation, "password": "seven quiet rivers run"}
    answer = app.test_client().post("/v1/invitations/accept", json=said, headers={"Idempotency-Key": "k"})
    assert 200 == answer.status_code


def test_founding_leaves_its_entries_and_happens_once(shell):
    shell.done(*FOUND)

    assert ["agency.created", "member.invited"] == [entry["action"] for entry in entries(shell)]
    again = shell(*FOUND)
    assert 1 == again.exit_code
    assert "founded already" in again.stderr
    assert 2 == len(entries(shell))


def test_the_founder_admits_an_agency_and_invites_its_first_admin(founded):
    agency = json.loads(
        founded.done(
            "agency", "create", "--as", "root", "--name", "Clinic", "--type", "mental_health_provider", "--country", "KH", "--json",
        )
    )  # fmt: skip
    member = json.loads(
        founded.done(
            "member", "invite", "--as", "root", "--agency", agency["id"], "--username", "cleo", "--role", "agency_admin", "--json",
        )
    )  # fmt: skip
    join(founded, "cleo", member["invitation"])
    client = json.loads(
        founded.done(
            "client", "create", "--as", "cleo", "--name", "Bridge", "--scope", "referral:read", "--dpop", "--json",
        )
    )  # fmt: skip

    assert agency["id"] == member["agency_id"] == client["agency_id"]
    assert "client_secret" in client
    assert client["dpop_bound_access_tokens"]
    assert "client.created" == entries(founded)[-1]["action"]


def test_what_the_acting_member_may_not_do_is_refused_and_recorded(founded):
    result = founded("client", "create", "--as", "root", "--name", "Bridge", "--scope", "referral:read")

    assert 1 == result.exit_code
    last = entries(founded)[-1]
    assert ("client.created", "denied", "role") == (last["action"], last["outcome"], last["reason_code"])


@pytest.mark.parametrize(
    "words",
    [
        ("agency", "create", "--as", "root", "--name", "X", "--type", "circus", "--country", "KH"),
        ("agency", "create", "--as", "nobody", "--name", "X", "--type", "court", "--country", "KH"),
        ("member", "invite", "--as", "root", "--agency", "agency_x", "--username", "cleo", "--role", "agency_admin"),
    ],
)
def test_what_is_typed_wrongly_is_refused_with_exit_code_2_and_leaves_nothing(founded, words):
    before = len(entries(founded))

    assert 2 == founded(*words).exit_code
    assert before == len(entries(founded))


@pytest.mark.parametrize(
    "said",
    [
        ("platform", "found", "--country", "FR", "--username", "root", "--name", "data:image/png;base64,AAAA"),
        ("platform", "found", "--country", "FR", "--name", "Secretariat", "--username", "data:image/png;base64,AAAA"),
    ],
)
def test_founding_writes_through_the_guard(shell, said):
    result = shell(*said)
    assert isinstance(result.exception, SystemExit)
    assert "base64" not in result.output
    assert [] == entries(shell)


@pytest.mark.parametrize(
    "said",
    [
        ("agency", "create", "--type", "court", "--country", "KH", "--name", "<img src=x>"),
        ("member", "invite", "--role", "agency_admin", "--username", "data:image/png;base64,AAAA"),
        ("client", "create", "--scope", "agency:read", "--name", "data:image/png;base64,AAAA"),
    ],
)
def test_every_command_that_takes_words_writes_them_through_the_guard(founded, said):
    before = len(entries(founded))
    result = founded(*said[:2], "--as", "root", *said[2:])
    assert isinstance(result.exception, SystemExit)
    assert said[-1] not in result.output
    assert all(entry["outcome"] != "allowed" for entry in entries(founded)[before:])


def test_a_refused_name_is_told_in_words_and_written_down(founded):
    result = founded("agency", "create", "--as", "root", "--type", "court", "--country", "KH", "--name", "<img src=x>")
    assert (1, True) == (result.exit_code, "No imagery: this service takes text only" in result.output)
    last = entries(founded)[-1]
    assert ("agency.created", "refused") == (last["action"], last["outcome"])


def test_the_only_platform_admin_is_let_in_again_and_the_log_says_so(founded):
    again = json.loads(founded.done("member", "readmit", "--username", "Root", "--json"))

    assert (["platform_admin"], "invited") == (again["roles"], again["status"])
    last = entries(founded)[-1]
    assert ("member.readmitted", "service") == (last["action"], last["actor"]["kind"])
    join(founded, "root", again["invitation"])
    founded.done("agency", "create", "--as", "root", "--name", "Court", "--type", "court", "--country", "KH")


def test_who_is_no_admin_is_not_let_in_again_and_the_try_is_recorded(founded):
    founded.done("member", "invite", "--as", "root", "--username", "ida", "--role", "auditor")
    result = founded("member", "readmit", "--username", "ida")

    assert 1 == result.exit_code
    last = entries(founded)[-1]
    assert ("member.readmitted", "denied", "not_admin") == (last["action"], last["outcome"], last["reason_code"])
    assert 1 == founded("member", "readmit", "--username", "nobody").exit_code
