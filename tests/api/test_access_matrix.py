"""The policy as readers see it."""

from pathlib import Path

import pytest

from referral_api.access import POLICY
from referral_api.access.matrix import page
from tests.world import World


def test_the_page_in_docs_is_in_step_with_the_policy() -> None:
    assert page() == Path("docs/access-matrix.md").read_text("utf-8")


@pytest.mark.parametrize("who", ["police.caseworker1", "oversight.platform"])
def test_everybody_who_is_signed_in_reads_the_matrix_and_no_entry_is_left(who: str, world: World) -> None:
    world.sign_in(who)
    before = len(world.entries())
    answer = world.get("/v1/access-matrix", by=who, purpose=None)
    assert (200, before) == (answer.status_code, len(world.entries()))
    assert [rule.because for rule in POLICY] == [row["because"] for row in answer.json["items"]]
    assert {
        "permission": "case:assign",
        "event": "case.assigned",
        "roles": ["supervisor"],
        "relations": ["owner", "receiving"],
        "assigned": False,
        "because": "a supervisor says who works on a case",
    } in answer.json["items"]


def test_whoever_is_not_signed_in_does_not(world: World) -> None:
    assert 401 == world.get("/v1/access-matrix", by=None).status_code
