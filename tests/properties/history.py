"""A history of one case, played over HTTP and in the model at once; after each act, what everybody is shown is compared."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from referral_api.features.referrals.clockwork import run_deadlines
from referral_api.features.withdrawal.expiry import expire_consents
from referral_api.features.withdrawal.suspicion import review_suspected
from referral_api.kernel.clock import show
from tests.properties.model import BY_RECEIVER, CLASSES, Consent, Model, Referral, agency, role
from tests.world import CASE, World

OWNER, BOSS = "police.caseworker1", "police.supervisor"
VIEWS = {
    "police.caseworker1": ["investigation"],
    "police.caseworker2": ["protection"],
    "police.supervisor": ["investigation"],
    "police.lapsed": ["investigation"],
    "police.admin": ["statistics"],
    "police.auditor": ["oversight"],
    "clinic.caseworker1": ["care", "protection"],
    "clinic.caseworker2": ["care"],
    "clinic.supervisor": ["care"],
    "clinic.lapsed": ["care"],
    "authority.caseworker1": ["care", "protection"],
    "authority.supervisor": ["protection"],
    "shelter.caseworker1": ["care"],
    "oversight.auditor": ["oversight"],
    "oversight.platform": ["statistics"],
}
SUBJECT = {
    **{name: content for name, content in CASE["subject"].items() if name != "identity"},
    "identity": {"given_names": "Sokha", "family_names": "Chan"},
    "clinical": {"summary": "Seen by a doctor."},
    "justice_status": {"stage": "investigation_opened"},
}
FILLED = set(SUBJECT)
"""Every class but education: one that is shown and empty is in neither list."""
A_GAP = timedelta(days=8)
LONGEST = timedelta(days=70)


@dataclass
class History:
    """One case and what was done to it."""

    world: World
    model: Model
    case: str = ""
    consents: list[str] = field(default_factory=list)
    referrals: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    last: dict[tuple[str, str], tuple[str, Any]] = field(default_factory=dict)
    began: datetime = field(init=False)
    mother: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A case of the police, an agreement, and a referral that the clinic has accepted: here every history begins."""
        self.world.clock.now += A_GAP
        self.world.tokens.clear()
        self.model.now = self.began = self.world.clock.now
        opened = self.world.open_case(subject=SUBJECT)
        self.case, self.mother = f"/v1/cases/{opened['id']}", opened["subject"]["family"]["caregivers"][0]
        self.model.assigned.add(OWNER)
        self.give(
            "consent", ["clinic", "authority"], ["care"], ["identity", "contact", "health_need"], "child", 0, 60, False
        )
        self.refer(0, "clinic", "service_request", True)
        self.step(0, "accept", "clinic.caseworker1", 0)

    def play(self, acts: list[tuple[Any, ...]], *, after_each: bool = True) -> None:
        for name, *said in acts:
            self.done.append(f"{name} {said}")
            if getattr(self, name)(*said) is not False and after_each:
                self.compare()
        self.compare(at_the_end=True)

    # Acts. Each is done over HTTP, and succeeds exactly if the model says that it may.

    def expect(self, may: bool, answer: Any) -> bool:
        """What was refused changed nothing: it is compared at the end only."""
        assert may == (answer.status_code < 300), self.story(
            f"the model says {may}, the service {answer.status_code} {self.world.entries()[-1]['reason_code']}"
        )
        return may

    def give(
        self,
        basis: str,
        to: list[str],
        purposes: list[str],
        classes: list[str],
        giver: str,
        start: int,
        days: int,
        no: bool,
    ) -> bool:
        """`start` in hours, `days` of validity; `no`: the child disagrees."""
        now = self.model.now
        since = now + timedelta(hours=start)
        until = since + (timedelta(hours=48) if basis == "vital_interest" else timedelta(days=days))
        agreement = basis in ("consent", "assent_and_guardian_consent")
        said = {
            "basis": basis, "valid_from": show(since), "valid_until": show(until),
            "grants": [{"recipients": [self.world.ids[each] for each in to], "purposes": purposes, "data_classes": classes}],
            **({"legal_reference": "Act 4"} if not agreement else {"child_view": {"asked": "yes", "agrees": not no}, "explained_limits": True, "given_by": giver}),
        }  # fmt: skip
        if agreement and giver == "child":
            said["maturity"] = "sufficient_maturity_found"
        if agreement and giver == "caregiver":
            said["given_by_caregiver_id"] = self.mother["id"]
        answer = self.world.post(f"{self.case}/consents", said, by=OWNER)
        consent = Consent(basis, "active", since, until, [(set(to), set(purposes), set(classes))])
        may = self.expect(self.model.give(consent, mother=giver != "child", disagrees=no), answer)
        if may:
            self.consents.append(answer.json["id"])
        return may

    def decide(self, which: int, how: str) -> bool:
        index = which % len(self.consents)
        answer = self.world.post(f"/v1/consents/{self.consents[index]}/{how}", {}, by=BOSS)
        return self.expect(self.model.decide(index, how), answer)

    def withdraw_consent(self, which: int, by: str, bar: list[str]) -> bool:
        index = which % len(self.consents)
        said = {"by": by, "exclude_agency_ids": [self.world.ids[each] for each in bar]}
        answer = self.world.post(f"/v1/consents/{self.consents[index]}/withdraw", said, by=OWNER)
        return self.expect(self.model.withdraw_consent(index, by, set(bar)), answer)

    def refer(self, which: int, to: str, kind: str, send: bool) -> bool:
        index = which % len(self.consents)
        said = {
            "case_id": self.case.rpartition("/")[2], "consent_id": self.consents[index], "to_agency_id": self.world.ids[to], "kind": kind,
            "service_type": "mental_health", "urgency": "high", "need": "Counselling.", "send": send,
        }  # fmt: skip
        answer = self.world.post("/v1/referrals", said, by=OWNER)
        may = self.expect(
            self.model.refer(Referral(to, index, "sent" if send else "draft", kind, was_sent=send)), answer
        )
        if may:
            self.referrals.append(answer.json["id"])
            self.observe(-1, answer.json)
        return may

    def observe(self, index: int, shown: dict[str, Any]) -> None:
        """When a request is due is arithmetic of its own (`kernel/deadlines.py`): taken from the answer."""
        due = shown["expire_by"]
        self.model.referrals[index].expires = due and datetime.fromisoformat(due)

    def step(self, which: int, name: str, by: str, other: int) -> bool:
        index = which % len(self.referrals)
        referral = self.model.referrals[index]
        if name in BY_RECEIVER and agency(by) == "police":
            by = f"{referral.to}.caseworker1"
        elif name not in BY_RECEIVER and name != "suspend":
            by = OWNER
        consent = other % len(self.consents)
        body = {
            "decline": {"reason_code": "no_capacity"}, "fail": {"reason_code": "no_capacity"}, "complete": {"outcome": "no_longer_needed"},
            "suspend": {"reason_code": "child_asked"}, "resume": {"consent_id": self.consents[consent]},
            "redirect": {"to_agency_id": self.world.ids["authority" if referral.to == "clinic" else "clinic"], "reason_code": "outside_area"},
        }.get(name, {})  # fmt: skip
        answer = self.world.post(f"/v1/referrals/{self.referrals[index]}/{name}", body, by=by, If_Match="*")
        if not self.expect(self.model.step(index, name, by, consent), answer):
            return False
        if name in ("send", "resume"):
            self.observe(index, answer.json)
        if name == "redirect":
            child = self.world.get(f"/v1/referrals/{answer.json['onward_referral_id']}", by=OWNER).json
            to = "authority" if referral.to == "clinic" else "clinic"
            sent = child["state"] == "sent"
            allowed = self.model.carries(referral.consent, to, referral.kind)
            assert sent == allowed, self.story(f"the redirected referral is {child['state']}")
            self.referrals.append(child["id"])
            self.model.referrals.append(Referral(to, referral.consent, child["state"], referral.kind, was_sent=sent))
            self.observe(-1, child)
        return True

    def reveal(self, which: int, by: str) -> bool:
        index = which % len(self.referrals)
        answer = self.world.post(
            f"/v1/referrals/{self.referrals[index]}/contact", {"acknowledged": True}, by=by, purpose="care"
        )
        return self.expect(self.model.reveal(by, index, "care"), answer)

    def assign(self, member: str) -> None:
        boss = f"{agency(member)}.supervisor"
        said = {"member_id": self.world.ids[member], "no_conflict": True}
        answer = self.world.post(f"{self.case}/assignments", said, by=boss)
        may = self.model.read(boss, "any") is not None and self.model.relation(boss) in ("owner", "receiving")
        if self.expect(may and member not in self.model.excluded, answer):
            self.model.assigned.add(member)

    def exclude(self, who: str) -> None:
        named = {"member_id" if "." in who else "agency_id": self.world.ids[who]}
        answer = self.world.post(f"{self.case}/exclusions", {**named, "reason_code": "related_to_suspect"}, by=BOSS)
        self.expect(True, answer)
        self.model.excluded.add(who)

    def suspect(self, involved: str) -> None:
        self.mother = {**self.mother, "suspected_involved": involved}
        answer = self.change({"subject": {"family": {"caregivers": [self.mother]}}})
        return self.expect(self.model.suspect(involved), answer)
        with self.world.app.app_context():
            review_suspected(self.world.clock)

    def protect(self, protected: bool) -> None:
        answer = self.change({"subject": {"contact": {"protected_location": protected}}})
        if self.expect(self.model.open, answer):
            self.model.protected = protected

    def new_safe_contact(self) -> None:
        answer = self.change({"safe_contact": {"safe_times": f"from {self.model.safe_version}"}})
        if self.expect(self.model.open, answer):
            self.model.safe_version += 1

    def change(self, what: dict[str, Any]) -> Any:
        return self.world.call("PATCH", self.case, what, by=OWNER, If_Match="*")

    def write_clinical(self, by: str) -> bool:
        said, purpose = {"clinical": {"summary": f"Note {len(self.done)}."}}, VIEWS[by][0]
        answer = self.world.call("PATCH", self.case, {"subject": said}, by=by, purpose=purpose, If_Match="*")
        return self.expect(self.model.write_clinical(by, purpose), answer)

    def close_or_reopen(self) -> None:
        name, body = ("close", {"reason_code": "goals_met"}) if self.model.open else ("reopen", {})
        self.expect(True, self.world.post(f"{self.case}/{name}", body, by=OWNER, If_Match="*"))
        self.model.open = not self.model.open

    def certificate(self, member: str) -> None:
        """It ends, or a new one is entered and confirmed."""
        path = f"/v1/agencies/{self.world.ids[agency(member)]}/certificates"
        admin, second = (
            f"{agency(member)}.admin",
            f"{agency(member)}.supervisor" if role(member) != "supervisor" else f"{agency(member)}.admin2",
        )
        if member in self.model.uncertified:
            said = {
                "member_id": self.world.ids[member],
                "kind": "safeguarding",
                "issuer": "Academy",
                "expires_on": "2199-12-31",
            }
            entered = self.world.post(path, said, by=admin).json["id"]
            self.expect(True, self.world.post(f"{path}/{entered}/confirm", {}, by=second))
            self.model.uncertified.discard(member)
            return
        held = self.world.get(f"{path}?member_id={self.world.ids[member]}", by=admin).json["items"]
        for each in held:
            if each["state"] == "confirmed":
                self.expect(True, self.world.post(f"{path}/{each['id']}/end", {}, by=admin))
        self.model.uncertified.add(member)

    def break_glass(self, member: str) -> bool:
        said = {"reason_code": "missing_child", "reason": "Did not come home.", "minutes": 60}
        answer = self.world.post(f"{self.case}/break-glass", said, by=member)
        return self.expect(self.model.break_glass(member), answer)

    def wait(self, hours: int) -> None:
        if self.model.now + timedelta(hours=hours) < self.began + LONGEST:
            self.world.clock.pass_by(hours=hours)
            self.world.tokens.clear()
            self.model.now = self.world.clock.now

    def sweep(self) -> None:
        with self.world.app.app_context():
            run_deadlines(self.world.clock)
            expire_consents(self.world.clock)
        self.model.sweep()

    # Comparing.

    def compare(self, *, at_the_end: bool = False) -> None:
        for member, purposes in VIEWS.items():
            if at_the_end or role(member) in ("caseworker", "supervisor"):
                for purpose in purposes:
                    self.compare_read(member, purpose)
            if at_the_end:
                self.compare_lists(member)
        if at_the_end:
            self.compare_consents()

    def compare_read(self, member: str, purpose: str) -> None:
        expected = self.model.read(member, purpose)
        answer = self.world.get(self.case, by=member, purpose=purpose)
        who = f"{member} for {purpose}"
        if expected is None:
            assert answer.status_code == 404, self.story(f"{who} is answered {answer.status_code} {answer.text}")
            assert "ETag" not in answer.headers
            self.last.pop((member, purpose), None)
            return
        assert answer.status_code == 200, self.story(f"{who} is answered {answer.status_code}, not 200")
        shown, withheld = (
            answer.json["subject"],
            {each["data_class"]: each["reason"] for each in answer.json["withheld"]},
        )
        assert expected.classes & FILLED == set(shown), self.story(
            f"{who} is shown {set(shown)}, not {expected.classes & FILLED}"
        )
        assert set(CLASSES) - expected.classes == set(withheld), self.story(f"{who}: withheld are {withheld}")
        for data_class, reason in withheld.items():
            assert reason in expected.reasons[data_class], self.story(
                f"{who}: {data_class} for {reason}: {expected.reasons[data_class]}"
            )
        assert expected.relation == answer.json["your_relation"], self.story(
            f"{who} stands as {answer.json['your_relation']}"
        )
        assert expected.safe_contact == (answer.json["safe_contact"] is not None), self.story(f"{who}: safe contact")
        assert set(shown) <= set(answer.json["versions"]) <= set(shown) | {"safe_contact"}, self.story(
            f"{who}: versions"
        )
        assert ("identity" in shown) == (answer.json["case_number"] is not None), self.story(f"{who}: the case number")
        self.compare_etag(member, purpose, answer)

    def compare_etag(self, member: str, purpose: str, answer: Any) -> None:
        """A strong validator: it changes with what is shown (RFC 9110, 8.8.1), and with nothing else, so that it tells nothing."""
        etag, body = answer.headers["ETag"], answer.json
        before = self.last.get((member, purpose))
        self.last[member, purpose] = (etag, body)
        if before is not None:
            assert (before[0] == etag) == (before[1] == body), self.story(
                f"the ETag of {member} for {purpose}: {before[1]} became {body}"
            )

    def compare_lists(self, member: str) -> None:
        if role(member) not in ("caseworker", "supervisor"):
            return
        listed = self.case.rpartition("/")[2] in {
            each["id"] for each in self.world.get("/v1/cases?limit=5", by=member).json["items"]
        }
        assert (self.model.read(member, "any") is not None) == listed, self.story(
            f"the case in the list of {member}: {listed}"
        )
        found = {each["id"] for each in self.world.get("/v1/referrals?limit=100", by=member).json["items"]} & set(
            self.referrals
        )
        assert set(self.known_referrals(member)) == found, self.story(f"the referrals in the list of {member}")

    def compare_consents(self) -> None:
        for consent, known in zip(self.consents, self.model.consents, strict=True):
            over = known.over_by(self.model.now) and known.state in (
                "active",
                "withdrawal_requested",
                "pending_approval",
            )
            shown = self.world.get(f"/v1/consents/{consent}", by=OWNER).json["state"]
            assert ("expired" if over else known.state) == shown, self.story(
                f"the consent is {shown}, not {known.state}"
            )

    def known_referrals(self, member: str) -> Iterator[str]:
        """Both ends know of a referral; "a draft does not exist for the receiver", and nothing does for the excluded."""
        for referral, known in zip(self.referrals, self.model.referrals, strict=True):
            if not self.model.kept_out(member) and (
                agency(member) == "police" or (agency(member) == known.to and known.was_sent)
            ):
                yield referral

    def story(self, what: str) -> str:
        return "\n".join([what, "after", *self.done])
