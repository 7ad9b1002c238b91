"""Who gives a role and who confirms it, without a database."""

from uuid import UUID

import pytest

from referral_api.features.accounts.members.rules import grantable, may_confirm
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.words import Role
from tests.world import BEGAN

OURS, THEIRS = UUID(int=1), UUID(int=2)
ANA, SAM, CAL, ROOT = (UUID(int=n) for n in range(11, 15))


def actor(who, agency, *roles):
    return Actor("member", who, agency, Request("r", BEGAN), roles=frozenset(roles))


@pytest.mark.parametrize(
    ("roles", "agency", "has_admin", "given"),
    [
        ({Role.AGENCY_ADMIN}, OURS, True, {"caseworker", "supervisor", "agency_admin", "auditor"}),
        ({Role.AGENCY_ADMIN}, THEIRS, False, set()),
        ({Role.SUPERVISOR}, OURS, False, set()),
        ({Role.PLATFORM_ADMIN}, THEIRS, False, {"agency_admin"}),
        ({Role.PLATFORM_ADMIN}, THEIRS, True, set()),
        ({Role.PLATFORM_ADMIN}, OURS, True, {"platform_admin", "auditor"}),
    ],
)
def test_roles_are_given_by_those_whose_they_are_to_give(roles, agency, has_admin, given):
    assert given == grantable(actor(ANA, OURS, *roles), agency, has_admin=has_admin)


@pytest.mark.parametrize(
    ("who", "agency", "first", "of", "others", "may"),
    [
        (SAM, OURS, ANA, CAL, [ANA, SAM], True),
        (ANA, OURS, ANA, CAL, [ANA, SAM], False),
        (CAL, OURS, ANA, CAL, [ANA, SAM], False),
        (ROOT, THEIRS, ANA, CAL, [ANA, SAM], False),
        (ROOT, THEIRS, ANA, SAM, [ANA, SAM], True),
        (ROOT, THEIRS, ROOT, SAM, [], False),
        (None, THEIRS, ANA, SAM, [], False),
    ],
)
def test_a_second_person_is_neither_the_first_nor_the_one_concerned(who, agency, first, of, others, may):
    assert may == may_confirm(actor(who, agency), OURS, first=first, of=of, others=others)
