"""A small world to try things in: the platform, a police unit with its people, and a provider; everybody signs in as people do."""

import base64
import itertools
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from argon2.profiles import CHEAPEST
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, select

from referral_api.app import create_app
from referral_api.audit.models import AuditEntry
from referral_api.features.accounts.founding import found_platform
from referral_api.identity.passwords import Profile
from referral_api.kernel import ids as ids_of
from referral_api.kernel.actor import Request
from referral_api.store.session import db, session
from tests import postgres
from tests.databases import OnPostgresql, OnSqlite
from tests.world import PASSWORD, Apps, HandClock, settings

URL = "http://127.0.0.1:8080"
_CHEAP = Profile.of(CHEAPEST)


@dataclass
class Office:
    """The service, and whoever calls it."""

    app: Flask
    clock: HandClock
    tokens: dict = field(default_factory=dict)
    ids: dict = field(default_factory=dict)
    keys: itertools.count = field(default_factory=itertools.count)
    apps: Apps = field(default_factory=Apps)

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
        """Sign in as people do: with a code of the app; and enrol one where there is none."""
        said = {"username": username, "password": password}
        if username.lower() in self.apps.secrets:
            before = dict(self.apps.steps)
            said["one_time_code"] = self.apps.code(username.lower(), self.clock())
        answer = self.post("/v1/sessions", said, **more)
        if answer.status_code != 200 and "one_time_code" in said:
            self.apps.steps = before
        if answer.status_code == 200 and answer.json["enrolment_required"]:
            answer = self.enrol(username, answer.json["access_token"])
        if answer.status_code == 200:
            self.tokens[username] = answer.json["access_token"]
        return answer

    def enrol(self, username, token):
        prepared = self.post("/v1/me/totp", by=token)
        assert prepared.status_code == 200, prepared.json
        self.apps.secrets[username.lower()] = prepared.json["secret"]
        return self.post(
            "/v1/me/totp/confirm", {"one_time_code": self.apps.code(username.lower(), self.clock())}, by=token
        )

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


def open_office(database_url, data_dir):
    clock = HandClock()
    app = create_app(settings(database_url, data_dir), clock=clock)
    app.extensions["password_profile"] = _CHEAP
    return Office(app, clock)


def close(office):
    with office.app.app_context():
        db.session.remove()
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


def build(database_url, data_dir):
    """Migrate an empty database, people it, and tell who is there and signed in."""
    office = open_office(database_url, data_dir)
    with office.app.app_context():
        upgrade(directory="referral_api/store/migrations")
        db.session.remove()
    found(office)
    close(office)
    return office.ids, office.tokens, office.apps


def found(office):
    """The platform, a police unit (admin, supervisor, caseworker) and a provider with its admin."""
    with office.app.test_request_context():
        request = Request(id="founding", now=office.clock())
        platform, _, invitation = found_platform(request, name="Platform", country="KH", username="root")
        office.ids["Platform"] = ids_of.show("agency", platform.id)
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


@pytest.fixture(scope="session")
def sqlite_office(tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")
    path = folder / "office.sqlite3"
    who = build(f"sqlite:///{path}", folder)
    return OnSqlite(path, folder), *who


@pytest.fixture(scope="session")
def postgresql_office(postgresql_server, tmp_path_factory):
    name = f"office_{uuid4().hex}"
    url = postgres.fresh_database(postgresql_server, name)
    who = build(url, tmp_path_factory.mktemp("office"))
    peopled = OnPostgresql(postgresql_server, name)
    yield peopled, *who
    peopled.close()


BOTH = pytest.mark.parametrize("office", ["sqlite", "postgresql"], indirect=True)
"""For what each database does in its own way: upserts, locks, searches."""


@pytest.fixture
def office(request, tmp_path):
    """The peopled office, in SQLite unless a test asks for BOTH."""
    kind = getattr(request, "param", "sqlite")
    peopled, ids, tokens, apps = request.getfixturevalue(f"{kind}_office")
    opened = open_office(peopled.fresh(), tmp_path)
    peopled.lend(opened.app)
    opened.ids, opened.tokens = dict(ids), dict(tokens)
    opened.clock.pass_by(minutes=1)  # so that nobody has used a code of this moment
    opened.apps = Apps(dict(apps.secrets), dict(apps.steps))
    yield opened
    peopled.take_back(opened.app)


@pytest.fixture
def statements(office):
    """Every SQL statement that is sent while it is open."""

    @contextmanager
    def watch():
        seen = []

        def note(connection, cursor, statement, *more):
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
                seen.append(statement)

        with office.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return watch
