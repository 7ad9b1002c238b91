"""The agencies and people of the demonstration come: invited, confirmed by a second person, certified, as in life."""

import base64
import json
import secrets
from datetime import timedelta
from typing import Any

from flask import Flask

from referral_api.access import POLICY, Permission
from referral_api.cli.demo.calling import Callers, PastClock, Tell
from referral_api.cli.demo.world import AGENCIES, LAPSED, PLATFORM_ADMIN, Place
from referral_api.features.accounts.founding import found_platform
from referral_api.identity.keys import new_ring
from referral_api.identity.passwords import check_new_password
from referral_api.kernel import clock as times
from referral_api.kernel import ids
from referral_api.kernel.actor import Request
from referral_api.kernel.words import Role

__all__ = ["new_passwords", "settle"]

_WORK = " ".join(
    sorted(
        {rule.permission for rule in POLICY if Role.SYSTEM in rule.roles and Role.CASEWORKER in rule.roles}
        | {Permission.IDENTITY_READ}
    )
)
"""What a system may do that acts for caseworkers: all that they may do themselves."""
_CLIENTS = (
    ("police", "Case file bridge", _WORK, False),
    ("police", "Case file bridge, signing", _WORK, True),
    ("ngo", "Intake bridge", _WORK, False),
    ("clinic", "Appointment book", _WORK, True),
)


def people_of(place: Place) -> list[tuple[str, list[str]]]:
    """User names and roles, in the order in which they come: the admin first, who invites the others."""
    found = [(f"{place.key}.admin", ["agency_admin"])]
    if place.works_with_children:
        found.append((f"{place.key}.supervisor", ["supervisor"]))
        found += [(f"{place.key}.caseworker{number}", ["caseworker"]) for number in (1, 2)]
    return found + [(f"{place.key}.{role}", [role]) for role in place.extra_roles]


def new_passwords() -> dict[str, str]:
    """A password of 100 random bits for everybody."""
    everybody = [PLATFORM_ADMIN, *(name for place in AGENCIES for name, _ in people_of(place)), LAPSED]
    return {name: _password(name) for name in everybody}


def _password(username: str) -> str:
    while True:
        letters = base64.b32encode(secrets.token_bytes(15)).decode().lower()[:20]
        password = "-".join(letters[start : start + 4] for start in range(0, 20, 4))
        if not check_new_password(password, context=[username, "referral"]):
            return password


def settle(app: Flask, callers: Callers, clock: PastClock, tell: Tell) -> dict[str, Any]:
    """Found the platform and let everybody in. Returns the agencies, members and clients, as demo.json lists them.

    The oversight body hosts the platform: here one office admits agencies and oversees them, through different people.
    """
    with app.app_context():
        request = Request(id=f"demo-{ids.new().hex}", now=clock(), changing=True)
        host = AGENCIES[-1]
        agency, root, invitation = found_platform(
            request, name=host.name, country=host.country, username=PLATFORM_ADMIN
        )
        platform = {
            "id": ids.show("agency", agency.id),
            "name": host.name,
            "type": agency.type,
            "country": host.country,
        }
        members = [_member(callers, ids.show("member", root.id), PLATFORM_ADMIN, platform["id"], ["platform_admin"])]
    _join(callers, PLATFORM_ADMIN, invitation)
    members[0]["totp_secret"] = callers.enrol(PLATFORM_ADMIN)
    agencies = []
    for place in AGENCIES:
        tell(place.name)
        made = platform if place is host else callers.post("/v1/agencies", place.body(), by=PLATFORM_ADMIN)
        agencies.append({name: made[name] for name in ("id", "name", "type", "country")})
        members += _staff(callers, place, made["id"], clock)
    police = agencies[0]["id"]
    lapsed = _hire(callers, police, LAPSED, ["caseworker"], by="police.admin", confirmed_by="police.supervisor")
    _certify(callers, police, lapsed["id"], clock, "police.admin", "police.supervisor", lapses=True)
    keys = {place.key: agency["id"] for place, agency in zip(AGENCIES, agencies, strict=True)}
    clients = [_connect(callers, keys[key], key, name, scope, signs) for key, name, scope, signs in _CLIENTS]
    return {"agencies": agencies, "members": [*members, lapsed], "clients": clients}


def _staff(callers: Callers, place: Place, agency_id: str, clock: PastClock) -> list[dict[str, Any]]:
    """The admin is invited by the platform; everybody else by the admin, and confirmed by the supervisor, or by the platform where there is none yet."""
    admin, supervisor = f"{place.key}.admin", f"{place.key}.supervisor"
    staff: list[dict[str, Any]] = []
    for username, roles in people_of(place):
        second = supervisor if any(member["username"] == supervisor for member in staff) else PLATFORM_ADMIN
        first = PLATFORM_ADMIN if username == admin else admin
        hired = _hire(callers, agency_id, username, roles, by=first, confirmed_by=None if username == admin else second)
        if {"caseworker", "supervisor"} & set(roles):
            _certify(callers, agency_id, hired["id"], clock, admin, second)
        staff.append(hired)
    for service in place.services:
        callers.post("/v1/services", service, by=admin)
    return staff


def _hire(
    callers: Callers, agency_id: str, username: str, roles: list[str], *, by: str, confirmed_by: str | None
) -> dict[str, Any]:
    path = f"/v1/agencies/{agency_id}/members"
    invited = callers.post(path, {"username": username, "roles": roles}, by=by)
    _join(callers, username, invited["invitation"])
    if confirmed_by is not None:
        callers.post(f"{path}/{invited['id']}/confirm", by=confirmed_by)
    return _member(callers, invited["id"], username, agency_id, roles) | {"totp_secret": callers.enrol(username)}


def _join(callers: Callers, username: str, invitation: str) -> None:
    said = {"username": username, "invitation": invitation, "password": callers.passwords[username]}
    callers.post("/v1/invitations/accept", said)


def _member(callers: Callers, member_id: str, username: str, agency_id: str, roles: list[str]) -> dict[str, Any]:
    return {
        "id": member_id,
        "username": username,
        "password": callers.passwords[username],
        "totp_secret": None,
        "agency_id": agency_id,
        "roles": roles,
    }


def _certify(
    callers: Callers, agency_id: str, member_id: str, clock: PastClock, first: str, second: str, *, lapses: bool = False
) -> None:
    """A certificate for two years; one that lapses was good when it was entered, and ran out since."""
    until = clock() + timedelta(days=4 if lapses else 730)
    path = f"/v1/agencies/{agency_id}/certificates"
    body = {
        "member_id": member_id,
        "kind": "safeguarding",
        "issuer": "National training centre",
        "expires_on": times.show(until)[:10],
    }
    entered = callers.post(path, body, by=first)
    callers.post(f"{path}/{entered['id']}/confirm", by=second)


def _connect(callers: Callers, agency_id: str, key: str, name: str, scope: str, signs: bool) -> dict[str, Any]:
    private = json.loads(new_ring())["keys"][0] if signs else None
    public = {part: value for part, value in private.items() if part != "d"} if private else None
    body = {"name": name, "scope": scope, "jwks": {"keys": [public]} if public else None}
    path = f"/v1/agencies/{agency_id}/clients"
    made = callers.post(path, body, by=f"{key}.admin")
    callers.post(f"{path}/{made['id']}/confirm", by=f"{key}.supervisor")
    return {
        "client_id": made["client_id"],
        "client_secret": made.get("client_secret"),
        "private_jwk": private,
        "agency_id": agency_id,
        "scope": made["scope"],
    }
