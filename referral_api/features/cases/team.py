"""Who of an agency works on a case, and who is kept out of it: what supervisors say."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from referral_api.access import Permission
from referral_api.features.accounts.models import Member, MemberRole
from referral_api.features.accounts.queries import is_active_member
from referral_api.features.agencies.queries import types_of
from referral_api.features.cases.models import CaseExclusion, CaseWorker
from referral_api.features.cases.parties import assign, is_excluded
from referral_api.features.cases.queries import CaseFile
from referral_api.kernel import ids
from referral_api.kernel.actor import APART, Actor
from referral_api.kernel.errors import FieldError, Invalid, NotFound
from referral_api.work import work

__all__ = ["assign_worker", "end_assignment", "end_exclusion", "exclude_from_case"]


def assign_worker(actor: Actor, file: CaseFile, *, member_id: UUID, kind: str, no_conflict: bool) -> CaseWorker:
    """A supervisor says who of the agency works on the case."""
    if not no_conflict:
        raise Invalid(
            [
                FieldError(
                    "/no_conflict",
                    "conflict",
                    "Somebody with a conflict of interest is not assigned: make an exclusion instead.",
                )
            ]
        )
    agency = actor.agency_id
    if agency is None:
        raise NotFound()
    with work(actor, Permission.CASE_ASSIGN, on=file.case) as w:
        if not is_active_member(w.session, member_id, agency):
            raise Invalid([FieldError("/member_id", "not-found", "There is no such thing.")])
        if _stands_apart(w.session, member_id):
            raise Invalid(
                [FieldError("/member_id", "role", "Whoever audits or administers is never shown a child's data.")]
            )
        if is_excluded(w.session, file.case.id, member_id=member_id):
            raise Invalid([FieldError("/member_id", "excluded", "This member is kept out of the case.")])
        worker = assign(w, file.case, agency, member_id, kind=kind, no_conflict=no_conflict)
        w.record(file.case, fields=["assignments"], reason_code=kind)
        w.made = ("assignment", worker.id)
    return worker


def _stands_apart(session: Session, member_id: UUID) -> bool:
    """Whether this member audits or administers, whatever else they do."""
    role = MemberRole
    held = select(role.id).where(role.member_id == member_id, role.confirmed_at.is_not(None), role.ended_at.is_(None))
    return session.execute(held.where(role.role.in_(APART)).limit(1)).first() is not None


def exclude_from_case(
    actor: Actor, file: CaseFile, *, reason_code: str, member_id: UUID | None = None, agency_id: UUID | None = None
) -> CaseExclusion:
    """Keep a member or an agency out of the case. From then on the case looks like a missing one to them."""
    if (member_id is None) == (agency_id is None):
        raise Invalid([FieldError("", "one-of", "Name a member or an agency, one of the two.")])
    with work(actor, Permission.CASE_EXCLUDE, on=file.case) as w:
        if agency_id == file.case.owner_agency_id:
            raise Invalid(
                [
                    FieldError(
                        "/agency_id", "owner", "The owner is not excluded from its own case: transfer the case first."
                    )
                ]
            )
        if agency_id is not None and not types_of(w.session, [agency_id]):
            raise Invalid([FieldError("/agency_id", "not-found", "There is no such thing.")])
        if member_id is not None and w.session.get(Member, member_id) is None:
            raise Invalid([FieldError("/member_id", "not-found", "There is no such thing.")])
        row = CaseExclusion(
            id=ids.new(),
            case_id=file.case.id,
            member_id=member_id,
            agency_id=agency_id,
            reason_code=reason_code,
            excluded_by=actor.person_id,
            since=w.now,
        )
        w.add(row)
        gone: Any = (CaseWorker.member_id == member_id) if member_id else (CaseWorker.agency_id == agency_id)
        w.session.execute(
            update(CaseWorker)
            .where(CaseWorker.case_id == file.case.id, gone, CaseWorker.until.is_(None))
            .values(until=w.now),
            execution_options={"synchronize_session": False},
        )
        w.record(file.case, fields=["exclusions"], reason_code=reason_code)
        w.made = ("exclusion", row.id)
    return row


def end_assignment(actor: Actor, file: CaseFile, assignment_id: UUID) -> CaseWorker:
    """A supervisor takes somebody of the agency off the case. Ended before, it stays as it is."""
    query = select(CaseWorker).where(
        CaseWorker.id == assignment_id, CaseWorker.case_id == file.case.id, CaseWorker.agency_id == actor.agency_id
    )
    with work(actor, Permission.CASE_ASSIGN, on=file.case) as w:
        worker = w.session.execute(query).scalar_one_or_none()
        if worker is None:
            raise NotFound(case_ref=file.case.case_ref)
        worker.until = worker.until or w.now
        w.session.flush()
        w.record(file.case, "case.assignment_ended", fields=["assignments"])
        w.made = ("assignment", worker.id)
    return worker


def end_exclusion(actor: Actor, file: CaseFile, exclusion_id: UUID) -> CaseExclusion:
    """The owner's supervisor lets somebody in again: nothing opens by it that is not granted otherwise."""
    query = select(CaseExclusion).where(CaseExclusion.id == exclusion_id, CaseExclusion.case_id == file.case.id)
    with work(actor, Permission.CASE_EXCLUDE, on=file.case) as w:
        row = w.session.execute(query).scalar_one_or_none()
        if row is None:
            raise NotFound(case_ref=file.case.case_ref)
        row.until = row.until or w.now
        w.session.flush()
        w.record(file.case, "case.exclusion_ended", fields=["exclusions"], reason_code=row.reason_code)
        w.made = ("exclusion", row.id)
    return row
