"""Finding, reading and listing lookups, from the side of whoever asked or of whoever is asked."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from referral_api import vault, work
from referral_api.access import Permission
from referral_api.features.accounts.queries import lock_member
from referral_api.features.cases.models import BlindIndex, Case
from referral_api.features.cases.scope import assigned_here, excluded_here, visible_lookups
from referral_api.features.lookups import rules
from referral_api.features.lookups.models import Lookup, LookupHolder
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden, NotFound
from referral_api.kernel.words import Relation
from referral_api.store import session
from referral_api.store.pages import Rows, page_of
from referral_api.vault import CaseKey
from referral_api.work import OwnAgency, disclose

__all__ = ["Asking", "LookupFile", "LookupView", "asking", "find_lookup", "list_lookups", "read_lookup", "view"]


@dataclass(frozen=True, slots=True)
class Asking:
    """What deciding about one more lookup needs: what would be compared, and how often the person asked within a day."""

    value: bytes | None
    used: int
    oldest: datetime | None


@dataclass(slots=True)
class LookupFile:
    """A lookup from one side: `holder` is the viewer's own row, if its agency was asked. The key is that of the viewer's own case."""

    lookup: Lookup
    holder: LookupHolder | None
    kek_id: str
    wrapped: bytes | None


@dataclass(slots=True)
class LookupView:
    """What one side is shown: its own case, who asks and why; the asker each `known`, the holder its own answer."""

    lookup: Lookup
    case_id: UUID
    reason: str | None
    answers: Sequence[LookupHolder]
    your_answer: str | None

    @property
    def state(self) -> str:
        return "answered" if self.answers or self.your_answer else "asked"

    def etag(self, actor: Actor) -> str:
        return work.etag(actor, "lookup", self.lookup.id, self.lookup.seen or ())


def asking(actor: Actor, case_id: UUID) -> Asking:
    """After the case was found: one person's lookups come one after the other, so that they can be counted."""
    current = session()
    if actor.person_id is not None:
        lock_member(actor.person_id)
    value = select(BlindIndex.value).where(BlindIndex.case_id == case_id).scalar_subquery()
    today = (Lookup.member_id == actor.person_id, Lookup.at > actor.now - rules.A_DAY)
    row = current.execute(select(func.count(), func.min(Lookup.at), value).where(*today)).one()
    return Asking(row[2], row[0], row[1])


def _lookups(actor: Actor) -> Rows:
    """Lookups with both sides of them: the asker's case, and the held case if the actor's own agency was asked."""
    held, held_key = aliased(Case), aliased(CaseKey)
    mine = and_(LookupHolder.lookup_id == Lookup.id, LookupHolder.agency_id == actor.agency_id)
    return (
        select(
            Lookup.id,
            Lookup,
            LookupHolder,
            Case.case_ref,
            CaseKey.kek_id,
            CaseKey.wrapped,
            held.case_ref.label("held_ref"),
            held_key.kek_id.label("held_kek_id"),
            held_key.wrapped.label("held_wrapped"),
            assigned_here(actor, LookupHolder.case_id).label("assigned"),
            excluded_here(actor, Lookup.case_id).label("asker_excluded"),
            excluded_here(actor, LookupHolder.case_id).label("holder_excluded"),
        )
        .join(Case, Case.id == Lookup.case_id)
        .join(CaseKey, CaseKey.case_id == Lookup.case_id)
        .outerjoin(LookupHolder, mine)
        .outerjoin(held, held.id == LookupHolder.case_id)
        .outerjoin(held_key, held_key.case_id == LookupHolder.case_id)
    )


def _file(actor: Actor, row: Any) -> LookupFile | None:
    """The lookup from the side on which the actor stands; None if it stands on neither."""
    lookup: Lookup = row[1]
    holder: LookupHolder | None = row[2]
    if not actor.works_with_children:
        return None
    if lookup.agency_id == actor.agency_id and not row.asker_excluded:
        lookup.standing, lookup.case_ref = frozenset({Relation.SENDER}), row.case_ref
        return LookupFile(lookup, None, row.kek_id, row.wrapped)
    if holder is not None and not row.holder_excluded:
        lookup.standing, lookup.case_ref = frozenset({Relation.RECEIVER}), row.held_ref
        lookup.worker_assigned, lookup.seen = bool(row.assigned), (holder.answer,)
        return LookupFile(lookup, holder, row.held_kek_id, row.held_wrapped)
    return None


def find_lookup(actor: Actor, lookup_id: UUID) -> LookupFile:
    """The lookup, for whoever asked and for whoever is asked; for all others it is as missing."""
    current = session()
    if actor.request.changing and current.get_bind().dialect.name == "postgresql":
        mine = (LookupHolder.lookup_id == lookup_id, LookupHolder.agency_id == actor.agency_id)
        current.execute(select(LookupHolder.lookup_id).where(*mine).with_for_update())
    query = _lookups(actor).where(Lookup.id == lookup_id)
    row = current.execute(query, execution_options={"populate_existing": True}).one_or_none()
    file = _file(actor, row) if row is not None else None
    if file is None:
        raise NotFound()
    return file


def view(file: LookupFile) -> LookupView:
    """What this side is shown."""
    known = [] if file.holder else _known([file.lookup.id])[file.lookup.id]
    return _view(file, known)


def _view(file: LookupFile, known: Sequence[LookupHolder]) -> LookupView:
    lookup, holder = file.lookup, file.holder
    sealed, place = (holder or lookup).reason_sealed, (holder or lookup).reason_place()
    key = vault.ring().unwrap(file.kek_id, file.wrapped) if file.wrapped is not None else None
    lookup.seen = (holder.answer,) if holder else tuple(row.agency_id.hex for row in known)
    return LookupView(
        lookup,
        (holder or lookup).case_id,
        vault.open_sealed(key, sealed, place) if key else None,
        known,
        holder.answer if holder else None,
    )


def _known(lookup_ids: Collection[UUID]) -> dict[UUID, list[LookupHolder]]:
    """Only what a holder chose to say; any other answer stays with the holder."""
    query = select(LookupHolder).where(LookupHolder.lookup_id.in_(lookup_ids), LookupHolder.answer == "known")
    found: dict[UUID, list[LookupHolder]] = defaultdict(list)
    for row in session().execute(query.order_by(LookupHolder.answered_at, LookupHolder.agency_id)).scalars():
        found[row.lookup_id].append(row)
    return found


def read_lookup(actor: Actor, lookup_id: UUID) -> LookupView:
    shown = view(find_lookup(actor, lookup_id))
    disclose(actor, Permission.LOOKUP_READ, shown.lookup, fields=["reason"])
    return shown


def list_lookups(
    actor: Actor, *, limit: int, after: UUID | None, box: str | None
) -> tuple[list[LookupView], UUID | None]:
    """One page of what the agency asked (outbox) and what it is asked (inbox)."""
    if actor.agency_id is None:
        raise Forbidden("Only agencies ask each other.")
    query = visible_lookups(_lookups(actor), actor, Lookup, LookupHolder, box)
    page = page_of(session(), query, Lookup.id, limit=limit, after=after)
    files = [file for row in page.rows if (file := _file(actor, row)) is not None]
    known = _known([file.lookup.id for file in files if file.holder is None])
    shown = [_view(file, known[file.lookup.id]) for file in files]
    disclose(
        actor,
        Permission.LOOKUP_LIST,
        OwnAgency(actor.agency_id),
        returned_ids=[ids.show("lookup", each.lookup.id) for each in shown],
        fields=["reason"] if shown else [],
    )
    return shown, page.next_after
