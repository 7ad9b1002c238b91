"""The second gate stands where text is written; whoever only looks for a text is told that there is none."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from referral_api.features.accounts.models import Member
from referral_api.kernel import ids
from referral_api.kernel.errors import ImageryRefused
from referral_api.store import Base, GuardedText
from referral_api.store.session import only_here, session
from tests.world import World

REFUSED = "<img src=x>"
COLUMNS = [
    column
    for table in Base.metadata.tables.values()
    for column in table.columns
    if isinstance(column.type, GuardedText)
]


def test_what_may_not_be_written_may_be_looked_for_in_every_column(world: World) -> None:
    assert len(COLUMNS) > 8
    with world.app.app_context():
        for column in COLUMNS:
            for where in (column == REFUSED, column.in_([REFUSED]), column.startswith(REFUSED), column != REFUSED):
                session().execute(select(column).where(where)).all()
        session().rollback()


WRITINGS = {
    "insert": insert(Member).values(id=ids.new(), username=REFUSED),
    "update": update(Member).values(username=REFUSED),
}


@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS.keys())
def test_it_is_written_in_no_way(writing: Any, world: World) -> None:
    with world.app.app_context(), only_here(session()):
        with pytest.raises(ImageryRefused) as refused:
            session().execute(writing)
        session().rollback()
    assert REFUSED not in str(refused.value)


@pytest.mark.parametrize("name", [REFUSED, "x" * 40, "data:image/png;base64,iVBORw0KGgo"])
def test_a_name_that_nobody_can_have_is_a_name_that_nobody_has(name: str, world: World) -> None:
    said = {"username": name, "password": "seven quiet rivers run", "one_time_code": "123456"}
    secret = {"start": "x" * 43, "state": "x" * 43, "code": "x", "invitation": "x"}
    calls = {
        "/v1/sessions": (said, {401, 422}),
        "/v1/sessions/passkey/options": ({"username": name}, {200, 422}),
        "/v1/invitations/accept": ({**secret, "username": name}, {401, 422}),
        "/v1/sessions/federated/start": ({"username": name, "agency_id": world.ids["police"]}, {401, 404, 422}),
    }
    for path, (body, expected) in calls.items():
        assert world.post(path, body, by=None).status_code in expected, path


def test_a_system_that_names_nobody_may_act_for_nobody(world: World) -> None:
    path = f"/v1/agencies/{world.ids['police']}/clients"
    client = world.post(path, {"name": "Bridge", "scope": "case:read"}, by="police.admin").json
    form = {"grant_type": "client_credentials"}
    proof = {"Authorization": world.basic(client["client_id"], client["client_secret"])}
    token = world.app.test_client().post("/oauth/token", data=form, headers=proof).json["access_token"]
    for name in (REFUSED, "x" * 40, "nobody"):
        headers = {"Authorization": f"Bearer {token}", "On-Behalf-Of": name}
        assert 403 == world.app.test_client().get("/v1/me", headers=headers).status_code
