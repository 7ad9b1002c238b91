"""Nobody reads what the rules do not grant, whatever was done before.

Random histories of a case are played over HTTP; after each act, what everybody reads is held against `model.py`. The suite plays a few, always
the same. `make properties` (or PROPERTY_HISTORIES=1000 and pytest here) plays many new ones.
"""

import os
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from referral_api.features.accounts.models import Certificate
from referral_api.store.session import db
from tests.properties.history import History
from tests.properties.model import CLASSES, Model

HISTORIES = int(os.environ.get("PROPERTY_HISTORIES", "0"))

LAPSED = {"police.lapsed", "clinic.lapsed"}
_which = st.integers(0, 5)
_receivers = [
    "clinic.caseworker1",
    "clinic.caseworker2",
    "clinic.supervisor",
    "clinic.lapsed",
    "authority.caseworker1",
    "authority.supervisor",
]
_some = {"min_size": 1, "unique": True}
ACTS = st.one_of(
    st.tuples(
        st.just("give"),
        st.sampled_from(["consent", "assent_and_guardian_consent", "statutory_task", "court_order", "vital_interest", "best_interests_documented"]),
        st.lists(st.sampled_from(["clinic", "authority"]), **_some),
        st.lists(st.sampled_from(["care", "protection"]), **_some),
        st.lists(st.sampled_from(CLASSES), **_some),
        st.sampled_from(["child", "caregiver", "legal_guardian"]),
        st.sampled_from([0, 0, 0, 24]),
        st.sampled_from([1, 30]),
        st.sampled_from([False, False, False, True]),
    ),
    st.tuples(st.just("decide"), _which, st.sampled_from(["approve", "refuse", "end"])),
    st.tuples(st.just("withdraw_consent"), _which, st.sampled_from(["child", "caregiver"]), st.lists(st.just("clinic"), max_size=1)),
    st.tuples(
        st.just("refer"), _which, st.sampled_from(["clinic", "authority"]), st.sampled_from(["service_request", "service_request", "protection_report"]),
        st.sampled_from([True, True, False]),
    ),
    *[
        st.tuples(st.just("step"), _which, st.sampled_from(names), st.sampled_from(["police.caseworker1", *_receivers]), _which)
        for names in (["acknowledge", "accept", "redirect", "decline"], ["start", "complete", "fail", "send", "close"], ["suspend", "resume", "withdraw"])
    ],
    st.tuples(st.just("reveal"), _which, st.sampled_from(_receivers)),
    st.tuples(st.just("assign"), st.sampled_from(["police.caseworker2", "police.lapsed", "clinic.caseworker2", "clinic.lapsed", "authority.caseworker1"])),
    st.tuples(st.just("exclude"), st.sampled_from(["police.caseworker2", "clinic.caseworker1", "clinic.supervisor", "clinic", "authority"])),
    st.tuples(st.just("suspect"), st.sampled_from(["yes", "unknown", "no"])),
    st.tuples(st.just("protect"), st.booleans()),
    st.tuples(st.just("new_safe_contact")),
    st.tuples(st.just("write_clinical"), st.sampled_from(["police.caseworker1", "clinic.caseworker1", "clinic.supervisor", "authority.caseworker1"])),
    st.tuples(st.just("close_or_reopen")),
    st.tuples(st.just("certificate"), st.sampled_from(["clinic.caseworker1", "clinic.caseworker2", "police.caseworker2", "authority.caseworker1"])),
    st.tuples(st.just("break_glass"), st.sampled_from(["police.caseworker2", *_receivers])),
    st.tuples(st.just("wait"), st.sampled_from([1, 26, 80, 31 * 24])),
    st.tuples(st.just("sweep")),
)  # fmt: skip


@pytest.fixture
def lasting(world):
    """The world with certificates that outlast every history, so that time can pass."""
    with world.app.app_context(), db.engine.begin() as connection:
        long = Certificate.expires_on > date(2027, 1, 1)
        connection.execute(update(Certificate.__table__).where(long).values(expires_on=date(2199, 12, 31)))
    return world


CLINIC, AUTHORITY, POLICE = "clinic.caseworker1", "authority.caseworker1", "police.caseworker1"
FOUND = {
    "a completed referral opens nothing once the child took the consent back": [
        ("step", 0, "complete", CLINIC, 0),
        ("withdraw_consent", 0, "child", []),
    ],
    "nor once its time was over": [("step", 0, "complete", CLINIC, 0), ("wait", 60 * 24), ("sweep",)],
    "what was acknowledged under one referral counts for that one alone": [
        ("reveal", 0, CLINIC),
        ("refer", 0, "clinic", "service_request", True),
        ("step", 1, "accept", CLINIC, 0),
        ("step", 0, "withdraw", POLICE, 0),
    ],
    "a declined referral reveals no contact data, whatever another opens": [
        ("refer", 0, "clinic", "service_request", True),
        ("step", 1, "decline", CLINIC, 0),
        ("reveal", 1, CLINIC),
    ],
    "nobody makes an agreement act whose giver has become suspected": [
        ("suspect", "unknown"),
        ("give", "consent", ["clinic"], ["care"], ["notes"], "caregiver", 0, 30, False),
        ("suspect", "yes"),
        ("decide", 1, "approve"),
    ],
    "a report does not go on under an agreement": [
        ("give", "court_order", ["authority"], ["protection"], ["identity", "clinical"], "child", 0, 30, False),
        ("refer", 1, "authority", "protection_report", True),
        ("step", 1, "suspend", POLICE, 0),
        ("step", 1, "resume", POLICE, 0),
    ],
    "the owner of a case is not shown the therapy that a clinic notes in it": [
        ("give", "consent", ["clinic"], ["care"], ["clinical"], "child", 0, 30, False),
        ("refer", 1, "clinic", "service_request", True),
        ("step", 1, "accept", CLINIC, 0),
        ("write_clinical", POLICE),
        ("write_clinical", CLINIC),
        ("write_clinical", POLICE),
    ],
    "break-glass ends for an agency that the child names": [
        ("step", 0, "fail", CLINIC, 0),
        ("break_glass", CLINIC),
        ("protect", True),
        ("withdraw_consent", 0, "child", ["clinic"]),
    ],
}
"""Histories that showed more than was granted, or might."""


def history(world):
    return History(world, Model(world.clock.now, uncertified=set(LAPSED)))


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_once(lasting, name):
    history(lasting).play(FOUND[name], after_each=False)


def test_nobody_reads_more_or_less_than_the_model_says(lasting):
    @settings(
        max_examples=HISTORIES or 4,
        derandomize=not HISTORIES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(st.lists(ACTS, min_size=4, max_size=14 if HISTORIES else 8))
    def play(acts):
        told = history(lasting)
        try:
            told.play(acts)
        finally:
            for member in told.model.uncertified - LAPSED:
                told.certificate(member)

    play()
