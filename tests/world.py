"""The world in which the tests play: agencies in two countries and their people, over the whole service and its real migrations.

It is built once for each database, and each test finds it as it was built. Everybody signs in as people do; only the clock is a fake.
"""

import base64
import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
from argon2.profiles import CHEAPEST
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select
from werkzeug.test import TestResponse

from config import Settings
from referral_api.app import create_app
from referral_api.audit.models import AuditEntry
from referral_api.audit.note import SignerKey
from referral_api.features.accounts.models import Certificate, Member, MemberRole
from referral_api.features.agencies.models import Agency
from referral_api.identity.keys import new_ring
from referral_api.identity.passwords import Profile, hash_password
from referral_api.kernel import ids
from referral_api.store.session import db, only_here, session
from referral_api.vault import KeyRing, seal_factor

PASSWORD = "seven quiet rivers run"
BEGAN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_KEYS = {
    "vault_keys": KeyRing.generate(BEGAN),
    "signing_keys": new_ring(),
    "log_key": SignerKey.generate("test/audit").line(),
}

AGENCIES = {
    "police": ("police_unit", "KH"),
    "clinic": ("mental_health_provider", "KH"),
    "shelter": ("shelter", "KH"),
    "authority": ("social_service_authority", "KH"),
    "hotline": ("hotline", "PH"),
    "ngo": ("ngo_provider", "PH"),
    "oversight": ("oversight", "KH"),
}


def secret_of(username: str) -> str:
    """What the authenticator app of somebody in this world holds."""
    return base64.b32encode(hashlib.sha1(username.encode()).digest()).decode()


@dataclass
class Apps:
    """Everybody's authenticator app, and who has shown which code already: each works once."""

    secrets: dict[str, str] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)

    def code(self, username: str, now: datetime) -> str:
        """The next code that counts: the clocks of apps are a step behind, so that three come within one step of ours."""
        present = int(now.timestamp()) // 30
        step = max(present - 1, self.steps.get(username, 0) + 1)
        assert step <= present + 1, f"{username} signs in for a fourth time within 30 seconds"
        self.steps[username] = step
        return pyotp.TOTP(self.secrets.get(username) or secret_of(username)).generate_otp(step)


class HandClock:
    """Time that only a test moves."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **duration: float) -> None:
        self.now += timedelta(**duration)


def settings(database_url: str, data_dir: Path) -> Settings:
    return Settings(
        environment="development",
        database_url=database_url,
        public_url="http://127.0.0.1:8080",
        host="127.0.0.1",
        port=8080,
        data_dir=data_dir,
        rate_per_minute=100_000,
        sign_in_per_minute=10_000,
        **_KEYS,
    )


def build(database_url: str, data_dir: Path) -> dict[str, str]:
    """Migrate an empty database and people it. Returns the ids by name (`police`, `police.caseworker1`)."""
    app = create_app(settings(database_url, data_dir))
    with app.app_context():
        upgrade(directory="referral_api/store/migrations")
        found = _people(app)
        db.session.remove()
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return found


def _people(app: Flask) -> dict[str, str]:
    password = hash_password(PASSWORD, profile=Profile.of(CHEAPEST))
    current, named = session(), {}
    with only_here(current):
        for name, (kind, country) in AGENCIES.items():
            agency = Agency(
                id=ids.new(), name=name.capitalize(), type=kind, country=country, languages=["en"], capabilities=[],
                time_zone="Asia/Phnom_Penh", opening_hours=None, answers_24_7=False, duty_contacts=[], second_contact=None,
                deadline_policy=None, lookups_opt_out=False, status="active", version=1, created_at=BEGAN, updated_at=BEGAN,
            )  # fmt: skip
            current.add(agency)
            current.flush()
            named[name] = ids.show("agency", agency.id)
            roles = {"auditor": "auditor", "platform": "platform_admin"} if kind == "oversight" else {
                "caseworker1": "caseworker", "caseworker2": "caseworker", "supervisor": "supervisor", "admin": "agency_admin",
                "auditor": "auditor", "lapsed": "caseworker",
            }  # fmt: skip
            for who, role in roles.items():
                named[f"{name}.{who}"] = _member(current, agency, f"{name}.{who}", role, password)
        current.commit()
    return named


def _member(current: Any, agency: Agency, username: str, role: str, password: str) -> str:
    member = Member(
        id=ids.new(), agency_id=agency.id, username=username, language="en", status="active", password_hash=password,
        version=1, created_at=BEGAN, updated_at=BEGAN, totp_enrolled_at=BEGAN,
    )  # fmt: skip
    member.totp_secret_sealed = seal_factor(KeyRing.parse(_KEYS["vault_keys"]), member.id, secret_of(username))
    current.add(member)
    current.flush()
    current.add(MemberRole(id=ids.new(), member_id=member.id, role=role, granted_at=BEGAN, confirmed_at=BEGAN))
    if role in ("caseworker", "supervisor"):
        until = date(2026, 1, 1) if username.endswith("lapsed") else date(2028, 1, 1)
        current.add(
            Certificate(
                id=ids.new(),
                member_id=member.id,
                certificate_kind="safeguarding",
                issuer="Academy",
                expires_on=until,
                entered_at=BEGAN,
                confirmed_at=BEGAN,
                agency_id=agency.id,
                entered_by=ids.new(),
            )
        )
    current.flush()
    return ids.show("member", member.id)


@dataclass
class World:
    """The service, and whoever calls it."""

    app: Flask
    clock: HandClock
    ids: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)
    _keys: Iterator[int] = field(default_factory=itertools.count)
    apps: Apps = field(default_factory=Apps)

    def sign_in(self, username: str) -> str:
        if username not in self.tokens:
            code = self.apps.code(username, self.clock())
            said = {"username": username, "password": PASSWORD, "one_time_code": code}
            answer = self.app.test_client().post("/v1/sessions", json=said)
            assert answer.status_code == 200, answer.text
            self.tokens[username] = answer.json["access_token"]
        return self.tokens[username]

    def call(
        self, method: str, path: str, body: Any = None, *, by: str | None, purpose: str | None = "?", **headers: str
    ) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if by is not None:
            sent["Authorization"] = f"Bearer {self.sign_in(by)}"
        if purpose == "?" and by is not None:
            purpose = {"police": "investigation", "oversight": "oversight"}.get(by.split(".")[0], "care")
            purpose = (
                "oversight"
                if by.endswith("auditor")
                else "statistics"
                if by.endswith(("admin", "platform"))
                else purpose
            )
        if purpose and purpose != "?":
            sent["Purpose"] = purpose
        if method == "POST" and "Idempotency-Key" not in sent:
            sent["Idempotency-Key"] = f'"key-{next(self._keys)}"'
        return self.app.test_client().open(path, method=method, json=body, headers=sent)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.call("POST", path, {} if body is None else body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> TestResponse:
        if "If_Match" not in more:
            more["If_Match"] = self.get(path, by=more["by"], purpose=more.get("purpose", "?")).headers["ETag"]
        return self.call("PATCH", path, body, **more)

    # The usual sentences of a story.

    def open_case(self, by: str = "police.caseworker1", **more: Any) -> dict[str, Any]:
        answer = self.post("/v1/cases", {**CASE, **more}, by=by)
        assert answer.status_code == 201, answer.text
        return answer.json

    def give_consent(
        self,
        case: dict[str, Any],
        to: str = "clinic",
        *,
        by: str = "police.caseworker1",
        classes: Any = None,
        **more: Any,
    ) -> dict[str, Any]:
        grants = [
            {
                "recipients": [self.ids[to]],
                "purposes": ["care"],
                "data_classes": classes or ["identity", "contact", "protection_concern", "health_need"],
            }
        ]
        answer = self.post(f"/v1/cases/{case['id']}/consents", {**CONSENT, "grants": grants, **more}, by=by)
        assert answer.status_code == 201, answer.text
        return answer.json

    def refer(
        self,
        case: dict[str, Any],
        consent: dict[str, Any] | None,
        to: str = "clinic",
        *,
        by: str = "police.caseworker1",
        **more: Any,
    ) -> TestResponse:
        said = {
            "case_id": case["id"],
            "consent_id": consent and consent["id"],
            "to_agency_id": self.ids[to],
            **REFERRAL,
            **more,
        }
        return self.post("/v1/referrals", said, by=by)

    def sent_referral(self, to: str = "clinic", **more: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        case = self.open_case()
        consent = self.give_consent(case, to)
        answer = self.refer(case, consent, to, **more)
        assert answer.status_code == 201, answer.text
        return case, consent, answer.json

    def step(self, referral: dict[str, Any], name: str, body: Any = None, *, by: str, **more: Any) -> TestResponse:
        path = f"/v1/referrals/{referral['id']}"
        if "If_Match" not in more:
            more["If_Match"] = self.get(path, by=by).headers.get("ETag", '"none"')
        return self.post(f"{path}/{name}", body, by=by, **more)

    def entries(self, action: str | None = None) -> list[dict[str, Any]]:
        with self.app.app_context():
            leaves = session().execute(select(AuditEntry.leaf).order_by(AuditEntry.id)).scalars().all()
            session().rollback()
        found = [json.loads(leaf) for leaf in leaves]
        return [entry for entry in found if action in (None, entry["action"])]

    def basic(self, name: str, secret: str) -> str:
        return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


CASE: dict[str, Any] = {
    "case_number": "PNP-2026-0147",
    "identification_status": "identified",
    "intake_channel": "hotline",
    "risk_level": "high",
    "risk_flags": ["suspect_has_access"],
    "language": "km",
    "area": {"country": "KH", "subdivision": "KH-12"},
    "age_band": "10-14",
    "subject": {
        "identity": {"given_names": "Sokha", "family_names": "Chan", "date_of_birth": "2013-05-04", "sex": "female",
                     "references": [{"kind": "national_id", "value": "KH 0412 778"}]},
        "contact": {"address": "12 Street 240, Phnom Penh", "phones": ["+855 12 345 678"]},
        "family": {"caregivers": [{"name": "Mealea Chan", "relationship": "mother", "legal_authority": True, "informed": "yes", "suspected_involved": "no"}]},
        "protection_concern": {"concerns": ["grooming"], "summary": "Contacted online by an adult.", "immediate_safety_concern": True},
        "access_needs": {"spoken": ["km"], "interpreter": True, "interpreter_sex": "female"},
        "health_need": {"summary": "Sleeps badly."},
        "investigation": {"icse_references": ["ICSE 2026 4411"], "summary": "Device seized."},
        "notes": {"text": "Prefers afternoons."},
    },
    "safe_contact": {"allowed_channels": ["phone"], "safe_times": "weekdays 14:00 to 16:00", "may_leave_message": False, "caregiver_may_know": "yes"},
}  # fmt: skip

CONSENT: dict[str, Any] = {
    "basis": "assent_and_guardian_consent",
    "given_by": "legal_guardian",
    "child_view": {"asked": "yes", "agrees": True, "wish": "Wants to sleep again."},
    "explained_in": "km",
    "explained_by": "the caseworker",
    "explained_limits": True,
    "evidence_reference": "paper file 33",
    "valid_from": "2026-11-24T00:00:00Z",
    "valid_until": "2027-05-24T00:00:00Z",
}

REFERRAL: dict[str, Any] = {
    "service_type": "mental_health",
    "urgency": "high",
    "need": "Weekly counselling for sleep problems after a frightening experience.",
    "send": True,
}
