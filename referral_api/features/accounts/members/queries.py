"""Finding members, each with the roles that have not ended."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from referral_api.access import Permission
from referral_api.features.accounts.models import Member, MemberRole
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import NotFound
from referral_api.kernel.words import Role
from referral_api.store.pages import page_of
from referral_api.store.session import session
from referral_api.work import OwnAgency, disclose

__all__ = [
    "Person",
    "confirmers",
    "find_invited",
    "find_named",
    "find_person",
    "has_admin",
    "list_people",
    "read_person",
]

_ROLES = and_(MemberRole.member_id == Member.id, MemberRole.ended_at.is_(None))


@dataclass(slots=True)
class Person:
    """A member, and the roles given to it: confirmed, or waiting for a second person."""

    member: Any
    roles: Sequence[Any] = field(default_factory=list)

    @property
    def confirmed(self) -> list[str]:
        return sorted(role.role for role in self.roles if role.confirmed_at is not None and role.ended_at is None)

    @property
    def pending(self) -> list[str]:
        return sorted(role.role for role in self.roles if role.confirmed_at is None and role.ended_at is None)


def find_person(agency_id: UUID, member_id: UUID, *, lock: bool = False) -> Person:
    """The member of this agency; locked, nobody else changes it meanwhile."""
    return _person(Member.id == member_id, Member.agency_id == agency_id, lock=lock) or _missing()


def find_invited(username: str, *, lock: bool = False) -> Person | None:
    """Who was invited under this user name and has not come yet."""
    return _person(Member.username == username, Member.status == "invited", lock=lock)


def find_named(username: str) -> Person | None:
    """Whoever has this user name, locked; not who left."""
    return _person(Member.username == username, Member.status != "left", lock=True)


def _person(*which: Any, lock: bool) -> Person | None:
    query = select(Member, MemberRole).outerjoin(MemberRole, _ROLES).where(*which)
    if lock:
        query = query.with_for_update(of=Member)
    rows = session().execute(query, execution_options={"populate_existing": True}).all()
    return Person(rows[0][0], [role for _, role in rows if role is not None]) if rows else None


def _missing() -> Person:
    raise NotFound()


def read_person(actor: Actor, agency_id: UUID, member_id: UUID) -> Person:
    person = find_person(agency_id, member_id)
    disclose(actor, Permission.MEMBER_READ, person.member)
    return person


def list_people(actor: Actor, agency: OwnAgency, *, limit: int, after: UUID | None) -> tuple[list[Person], UUID | None]:
    """The agency's people, newest first, those who left too."""
    members = Member.__table__
    page = page_of(
        session(), select(members).where(members.c.agency_id == agency.id), members.c.id, limit=limit, after=after
    )
    roles: dict[UUID, list[Any]] = defaultdict(list)
    role = MemberRole.__table__.c
    for row in session().execute(
        select(role.member_id, role.role, role.confirmed_at, role.ended_at).where(
            role.member_id.in_([row.id for row in page.rows]), role.ended_at.is_(None)
        )
    ):
        roles[row.member_id].append(row)
    shown = [ids.show("member", row.id) for row in page.rows]
    disclose(actor, Permission.MEMBER_READ, agency, returned_ids=shown)
    return [Person(row, roles[row.id]) for row in page.rows], page.next_after


def has_admin(current: Session, agency_id: UUID, actor: Actor) -> bool:
    """Whether the agency has an admin, or one whose invitation can still be taken up."""
    able = or_(Member.status == "active", and_(Member.status == "invited", Member.invitation_expires_at > actor.now))
    query = (
        select(Member.id)
        .join(MemberRole, _ROLES)
        .where(Member.agency_id == agency_id, able, MemberRole.role == Role.AGENCY_ADMIN)
    )
    return current.execute(query.limit(1)).first() is not None


def confirmers(current: Session, agency_id: UUID) -> list[UUID]:
    """The agency's people who may be a second person: active admins and supervisors, themselves confirmed."""
    query = (
        select(Member.id)
        .join(MemberRole, and_(_ROLES, MemberRole.confirmed_at.is_not(None)))
        .where(
            Member.agency_id == agency_id,
            Member.status == "active",
            MemberRole.role.in_([Role.AGENCY_ADMIN, Role.SUPERVISOR]),
        )
    )
    return list(current.execute(query.distinct()).scalars())
