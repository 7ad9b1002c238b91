"""One world in which everybody stands somehow to one case, and something to call each route on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from referral_api.audit.checkpoint import cosign
from referral_api.audit.integrator import integrate
from referral_api.audit.note import Kind, Note, SignerKey
from referral_api.features.accounts.clients.schemas import SCOPES
from referral_api.features.lookups.passing_on import pass_on_lookups
from referral_api.store.session import GuardedSession, db
from tests.accounts.authenticator import Authenticator
from tests.world import World

OWNER, BOSS, CLINIC = "police.caseworker1", "police.supervisor", "clinic.caseworker1"
ASSIGNED = {"police.caseworker1", "clinic.caseworker1"}
RELATION = {
    "police": "owner",
    "clinic": "receiving",
    "shelter": "former",
    "authority": "none",
    "hotline": "none",
    "ngo": "none",
    "oversight": "none",
}
"""Of each agency to the case. The authority was asked and has not accepted; the hotline accepted, and is kept out since."""
KEPT_OUT = {"hotline", "clinic.lapsed"}
CAST = [
    *(f"police.{who}" for who in ("caseworker1", "caseworker2", "supervisor", "admin", "auditor", "system")),
    *(f"clinic.{who}" for who in ("caseworker1", "caseworker2", "supervisor", "lapsed", "auditor", "system")),
    *(f"{agency}.{who}" for agency in ("authority", "shelter", "hotline") for who in ("caseworker1", "supervisor")),
    *(f"ngo.{who}" for who in ("caseworker1", "supervisor", "admin", "auditor", "system")),
    "oversight.auditor",
    "oversight.platform",
]


def role_of(member: str) -> str:
    name = member.split(".")[1].rstrip("12")
    return {"lapsed": "caseworker", "admin": "agency_admin", "platform": "platform_admin"}.get(name, name)


def connect(world: World, agency: str) -> str:
    """An agency's own system, with all in its scope that a system can be let do. It acts for no member."""
    scope = " ".join(sorted(SCOPES))
    made = world.post(
        f"/v1/agencies/{world.ids[agency]}/clients", {"name": "Bridge", "scope": scope}, by=f"{agency}.admin"
    ).json
    said = {"grant_type": "client_credentials", "client_id": made["client_id"], "client_secret": made["client_secret"]}
    world.tokens[f"{agency}.system"] = world.app.test_client().post("/oauth/token", data=said).json["access_token"]
    client_id: str = made["client_id"]
    return client_id


def stage(world: World) -> dict[str, Any]:
    """Play what puts everybody where they stand. Returns the ids of all things by name."""
    things: dict[str, Any] = {
        "client": connect(world, "police"),
        **{f"agency of {name}": world.ids[name] for name in RELATION},
    }
    for agency in ("clinic", "ngo"):
        connect(world, agency)
    case = world.open_case(subject=_CHILD)
    consent = _consent(world, case)

    def asked(to: str, *steps: str, **more: Any) -> dict[str, Any]:
        referral = world.refer(case, consent, to, **more).json
        bodies = {"complete": {"outcome": "service_completed"}, "suspend": {"reason_code": "child_asked"}}
        for step in steps:
            who = OWNER if step in ("withdraw", "suspend") else f"{to}.caseworker1"
            assert 200 == world.step(referral, step, bodies.get(step), by=who).status_code
        return referral

    things |= {
        "case": case["id"], "consent": consent["id"], "draft": asked("authority", send=False)["id"], "asked": asked("authority")["id"],
        "suspended": asked("clinic", "accept", "suspend")["id"], "completed": asked("clinic", "accept", "complete")["id"],
        "working": asked("clinic", "accept")["id"], "former": asked("shelter", "accept", "withdraw")["id"], "out": asked("hotline", "accept")["id"],
    }  # fmt: skip
    duty = {"basis": "court_order", "legal_reference": "Order 7", "given_by": None, "child_view": None}
    things["duty"] = _consent(world, case, **duty)["id"]
    things["waiting"] = _consent(
        world, case, basis="best_interests_documented", legal_reference="File 7", given_by=None
    )["id"]
    for who in ({"agency_id": world.ids["hotline"]}, {"member_id": world.ids["clinic.lapsed"]}):
        said = {**who, "reason_code": "is_suspect"}
        things["exclusion"] = world.post(f"/v1/cases/{case['id']}/exclusions", said, by=BOSS).json["id"]
    things["assignment"] = world.get(f"/v1/cases/{case['id']}/assignments", by=BOSS).json["items"][0]["id"]
    place = {"at": "2026-12-01T07:00:00Z"}
    things["appointment"] = world.post(f"/v1/referrals/{things['working']}/appointments", place, by=CLINIC).json["id"]
    things["glass"] = world.post(f"/v1/cases/{case['id']}/break-glass", GLASS, by=CLINIC).json["id"]
    things["sibling"] = world.open_case()["id"]
    for name in ("closed", "to be erased"):
        things[name] = world.open_case()["id"]
        world.post(f"/v1/cases/{things[name]}/close", {"reason_code": "goals_met"}, by=OWNER, If_Match="*")
    erase = {"reason_code": "erasure_granted", "reason": "The family asked."}
    things["erasure"] = world.post(f"/v1/cases/{things['to be erased']}/erase", erase, by=BOSS).json["id"]
    world.open_case(by=CLINIC, subject=_CHILD)
    things["lookup"] = world.post(f"/v1/cases/{case['id']}/lookups", {"reason": "Found alone."}, by=BOSS).json["id"]
    things |= _of_the_agency(world)
    with world.app.app_context():
        pass_on_lookups(world.clock)
        integrate(db.engine, SignerKey.parse(world.app.extensions["settings"].log_key), now=world.clock())
    things |= _witnessed(world)
    for who in CAST:
        world.sign_in(who)
    things["entry"] = next(each["id"] for each in world.entries() if each["action"] == "case.opened")
    things["session"] = world.get("/v1/sessions", by=OWNER).json["items"][0]["id"]
    things["passkey"] = _passkey_of(world)
    return things


def _passkey_of(world: World) -> str:
    proof = {"one_time_code": world.apps.code(OWNER, world.clock())}
    made = Authenticator().make(world.post("/v1/me/passkeys/options", proof, by=OWNER).json)
    kept: str = world.post("/v1/me/passkeys", {"name": "Telephone", "credential": made}, by=OWNER).json["id"]
    return kept


_CHILD = {
    "identity": {"given_names": "Sokha", "family_names": "Chan", "date_of_birth": "2013-05-04"},
    "contact": {"phones": ["+855 12 345 678"]},
}
GLASS = {"reason_code": "missing_child", "reason": "Did not come home.", "minutes": 60}


def _consent(world: World, case: dict[str, Any], **more: Any) -> dict[str, Any]:
    to = [world.ids[each] for each in ("clinic", "authority", "shelter", "hotline")]
    grants = [{"recipients": to, "purposes": ["care"], "data_classes": ["identity", "contact"]}]
    return world.give_consent(case, grants=grants, **more)


PROVIDER = {
    "issuer": "https://login.example.org",
    "client_id": "referral",
    "client_secret": "a secret of ours",
    "redirect_uri": "https://desk.example.org/signed-in",
}


def _of_the_agency(world: World) -> dict[str, str]:
    """A member who waits for a second person, a certificate, an identity provider and a link that wait, a service."""
    people = f"/v1/agencies/{world.ids['police']}"
    invited = world.post(f"{people}/members", {"username": "new.one", "roles": ["caseworker"]}, by="police.admin").json
    said = {
        "member_id": world.ids["police.lapsed"],
        "kind": "safeguarding",
        "issuer": "Academy",
        "expires_on": "2028-01-01",
    }
    held = world.post(f"{people}/certificates", said, by="police.admin").json
    offered = world.post(
        "/v1/services", {"name": "Escort", "service_type": "police_protection", "countries": ["KH"]}, by="police.admin"
    ).json
    entered = world.post(f"{people}/identity-providers", PROVIDER, by="police.admin").json
    link = {"provider_id": entered["id"], "member_id": world.ids["police.lapsed"], "subject": "24400320"}
    linked = world.post(f"{people}/identity-links", link, by="police.admin").json
    return {
        "member": invited["id"],
        "certificate": held["id"],
        "service": offered["id"],
        "identity_provider": entered["id"],
        "identity_link": linked["id"],
    }


def _witnessed(world: World) -> dict[str, Any]:
    """A checkpoint and a witness's line under it."""
    witness = SignerKey("witness.ngo.example", Kind.COSIGNATURE, b"\1" * 32)
    world.app.extensions["settings"] = replace(world.app.extensions["settings"], witnesses=(str(witness.verifier),))
    note = Note.parse(world.get("/v1/audit/checkpoint", by="ngo.auditor", purpose=None).data)
    line = str(cosign(note, witness, timestamp=int(world.clock.now.timestamp())).signatures[-1])
    return {"line": line, "size": int(note.text.split("\n")[1])}


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Everything is written, answered and taken back, so that each call finds the world as it was."""

    def take_back(session: GuardedSession) -> None:
        session.flush()
        session.expunge_all()
        session.rollback()

    kept = GuardedSession.commit
    GuardedSession.commit = take_back
    try:
        yield
    finally:
        GuardedSession.commit = kept
