"""The steps of a referral after it was sent: each one function, one unit of work."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from referral_api import vault
from referral_api.access import Permission
from referral_api.features.agencies.queries import active_agency
from referral_api.features.cases.parties import admit, assign, dismiss, is_excluded
from referral_api.features.consent.rules import in_force
from referral_api.features.referrals import rules
from referral_api.features.referrals.commands import dispatch, must_carry, receiver_grants, set_deadlines
from referral_api.features.referrals.models import Referral, ReferralStep
from referral_api.features.referrals.queries import ReferralFile, ReferralView, view_now
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, IllegalStep, Invalid
from referral_api.kernel.words import Relation
from referral_api.work import Work, work

__all__ = ["STEPS", "end_access_for", "suspend_for", "take_step"]

_WORKING = ("accepted", "in_progress", "completed")


def take_step(actor: Actor, file: ReferralFile, name: str, **said: Any) -> ReferralView:
    """Take one step: decided, taken, its effects on access made, recorded, all in one transaction."""
    referral = file.referral
    permission: Permission = Permission(f"referral:{name}")  # type: ignore[call-arg]
    with work(actor, permission, on=referral) as w:
        _need_words(said)
        step = _taken(w, file, name, said)
        STEPS.get(name, _no_effect)(w, referral, said, step)
        w.add(step)
        w.session.flush()
        shown = view_now(actor, referral.id)
        w.record(referral, consent_id=referral.consent_id, reason_code=step.reason_code, fields=["state"])
    return shown


def _taken(w: Work, file: ReferralFile, name: str, said: dict[str, Any]) -> ReferralStep:
    before = file.referral.state
    note = said.get("note") or said.get("reason")
    step = file.referral.step(name, w, reason_code=said.get("reason_code"))
    step.declined_by = said.get("declined_by")
    if note:
        step.note_sealed = w.seal(file.key(), note, step.note_place(file.referral.case_id), pointer="/note")
    said["left"] = before
    return step


def _need_words(said: dict[str, Any]) -> None:
    if said.get("reason_code") == "other" and not said.get("note"):
        raise Invalid([FieldError("/note", "required", "The reason `other` needs words.")])


def _no_effect(w: Work, referral: Referral, said: dict[str, Any], step: ReferralStep) -> None:
    """Steps that change nothing but the state."""


def _acknowledge(w: Work, referral: Referral, said: dict[str, Any], step: ReferralStep) -> None:
    """A report opens when it is sent, so somebody must be assigned to read it before it is accepted."""
    if (
        referral.referral_kind == "protection_report"
        and w.actor.person_id is not None
        and w.actor.agency_id is not None
    ):
        assign(w, referral.case, w.actor.agency_id, w.actor.person_id, kind="worker", no_conflict=True)


def _accept(w: Work, referral: Referral, said: dict[str, Any], step: ReferralStep) -> None:
    if not said.get("no_conflict", True):
        detail = (
            "Whoever has a conflict of interest does not accept. The owner's supervisor makes the exclusion "
            "(POST /v1/cases/{id}/exclusions), and a colleague accepts."
        )
        raise Invalid([FieldError("/no_conflict", "conflict-of-interest", detail)])
    if referral.case.status != "open":
        raise IllegalStep(referral.case.status, [], "The case is closed; its owner must reopen it first.")
    consent, recipients = receiver_grants(w, referral)
    must_carry(consent, recipients, referral, w.now)
    _open_case(w, referral, w.actor.person_id)


def _open_case(w: Work, referral: Referral, member_id: UUID | None) -> None:
    admit(w, referral.case, referral.to_agency_id, as_=Relation.RECEIVING, because=("referral", referral.id))
    if member_id is not None:
        assign(w, referral.case, referral.to_agency_id, member_id, kind="lead", no_conflict=True)


def _complete(w: Work, referral: Referral, said: dict[str, Any], step: ReferralStep) -> None:
    if said.get("feedback_code") is not None and referral.referral_kind != "protection_report":
        raise Invalid([FieldError("/feedback_code", "kind", "Only a protection report gets a feedback code.")])
    referral.outcome, referral.feedback_code = said["outcome"], said.get("feedback_code")


def _close(w: Work, referral: Referral, said: dict[str, Any], step: ReferralStep) -> None:
    if said["left"] == "failed":
        referral.outcome = "not_delivered"
    elif said["left"] == "suspended":
        referral.outcome = "consent_withdrawn"
    _end_access(w, referral, said, step)


def _end_access(w: Work, referral: Referral, said: dict[str, Any], step: ReferralStep) -> None:
    dismiss(w, referral.case_id, because=("referral", referral.id))


def _redirect(w: Work, referral: Referral, said: dict[str, Any], step: ReferralStep) -> None:
    """Name a better agency. The answer is the same whatever the consent says: the child referral is sent, or waits as the sender's draft."""
    _end_access(w, referral, said, step)
    onward = active_agency(w.session, said["to_agency_id"])
    problem = _redirect_problem(referral, onward.type if onward else None, said)
    if problem:
        raise Invalid([problem])
    key = vault.case_key(w.session, vault.ring(), referral.case_id)
    need = vault.open_sealed(key, referral.need_sealed, referral.need_place())
    child = Referral(
        id=ids.new(),
        referral_kind=referral.referral_kind,
        case_id=referral.case_id,
        consent_id=referral.consent_id,
        from_agency_id=referral.from_agency_id,
        to_agency_id=said["to_agency_id"],
        parent_id=referral.id,
        service_type=referral.service_type,
        urgency=referral.urgency,
        need_version=1,
        questioning=referral.questioning,
        state="draft",
        steps_taken=0,
        version=1,
        created_by=None,
        created_at=w.now,
        updated_at=w.now,
    )
    child.case = referral.case
    child.need_sealed = w.seal(key, need, child.need_place())
    w.add(child)
    consent, recipients = receiver_grants(w, child)
    if (
        consent is not None
        and in_force(consent.state, consent.valid_from, consent.valid_until, w.now)
        and child.to_agency_id in recipients
        and referral.case.status == "open"
        and not is_excluded(w.session, referral.case_id, agency_id=child.to_agency_id)
    ):
        dispatch(w, child, sides=frozenset({"sender"}))
    w.session.flush()
    referral.onward_id = child.id
    w.record(
        referral,
        consent_id=referral.consent_id,
        reason_code=step.reason_code,
        fields=["state", "onward_referral_id"],
        tell=(),
    )
    event = Permission.REFERRAL_SEND.event if child.state == "sent" else Permission.REFERRAL_CREATE.event
    w.record(child, event, consent_id=child.consent_id)


def _redirect_problem(referral: Referral, onward_type: str | None, said: dict[str, Any]) -> FieldError | None:
    if onward_type is None:
        return FieldError("/to_agency_id", "not-found", "There is no such thing.")
    if said["to_agency_id"] in (referral.to_agency_id, referral.case.owner_agency_id):
        return FieldError("/to_agency_id", "same", "Redirect to another agency than the sender and yourself.")
    if onward_type in rules.NO_RECEIVERS:
        return FieldError("/to_agency_id", "recipient-type", "An oversight body takes no referrals.")
    if referral.referral_kind == "protection_report":
        if said["reason_code"] not in rules.REPORT_REDIRECTS:
            return FieldError("/reason_code", "kind", "A report is redirected only as wrong_recipient or outside_area.")
        if onward_type not in rules.REPORT_RECEIVERS:
            return FieldError(
                "/to_agency_id", "recipient-type", "A protection report goes to police or a child-protection authority."
            )
    return None


def suspend_for(w: Work, referral: Referral, *, reason_code: str) -> None:
    """Suspend from outside, when the consent under a referral is withdrawn or ends: access ends in the same transaction."""
    step = referral.step("suspend", w, sides=frozenset({"system"}), reason_code=reason_code)
    w.add(step)
    dismiss(w, referral.case_id, because=("referral", referral.id))
    w.session.flush()
    w.record(
        referral,
        Permission.REFERRAL_SUSPEND.event,
        consent_id=referral.consent_id,
        reason_code=reason_code,
        fields=["state"],
    )


def end_access_for(w: Work, referral: Referral, *, reason_code: str) -> None:
    """The same for a referral that is completed: it stays so, and its receiver, who is told, reads the case no longer."""
    dismiss(w, referral.case_id, because=("referral", referral.id))
    w.record(referral, "referral.access_ended", reason_code=reason_code, consent_id=referral.consent_id)


def _resume(w: Work, referral: Referral, said: dict[str, Any], step: ReferralStep) -> None:
    consent, recipients = receiver_grants(w, referral, said["consent_id"])
    if consent is None:
        raise Invalid([FieldError("/consent_id", "not-found", "There is no such thing.")])
    if problem := rules.report_needs_duty(referral.referral_kind, consent.basis):
        raise Invalid([problem])
    must_carry(consent, recipients, referral, w.now)
    referral.consent_id = consent.id
    if referral.state in _WORKING:
        taken = (
            select(ReferralStep.member_id)
            .where(ReferralStep.referral_id == referral.id, ReferralStep.step == "accept")
            .order_by(ReferralStep.seq.desc())
        )
        _open_case(w, referral, w.session.execute(taken.limit(1)).scalar_one_or_none())
    elif referral.referral_kind == "protection_report":
        admit(w, referral.case, referral.to_agency_id, as_=Relation.RECEIVING, because=("referral", referral.id))
    set_deadlines(w, referral)


STEPS: dict[str, Callable[[Work, Referral, dict[str, Any], ReferralStep], None]] = {
    "acknowledge": _acknowledge,
    "accept": _accept,
    "decline": _end_access,
    "redirect": _redirect,
    "complete": _complete,
    "fail": _end_access,
    "close": _close,
    "withdraw": _end_access,
    "suspend": _end_access,
    "resume": _resume,
    "mark-in-error": _end_access,
}
