"""Somebody comes in at the moment at which they are put out: whichever is first, nobody is in afterwards. On both databases."""

from threading import Event

import pytest

from referral_api.features.accounts.federation import signing_in as federated
from tests.accounts import op as provider
from tests.accounts.op import PASSWORD_ALONE
from tests.accounts.test_federation import Desk
from tests.races.test_races import at_once
from tests.world import PASSWORD

WORKER = "police.caseworker1"


@pytest.fixture(scope="module")
def op():
    with provider.running() as running:
        yield running


@pytest.fixture
def desk(world, op):
    op.forge = lambda answer: answer
    return Desk(world, op)


def out(world, answer):
    """Whether what was handed out, if anything, opens nothing any more."""
    if answer.status_code != 200:
        return answer.status_code == 401
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    asked = world.app.test_client()
    refreshed = asked.post("/v1/sessions/refresh", json={"refresh_token": answer.json["refresh_token"]})
    return (401, 401) == (asked.get("/v1/me", headers=headers).status_code, refreshed.status_code)


def put_out(desk, how, ended):
    world = desk.world
    if how in ended:
        return desk.act(how, ended[how], "end")
    member = f"{desk.path('members')}/{world.ids[WORKER]}"
    return world.call("PATCH", member, {"status": how}, by="police.admin", If_Match="*")


@pytest.mark.parametrize("how", ["identity-links", "identity-providers", "left", "invited"])
def test_whoever_comes_in_through_a_provider_while_put_out_is_out(desk, world, how):
    entered = desk.provider(factor_acr=[PASSWORD_ALONE])
    ended = {"identity-links": desk.link(entered), "identity-providers": entered}
    said = [desk.begin(entered) for _ in range(3)]
    *came, went = at_once(*[lambda one=one: desk.finish(one) for one in said], lambda: put_out(desk, how, ended))
    assert 200 == went.status_code, went.text
    assert [True] * 3 == [out(world, answer) for answer in came]


@pytest.mark.parametrize("before", ["find_active", "find_by_username"])
@pytest.mark.parametrize("how", ["identity-links", "identity-providers", "left", "invited"])
def test_the_same_when_the_provider_has_spoken_already(desk, world, how, before, monkeypatch):
    """The worst moment: the link is found once, and nothing is locked yet, or one of the two."""
    entered = desk.provider(factor_acr=[PASSWORD_ALONE])
    ended = {"identity-links": desk.link(entered), "identity-providers": entered}
    said, found, done = desk.begin(entered), Event(), Event()
    goes_on = getattr(federated, before)

    def held_up(*what):
        found.set()
        done.wait(0.2)
        return goes_on(*what)

    monkeypatch.setattr(federated, before, held_up)

    def put_out_then():
        assert found.wait(5)
        try:
            return put_out(desk, how, ended)
        finally:
            done.set()

    came, went = at_once(lambda: desk.finish(said), put_out_then)
    assert 200 == went.status_code, went.text
    assert out(world, came)


@pytest.mark.parametrize("how", ["left", "invited"])
def test_whoever_signs_in_with_a_password_while_put_out_is_out(desk, world, how):
    world.sign_in("police.admin")
    code = world.apps.code(WORKER, world.clock())
    said = {"username": WORKER, "password": PASSWORD, "one_time_code": code}
    came, went = at_once(lambda: world.post("/v1/sessions", said, by=None), lambda: put_out(desk, how, {}))
    assert 200 == went.status_code, went.text
    assert out(world, came)


def test_an_invitation_is_taken_up_once_even_by_two_at_once(world):
    path = f"/v1/agencies/{world.ids['police']}/members"
    invited = world.post(path, {"username": "new", "roles": ["caseworker"]}, by="police.admin")
    assert 201 == invited.status_code, invited.text
    chosen = ["seven quiet rivers run", "nine loud rivers stand"]
    said = [{"username": "new", "invitation": invited.json["invitation"], "password": each} for each in chosen]
    answers = at_once(*[lambda one=one: world.post("/v1/invitations/accept", one, by=None) for one in said])
    assert [200, 401] == sorted(answer.status_code for answer in answers)
    confirmed = world.post(f"{path}/{invited.json['id']}/confirm", by="police.supervisor")
    assert 200 == confirmed.status_code, confirmed.text
    tried = [world.post("/v1/sessions", {"username": "new", "password": each}, by=None) for each in chosen]
    assert [answer.status_code for answer in answers] == [answer.status_code for answer in tried]
