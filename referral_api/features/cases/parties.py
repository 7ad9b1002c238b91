"""Who belongs to a case: parties with their causes, the workers within them, and those who are kept out."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from referral_api.access import Permission
from referral_api.features.cases.models import Case, CaseExclusion, CaseLink, CaseParty, CaseWorker
from referral_api.features.cases.queries import CaseErased, CaseFile, find_case
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, IllegalStep, Invalid, NotFound
from referral_api.kernel.words import Relation
from referral_api.work import Work, work

__all__ = ["admit", "assign", "dismiss", "excluded_agencies", "is_excluded", "link_cases", "shut_out"]


_CAUSE = ("case_id", "agency_id", "relation", "because_kind", "because_id")
_AGAIN = (
    update(CaseParty.__table__)  # type: ignore[arg-type]
    .where(*(CaseParty.__table__.c[name] == bindparam(f"of_{name}") for name in _CAUSE))
    .values(since=bindparam("since"), until=bindparam("until"))
)
_ADMIT = insert(CaseParty.__table__)  # type: ignore[arg-type]
_ASSIGNED = select(CaseWorker).where(
    CaseWorker.case_id == bindparam("case_id"),
    CaseWorker.agency_id == bindparam("agency_id"),
    CaseWorker.member_id == bindparam("member_id"),
    CaseWorker.until.is_(None),
)


def admit(
    w: Work,
    case: Case,
    agency_id: UUID,
    *,
    as_: Relation,
    because: tuple[str, UUID],
    member_id: UUID | None = None,
    until: datetime | None = None,
) -> None:
    """Make an agency (or one member of it alone) a party for a cause; the same cause again opens the same row again."""
    kind, cause = because
    row = {"case_id": case.id, "agency_id": agency_id, "relation": as_, "because_kind": kind, "because_id": cause}
    now = {"since": w.now, "until": until}
    again = w.session.execute(_AGAIN, {**{f"of_{name}": value for name, value in row.items()}, **now})
    if again.rowcount == 0:  # type: ignore[attr-defined]
        w.session.execute(_ADMIT, {"id": ids.new(), "member_id": member_id, **row, **now})


def dismiss(w: Work, case_id: UUID, *, because: tuple[str, UUID]) -> None:
    """End what this cause made: the party's row, and with its last row the assignments of its people."""
    kind, cause = because
    same = (
        CaseParty.case_id == case_id,
        CaseParty.because_kind == kind,
        CaseParty.because_id == cause,
        or_(CaseParty.until.is_(None), CaseParty.until > w.now),
    )
    agencies = list(w.session.execute(select(CaseParty.agency_id).where(*same)).scalars())
    w.session.execute(
        update(CaseParty).where(*same).values(until=w.now), execution_options={"synchronize_session": False}
    )
    for agency_id in agencies:
        others = select(CaseParty.id).where(
            CaseParty.case_id == case_id,
            CaseParty.agency_id == agency_id,
            CaseParty.until.is_(None),
            CaseParty.relation != Relation.FORMER,
        )
        if w.session.execute(others.limit(1)).first() is None:
            gone = (CaseWorker.case_id == case_id, CaseWorker.agency_id == agency_id, CaseWorker.until.is_(None))
            w.session.execute(
                update(CaseWorker).where(*gone).values(until=w.now), execution_options={"synchronize_session": False}
            )


def shut_out(w: Work, case_id: UUID, agency_ids: Collection[UUID]) -> None:
    """End the break-glass that these agencies hold open in a case: the child named them as never to come back."""
    w.session.execute(
        update(CaseParty)
        .where(
            CaseParty.case_id == case_id,
            CaseParty.agency_id.in_(agency_ids),
            CaseParty.relation == Relation.BREAK_GLASS,
            CaseParty.until > w.now,
        )
        .values(until=w.now),
        execution_options={"synchronize_session": False},
    )


def assign(w: Work, case: Case, agency_id: UUID, member_id: UUID, *, kind: str, no_conflict: bool) -> CaseWorker:
    """Assign a member; one who is assigned already stays as they are."""
    mine = {"case_id": case.id, "agency_id": agency_id, "member_id": member_id}
    found = w.session.execute(_ASSIGNED, mine).scalars().first()
    if found is None:
        found = CaseWorker(
            id=ids.new(),
            case_id=case.id,
            agency_id=agency_id,
            member_id=member_id,
            worker_kind=kind,
            no_conflict=no_conflict,
            assigned_by=w.actor.person_id,
            since=w.now,
        )
        w.add(found)
    return found


def is_excluded(
    session: Session, case_id: UUID, *, agency_id: UUID | None = None, member_id: UUID | None = None
) -> bool:
    """Whether this agency or member is kept out of the case now."""
    named = CaseExclusion.agency_id == agency_id if member_id is None else CaseExclusion.member_id == member_id
    query = select(CaseExclusion.id).where(CaseExclusion.case_id == case_id, named, CaseExclusion.until.is_(None))
    return session.execute(query.limit(1)).first() is not None


def excluded_agencies(session: Session, case_id: UUID) -> list[UUID]:
    """The agencies that are kept out of the case now."""
    query = select(CaseExclusion.agency_id).where(CaseExclusion.case_id == case_id, CaseExclusion.until.is_(None))
    return [agency for agency in session.scalars(query) if agency is not None]


def link_cases(actor: Actor, file: CaseFile, *, to_case_id: UUID, kind: str) -> CaseLink:
    """Say that two cases of the agency belong together."""
    try:
        other = find_case(actor, to_case_id).case
    except (NotFound, CaseErased):
        other = None
    with work(actor, Permission.CASE_LINK, on=file.case) as w:
        if other is None or other.id == file.case.id or other.owner_agency_id != file.case.owner_agency_id:
            raise Invalid([FieldError("/to_case_id", "not-found", "There is no such thing.")])
        row = CaseLink(
            id=ids.new(), case_id=file.case.id, to_case_id=other.id, link_kind=kind, linked_by=actor.person_id, at=w.now
        )
        try:
            w.add(row)
        except IntegrityError:
            raise IllegalStep("linked", [], "These two cases are linked like this already.") from None
        w.record(file.case, fields=["links"], reason_code=kind)
        w.made = ("link", row.id)
    return row
