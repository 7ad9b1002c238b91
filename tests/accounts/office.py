"""A small world to try things in: the platform, a police unit with its people, and a provider; everybody signs in as people do."""

import base64
import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from argon2.profiles import CHEAPEST
from flask import Flask
from sqlalchemy import select

from referral_api import vault
from referral_api.api import door, rates
from referral_api.audit.models import AuditEntry
from referral_api.features.accounts.founding import found_platform
from referral_api.features.accounts.queries import identify
from referral_api.features.accounts.routes import room as accounts
from referral_api.features.agencies.routes import room as agencies
from referral_api.features.directory.routes import room as directory
from referral_api.identity.keys import SigningKeys, new_ring
from referral_api.identity.passwords import Profile
from referral_api.kernel.actor import Request
from referral_api.store.session import configure_engine, db, session
from referral_api.vault import KeyRing

URL = "http://127.0.0.1:8080"
PASSWORD = "seven quiet rivers run"
BEGAN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_VAULT, _SIGNING, _CHEAP = KeyRing.generate(BEGAN), new_ring(), Profile.of(CHEAPEST)


class HandClock:
    """Time that only a test moves."""

    def __init__(self):
        self.now = BEGAN

    def __call__(self):
        return self.now

    def pass_by(self, **duration):
        self.now += timedelta(**duration)


@dataclass
class Office:
    """The service, and whoever calls it."""

    app: Flask
    clock: HandClock
    tokens: dict = field(default_factory=dict)
    ids: dict = field(default_factory=dict)
    keys: itertools.count = field(default_factory=itertools.count)

    def call(self, method, path, body=None, *, by=None, address="192.0.2.1", **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if by is not None:
            sent["Authorization"] = f"Bearer {self.tokens.get(by, by)}"
        if method == "POST" and "Idempotency-Key" not in sent:
            sent["Idempotency-Key"] = f"key-{next(self.keys)}"
        return self.app.test_client().open(
            path, method=method, json=body, headers=sent, environ_overrides={"REMOTE_ADDR": address}
        )

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, {} if body is None else body, **more)

    def patch(self, path, body, **more):
        if "If_Match" not in more:
            more["If_Match"] = self.get(path, by=more["by"]).headers.get("ETag", '"none"')
        return self.call("PATCH", path, body, **more)

    def form(self, path, fields, *, basic=None):
        headers = {}
        if basic:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(basic).encode()).decode()
        return self.app.test_client().post(path, data=fields, headers=headers)

    def sign_in(self, username, password=PASSWORD, **more):
        answer = self.post("/v1/sessions", {"username": username, "password": password}, **more)
        if answer.status_code == 200:
            self.tokens[username] = answer.json["access_token"]
        return answer

    def invite(self, agency, username, roles, *, by):
        answer = self.post(f"/v1/agencies/{self.ids[agency]}/members", {"username": username, "roles": roles}, by=by)
        assert answer.status_code == 201, answer.json
        self.ids[username] = answer.json["id"]
        return answer.json["invitation"]

    def accept(self, username, invitation, password=PASSWORD):
        said = {"username": username, "invitation": invitation, "password": password}
        return self.post("/v1/invitations/accept", said)

    def confirm(self, agency, username, *, by):
        return self.post(f"/v1/agencies/{self.ids[agency]}/members/{self.ids[username]}/confirm", by=by)

    def hire(self, agency, username, roles, *, by, confirmed_by):
        """Somebody is invited, comes, is confirmed and signs in."""
        self.accept(username, self.invite(agency, username, roles, by=by))
        assert self.confirm(agency, username, by=confirmed_by).status_code == 200
        assert self.sign_in(username).status_code == 200

    def admit(self, agency, type, country="KH", **more):
        answer = self.post("/v1/agencies", {"name": agency, "type": type, "country": country, **more}, by="root")
        assert answer.status_code == 201, answer.json
        self.ids[agency] = answer.json["id"]

    def connect(self, agency, scope, *, by, **more):
        answer = self.post(
            f"/v1/agencies/{self.ids[agency]}/clients", {"name": "Bridge", "scope": scope, **more}, by=by
        )
        assert answer.status_code == 201, answer.json
        return answer.json

    def entries(self, action=None):
        with self.app.app_context():
            leaves = session().execute(select(AuditEntry.leaf).order_by(AuditEntry.id)).scalars().all()
        found = [json.loads(leaf) for leaf in leaves]
        return [entry for entry in found if action in (None, entry["action"])]


def open_office(database_url):
    app, clock = Flask("referral_api", static_folder=None), HandClock()
    app.config.update(SQLALCHEMY_DATABASE_URI=database_url, MAX_CONTENT_LENGTH=1_048_576, PUBLIC_URL=URL, CLOCK=clock)
    app.extensions["signing_keys"] = SigningKeys.parse(_SIGNING)
    app.extensions["password_profile"] = _CHEAP
    vault.init_app(app, KeyRing.parse(_VAULT))
    db.init_app(app)
    with app.app_context():
        configure_engine(db.engine)
        db.create_all()
    rates.init_app(app, storage="memory://", per_minute=10_000)
    door.init_app(app, identify=identify)
    door.open_rooms(app, [agencies, accounts, directory])
    return Office(app, clock)


def found(office):
    """The platform, a police unit (admin, supervisor, caseworker) and a provider with its admin."""
    with office.app.test_request_context():
        request = Request(id="founding", now=office.clock())
        platform, _, invitation = found_platform(request, name="Platform", country="KH", username="root")
        office.ids["Platform"] = str(platform.id)
    office.accept("root", invitation)
    office.sign_in("root")
    office.admit("Police", "police_unit")
    office.admit("Clinic", "mental_health_provider")
    for agency, admin in (("Police", "ana"), ("Clinic", "cleo")):
        office.accept(admin, office.invite(agency, admin, ["agency_admin"], by="root"))
        office.sign_in(admin)
    office.hire("Police", "sam", ["supervisor"], by="ana", confirmed_by="root")
    office.hire("Police", "cal", ["caseworker"], by="ana", confirmed_by="sam")
    return office


@pytest.fixture
def empty_office(tmp_path):
    office = open_office(f"sqlite:///{tmp_path / 'office.sqlite3'}")
    yield office
    with office.app.app_context():
        db.engine.dispose()


@pytest.fixture
def office(empty_office):
    return found(empty_office)
