import json
import os
import stat
from collections import Counter
from datetime import date
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from referral_api.cli.demo.files import DEMO_FILE, write_env
from referral_api.cli.demo.settling import new_passwords
from referral_api.cli.demo.world import AGENCIES, LAPSED
from referral_api.cli.installation import Installation
from referral_api.features.accounts.models import Certificate
from referral_api.features.referrals.models import Referral
from referral_api.kernel import codes, ids
from referral_api.store import session

from .conftest import Shell, quick_app


def folder_of(world):
    return Path(world.environ["REFERRAL_DATA_DIR"])


@pytest.fixture(scope="module")
def demo(world):
    return json.loads((folder_of(world) / DEMO_FILE).read_text())


@pytest.fixture
def client(world):
    return Installation(world.environ, quick_app).app().test_client()


def sign_in(client, member):
    said = {name: member[name] for name in ("username", "password")}
    said["one_time_code"] = pyotp.TOTP(member["totp_secret"]).now()
    return client.post("/v1/sessions", json=said)


def member(demo, username):
    return next(found for found in demo["members"] if found["username"] == username)


def states():
    [found] = [each for each in codes.document()["items"] if each["name"] == "referral_state"]
    return {code["code"] for code in found["codes"]}


def test_while_it_is_made_each_part_of_the_world_is_told(world):
    _, told = world.heard.split("Making the invented world (once; 20 to 50 seconds):\n")
    parts = [line.strip() for line in told.splitlines() if line.startswith("  ")]
    stories = ["Referrals that came to their end", "Referrals that were stopped", "Referrals of today"]
    assert [*(place.name for place in AGENCIES), *stories] == parts


def test_there_is_a_referral_in_every_state(world):
    with Installation(world.environ, quick_app).app().app_context():
        found = set(session().execute(select(Referral.state)).scalars())

    assert states() == found


def test_what_is_made_is_in_the_log_and_the_log_holds(world):
    app = Installation(world.environ, quick_app).app()
    entries = [json.loads(line) for line in world.done("audit", "tail", "-n", "10000", "--json").splitlines()]
    made = Counter(entry["action"] for entry in entries)

    with app.app_context():
        assert made["referral.sent"] + made["referral.drafted"] >= len(session().execute(select(Referral.id)).all())
    assert {"allowed"} == {entry["outcome"] for entry in entries if entry["actor"]["kind"] != "anonymous"}


def test_demo_json_has_its_shape_and_is_its_owners_alone(world, demo):
    assert 0o600 == stat.S_IMODE((folder_of(world) / DEMO_FILE).stat().st_mode)
    assert {"base_url", "agencies", "members", "clients"} == set(demo)
    assert world.environ["REFERRAL_PUBLIC_URL"] == demo["base_url"]
    assert [{"id", "name", "type", "country"}] == unique(set(each) for each in demo["agencies"])
    assert [{"id", "username", "password", "totp_secret", "agency_id", "roles"}] == unique(
        set(each) for each in demo["members"]
    )
    assert [{"client_id", "client_secret", "private_jwk", "agency_id", "scope"}] == unique(
        set(each) for each in demo["clients"]
    )
    assert len(demo["members"]) == len({each["password"] for each in demo["members"]})


def unique(values):
    found = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def test_each_agency_that_works_with_children_has_its_people(demo):
    for agency in demo["agencies"]:
        roles = Counter(
            role
            for found in demo["members"]
            if found["agency_id"] == agency["id"] and found["username"] != LAPSED
            for role in found["roles"]
        )
        if agency["type"] != "oversight":
            wanted = {"caseworker": 2, "supervisor": 1, "agency_admin": 1}
            assert wanted == {role: roles[role] for role in wanted}
    types = {agency["id"]: agency["type"] for agency in demo["agencies"]}
    assert {"oversight", "police_unit"} == {
        types[found["agency_id"]] for found in demo["members"] if "auditor" in found["roles"]
    }
    assert 1 == sum("platform_admin" in found["roles"] for found in demo["members"])
    assert len({agency["country"] for agency in demo["agencies"]}) >= 2


def test_who_reads_identities_has_a_current_certificate_except_for_the_one_listed_last(world, demo):
    today = date.today()
    with Installation(world.environ, quick_app).app().app_context():
        rows = session().execute(select(Certificate).where(Certificate.confirmed_at.is_not(None))).scalars().all()
    current = {ids.show("member", row.member_id) for row in rows if row.expires_on >= today}
    working = [found for found in demo["members"] if {"caseworker", "supervisor"} & set(found["roles"])]

    assert LAPSED == demo["members"][-1]["username"]
    assert [LAPSED] == [found["username"] for found in working if found["id"] not in current]


@pytest.mark.parametrize("username", ["police.caseworker2", "oversight.auditor", "platform.admin", LAPSED])
def test_anybody_signs_in_with_the_password_and_the_app_of_the_file(client, demo, username):
    answer = sign_in(client, member(demo, username))
    assert (200, False) == (answer.status_code, answer.json["enrolment_required"])


def test_agency_systems_get_tokens_by_secret(client, demo):
    with_secret = [each for each in demo["clients"] if each["client_secret"]]

    for each in with_secret:
        answer = client.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(each["client_id"], each["client_secret"]),
        )
        assert (200, each["scope"]) == (answer.status_code, answer.json["scope"])
    assert 2 == len(with_secret)


def test_agency_systems_get_tokens_by_their_own_key(client, demo):
    import time
    import uuid

    import jwt

    signing = [each for each in demo["clients"] if each["private_jwk"]]
    for each in signing:
        key, now = jwt.PyJWK(each["private_jwk"]), int(time.time())
        claims = {
            "iss": each["client_id"],
            "sub": each["client_id"],
            "aud": demo["base_url"],
            "jti": uuid.uuid4().hex,
            "iat": now,
            "exp": now + 60,
        }
        assertion = jwt.encode(claims, key.key, "ES256", headers={"kid": each["private_jwk"]["kid"]})
        answer = client.post(
            "/oauth/token",
            data={
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": assertion,
            },
        )
        assert 200 == answer.status_code, answer.json
    assert 2 == len(signing)


def test_seeding_again_keeps_everything_and_follows_the_address(world, demo):
    elsewhere = Shell({**world.environ, "REFERRAL_PUBLIC_URL": "http://127.0.0.1:9"})
    try:
        elsewhere.done("demo", "seed")
        assert {**demo, "base_url": "http://127.0.0.1:9"} == json.loads((folder_of(world) / DEMO_FILE).read_text())
    finally:
        world.done("demo", "seed")


def test_a_database_with_data_and_no_demo_json_is_left_alone(shell, tmp_path):
    shell.done("platform", "found", "--name", "Secretariat", "--country", "FR", "--username", "root")

    result = shell("demo", "seed")

    assert 1 == result.exit_code
    assert DEMO_FILE in result.stderr
    assert not (tmp_path / DEMO_FILE).exists()


def test_a_first_start_that_was_interrupted_is_begun_anew(shell, tmp_path, monkeypatch):
    shell.done("platform", "found", "--name", "Secretariat", "--country", "FR", "--username", "root")
    (tmp_path / "demo.unfinished").touch()
    began = []
    monkeypatch.setattr("referral_api.cli.demo.commands._make_world", lambda *more: began.append(1) or {"members": []})

    shell.done("demo", "seed")

    assert [1] == began
    assert not (tmp_path / "demo.unfinished").exists()


def test_the_demonstration_is_refused_in_production(shell, tmp_path, monkeypatch):
    production = Shell({**shell.environ, "REFERRAL_ENVIRONMENT": "production"})
    monkeypatch.setenv("REFERRAL_ENVIRONMENT", "production")

    assert 2 == production("demo", "seed").exit_code
    assert 2 == production("demo", "run", "--dir", str(tmp_path)).exit_code
    assert not (tmp_path / DEMO_FILE).exists()


def test_a_port_that_is_taken_is_said_before_anything_is_made(tmp_path):
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        result = Shell({})("demo", "run", "--port", str(holder.getsockname()[1]), "--dir", str(tmp_path / "d"))

    assert 2 == result.exit_code
    assert "in use" in result.stderr
    assert not (tmp_path / "d" / "referral.sqlite3").exists()


def test_the_code_of_the_moment_is_printed(world, demo):
    app = pyotp.TOTP(member(demo, "hotline.caseworker2")["totp_secret"])
    before, printed, after = app.now(), world.done("demo", "code", "hotline.caseworker2").strip(), app.now()
    assert printed in (before, after)
    assert 1 == world("demo", "code", "nobody").exit_code


def test_whoever_asks_for_a_code_in_the_wrong_folder_hears_how_to_name_the_right_one(tmp_path):
    result = Shell({"REFERRAL_DATA_DIR": str(tmp_path)})("demo", "code", "hotline.caseworker2")

    assert 1 == result.exit_code
    assert f"There is no {tmp_path / DEMO_FILE}." in result.stderr
    assert "REFERRAL_DATA_DIR names its folder" in result.stderr


def test_no_secret_is_kept_for_a_second_shell(tmp_path):
    assert write_env(tmp_path, {"REFERRAL_DATABASE_URL": "postgresql://me:secret@host/name", "REFERRAL_PORT": "1"})
    assert "REFERRAL_PORT=1\n" == (tmp_path / "referral.env").read_text()
    assert not write_env(tmp_path, {"REFERRAL_DATABASE_URL": "postgresql://me@host/name"})
    assert "REFERRAL_DATABASE_URL=postgresql://me@host/name\n" == (tmp_path / "referral.env").read_text()
    assert 0o600 == stat.S_IMODE(os.stat(tmp_path / "referral.env").st_mode)


def test_passwords_are_new_each_time_and_strong():
    first, second = new_passwords(), new_passwords()

    assert set() == set(first.values()) & set(second.values())
    assert {24} == {len(password) for password in first.values()}
