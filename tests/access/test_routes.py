"""Every route for everybody: what is answered is what the policy says, 404 for whoever may not know of the thing, 403 for whoever may."""

from typing import Any

import pytest

from referral_api.access import POLICY, Permission
from referral_api.access.matrix import rows
from referral_api.api.rooms import Endpoint
from referral_api.app import ROOMS
from referral_api.features.oversight.questions import QUESTIONS
from tests.access.cast import ASSIGNED, CAST, KEPT_OUT, RELATION, nothing_kept, role_of, stage
from tests.access.expectations import PUBLIC, ROUTES, Expected
from tests.databases import Peopled
from tests.world import World

ENDPOINTS = {endpoint.key: endpoint for room in ROOMS for endpoint in room.endpoints}
WORKING = {"caseworker", "supervisor", "system"}
REFERRALS = {"working": "clinic", "asked": "authority", "draft": None, "suspended": "clinic", "completed": "clinic"}
OF_THE_CHILD = {
    "case",
    "sending",
    "closed",
    "consent",
    "waiting",
    "duty",
    "lookup",
    "behind",
    "glass",
    "erasure",
    "access",
    *REFERRALS,
}
NEAR = [who for who in CAST if who.split(".")[0] in ("police", "ngo", "oversight")]
"""Whoever is called where how one stands to the case is nothing."""
ONE_EACH = [
    *(f"police.caseworker{n}" for n in (1, 2)),
    *(f"{a}.caseworker1" for a in ("clinic", "shelter", "hotline", "ngo")),
]
"""One who stands in each relation to the case."""
OUTSIDE = {"none", "former", "any"}


def test_every_route_has_an_expectation_and_every_expectation_a_route() -> None:
    assert set(ENDPOINTS) == set(ROUTES) | PUBLIC
    assert PUBLIC == {key for key, endpoint in ENDPOINTS.items() if endpoint.public}


def test_every_permission_stands_in_the_policy_and_behind_a_route_or_the_clockwork() -> None:
    permitted = {row["permission"] for row in rows()}
    assert permitted == {permission.value for permission in Permission}
    behind = {endpoint.permission for endpoint in ENDPOINTS.values()} | {each.permission for each in ROUTES.values()}
    clockwork = {rule.permission for rule in POLICY if {"service"} == rule.roles}
    without = set(Permission) - behind - clockwork
    assert {Permission.IDENTITY_READ} == without


def stands(who: str, on: str) -> tuple[set[str], bool, bool]:
    """The relations of this caller to the thing, whether it is assigned, and whether it may know of it."""
    agency, role = who.split(".")[0], role_of(who)
    out = agency in KEPT_OUT or who in KEPT_OUT
    relation, works = RELATION[agency], role in WORKING
    owner = {"owner"} if agency == "police" else {"none"}
    if on in ("case", "consent", "waiting", "duty"):
        known = works and not out and (relation == "owner" or (relation == "receiving" and on in ("case", "consent")))
        return {relation}, who in ASSIGNED, known
    if on == "sending":
        return (
            {"sender"} if agency == "police" else {relation},
            who in ASSIGNED,
            works and not out and relation in ("owner", "receiving"),
        )
    if on == "closed":
        return owner, who == "police.caseworker1", works and agency == "police"
    if on in REFERRALS:
        ends = {"sender"} if agency == "police" else {"receiver"} if agency == REFERRALS[on] else {"none"}
        return ends, who in ASSIGNED, works and not out and ends != {"none"}
    if on == "lookup":
        ends = {"sender"} if agency == "police" else {"receiver"} if agency == "clinic" else {"none"}
        return ends, who == "clinic.caseworker1", ends != {"none"} and works
    if on == "behind":
        knows = (
            agency in ("police", "clinic", "authority", "shelter") and role in ("caseworker", "supervisor") and not out
        )
        return {relation if knows and agency != "authority" else "former" if knows else "none"}, False, knows
    if on == "glass":
        relations = {"self"} if who == "clinic.caseworker1" else owner if works or role == "auditor" else {"none"}
        relations |= {"own_agency"} if agency == "clinic" and role == "auditor" else set()
        relations |= {"overseer"} if who == "oversight.auditor" else set()
        return relations, False, relations != {"none"} and not out
    if on == "erasure":
        return (
            {"overseer"} if who == "oversight.auditor" else owner,
            False,
            agency == "police" or who == "oversight.auditor",
        )
    if on == "access":
        known = (agency == "police" and (works or role == "auditor")) or who == "oversight.auditor"
        return {"overseer"} if who == "oversight.auditor" else owner, who in ASSIGNED, known
    if on == "people":
        return {"own_agency"} if agency == "police" else {"none"}, False, agency == "police" or role == "platform_admin"
    if on in ("session", "passkey"):
        return {"self"}, False, who == "police.caseworker1"
    if on in ("agency", "service"):
        return {"own_agency"} if agency == "police" else {"none"}, False, True
    return {"self"} if on == "oneself" else {"own_agency"}, False, True


def expected(who: str, endpoint: Endpoint, route: Expected) -> int:
    """200 for everything that is done."""
    permission = route.permission or endpoint.permission
    relations, assigned, known = stands(who, route.on)
    if not known:
        return route.stranger
    role = role_of(who)
    for name in (who, role, "system" if role == "system" else ""):
        if name in route.refused:
            return route.refused[name][0]
    if permission is None:
        return 200
    rules = [rule for rule in POLICY if rule.permission is permission and rule.relations & (relations | {"any"})]
    if not rules and relations <= OUTSIDE:
        return 404
    for rule in rules:
        if role in rule.roles and (not rule.assigned or assigned or role in ("supervisor", "system")):
            return 200
    return 403


PATHS = {"case_id": "case", "consent_id": "consent", "referral_id": "working"}


def called(world: World, who: str, endpoint: Endpoint, route: Expected, things: dict[str, Any]) -> int:
    names = {
        "case_id": {"closed": "closed"},
        "consent_id": {"waiting": "waiting", "duty": "duty"},
        "referral_id": {on: on for on in REFERRALS},
    }
    agency = who.split(".")[0]
    known = {**things, "agency's own": world.ids.get(f"{agency}.caseworker2", things["member"])}
    path = endpoint.rule
    if route.on == "behind":
        path = path.replace(
            "{referral_id}",
            things[{"authority": "asked", "shelter": "former", "hotline": "out"}.get(agency, "working")],
        )
    for name in ("case_id", "consent_id", "referral_id"):
        path = path.replace(f"{{{name}}}", things[names[name].get(route.on, PATHS[name])])
    for name in (
        "appointment",
        "assignment",
        "exclusion",
        "erasure",
        "lookup",
        "glass",
        "member",
        "certificate",
        "client",
        "service",
        "entry",
        "session",
        "passkey",
        "identity_provider",
        "identity_link",
    ):
        path = path.replace(f"{{{name}_id}}", things[name])
    path = path.replace("{agency_id}", world.ids["police"]).replace(
        "{name}", next(name for name, asked in QUESTIONS.items() if not asked.of_a_case)
    )
    path += route.query(known) if callable(route.query) else route.query
    body = route.body(known) if callable(route.body) else route.body
    if isinstance(body, str):
        sent = {"Authorization": f"Bearer {world.sign_in(who)}", "Content-Type": "text/plain"}
        return world.app.test_client().post(path, data=body, headers=sent).status_code
    headers = {"If_Match": "*"} if endpoint.if_match else {}
    return world.call(endpoint.method, path, body, by=who, **headers).status_code


@pytest.fixture
def staged(world: World) -> tuple[World, dict[str, Any]]:
    return world, stage(world)


def test_every_route_answers_everybody_as_the_policy_says(
    staged: tuple[World, dict[str, Any]], database: tuple[Peopled, dict[str, str]]
) -> None:
    world, things = staged
    wrong = []
    # What differs between the databases is how a thing of the child is found; the rest is called over one of them.
    everything = database[0].url.startswith("sqlite")
    with nothing_kept():
        for key, route in ROUTES.items():
            if not everything and route.on not in OF_THE_CHILD:
                continue
            for who in ONE_EACH if not everything else CAST if route.on in OF_THE_CHILD else NEAR:
                status = called(world, who, ENDPOINTS[key], route, things)
                due = expected(who, ENDPOINTS[key], route)
                if due != (200 if status < 300 else status):
                    wrong.append(f"{key} by {who}: {status}, not {due}")
    assert not wrong, "\n".join(wrong)
