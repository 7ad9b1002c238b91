"""Libraries that agencies' systems are written with sign in to the real processes, each as it comes."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey
from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

HERE = Path(__file__).parent / "clients"


@pytest.fixture
def clients(served):
    """A system with a secret, and one that signs."""
    demo = json.loads((served.folder / "demo.json").read_text())
    return (
        next(each for each in demo["clients"] if each["client_secret"]),
        next(each for each in demo["clients"] if each["private_jwk"]),
    )


def test_requests_oauthlib(served, clients, monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    client, _ = clients
    with OAuth2Session(client=BackendApplicationClient(client_id=client["client_id"])) as session:
        auth = HTTPBasicAuth(client["client_id"], client["client_secret"])
        token = session.fetch_token(f"{served.url}/oauth/token", auth=auth)
        me = session.get(f"{served.url}/v1/me").json()
    assert "Bearer" == token["token_type"]
    assert (client["client_id"], client["scope"].split()) == (me["id"], token["scope"])


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
def test_authlib_with_a_secret(served, clients, way):
    client, _ = clients
    with AuthlibSession(client["client_id"], client["client_secret"], token_endpoint_auth_method=way) as session:
        talks_to(served, session, client)


def test_authlib_with_a_key(served, clients):
    _, client = clients
    endpoint, key = f"{served.url}/oauth/token", ECKey.import_key(client["private_jwk"])
    way = {f"{each}_endpoint_auth_method": "private_key_jwt" for each in ("token", "revocation")}
    with AuthlibSession(client["client_id"], key, **way) as session:
        session.register_client_auth_method(PrivateKeyJWT(endpoint, alg="ES256"))
        talks_to(served, session, client)


def talks_to(served, session, client):
    token = session.fetch_token(f"{served.url}/oauth/token", grant_type="client_credentials", scope="agency:read")
    assert ("Bearer", "agency:read") == (token["token_type"], token["scope"])
    assert client["client_id"] == session.get(f"{served.url}/v1/me").json()["id"]

    def active():
        answer = session.introspect_token(f"{served.url}/oauth/introspect", token=token["access_token"])
        return answer.json()["active"]

    assert active()
    assert 200 == session.revoke_token(f"{served.url}/oauth/revoke", token=token["access_token"]).status_code
    assert not active()


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """A folder with oauth4webapi in it, at the version and hash that are pinned."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed here")
    folder = tmp_path_factory.mktemp("node")
    for path in HERE.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    made = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    if made.returncode:
        pytest.skip("npm could not install oauth4webapi from its registry")
    return folder


def test_oauth4webapi_with_a_bound_token(served, clients, installed):
    _, client = clients
    said = {"url": served.url, "client_id": client["client_id"], "private_jwk": client["private_jwk"]}
    told = subprocess.run(
        ["node", "story.mjs", json.dumps(said)], cwd=installed, capture_output=True, text=True, timeout=60, check=False
    )
    assert 0 == told.returncode, told.stderr
    assert {
        "token_type": "dpop",
        "me": client["client_id"],
        "agencies": 1,
        "stolen": ["bearer", "dpop"],
        "bound": True,
        "active": [True, False],
    } == json.loads(told.stdout)
