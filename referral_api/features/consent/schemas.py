"""A consent as JSON, in and out."""

from typing import Any

from referral_api.api.fields import Body, Code, Codes, Flag, Id, Language, Limits, Moment, Nested, Text, many
from referral_api.features.consent import rules
from referral_api.features.consent.queries import ConsentView
from referral_api.kernel import clock, ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.words import DATA_CLASSES

__all__ = ["ConsentOut", "GiveConsent", "Grant", "consent_out"]


class Grant(Body):
    recipients = many(Id("agency"), minimum=1, maximum=20, required=True)
    purposes = Codes(among=("care", "investigation", "protection", "court"), minimum=1, required=True)
    data_classes = Codes(among=DATA_CLASSES, minimum=1, required=True)


class ChildView(Body):
    asked = Code("child_view_asked", required=True)
    agrees = Flag(allow_none=True, load_default=None)
    wish = Text(Limits.TEXT, allow_none=True, load_default=None)


class GiveConsent(Body):
    basis = Code("consent_basis", required=True)
    legal_reference = Text(
        500,
        allow_none=True,
        load_default=None,
        metadata={"description": "Compulsory for a duty: the law, order or finding."},
    )
    given_by = Code("given_by", allow_none=True, load_default=None)
    given_by_caregiver_id = Id("caregiver", allow_none=True, load_default=None)
    maturity = Code("maturity", allow_none=True, load_default=None)
    child_view = Nested(ChildView, allow_none=True, load_default=None)
    grants = many(Nested(Grant), minimum=1, maximum=20, required=True)
    restrictions = Text(Limits.TEXT, allow_none=True, load_default=None)
    explained_in = Language(allow_none=True, load_default=None)
    explained_by = Text(allow_none=True, load_default=None)
    explained_limits = Flag(allow_none=True, load_default=None)
    evidence_reference = Text(allow_none=True, load_default=None)
    valid_from = Moment(allow_none=True, load_default=None)
    valid_until = Moment(allow_none=True, load_default=None)


class Kept(Body):
    agency_id = Id("agency")
    basis = Code("consent_basis")
    legal_reference = Text(500, allow_none=True)


class Effects(Body):
    suspended_referral_ids = many(Id("referral"), maximum=1_000)
    told_agency_ids = many(Id("agency"), maximum=1_000)
    kept = many(Nested(Kept), maximum=1_000)


class Said(Body):
    """What was said when it was withdrawn, ended, approved or refused; `by` of a withdrawal is who wanted it."""

    by = Code("withdrawn_by")
    by_caregiver_id = Id("caregiver", allow_none=True)
    reason = Text(Limits.TEXT, allow_none=True)


class ConsentOut(GiveConsent):
    """The owner's whole record; a receiver's is shorter."""

    sometimes = (
        "basis", "legal_reference", "given_by", "given_by_caregiver_id", "maturity", "child_view", "explained_in", "explained_by",
        "explained_limits", "evidence_reference", "review_due", "created_at", "updated_at", "effects",
        "withdrawal", "end", "approval", "refusal",
    )  # fmt: skip
    id = Id("consent")
    case_id = Id("case")
    state = Code("consent_state")
    review_due = Moment(allow_none=True)
    created_at = Moment()
    updated_at = Moment()
    effects = Nested(Effects)
    withdrawal = Nested(Said)
    end = Nested(Said)
    approval = Nested(Said)
    refusal = Nested(Said)


def consent_out(actor: Actor, view: ConsentView, effects: dict[str, Any] | None = None) -> dict[str, Any]:
    """The owner's whole record; for a receiver: id, state, validity, restrictions and the grants to itself."""
    consent, details = view.consent, view.details
    shown = {
        "id": ids.show("consent", consent.id),
        "case_id": ids.show("case", consent.case_id),
        "state": rules.shown_state(consent.state, consent.valid_until, actor.now),
        "restrictions": details["restrictions"],
        "grants": [
            {**grant, "recipients": [ids.show("agency", agency) for agency in grant["recipients"]]}
            for grant in view.grants
        ],
        "valid_from": clock.show(consent.valid_from),
        "valid_until": clock.show(consent.valid_until) if consent.valid_until else None,
    }
    if not consent.full_view:
        return shown
    return {
        **shown,
        **details,
        "basis": consent.basis,
        "given_by": consent.given_by,
        "given_by_caregiver_id": ids.show("caregiver", consent.given_by_caregiver_id)
        if consent.given_by_caregiver_id
        else None,
        "review_due": clock.show(consent.review_due) if consent.review_due else None,
        "created_at": clock.show(consent.created_at),
        "updated_at": clock.show(consent.updated_at),
        **({"effects": effects} if effects is not None else {}),
    }
