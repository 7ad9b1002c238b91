"""A system is shown who a child is only for a member, and only while two people have agreed to it within a year."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

SCOPE = "case:read identity:read"
WORKER = "police.caseworker1"


def public():
    return {"keys": [json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key()))]}


class Systems:
    """A police unit's systems, as its people see them."""

    def __init__(self, world):
        self.world = world
        self.path = f"/v1/agencies/{world.ids['police']}/clients"

    def connect(self, scope=SCOPE, **more):
        answer = self.world.post(self.path, {"name": "Bridge", "scope": scope, **more}, by="police.admin")
        assert 201 == answer.status_code, answer.text
        return answer.json

    def confirm(self, client, by="police.supervisor"):
        return self.world.post(f"{self.path}/{client['id']}/confirm", by=by)

    def change(self, client, by="police.admin", **changes):
        answer = self.world.patch(f"{self.path}/{client['id']}", changes, by=by)
        assert 200 == answer.status_code, answer.text
        return answer.json

    def token(self, client, **asked):
        form = {"grant_type": "client_credentials", **asked}
        headers = {"Authorization": self.world.basic(client["client_id"], client["client_secret"])}
        answer = self.world.app.test_client().post("/oauth/token", data=form, headers=headers)
        assert 200 == answer.status_code, answer.text
        return answer.json

    def reads(self, client, case, token=None, on_behalf_of=WORKER):
        headers = {
            "Authorization": f"Bearer {token or self.token(client)['access_token']}",
            "Purpose": "investigation",
            **({"On-Behalf-Of": on_behalf_of} if on_behalf_of else {}),
        }
        answer = self.world.app.test_client().get(f"/v1/cases/{case['id']}", headers=headers)
        assert 200 == answer.status_code, answer.text
        withheld = {each["data_class"]: each["reason"] for each in answer.json["withheld"]}
        assert ("identity" in answer.json["subject"]) == ("identity" not in withheld)
        return withheld.get("identity", "shown")


@pytest.fixture
def systems(world):
    return Systems(world)


def test_identities_are_shown_once_a_second_person_agreed_and_for_a_year(world, systems):
    case, client = world.open_case(), systems.connect()
    assert ("granted", None) == (client["identity_state"], client["identity_lapses_at"])
    assert ("certificate", "case:read") == (systems.reads(client, case), systems.token(client)["scope"])

    confirmed = systems.confirm(client)

    assert (200, "confirmed") == (confirmed.status_code, confirmed.json["identity_state"])
    assert "2027-11-24T09:00:00.000Z" == confirmed.json["identity_lapses_at"]
    assert ("shown", SCOPE) == (systems.reads(client, case), systems.token(client)["scope"])
    assert "on_behalf_of" == systems.reads(client, case, on_behalf_of=None)

    world.clock.pass_by(days=365)
    world.tokens.clear()
    assert "lapsed" == world.get(f"{systems.path}/{client['id']}", by="police.admin").json["identity_state"]
    assert ("certificate", "case:read") == (systems.reads(client, case), systems.token(client)["scope"])


def test_a_token_of_before_shows_no_identities_after_the_year(world, systems):
    case, client = world.open_case(), systems.connect()
    systems.confirm(client)
    world.clock.pass_by(days=364, hours=23, minutes=58)
    world.tokens.clear()
    token = systems.token(client)["access_token"]
    assert "shown" == systems.reads(client, case, token)
    world.clock.pass_by(minutes=2)
    assert "certificate" == systems.reads(client, case, token)


def test_who_gave_the_scope_does_not_agree_to_it_and_nor_does_whoever_is_neither_admin_nor_supervisor(world, systems):
    client = systems.connect()
    assert [403, 403] == [systems.confirm(client, by=who).status_code for who in ("police.admin", WORKER)]
    assert [404, 404] == [systems.confirm(client, by=f"clinic.{who}").status_code for who in ("admin", "supervisor")]
    assert 403 == systems.confirm(client, by="oversight.platform").status_code
    assert 409 == systems.confirm(systems.connect("case:read")).status_code


def test_agreement_is_renewed_before_the_year_is_over_and_given_anew_after_it(world, systems):
    client = systems.connect()
    systems.confirm(client)
    world.clock.pass_by(days=300)
    world.tokens.clear()
    assert 200 == systems.confirm(client).status_code
    world.clock.pass_by(days=365)
    world.tokens.clear()
    assert 409 == systems.confirm(client).status_code
    assert "granted" == systems.change(client, scope=SCOPE)["identity_state"]
    assert "confirmed" == systems.confirm(client).json["identity_state"]


def test_a_system_with_another_key_needs_agreement_anew(world, systems):
    first, second = public(), public()
    client = systems.connect(jwks=first)
    systems.confirm(client)
    both = {"keys": [*first["keys"], *second["keys"]]}
    assert "confirmed" == systems.change(client, name="The same bridge")["identity_state"]
    assert "confirmed" == systems.change(client, scope=f"{SCOPE} case:list")["identity_state"]
    assert "granted" == systems.change(client, jwks=both)["identity_state"]
    systems.confirm(client)
    assert "confirmed" == systems.change(client, jwks=second)["identity_state"]
    assert "granted" == systems.change(client, jwks=first)["identity_state"]


def test_without_the_scope_nothing_is_left_of_the_agreement(world, systems):
    case, client = world.open_case(), systems.connect()
    systems.confirm(client)
    token = systems.token(client)["access_token"]
    assert "not_granted" == systems.change(client, scope="case:read")["identity_state"]
    assert "certificate" == systems.reads(client, case, token)
    assert "granted" == systems.change(client, scope=SCOPE)["identity_state"]
    assert "certificate" == systems.reads(client, case)


def test_a_token_that_did_not_ask_for_identities_shows_none(world, systems):
    case, client = world.open_case(), systems.connect()
    systems.confirm(client)
    assert "certificate" == systems.reads(client, case, systems.token(client, scope="case:read")["access_token"])


def test_agreeing_is_in_the_log(world, systems):
    client = systems.connect()
    systems.confirm(client, by="police.admin")
    systems.confirm(client)
    assert [("denied", "second_person"), ("allowed", None)] == [
        (entry["outcome"], entry["reason_code"]) for entry in world.entries("client.confirmed")
    ]
