"""The stories of `stories/` come true: tables that a lawyer can review, each line said by hand and not read from the policy.

`yes` is done, `no` is 403, `not found` is 404: the answer of a missing id. Who is who, and what happened before, is in `cast.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from referral_api.access import Permission, decide
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.errors import Forbidden, NotFound
from referral_api.kernel.words import Relation, Role
from tests.access.cast import nothing_kept, role_of, stage
from tests.access.expectations import ROUTES
from tests.access.test_routes import ENDPOINTS, called
from tests.world import BEGAN, World

STORIES = Path(__file__).parent / "stories"
WHO = {
    "assigned caseworker of the owner": "police.caseworker1",
    "other caseworker of the owner": "police.caseworker2",
    "supervisor of the owner": "police.supervisor",
    "admin of the owner": "police.admin",
    "auditor of the owner": "police.auditor",
    "system of the owner": "police.system",
    "assigned caseworker of the receiver": "clinic.caseworker1",
    "other caseworker of the receiver": "clinic.caseworker2",
    "supervisor of the receiver": "clinic.supervisor",
    "excluded caseworker of the receiver": "clinic.lapsed",
    "auditor of the receiver": "clinic.auditor",
    "system of the receiver": "clinic.system",
    "caseworker of an agency that was asked": "authority.caseworker1",
    "supervisor of an agency that was asked": "authority.supervisor",
    "caseworker of a former party": "shelter.caseworker1",
    "supervisor of a former party": "shelter.supervisor",
    "caseworker of an excluded agency": "hotline.caseworker1",
    "supervisor of an excluded agency": "hotline.supervisor",
    "caseworker of a stranger": "ngo.caseworker1",
    "supervisor of a stranger": "ngo.supervisor",
    "admin of a stranger": "ngo.admin",
    "auditor of a stranger": "ngo.auditor",
    "system of a stranger": "ngo.system",
    "auditor of oversight": "oversight.auditor",
    "platform admin": "oversight.platform",
    "the clockwork": "the.service",
}
ANSWERS = {"yes": 200, "no": 403, "not found": 404}


@dataclass(frozen=True)
class Story:
    where: str
    who: str
    permission: Permission
    route: str | None
    may: str
    because: str


def stories() -> Iterator[Story]:
    for file in sorted(STORIES.glob("*.md")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not line.startswith("|") or cells[0] == "who" or set(cells[0]) == {"-"}:
                continue
            who, _, what, may, because = cells
            permission, *route = re.findall(r"`([^`]+)`", what)
            found = Permission(permission)  # type: ignore[call-arg]
            yield Story(f"{file.name}:{number}", WHO[who], found, _route(found, route), may, because)


def _route(permission: Permission, named: list[str]) -> str | None:
    if named:
        return named[0]
    fits = [key for key, route in ROUTES.items() if (route.permission or ENDPOINTS[key].permission) is permission]
    return fits[0] if fits else None


def test_every_permission_has_a_story_of_somebody_who_may_and_one_of_somebody_who_may_not() -> None:
    told = list(stories())
    assert set(Permission) == {each.permission for each in told if each.may == "yes"}
    assert set(Permission) == {each.permission for each in told if each.may != "yes"}
    assert all(each.because for each in told)


def test_the_stories_come_true(world: World) -> None:
    things = stage(world)
    wrong = []
    with nothing_kept():
        for story in stories():
            done = _told(story) if _by_the_table(story) else _called(world, things, story)
            if done != ANSWERS[story.may]:
                wrong.append(f"{story.where}: {story.who} {story.permission}: {done}, not {story.may}")
    assert not wrong, "\n".join(wrong)


def _by_the_table(story: Story) -> bool:
    return story.route is None or story.because.startswith("[")


def _called(world: World, things: dict[str, Any], story: Story) -> int:
    assert story.route is not None
    status = called(world, story.who, ENDPOINTS[story.route], ROUTES[story.route], things)
    return 200 if status < 300 else status


@dataclass(frozen=True)
class Thing:
    """Something to which whoever acts stands in one relation."""

    relation: str
    on_it: bool
    case_ref: str | None = None

    def relations(self, actor: Actor) -> frozenset[Relation]:
        return frozenset({Relation(self.relation)})

    def assigned(self, actor: Actor) -> bool:
        return self.on_it


def _told(story: Story) -> int:
    """Decided by the table alone: no route asks for it with a token."""
    relation = story.because[1:].partition("]")[0]
    somebody = UUID(int=7)
    kind = {"system": "client", "service": "service"}.get(role_of(story.who), "member")
    roles = frozenset({Role(role_of(story.who))})
    actor = Actor(kind, somebody if kind == "member" else None, None, Request("story", BEGAN), roles=roles)
    try:
        decide(actor, story.permission, Thing(relation, story.who.endswith("caseworker1")))
    except Forbidden:
        return 403
    except NotFound:
        return 404
    return 200


@pytest.mark.parametrize("word", WHO)
def test_everybody_who_has_a_name_here_has_a_story(word: str) -> None:
    assert any(each.who == WHO[word] for each in stories())
