"""The pure decisions: what refuses a use, who reviews it, and what it adds to what is shown."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from referral_api.features.break_glass.rules import refusal, reviewer_refusal
from referral_api.features.cases.rules import what_is_shown
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.words import Purpose, Relation, Role

USER, BOSS, AUDITOR, CLINIC, POLICE, OVERSIGHT = (ids.new() for _ in range(6))
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
WORKER = Actor(
    "member",
    USER,
    CLINIC,
    Request("r", NOW, purpose=Purpose.CARE),
    agency_type="mental_health_provider",
    roles=frozenset({Role.CASEWORKER}),
    certified=True,
)
GLASS = frozenset({Relation.BREAK_GLASS})


@pytest.mark.parametrize(
    ("unsafe", "barred", "used", "why"),
    [
        (False, False, 0, None),
        (False, False, 2, None),
        (False, False, 3, "glass_limit"),
        (True, False, 3, "ended_unsafe"),
        (True, True, 3, "excluded_by_withdrawal"),
    ],
)
def test_what_refuses_a_use(unsafe, barred, used, why):
    assert why == refusal(ended_unsafe=unsafe, barred=barred, used=used)


@pytest.mark.parametrize(
    ("reviewer", "agency", "owner", "why"),
    [
        (BOSS, POLICE, POLICE, None),
        (USER, CLINIC, POLICE, "same_person"),
        (BOSS, CLINIC, POLICE, "own_agency"),
        (AUDITOR, OVERSIGHT, POLICE, "owner_reviews"),
        (AUDITOR, OVERSIGHT, CLINIC, None),
        (BOSS, CLINIC, CLINIC, "own_agency"),
    ],
    ids=[
        "the-owner",
        "the-user",
        "the-users-agency",
        "oversight",
        "oversight-where-the-owner-used-it",
        "the-owner-that-used-it",
    ],
)
def test_who_reviews(reviewer, agency, owner, why):
    found = reviewer_refusal(
        reviewer=reviewer, reviewer_agency=agency, user=USER, user_agency=CLINIC, owner_agency=owner
    )
    assert why == found


def test_the_glass_adds_three_classes_and_safe_contact():
    shown = what_is_shown(WORKER, GLASS, False)
    assert ({"identity", "contact", "protection_concern"}, True) == (shown.classes, shown.safe_contact)
    assert {"identity", "contact", "protection_concern", "safe_contact"} == shown.by_glass


def test_a_protected_address_is_withheld_as_such():
    shown = what_is_shown(WORKER, GLASS, False, protected_location=True)
    assert {"identity", "protection_concern"} == shown.classes
    assert "protected_location" == dict(shown.withheld)["contact"]


def test_it_adds_nothing_without_a_current_certificate_or_a_person():
    for actor in (replace(WORKER, certified=False), replace(WORKER, kind="client")):
        shown = what_is_shown(actor, GLASS, False)
        assert (set(), False, set()) == (shown.classes, shown.safe_contact, shown.by_glass)


def test_what_is_open_anyway_is_not_by_the_glass():
    shown = what_is_shown(WORKER, GLASS | {Relation.OWNER}, True)
    assert set() == shown.by_glass
