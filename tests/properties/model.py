"""domain.md told once more, in a few lines that know nothing of the service: who reads which data class of one case, after what was done.

It is meant to be read beside domain.md by somebody who doubts the service. Where the document is silent, the line says what was assumed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

CLASSES = (
    "identity", "contact", "family", "protection_concern", "access_needs", "health_need", "clinical", "education", "justice_status",
    "investigation", "notes",
)  # fmt: skip
IDENTITY_CLASSES = {"identity", "contact", "family", "clinical", "investigation", "notes"}
AGREEMENTS = {"consent", "assent_and_guardian_consent"}
TYPES = {"police": "police_unit", "clinic": "mental_health_provider", "authority": "social_service_authority", "shelter": "shelter",
         "oversight": "oversight"}  # fmt: skip
REPORTED_TO = {"police_unit", "prosecutor", "social_service_authority", "hotline", "national_central_bureau"}
OWNER = "police"
WORKING = {"accepted", "in_progress", "completed"}
STEPS = {
    "acknowledge": ({"sent"}, "acknowledged"),
    "accept": ({"sent", "acknowledged"}, "accepted"),
    "decline": ({"sent", "acknowledged"}, "declined"),
    "redirect": ({"sent", "acknowledged"}, "redirected"),
    "start": ({"accepted"}, "in_progress"),
    "complete": ({"accepted", "in_progress"}, "completed"),
    "fail": ({"accepted", "in_progress"}, "failed"),
    "close": ({"completed", "failed", "suspended"}, "closed"),
    "withdraw": ({"draft", "sent", "acknowledged", "accepted", "in_progress", "suspended"}, "withdrawn"),
    "suspend": ({"sent", "acknowledged", "accepted", "in_progress"}, "suspended"),
    "send": ({"draft"}, "sent"),
}
BY_RECEIVER = {"acknowledge", "accept", "decline", "redirect", "start", "complete", "fail"}


def agency(member: str) -> str:
    return member.split(".")[0]


def role(member: str) -> str:
    name = member.split(".")[1]
    return "caseworker" if name.startswith(("caseworker", "lapsed")) else name


@dataclass
class Consent:
    basis: str
    state: str
    since: datetime
    until: datetime | None
    grants: list[tuple[set[str], set[str], set[str]]]  # recipients, purposes, data classes
    rests_on_mother: bool = False
    judged: bool = False  # by a second person, once

    def in_force(self, now: datetime) -> bool:
        """ "In force = active (or withdrawal_requested), and valid_from <= now < valid_until, judged at each read"."""
        living = self.state in ("active", "withdrawal_requested")
        return living and self.since <= now and (self.until is None or now < self.until)

    def over_by(self, now: datetime) -> bool:
        return self.until is not None and now >= self.until

    def names(self, who: str) -> bool:
        return any(who in recipients for recipients, _, _ in self.grants)

    def purposes_for(self, who: str, data_class: str) -> set[str]:
        return {p for to, purposes, classes in self.grants if who in to and data_class in classes for p in purposes}


@dataclass
class Referral:
    to: str
    consent: int
    state: str
    kind: str = "service_request"
    left: str | None = None
    lead: str | None = None
    was_sent: bool = True
    expires: datetime | None = None
    withdrawn_from: bool = False  # its consent ended while its state had no step to suspend it


@dataclass
class Seen:
    """What one member is shown: the classes, each reason that could be given for every other, and safe contact."""

    classes: set[str]
    reasons: dict[str, set[str]]
    safe_contact: bool
    relation: str


@dataclass
class Model:
    now: datetime
    consents: list[Consent] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    assigned: set[str] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)  # members and agencies
    barred: set[str] = field(default_factory=set)  # agencies that a withdrawal keeps from break-glass
    uncertified: set[str] = field(default_factory=set)
    mother: str = "no"
    protected: bool = False
    clinical_by: str = OWNER  # the agency that wrote the current version
    safe_version: int = 1
    acknowledged: dict[tuple[str, int], tuple[int, datetime]] = field(default_factory=dict)
    glasses: list[tuple[str, datetime]] = field(default_factory=list)  # member, started
    open: bool = True

    # Who is what to the case.

    def kept_out(self, member: str) -> bool:
        return member in self.excluded or agency(member) in self.excluded

    def carriers(self, who: str) -> list[int]:
        """An agency's "own referrals of the case in accepted, in_progress or completed"; a report carries its classes when sent."""
        return [
            index
            for index, r in enumerate(self.referrals)
            if r.to == who
            and not r.withdrawn_from
            and (r.state in WORKING or (r.kind == "protection_report" and r.state in ("sent", "acknowledged")))
        ]

    def glass_until(self, member: str) -> datetime | None:
        open_now = [
            at + timedelta(minutes=60) for who, at in self.glasses if who == member and agency(who) not in self.barred
        ]
        return max((until for until in open_now if until > self.now), default=None)

    def relation(self, member: str) -> str:
        who = agency(member)
        if who == OWNER:
            return "owner"
        if self.carriers(who):
            return "receiving"
        return "break_glass" if self.glass_until(member) else "none"

    def forget_workers(self) -> None:
        """ "a row ends with its cause": without a referral that carries it, nobody of a receiver is assigned any more."""
        self.assigned = {m for m in self.assigned if agency(m) == OWNER or self.carriers(agency(m))}

    # What a member reads.

    def read(self, member: str, purpose: str) -> Seen | None:
        """None is 404: "a caller who may not know that a thing exists"; "an exclusion beats every grant, break-glass included"."""
        if role(member) not in ("caseworker", "supervisor") or self.kept_out(member):
            return None
        relation = self.relation(member)
        if relation == "none":
            return None
        reasons = {c: self.reasons(member, purpose, c, relation) for c in CLASSES}
        granted_contact = not (reasons["contact"] - {"safe_contact_not_acknowledged", "protected_location"})
        shown = {c for c in CLASSES if not reasons[c]}
        if self.glass_until(member) and member not in self.uncertified:
            shown |= {"identity", "protection_concern"} | (set() if self.protected else {"contact"})
            granted_contact = True
            if self.protected and "contact" not in shown:
                reasons["contact"].add("protected_location")
        return Seen(shown, {c: why for c, why in reasons.items() if c not in shown}, granted_contact, relation)

    def reasons(self, member: str, purpose: str, data_class: str, relation: str) -> set[str]:
        found = set()
        # "identities open to assigned workers and their supervisors only: others of the agency see the minimum", of which access needs.
        if member not in self.assigned and role(member) != "supervisor" and data_class != "access_needs":
            found.add("not_assigned")
        if data_class in IDENTITY_CLASSES and member in self.uncertified:
            found.add("certificate")
        if data_class == "contact" and self.protected and member not in self.assigned:
            found.add("protected_location")
        if relation != "owner":  # "The owner's own reading needs no consent."
            carrying, why = self.carrying(agency(member), purpose, data_class)
            found |= why
            if data_class == "contact" and not any(self.has_acknowledged(member, index) for index in carrying):
                found.add("safe_contact_not_acknowledged")
        elif data_class == "clinical" and self.clinical_by != OWNER and not found:
            found.add(
                "wall"
            )  # "police see that a service is attended or closed, not therapy"; its own words it reads (docs/adr/0009)
        return found

    def carrying(self, who: str, purpose: str, data_class: str) -> tuple[list[int], set[str]]:
        """The join: the referrals whose own consent grants this class to this agency for this purpose; or why there are none."""
        granting = [i for i in self.carriers(who) if self.consent_of(i).purposes_for(who, data_class)]
        if not granting:
            return [], {"not_in_consent"}
        living = [i for i in granting if self.consent_of(i).in_force(self.now)]
        if not living:
            return [], {"consent_ended"}
        for_this = [i for i in living if purpose in self.consent_of(i).purposes_for(who, data_class)]
        if not for_this:
            return [], {"purpose"}
        open_to = [i for i in for_this if not walled(who, data_class, self.consent_of(i).basis)]
        return open_to, set() if open_to else {"wall"}

    def has_acknowledged(self, member: str, referral: int) -> bool:
        """ "one member, one referral and one version, 30 days at most"."""
        version, at = self.acknowledged.get((member, referral), (0, self.now))
        return version == self.safe_version and self.now < at + timedelta(days=30)

    def consent_of(self, referral: int) -> Consent:
        return self.consents[self.referrals[referral].consent]

    # What is done: each says whether it may be done, and does it.

    def give(self, consent: Consent, *, mother: bool, disagrees: bool) -> bool:
        """`mother`: she gave it, or may have (a guardian who is not named: docs/adr/0009). Otherwise the child did, found mature."""
        classes = set().union(*(c for _, _, c in consent.grants))
        to = set().union(*(r for r, _, _ in consent.grants))
        agreement = consent.basis in AGREEMENTS
        if not self.open or consent.over_by(self.now):
            return False
        if agreement and "investigation" in classes:
            return False  # "not grantable by agreement"
        if agreement and mother and self.mother == "yes":
            return False  # "A caregiver who is suspected can neither give nor withdraw"
        if consent.basis == "assent_and_guardian_consent" and not mother:
            return False  # beside the child's assent a guardian agrees
        if consent.basis == "statutory_task" and not {TYPES[each] for each in to} <= REPORTED_TO:
            return False
        consent.rests_on_mother = mother and agreement
        if agreement and disagrees:
            consent.state = "refused"
        elif consent.basis == "best_interests_documented" or (mother and agreement and self.mother == "unknown"):
            consent.state = "pending_approval"
        self.consents.append(consent)
        return True

    def decide(self, index: int, how: str) -> bool:
        """The owner's supervisor approves, refuses or ends."""
        consent = self.consents[index]
        agreement = consent.basis in AGREEMENTS
        waits = consent.state in (
            ("pending_approval", "withdrawal_requested") if agreement else ("pending_approval", "active")
        )
        if consent.over_by(self.now) and consent.state in ("active", "withdrawal_requested", "pending_approval"):
            return False
        if how == "end":
            if agreement or consent.state != "active":
                return False
            self.stop(index, "ended")
        elif not waits or (consent.judged and not agreement):
            return False
        elif consent.state == "withdrawal_requested":
            if how == "approve":
                self.stop(index, "withdrawn")
            else:
                consent.state = "active"
        elif how == "refuse":
            self.stop(index, "refused")
        elif consent.rests_on_mother and self.mother == "yes":
            return False  # approving would let a suspected caregiver give
        else:
            consent.state = "active"
        consent.judged = True
        return True

    def withdraw_consent(self, index: int, by: str, bar: set[str]) -> bool:
        consent = self.consents[index]
        if consent.basis not in AGREEMENTS or consent.over_by(self.now):
            return False  # "A duty is not withdrawn (409)"
        if consent.state not in ("active", "withdrawal_requested", "pending_approval"):
            return False
        if by == "caregiver" and consent.rests_on_mother and self.mother == "yes":
            return False
        self.barred |= bar
        if by == "child" or consent.state == "pending_approval":
            self.stop(index, "withdrawn")
        else:
            consent.state = "withdrawal_requested"
        return True

    def stop(self, index: int, state: str) -> None:
        """ "each open referral that rests on it is suspended, receivers' access ends"."""
        self.consents[index].state = state
        for referral in self.referrals:
            if referral.consent == index and referral.state in ("sent", "acknowledged", "accepted", "in_progress"):
                referral.left, referral.state = referral.state, "suspended"
            elif referral.consent == index:
                referral.withdrawn_from = True
        self.forget_workers()

    def carries(self, consent: int, to: str, kind: str) -> bool:
        """ "Sending, accepting and resuming need a consent of this case in force with a grant that names the receiving agency"."""
        it = self.consents[consent]
        return it.in_force(self.now) and it.names(to) and (kind != "protection_report" or it.basis not in AGREEMENTS)

    def refer(self, referral: Referral) -> bool:
        basis = self.consents[referral.consent].basis
        if not self.open or referral.to in self.excluded:
            return False
        if referral.kind == "protection_report" and (basis in AGREEMENTS or TYPES[referral.to] not in REPORTED_TO):
            return False
        if referral.was_sent and not self.carries(referral.consent, referral.to, referral.kind):
            return False
        self.referrals.append(referral)
        return True

    def step(self, index: int, name: str, by: str, consent: int | None = None) -> bool:
        referral = self.referrals[index]
        if (
            by != OWNER
            and agency(by) != OWNER
            and (self.kept_out(by) or not referral.was_sent or agency(by) != referral.to)
        ):
            return False
        if name == "resume":
            return self._resume(referral, consent if consent is not None else referral.consent)
        sources, to = STEPS[name]
        if referral.state not in sources or (name == "decline" and referral.kind == "protection_report"):
            return False
        if name == "suspend" and agency(by) != OWNER and referral.state not in ("accepted", "in_progress"):
            return False
        if name in ("send", "accept") and not (
            self.open and self.carries(referral.consent, referral.to, referral.kind)
        ):
            return False
        if name == "send" and referral.to in self.excluded:
            return False
        if name == "suspend":
            referral.left = referral.state
        referral.state, referral.was_sent = to, referral.was_sent or name == "send"
        if name == "accept":
            referral.lead = by
            self.assigned.add(by)
        if name == "acknowledge" and referral.kind == "protection_report":
            self.assigned.add(by)  # assumed: whoever acknowledges a report reads it, so is assigned
        self.forget_workers()
        return True

    def _resume(self, referral: Referral, consent: int) -> bool:
        if referral.state != "suspended" or not self.carries(consent, referral.to, referral.kind):
            return False
        referral.state, referral.left, referral.consent = referral.left or "sent", None, consent
        referral.withdrawn_from = False
        if referral.state in WORKING and referral.lead:
            self.assigned.add(referral.lead)  # assumed: who worked on it works on it again
        return True

    def reveal(self, member: str, index: int, purpose: str) -> bool:
        referral = self.referrals[index]
        if agency(member) != referral.to or self.kept_out(member) or not referral.was_sent:
            return False
        carrying, _ = self.carrying(referral.to, purpose, "contact")
        if index not in carrying or self.reasons(member, purpose, "contact", "receiving") - {
            "safe_contact_not_acknowledged"
        }:
            return False
        self.acknowledged[member, index] = (self.safe_version, self.now)
        return True

    def write_clinical(self, member: str, purpose: str) -> bool:
        """Whoever is shown a class may write it."""
        seen = self.read(member, purpose)
        if not self.open or seen is None or "clinical" not in seen.classes:
            return False
        self.clinical_by = agency(member)
        return True

    def break_glass(self, member: str) -> bool:
        """Somebody with a current certificate "of an agency that is or was a party of the case, or received the referral"."""
        who = agency(member)
        knows = who == OWNER or any(r.to == who and r.was_sent for r in self.referrals)
        if not knows or self.kept_out(member) or member in self.uncertified or who in self.barred:
            return False
        if sum(1 for m, at in self.glasses if m == member and at > self.now - timedelta(days=7)) >= 3:
            return False
        self.glasses.append((member, self.now))
        return True

    def suspect(self, involved: str) -> bool:
        """ "agreements resting on them go to the same review and end after 72 h"."""
        if not self.open:
            return False
        newly = involved == "yes" and self.mother != "yes"
        self.mother = involved
        if newly:
            ends = self.now + timedelta(hours=72)
            for consent in self.consents:
                if consent.rests_on_mother and consent.state in ("active", "withdrawal_requested"):
                    consent.state = "withdrawal_requested"
                    consent.until = min(consent.until, ends) if consent.until else ends
        return True

    def sweep(self) -> None:
        """What the clockwork puts down: requests that nobody answered, consents whose time is over."""
        for referral in self.referrals:
            waiting = referral.kind == "service_request" and referral.state in ("sent", "acknowledged")
            if waiting and referral.expires is not None and self.now >= referral.expires:
                referral.state = "expired"
        for index, consent in enumerate(self.consents):
            if consent.over_by(self.now) and consent.state in ("active", "withdrawal_requested", "pending_approval"):
                self.stop(index, "expired")


def walled(who: str, data_class: str, basis: str) -> bool:
    """ "`investigation` is for police_unit, prosecutor and national_central_bureau only ...; `clinical` for health and mental health
    only, else by court_order"."""
    kind = TYPES[who]
    if data_class == "investigation":
        return kind not in ("police_unit", "prosecutor", "national_central_bureau")
    return (
        data_class == "clinical"
        and kind not in ("health_facility", "mental_health_provider")
        and basis != "court_order"
    )
