"""What is taken back opens nothing a moment later, whichever of the real processes is asked, and whatever each has remembered."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import requests

AT_ONCE = 8


def statuses(served, token, count):
    """Calls over new connections, several at a time, so that each process answers some."""

    def me(_):
        return requests.get(f"{served.url}/v1/me", headers={"Authorization": f"Bearer {token}"}, timeout=20).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return set(pool.map(me, range(count)))


@pytest.fixture
def demo(served):
    return json.loads((served.folder / "demo.json").read_text())


def test_a_systems_token_that_was_revoked_is_refused_by_every_process_at_once(served, demo):
    client = next(each for each in demo["clients"] if each["client_secret"])
    auth = (client["client_id"], client["client_secret"])
    form = {"grant_type": "client_credentials"}
    token = requests.post(f"{served.url}/oauth/token", data=form, auth=auth, timeout=20).json()["access_token"]
    assert {200} == statuses(served, token, 40)
    assert 200 == requests.post(f"{served.url}/oauth/revoke", data={"token": token}, auth=auth, timeout=20).status_code
    assert {401} == statuses(served, token, 40)


def test_a_persons_session_that_was_ended_is_refused_by_every_process_at_once(served, demo):
    # Who signs in nowhere else, with the app's next code: that of this moment may have been shown at the enrolment.
    person = next(each for each in reversed(demo["members"]) if each["roles"] == ["agency_admin"])
    said = {name: person[name] for name in ("username", "password")}
    said["one_time_code"] = pyotp.TOTP(person["totp_secret"]).at(datetime.now(UTC) + timedelta(seconds=30))
    opened = requests.post(f"{served.url}/v1/sessions", json=said, timeout=20)
    assert 200 == opened.status_code, opened.text
    token = opened.json()["access_token"]
    assert {200} == statuses(served, token, 40)
    headers = {"Authorization": f"Bearer {token}"}
    assert 204 == requests.delete(f"{served.url}/v1/sessions/current", headers=headers, timeout=20).status_code
    assert {401} == statuses(served, token, 40)
