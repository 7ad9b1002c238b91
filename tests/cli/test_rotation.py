"""Signing keys are rotated while the real processes serve: every call before, during and after is answered."""

import json
import threading
from pathlib import Path

import jwt
import requests


def granted(http, url, client):
    form = {"grant_type": "client_credentials", "scope": "agency:read"}
    auth = (client["client_id"], client["client_secret"])
    answer = http.post(f"{url}/oauth/token", data=form, auth=auth, timeout=10)
    return answer.status_code, answer.json().get("access_token")


def test_no_call_fails_while_the_signing_key_changes(served, world):
    demo = json.loads((Path(served.folder) / "demo.json").read_text())
    client = next(each for each in demo["clients"] if each["client_secret"])
    seen, stop = [], threading.Event()

    def keep_calling():
        with requests.Session() as http:
            kept = granted(http, served.url, client)[1]
            while not stop.is_set():
                status, new = granted(http, served.url, client)
                for token in (new, kept):
                    me = http.get(f"{served.url}/v1/me", headers={"Authorization": f"Bearer {token}"}, timeout=10)
                    seen.append((status, me.status_code, jwt.get_unverified_header(new)["kid"]))

    callers = [threading.Thread(target=keep_calling) for _ in range(2)]
    for caller in callers:
        caller.start()
    kids = []
    for _ in range(3):
        count = len(seen)
        kids.append(world.done("keys", "rotate-signing").split()[4])
        while len(seen) < count + 12:
            assert all(caller.is_alive() for caller in callers)
            stop.wait(0.02)
    stop.set()
    for caller in callers:
        caller.join(10)

    assert {(200, 200)} == {(token, me) for token, me, _ in seen}
    assert kids[-1] == seen[-1][2]
    assert set(kids) <= {kid for _, _, kid in seen}
    published = {key["kid"] for key in requests.get(f"{served.url}/.well-known/jwks.json", timeout=10).json()["keys"]}
    assert set(kids) <= published
