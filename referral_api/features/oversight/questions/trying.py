"""Who tried what they may not: questions about denials."""

from sqlalchemy import or_

from referral_api.audit import AuditEntry as E
from referral_api.features.oversight.questions.frame import Frame, day_of, grouped, who
from referral_api.store.pages import Rows

__all__ = ["DENIALS", "excluded_tries", "repeated_denials"]

DENIALS = 5
"""So many in a day are no slip."""


def repeated_denials(frame: Frame) -> Rows:
    somebody = or_(E.person_id.is_not(None), E.actor_id.is_not(None), E.subject_type.in_(("member", "client")))
    return grouped(frame, E.outcome == "denied", somebody, by=[who(), day_of(E.at)], least=DENIALS)


def excluded_tries(frame: Frame) -> Rows:
    return frame.entries().where(E.reason_code == "excluded", E.outcome == "denied")
