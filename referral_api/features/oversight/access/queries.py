"""Who could read a case at some moment, and on what ground: told by the histories of parties, referrals and consents, not by the present.

Ids, codes and times only; no word about the child.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from referral_api.access import Permission
from referral_api.access.wall import behind_wall
from referral_api.features.accounts.models import Certificate, Member, MemberRole
from referral_api.features.agencies.models import Agency
from referral_api.features.cases.models import Case, CaseExclusion, CaseParty, CaseWorker
from referral_api.features.cases.rules import BEHIND_GLASS
from referral_api.features.cases.scope import assigned_here, excluded_here
from referral_api.features.consent.models import Consent, ConsentGrant
from referral_api.features.oversight.access.rules import was_in_force
from referral_api.features.referrals.models import Referral, ReferralStep
from referral_api.kernel import ids
from referral_api.kernel.actor import APART, Actor
from referral_api.kernel.errors import FieldError, Invalid, NotFound
from referral_api.kernel.words import DATA_CLASSES, Relation, Role
from referral_api.store import session
from referral_api.work import disclose

__all__ = ["Access", "Ground", "read_access"]

_WORKING = ("accepted", "in_progress", "completed")
_TOLD = ("sent", "acknowledged")
_BASES = {Relation.OWNER.value: "own_case", Relation.PLAN_MEMBER.value: "plan"}


@dataclass(frozen=True, slots=True)
class Ground:
    """Why an agency, or one member of it alone, could read: it owned the case, a referral rested on a consent, the glass was broken."""

    agency_id: UUID
    relation: str
    basis: str
    data_classes: tuple[str, ...]
    purposes: tuple[str, ...] = ()
    referral_id: UUID | None = None
    consent_id: UUID | None = None
    glass_id: UUID | None = None
    member_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """All grounds of that moment by agency, its members who could use them, and who was kept out."""

    at: datetime
    grounds: Mapping[UUID, list[Ground]]
    members: Mapping[UUID, list[dict[str, Any]]]
    kept_out: list[dict[str, Any]]


@dataclass(slots=True)
class _Watched:
    """A case as its owner and the auditors look at it from outside."""

    id: UUID
    case_ref: str
    owner_agency_id: UUID
    worker_assigned: bool
    kind: str = field(default="case")
    state: None = field(default=None)

    def relations(self, actor: Actor) -> frozenset[Relation]:
        auditor = Role.AUDITOR in actor.roles
        stands = {
            Relation.OWNER: self.owner_agency_id == actor.agency_id and (auditor or actor.works_with_children),
            Relation.OVERSEER: auditor and actor.agency_type == "oversight",
        }
        return frozenset(r for r, holds in stands.items() if holds) or frozenset({Relation.NONE})

    def assigned(self, actor: Actor) -> bool:
        return self.worker_assigned

    def concerns(self) -> Iterable[UUID]:
        return ()

    def shown_versions(self, actor: Actor) -> None:
        return None


def read_access(actor: Actor, case_id: UUID, *, at: datetime | None) -> Access:
    """Who could read the case then. Reading this is recorded too, with whom it named."""
    at = at or actor.now
    if at > actor.now:
        raise Invalid([FieldError("/at", "future", "Who will be able to read is not known yet.")])
    case = _find(actor, case_id)
    kept_out = _kept_out(case_id, at)
    agencies_out = {row["agency_id"] for row in kept_out}
    members_out = {row["member_id"] for row in kept_out if row["member_id"]}
    grounds: dict[UUID, list[Ground]] = defaultdict(list)
    for ground in (*_parties(case_id, at), *_receivers(case_id, at)):
        if ground.agency_id not in agencies_out and ground.member_id not in members_out:
            grounds[ground.agency_id].append(ground)
    members = _members(case_id, at, grounds, members_out)
    shown = [ids.show("agency", agency_id) for agency_id in grounds]
    shown += [ids.show("member", row["member_id"]) for rows in members.values() for row in rows]
    disclose(actor, Permission.ACCESS_READ, case, fields=["access"], returned_ids=shown)
    return Access(at, grounds, members, kept_out)


def _find(actor: Actor, case_id: UUID) -> _Watched:
    query = select(
        Case.case_ref,
        Case.owner_agency_id,
        assigned_here(actor).label("assigned"),
        excluded_here(actor).label("excluded"),
    ).where(Case.id == case_id)
    row = session().execute(query).one_or_none()
    if row is None:
        raise NotFound()
    if row.excluded:
        raise NotFound(case_ref=row.case_ref, reason="excluded")
    return _Watched(case_id, row.case_ref, row.owner_agency_id, bool(row.assigned))


def _then(since: Any, until: Any, at: datetime) -> ColumnElement[bool]:
    return and_(since <= at, or_(until.is_(None), until > at))


def _kept_out(case_id: UUID, at: datetime) -> list[dict[str, Any]]:
    x = CaseExclusion
    query = select(x.agency_id, x.member_id, x.reason_code, x.since, x.until)
    rows = session().execute(query.where(x.case_id == case_id, _then(x.since, x.until, at)).order_by(x.id))
    return [dict(row._mapping) for row in rows]


def _parties(case_id: UUID, at: datetime) -> Iterator[Ground]:
    """Owners and breakers of the glass. A receiver's row says only since when it stands now, so receivers are told by their referrals."""
    p = CaseParty
    query = select(p.agency_id, p.relation, p.because_id, p.member_id).where(
        p.case_id == case_id,
        p.relation.in_((Relation.OWNER, Relation.PLAN_MEMBER, Relation.BREAK_GLASS)),
        _then(p.since, p.until, at),
    )
    for row in session().execute(query.order_by(p.id)):
        if row.relation == Relation.BREAK_GLASS:
            yield Ground(
                row.agency_id,
                row.relation,
                "break_glass",
                BEHIND_GLASS,
                glass_id=row.because_id,
                member_id=row.member_id,
            )
        else:
            yield Ground(row.agency_id, row.relation, _BASES[row.relation], DATA_CLASSES)


def _receivers(case_id: UUID, at: datetime) -> Iterator[Ground]:
    current, r, s = session(), Referral, ReferralStep
    steps = (
        select(r.id, s.state)
        .join(s, s.referral_id == r.id)
        .where(r.case_id == case_id, s.at <= at)
        .order_by(r.id, s.seq)
    )
    states = {row.id: row.state for row in current.execute(steps)}
    query = (
        select(r.id, r.to_agency_id, r.referral_kind, Agency.type, Consent)
        .join(Consent, Consent.id == r.consent_id)
        .join(Agency, Agency.id == r.to_agency_id)
        .where(r.id.in_(states))
        .order_by(r.id)
    )
    found = current.execute(query).all()
    granted: dict[tuple[UUID, UUID], list[tuple[str, str]]] = defaultdict(list)
    g = ConsentGrant
    lines = select(g.consent_id, g.recipient_agency_id, g.data_class, g.purpose)
    for line in current.execute(lines.where(g.consent_id.in_({row[4].id for row in found}))):
        granted[line.consent_id, line.recipient_agency_id].append((line.data_class, line.purpose))
    for referral_id, agency_id, kind, agency_type, consent in found:
        open_states = (*_WORKING, *(_TOLD if kind == "protection_report" else ()))
        if states[referral_id] not in open_states or not was_in_force(consent, at):
            continue
        opened = [
            (data_class, purpose)
            for data_class, purpose in granted[consent.id, agency_id]
            if not behind_wall(data_class, agency_type, consent.basis)
        ]
        yield Ground(
            agency_id,
            Relation.RECEIVING,
            consent.basis,
            tuple(c for c in DATA_CLASSES if c in {data_class for data_class, _ in opened}),
            tuple(sorted({purpose for _, purpose in opened})),
            referral_id=referral_id,
            consent_id=consent.id,
        )


def _members(
    case_id: UUID, at: datetime, grounds: Mapping[UUID, list[Ground]], out: set[UUID]
) -> dict[UUID, list[dict[str, Any]]]:
    """Assigned workers and the supervisors of agencies that could read as such, and whoever broke the glass; nobody who also audits or administers."""
    current, w, role = session(), CaseWorker, MemberRole
    whole = [agency for agency, found in grounds.items() if any(each.member_id is None for each in found)]
    workers = select(w.agency_id, w.member_id, w.worker_kind.label("kind")).where(
        w.case_id == case_id, w.agency_id.in_(whole), _then(w.since, w.until, at)
    )
    supervisors = (
        select(Member.agency_id, Member.id.label("member_id"), role.role.label("kind"))
        .join(role, role.member_id == Member.id)
        .where(
            Member.agency_id.in_(whole),
            role.role == Role.SUPERVISOR,
            _then(role.confirmed_at, role.ended_at, at),
            or_(Member.left_at.is_(None), Member.left_at > at),
        )
    )
    rows: list[tuple[UUID, UUID, str]] = [
        (row[0], row[1], row[2]) for query in (workers, supervisors) for row in current.execute(query)
    ]
    rows += [
        (each.agency_id, each.member_id, each.relation)
        for found in grounds.values()
        for each in found
        if each.member_id
    ]
    out = out | _apart({member_id for _, member_id, _ in rows}, at)
    certified = _certified({member_id for _, member_id, _ in rows}, at)
    members: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for agency_id, member_id, kind in sorted(set(rows)):
        if member_id not in out:
            members[agency_id].append({"member_id": member_id, "kind": kind, "certified": member_id in certified})
    return members


def _apart(member_ids: set[UUID], at: datetime) -> set[UUID]:
    role = MemberRole
    query = select(role.member_id).where(role.member_id.in_(member_ids), role.role.in_(APART))
    return set(session().execute(query.where(_then(role.confirmed_at, role.ended_at, at))).scalars())


def _certified(member_ids: set[UUID], at: datetime) -> set[UUID]:
    c = Certificate
    query = select(c.member_id).where(
        c.member_id.in_(member_ids),
        c.certificate_kind == "safeguarding",
        c.expires_on >= at.date(),
        _then(c.confirmed_at, c.ended_at, at),
    )
    return set(session().execute(query).scalars())
