"""Finding, reading and listing the uses of break-glass."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from referral_api import vault, work
from referral_api.access import Permission
from referral_api.features.break_glass.models import Glass
from referral_api.features.cases.models import Case, CaseParty
from referral_api.features.cases.queries import lock_case
from referral_api.features.cases.scope import excluded_here, visible_glasses
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden, NotFound
from referral_api.kernel.words import Relation, Role
from referral_api.store import session
from referral_api.store.pages import Rows, page_of
from referral_api.vault import CaseKey
from referral_api.work import OwnAgency, disclose

__all__ = ["GlassFile", "GlassView", "find_glass", "list_glasses", "read_glass", "view"]


@dataclass(slots=True)
class GlassFile:
    """A use, with the wrapped key of its case (None once the case is erased)."""

    glass: Glass
    kek_id: str
    wrapped: bytes | None

    def key(self) -> bytes:
        if self.wrapped is None:
            raise NotFound(case_ref=self.glass.case_ref)
        return vault.ring().unwrap(self.kek_id, self.wrapped)


@dataclass(slots=True)
class GlassView:
    """A use as one viewer is shown it: the words only to whoever used it and to the owner's supervisors."""

    glass: Glass
    reason: str | None
    note: str | None

    def etag(self, actor: Actor) -> str:
        return work.etag(actor, "glass", self.glass.id, self.glass.shown_versions(actor) or ())


def _glasses() -> Rows:
    row = and_(CaseParty.case_id == Glass.case_id, CaseParty.because_kind == "glass", CaseParty.because_id == Glass.id)
    return (
        select(Glass.id, Glass, Case, CaseKey.kek_id, CaseKey.wrapped, CaseParty.until)
        .join(Case, Case.id == Glass.case_id)
        .join(CaseKey, CaseKey.case_id == Glass.case_id)
        .join(CaseParty, row)
    )


def _file(row: Any) -> GlassFile:
    glass: Glass = row[1]
    glass.case, glass.until = row[2], row.until
    return GlassFile(glass, row.kek_id, row.wrapped)


def find_glass(actor: Actor, glass_id: UUID) -> GlassFile:
    """One use, for whoever used it, the owner of the case, and the auditors whose scope it is in."""
    current = session()
    if actor.request.changing:
        case_id = current.execute(select(Glass.case_id).where(Glass.id == glass_id)).scalar_one_or_none()
        if case_id is not None:
            lock_case(case_id)
    query = _glasses().add_columns(excluded_here(actor).label("excluded")).where(Glass.id == glass_id)
    row = current.execute(query, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise NotFound()
    file = _file(row)
    if row.excluded or file.glass.relations(actor) == {Relation.NONE}:
        raise NotFound(case_ref=file.glass.case_ref, reason="excluded" if row.excluded else None)
    return file


def view(actor: Actor, file: GlassFile) -> GlassView:
    """What this actor is shown."""
    glass = file.glass
    relations = glass.relations(actor)
    own = Relation.SELF in relations and actor.works_with_children
    told = own or (Relation.OWNER in relations and Role.SUPERVISOR in actor.roles)
    if not told or file.wrapped is None:
        return GlassView(glass, None, None)
    key, note = file.key(), glass.review_note_sealed
    return GlassView(
        glass,
        vault.open_sealed(key, glass.reason_sealed, glass.reason_place()),
        vault.open_sealed(key, note, glass.note_place()) if note else None,
    )


def read_glass(actor: Actor, glass_id: UUID) -> GlassView:
    shown = view(actor, find_glass(actor, glass_id))
    disclose(actor, Permission.GLASS_READ, shown.glass, fields=["reason"] if shown.reason else [])
    return shown


def list_glasses(
    actor: Actor, *, limit: int, after: UUID | None, overdue: str | None, case_id: UUID | None
) -> tuple[list[GlassView], UUID | None]:
    """One page of the uses that this actor answers for or watches over; overdue ones still wait for a review that was due."""
    if actor.agency_id is None:
        raise Forbidden("Only agencies break the glass.")
    query = visible_glasses(_glasses(), actor, Glass)
    late = and_(Glass.reviewed_at.is_(None), Glass.review_due <= actor.now)
    if overdue is not None:
        query = query.where(late if overdue == "true" else ~late)
    if case_id is not None:
        query = query.where(Glass.case_id == case_id)
    page = page_of(session(), query, Glass.id, limit=limit, after=after)
    shown = [view(actor, _file(row)) for row in page.rows]
    disclose(
        actor,
        Permission.GLASS_LIST,
        OwnAgency(actor.agency_id),
        returned_ids=[ids.show("glass", each.glass.id) for each in shown],
        fields=["reason"] if any(each.reason for each in shown) else [],
    )
    return shown, page.next_after
