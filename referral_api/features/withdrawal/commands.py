"""Withdrawing, approving, refusing and ending a consent."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from referral_api import vault
from referral_api.access import Permission
from referral_api.features.agencies.queries import types_of
from referral_api.features.cases.models import Case
from referral_api.features.cases.parties import shut_out
from referral_api.features.cases.queries import CaseFile, documents
from referral_api.features.consent.models import Consent, ConsentExclusion, ConsentGrant
from referral_api.features.consent.queries import ConsentView, details_place, view_consent
from referral_api.features.consent.rules import (
    REVIEW_WITHIN,
    Carer,
    SuspectDecides,
    givers,
    in_force,
    shown_state,
    suspect_gave,
)
from referral_api.features.consent.states import AGREEMENTS, DUTIES, steps_of
from referral_api.features.referrals.models import Referral
from referral_api.features.referrals.states import OPEN, TOLD
from referral_api.features.referrals.steps import end_access_for, suspend_for
from referral_api.features.withdrawal.models import Notice
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, Forbidden, IllegalStep, Invalid
from referral_api.work import Work, work

__all__ = ["Effects", "approve_consent", "end_consent", "refuse_consent", "stop_referrals", "withdraw_consent"]

_AT_ONCE = frozenset({"child", "survivor", "court"})
_OWNER_SIDE = ("owner",)


@dataclass(slots=True)
class Effects:
    """What ending a basis did, and what goes on without it."""

    suspended: list[UUID] = field(default_factory=list)
    told: list[UUID] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)

    def out(self) -> dict[str, Any]:
        return {
            "suspended_referral_ids": [ids.show("referral", r) for r in self.suspended],
            "told_agency_ids": [ids.show("agency", a) for a in self.told],
            "kept": self.kept,
        }


def withdraw_consent(
    actor: Actor,
    consent: Consent,
    file: CaseFile,
    *,
    by: str,
    by_caregiver_id: UUID | None,
    reason: str | None,
    exclude_agency_ids: list[UUID],
) -> tuple[ConsentView, Effects]:
    """Withdraw an agreement. The child's word acts at once; a caregiver's waits for a supervisor, the child heard."""
    with work(actor, Permission.CONSENT_WITHDRAW, on=consent) as w:
        _legal(w, consent, "withdraw")
        if set(types_of(w.session, exclude_agency_ids)) != set(exclude_agency_ids):
            raise Invalid([FieldError("/exclude_agency_ids", "not-found", "There is no such thing.")])
        if by_caregiver_id is not None or by in ("caregiver", "legal_guardian"):
            _refuse_suspect(consent, file, by, by_caregiver_id)
        for agency_id in dict.fromkeys(exclude_agency_ids):
            w.add(ConsentExclusion(id=ids.new(), consent_id=consent.id, case_id=consent.case_id, agency_id=agency_id))
        if exclude_agency_ids:
            shut_out(w, consent.case_id, exclude_agency_ids)
        effects = Effects()
        if by in _AT_ONCE or by == consent.given_by == "survivor" or consent.state == "pending_approval":
            effects = _over(w, consent, file.case, "withdrawn", because=by)
        else:
            consent.state, consent.review_due = "withdrawal_requested", w.now + REVIEW_WITHIN
            _touched(w, consent)
        if reason or by_caregiver_id is not None:
            named = {"by_caregiver_id": ids.show("caregiver", by_caregiver_id)} if by_caregiver_id is not None else {}
            _keep_words(w, consent, file, {"withdrawal": {"by": by, **named, "reason": reason}})
        w.session.flush()
        w.record(consent, basis=consent.basis, reason_code=by, fields=["state"])
        effects.kept = _kept(w, consent, file)
        shown = view_consent(actor, consent, file)
    return shown, effects


def approve_consent(
    actor: Actor, consent: Consent, file: CaseFile, *, reason: str | None
) -> tuple[ConsentView, Effects]:
    """A second person agrees: with what waits for approval, with a duty that acts already, or with a caregiver's wish to withdraw."""
    refused = _same_person(actor, consent) or _giver_suspected(consent, file)
    with work(actor, Permission.CONSENT_APPROVE, on=consent, refused=refused) as w:
        _legal(w, consent, "approve")
        effects = Effects()
        if consent.state == "withdrawal_requested":
            effects = _over(w, consent, file.case, "withdrawn", because="caregiver")
        else:
            consent.state = "active"
            _touched(w, consent)
        _reviewed(w, consent, file, "approval", reason)
        w.record(consent, basis=consent.basis, fields=["state"], reason_code=consent.state)
        shown = view_consent(actor, consent, file)
    return shown, effects


def refuse_consent(
    actor: Actor, consent: Consent, file: CaseFile, *, reason: str | None
) -> tuple[ConsentView, Effects]:
    """A second person disagrees: what waits never acts, a duty that acted ends, and a caregiver's withdrawal is not followed."""
    with work(actor, Permission.CONSENT_REFUSE, on=consent, refused=_same_person(actor, consent)) as w:
        _legal(w, consent, "refuse")
        effects = Effects()
        if consent.state == "withdrawal_requested":
            consent.state = "active"
            _touched(w, consent)
        else:
            effects = _over(w, consent, file.case, "refused", because="review")
        _reviewed(w, consent, file, "refusal", reason)
        w.record(consent, basis=consent.basis, fields=["state"], reason_code=consent.state)
        shown = view_consent(actor, consent, file)
    return shown, effects


def end_consent(actor: Actor, consent: Consent, file: CaseFile, *, reason: str | None) -> tuple[ConsentView, Effects]:
    """End a duty: the owner's supervisor says that the ground is gone."""
    with work(actor, Permission.CONSENT_END, on=consent) as w:
        _legal(w, consent, "end")
        effects = _over(w, consent, file.case, "ended", because="ended")
        if reason:
            _keep_words(w, consent, file, {"end": {"reason": reason}})
        w.session.flush()
        w.record(consent, basis=consent.basis, fields=["state"])
        effects.kept = _kept(w, consent, file)
        shown = view_consent(actor, consent, file)
    return shown, effects


def _legal(w: Work, consent: Consent, step: str) -> None:
    state = shown_state(consent.state, consent.valid_until, w.now)
    judged = state == "active" and consent.basis in DUTIES and consent.reviewed_at is not None
    allowed = steps_of(consent.basis).allowed("reviewed" if judged else state, _OWNER_SIDE)
    if step not in allowed:
        detail = (
            "A duty is not withdrawn; the owner's supervisor ends it."
            if step == "withdraw" and consent.basis in DUTIES
            else None
        )
        raise IllegalStep(state, allowed, detail)


def _same_person(actor: Actor, consent: Consent) -> Forbidden | None:
    if actor.person_id is None or actor.person_id == consent.recorded_by:
        return Forbidden("Another person than the one who recorded it decides this.", reason="same_person")
    return None


def _giver_suspected(consent: Consent, file: CaseFile) -> Forbidden | None:
    if consent.state == "pending_approval" and suspect_gave(_giver(consent), _carers(file)):
        return Forbidden("Whoever gave this is suspected now, so it cannot act.", reason="suspected")
    return None


def _refuse_suspect(consent: Consent, file: CaseFile, by: str, by_caregiver_id: UUID | None) -> None:
    """The one who is named withdraws; unnamed, whoever gave it, or where that was not said, each who could have."""
    carers, given = _carers(file), _giver(consent)
    if by_caregiver_id is not None:
        given = {**given, "given_by_caregiver_id": ids.show("caregiver", by_caregiver_id)}
        if not givers(given, carers):
            raise Invalid([FieldError("/by_caregiver_id", "not-found", "There is no such thing.")])
    meant = givers({**given, "given_by": by}, carers)
    if any(carer.get("suspected_involved") == "yes" for carer in meant):
        pointer = "/by" if by_caregiver_id is None else "/by_caregiver_id"
        wrong = FieldError(pointer, "suspected", "A caregiver who is suspected can neither give nor withdraw consent.")
        raise SuspectDecides([wrong], reason="suspected")


def _carers(file: CaseFile) -> list[Carer]:
    return documents(file, ["family"]).get("family", {}).get("caregivers") or []


def _giver(consent: Consent) -> dict[str, Any]:
    named = consent.given_by_caregiver_id
    return {
        "basis": consent.basis,
        "given_by": consent.given_by,
        "given_by_caregiver_id": ids.show("caregiver", named) if named else None,
    }


def _over(w: Work, consent: Consent, case: Case, state: str, *, because: str) -> Effects:
    was_in_force = in_force(consent.state, consent.valid_from, consent.valid_until, w.now)
    consent.state, consent.ended_at, consent.ended_because = state, w.now, because
    _touched(w, consent)
    w.session.flush()
    return (
        stop_referrals(w, consent, case, reason_code="consent_withdrawn" if state == "withdrawn" else "consent_ended")
        if was_in_force
        else Effects()
    )


def stop_referrals(w: Work, consent: Consent, case: Case, *, reason_code: str) -> Effects:
    """End the access that rests on this consent: open referrals are suspended, onward ones with it; tell the receivers, keep the proof.

    What is completed already stays so, and opens the case no longer.
    """
    effects = Effects()
    rows = w.session.execute(
        select(Referral)
        .where(Referral.consent_id == consent.id, Referral.state.in_(TOLD))
        .order_by(Referral.id)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).scalars()
    for referral in rows.all():
        referral.case = case
        w.made = w.made or ("consent", consent.id)
        if referral.state in OPEN:
            suspend_for(w, referral, reason_code=reason_code)
            effects.suspended.append(referral.id)
        else:
            end_access_for(w, referral, reason_code=reason_code)
        w.add(
            Notice(
                id=ids.new(),
                consent_id=consent.id,
                agency_id=referral.to_agency_id,
                referral_id=referral.id,
                told_at=w.now,
            )
        )
        if referral.to_agency_id not in effects.told:
            effects.told.append(referral.to_agency_id)
    return effects


def _kept(w: Work, consent: Consent, file: CaseFile) -> list[dict[str, Any]]:
    """What goes on for other reasons: duties in force that grant somebody something."""
    rows = w.session.execute(
        select(Consent, ConsentGrant.recipient_agency_id)
        .join(ConsentGrant, ConsentGrant.consent_id == Consent.id)
        .where(Consent.case_id == consent.case_id, Consent.id != consent.id, Consent.basis.not_in(AGREEMENTS))
        .distinct()
    ).all()
    found = []
    for other, agency_id in rows:
        if in_force(other.state, other.valid_from, other.valid_until, w.now):
            details = vault.open_sealed_document(file.key(), other.details_sealed, details_place(other))
            found.append(
                {
                    "agency_id": ids.show("agency", agency_id),
                    "basis": other.basis,
                    "legal_reference": details["legal_reference"],
                }
            )
    return found


def _reviewed(w: Work, consent: Consent, file: CaseFile, name: str, reason: str | None) -> None:
    consent.reviewed_by, consent.reviewed_at, consent.review_due = w.actor.person_id, w.now, None
    if reason:
        _keep_words(w, consent, file, {name: {"reason": reason}})
    w.session.flush()


def _keep_words(w: Work, consent: Consent, file: CaseFile, words: dict[str, Any]) -> None:
    """Reasons in words are sealed with the consent, never in the log."""
    details = vault.open_sealed_document(file.key(), consent.details_sealed, details_place(consent))
    consent.details_version += 1
    consent.details_sealed = w.seal_document(
        file.key(), {**details, **words}, details_place(consent), said=words, pointer="/reason"
    )


def _touched(w: Work, consent: Consent) -> None:
    consent.version += 1
    consent.updated_at = w.now
