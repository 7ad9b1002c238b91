"""What happened in the invented world: referrals in every state, each brought there by the steps that lead to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask

from referral_api.cli.demo.calling import Callers, PastClock, Tell
from referral_api.cli.demo.texts import CASES, NEEDS, NOTES
from referral_api.features.referrals.clockwork import run_deadlines
from referral_api.features.withdrawal.expiry import expire_consents
from referral_api.kernel import clock as times

__all__ = ["tell_stories"]

_SHOWN = ["identity", "contact", "protection_concern", "access_needs", "health_need"]


@dataclass
class _World:
    """The callers and what they made so far, by the names that the stories use."""

    callers: Callers
    clock: PastClock
    agencies: Mapping[str, str]
    cases: dict[str, str] = field(default_factory=dict)
    consents: dict[str, str] = field(default_factory=dict)

    def open_case(self, name: str, by: str) -> None:
        self.cases[name] = self.callers.post("/v1/cases", CASES[name], by=by)["id"]

    def consent(self, case: str, by: str, to: Sequence[str], *, classes: Sequence[str] = _SHOWN, **said: Any) -> str:
        """Record a consent; what is said here comes over what is usual for an agreement."""
        grants = [
            {
                "recipients": [self.agencies[key] for key in to],
                "purposes": ["care", "protection"],
                "data_classes": list(classes),
            }
        ]
        usual = {
            "basis": "consent",
            "grants": grants,
            "child_view": {"asked": "yes", "agrees": True},
            "explained_limits": True,
            "explained_in": "en",
        }
        made = self.callers.post(f"/v1/cases/{self.cases[case]}/consents", {**usual, **said}, by=by)
        self.consents[case] = made["id"]
        return str(made["id"])

    def refer(self, case: str, by: str, to: str, need: str, service: str, urgency: str = "medium", **said: Any) -> str:
        """Send a referral, and return its address."""
        body = {
            "case_id": self.cases[case],
            "consent_id": self.consents[case],
            "to_agency_id": self.agencies[to],
            "service_type": service,
            "urgency": urgency,
            "need": NEEDS[need],
            "send": True,
        }
        return f"/v1/referrals/{self.callers.post('/v1/referrals', {**body, **said}, by=by)['id']}"

    def steps(self, referral: str, by: str, *names: str) -> None:
        for name in names:
            self.callers.step(referral, name, by=by)


def tell_stories(app: Flask, callers: Callers, clock: PastClock, agencies: Mapping[str, str], tell: Tell) -> None:
    """Nine days of work, up to some hours ago."""
    world = _World(callers, clock, agencies)
    tell("Referrals that came to their end")
    clock.move_to(days_ago=9)
    _finished(world)
    tell("Referrals that were stopped")
    clock.move_to(days_ago=6)
    _run_clockwork(app, clock)
    _stopped(world)
    tell("Referrals of today")
    clock.move_to(days_ago=0.25)
    _run_clockwork(app, clock)
    _going_on(world)


def _run_clockwork(app: Flask, clock: PastClock) -> None:
    """What the worker would have done by now."""
    with app.app_context():
        run_deadlines(clock)
        expire_consents(clock)


def _finished(world: _World) -> None:
    """Closed, completed, declined, failed; and one that nobody will answer, so that it expires."""
    calls, police, clinic = world.callers, "police.caseworker1", "clinic.caseworker1"
    world.open_case("harbour", police)
    world.consent(
        "harbour",
        police,
        ["clinic", "ngo", "hotline", "welfare"],
        basis="assent_and_guardian_consent",
        given_by="legal_guardian",
        child_view={"asked": "yes", "agrees": True, "wish": "A woman, and nobody at school."},
    )
    therapy = world.refer("harbour", police, "clinic", "therapy", "mental_health", "high")
    world.steps(therapy, clinic, "acknowledge", "accept")
    calls.post(f"{therapy}/contact", {"acknowledged": True}, by=clinic)
    world.steps(therapy, clinic, "start")
    calls.post(f"{therapy}/messages", {"text": NOTES["begin"]}, by=clinic)
    meeting = {"at": times.show(world.clock() + timedelta(days=2)), "place": "Willow Clinic, room 4"}
    calls.post(f"{therapy}/appointments", meeting, by=clinic)
    calls.step(therapy, "complete", {"outcome": "service_completed"}, by=clinic)
    world.steps(therapy, police, "close")

    world.open_case("rivage", "maison.caseworker1")
    world.consent(
        "rivage",
        "maison.caseworker1",
        ["clinic", "hotline"],
        given_by="child",
        maturity="professional_assessment",
        explained_in="fr",
    )
    suivi = world.refer("rivage", "maison.caseworker1", "clinic", "fr_therapy", "mental_health")
    world.steps(suivi, clinic, "accept", "start")
    calls.step(suivi, "complete", {"outcome": "service_completed", "note": NOTES["fr_done"]}, by=clinic)

    hotline = "hotline.caseworker1"
    world.open_case("night", hotline)
    world.consent("night", hotline, ["clinic", "ngo", "maison"], given_by="child", maturity="sufficient_maturity_found")
    world.refer("night", hotline, "maison", "night_school", "education_reintegration", "high")
    refused = world.refer("night", hotline, "clinic", "night_therapy", "mental_health", "high")
    calls.step(refused, "decline", {"reason_code": "no_capacity", "note": NOTES["too_old"]}, by=clinic)
    bed = world.refer("night", hotline, "ngo", "night_bed", "safe_accommodation", "high")
    world.steps(bed, "ngo.caseworker1", "accept")
    calls.step(bed, "fail", {"reason_code": "could_not_contact", "note": NOTES["unreachable"]}, by="ngo.caseworker1")


def _stopped(world: _World) -> None:
    """Suspended, entered in error, redirected, withdrawn; and a protection report, which rests on a duty."""
    calls, welfare, maison, ngo = world.callers, "welfare.caseworker1", "maison.caseworker1", "ngo.caseworker1"
    world.open_case("camp", welfare)
    world.consent(
        "camp",
        welfare,
        ["ngo", "clinic", "police"],
        basis="assent_and_guardian_consent",
        given_by="legal_guardian",
        explained_in="ar",
    )
    shelter = world.refer("camp", welfare, "ngo", "ar_shelter", "safe_accommodation")
    world.steps(shelter, ngo, "accept")
    calls.step(shelter, "suspend", {"reason_code": "child_asked"}, by=welfare)
    mistake = world.refer("camp", welfare, "police", "ar_mistake", "police_protection", "low")
    calls.step(mistake, "mark-in-error", {"reason": "Sent for another family."}, by="welfare.supervisor")

    world.open_case("puente", maison)
    world.consent(
        "puente",
        maison,
        ["ngo", "clinic", "hotline"],
        basis="assent_and_guardian_consent",
        given_by="legal_guardian",
        explained_in="es",
    )
    support = world.refer("puente", maison, "ngo", "es_support", "psychosocial_support", "low")
    onward = {
        "to_agency_id": world.agencies["clinic"],
        "reason_code": "better_placed_agency",
        "note": NOTES["es_onward"],
    }
    calls.step(support, "redirect", onward, by=ngo)
    evening = world.refer("rivage", maison, "hotline", "fr_calls", "psychosocial_support", "low")
    calls.step(evening, "withdraw", {"reason_code": "no_longer_needed"}, by=maison)

    world.open_case("lantern", ngo)
    duty = world.consent(
        "lantern",
        ngo,
        ["police"],
        classes=["identity", "protection_concern", "access_needs"],
        basis="mandatory_reporting",
        legal_reference="Child protection act, section 11",
        child_view=None,
    )
    calls.post(f"/v1/consents/{duty}/approve", {"reason": "The duty holds."}, by="ngo.supervisor")
    report = world.refer("lantern", ngo, "police", "report", "criminal_investigation", "high", kind="protection_report")
    world.steps(report, "police.caseworker2", "acknowledge", "accept")


def _going_on(world: _World) -> None:
    """Today: draft, sent, acknowledged, accepted, in progress; one of them is overdue."""
    police, welfare = "police.caseworker1", "welfare.caseworker1"
    world.refer("camp", welfare, "police", "ar_police", "police_protection", "high")
    waiting = world.refer("camp", welfare, "clinic", "ar_therapy", "mental_health")
    world.steps(waiting, "clinic.caseworker1", "acknowledge")
    world.open_case("unknown", police)
    again = world.refer("harbour", police, "clinic", "therapy_again", "mental_health")
    world.steps(again, "clinic.caseworker1", "accept")
    calls = world.refer("harbour", police, "hotline", "calls", "psychosocial_support", "high")
    world.steps(calls, "hotline.caseworker1", "accept", "start")
    world.refer("harbour", police, "ngo", "group", "psychosocial_support")
    world.refer(
        "harbour", police, "welfare", "case_manager", "child_protection_case_management", "low", send=False, consent_id=None
    )  # fmt: skip
