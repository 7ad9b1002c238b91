"""Who decided what: questions about consents, duties, break-glass, and second persons who are not second."""

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from referral_api.audit import AuditEntry as E
from referral_api.features.break_glass.models import Glass
from referral_api.features.cases.models import CaregiverSuspicion
from referral_api.features.consent.models import Consent
from referral_api.features.consent.states import DUTIES
from referral_api.features.oversight.questions.frame import Frame
from referral_api.store.pages import Rows

__all__ = [
    "break_glass_not_reviewed",
    "consent_by_caregiver_later_suspected",
    "disclosure_against_childs_view",
    "duty_not_reviewed_in_time",
    "overrides_without_approval",
    "same_person_sent_and_accepted",
]

_RESTS_ON_IT = ("referral.sent", "referral.accepted", "referral.resumed")
_OWN_VOICE = ("child", "survivor")


def overrides_without_approval(frame: Frame) -> Rows:
    given, approved = aliased(E), aliased(E)
    by_another = (
        exists()
        .where(
            approved.consent_id == E.consent_id,
            approved.action == "consent.approved",
            approved.outcome == "allowed",
            approved.at <= E.at,
            approved.person_id != given.person_id,
        )
        .correlate_except(approved)
    )
    waited = exists().where(
        given.consent_id == E.consent_id,
        given.action == "consent.given",
        given.reason_code == "pending_approval",
        ~by_another,
    )
    acts = or_(E.disclosed, E.action.in_(_RESTS_ON_IT))
    return frame.entries().where(E.consent_id.is_not(None), E.outcome == "allowed", acts, waited)


def same_person_sent_and_accepted(frame: Frame) -> Rows:
    sent = aliased(E)
    by_the_same = exists().where(
        sent.subject_id == E.subject_id,
        sent.action == "referral.sent",
        sent.outcome == "allowed",
        func.coalesce(sent.person_id, sent.actor_id) == func.coalesce(E.person_id, E.actor_id),
    )
    return frame.entries().where(E.action == "referral.accepted", E.outcome == "allowed", by_the_same)


def break_glass_not_reviewed(frame: Frame) -> Rows:
    return (
        frame.entries()
        .join(Glass, Glass.id == E.subject_id)
        .where(E.action == "glass.broken", E.outcome == "allowed", Glass.reviewed_at.is_(None))
    )


def duty_not_reviewed_in_time(frame: Frame) -> Rows:
    looked_at = func.coalesce(Consent.reviewed_at, Consent.ended_at, frame.now)
    return (
        frame.entries()
        .join(Consent, Consent.id == E.subject_id)
        .where(
            E.action == "consent.given",
            E.outcome == "allowed",
            Consent.basis.in_(sorted(DUTIES)),
            Consent.review_due < looked_at,
        )
    )


def disclosure_against_childs_view(frame: Frame) -> Rows:
    no = aliased(E)
    refused = and_(no.action == "consent.given", no.reason_code == "refused")
    withdrawn = and_(no.action == "consent.withdrawn", no.reason_code.in_(_OWN_VOICE))
    # Noes are few, so they are looked for first; asked entry by entry, SQLite would go through the log for each.
    said_no = (
        select(no.case_ref, func.min(no.at).label("at"))
        .where(no.reason_code.in_(("refused", *_OWN_VOICE)), no.outcome == "allowed", or_(refused, withdrawn))
        .group_by(no.case_ref)
        .subquery()
    )
    return (
        frame.entries()
        .join(Consent, Consent.id == E.consent_id)
        .join(said_no, said_no.c.case_ref == E.case_ref)
        .where(E.disclosed, Consent.basis.in_(sorted(DUTIES)), said_no.c.at < E.at)
    )


def consent_by_caregiver_later_suspected(frame: Frame) -> Rows:
    suspected = exists().where(
        CaregiverSuspicion.case_id == Consent.case_id,
        CaregiverSuspicion.caregiver_id == Consent.given_by_caregiver_id,
        CaregiverSuspicion.since >= Consent.created_at,
    )
    return (
        frame.entries()
        .join(Consent, Consent.id == E.subject_id)
        .where(E.action == "consent.given", E.outcome == "allowed", suspected)
    )
