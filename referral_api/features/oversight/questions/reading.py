"""Who was shown what: questions about reads."""

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from referral_api.audit import AuditEntry as E
from referral_api.audit.models import PROTECTED_ADDRESS
from referral_api.features.accounts.models import Certificate
from referral_api.features.cases.models import Case, CaseExclusion, CaseParty
from referral_api.features.oversight.questions.frame import Frame, day_of, grouped, says, who
from referral_api.features.referrals.models import Referral, ReferralStep
from referral_api.kernel.words import IDENTITY_CLASSES, Relation
from referral_api.store.pages import Rows

__all__ = [
    "BULK",
    "access_after_exclusion",
    "access_with_lapsed_certificate",
    "bulk_reads",
    "case_opened_by",
    "protected_address_read",
    "read_without_open_referral",
]

BULK = 20
"""So many children's records in a day are more than one person's own work."""
_WORKING = ("accepted", "in_progress", "completed")
_TOLD = ("sent", "acknowledged")


def case_opened_by(frame: Frame) -> Rows:
    read = or_(E.disclosed, E.action.like("%read"), E.action.like("%.listed"))
    of_the_case = (E.case_ref == frame.case_ref, E.outcome == "allowed", E.action != "case.access_read")
    return grouped(frame, *of_the_case, read, by=[who()])


def read_without_open_referral(frame: Frame) -> Rows:
    owner = _party(Relation.OWNER)
    behind_glass = _party(Relation.BREAK_GLASS, CaseParty.member_id == E.person_id)
    return (
        frame.entries()
        .join(Case, Case.case_ref == E.case_ref)
        .where(E.disclosed, E.agency_id.is_not(None), ~owner, ~behind_glass, ~_referral_open())
    )


def _party(relation: Relation, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        CaseParty.case_id == Case.id,
        CaseParty.agency_id == E.agency_id,
        CaseParty.relation == relation,
        CaseParty.since <= E.at,
        or_(CaseParty.until.is_(None), CaseParty.until >= E.at),
        *more,
    )


def _referral_open() -> ColumnElement[bool]:
    """By its history, not by its state now. A report is told when it is sent, and the minimum of a referral too."""
    step, later = aliased(ReferralStep), aliased(ReferralStep)
    told = or_(Referral.referral_kind == "protection_report", E.action == "referral.read")
    return exists().where(
        Referral.case_id == Case.id,
        Referral.to_agency_id == E.agency_id,
        step.referral_id == Referral.id,
        step.at <= E.at,
        or_(step.state.in_(_WORKING), and_(told, step.state.in_(_TOLD))),
        ~exists()
        .where(later.referral_id == step.referral_id, later.seq > step.seq, later.at < E.at)
        .correlate_except(later),
    )


def bulk_reads(frame: Frame) -> Rows:
    by = [who(), day_of(E.at)]
    read = (E.disclosed, E.case_ref.is_not(None))
    many = (
        select(who().label("who"), day_of(E.at).label("day"), func.count(E.case_ref.distinct()).label("count"))
        .where(*frame.within, *read)
        .group_by(*by)
        .having(func.count(E.case_ref.distinct()) >= BULK)
        .subquery()
    )
    newest = (
        select(
            E.id,
            who().label("who"),
            day_of(E.at).label("day"),
            func.row_number().over(partition_by=by, order_by=E.id.desc()).label("place"),
        )
        .where(*frame.within, *read)
        .subquery()
    )
    return (
        select(E.id, E.leaf, many.c["count"])
        .join(newest, newest.c.id == E.id)
        .join(many, and_(many.c.who == newest.c.who, many.c.day == newest.c.day))
        .where(newest.c.place == 1)
    )


def access_after_exclusion(frame: Frame) -> Rows:
    kept_out = exists().where(
        CaseExclusion.case_id == Case.id,
        or_(CaseExclusion.member_id == E.person_id, CaseExclusion.agency_id == E.agency_id),
        CaseExclusion.since < E.at,
        or_(CaseExclusion.until.is_(None), CaseExclusion.until > E.at),
    )
    return frame.entries().join(Case, Case.case_ref == E.case_ref).where(E.outcome == "allowed", kept_out)


def access_with_lapsed_certificate(frame: Frame) -> Rows:
    current = exists().where(
        Certificate.member_id == E.person_id,
        Certificate.certificate_kind == "safeguarding",
        Certificate.confirmed_at <= E.at,
        or_(Certificate.ended_at.is_(None), Certificate.ended_at >= E.at),
        Certificate.expires_on >= day_of(E.at),
    )
    identities = or_(*(E.data_classes.like(f"% {each} %") for each in sorted(IDENTITY_CLASSES)))
    return frame.entries().where(E.disclosed, identities, ~current)


def protected_address_read(frame: Frame) -> Rows:
    return frame.entries().where(E.disclosed, E.data_classes.like("% contact %"), says(E.leaf, PROTECTED_ADDRESS))
