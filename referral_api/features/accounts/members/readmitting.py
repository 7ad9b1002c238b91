"""The way back for an only admin who has lost every factor: whoever runs the installation opens it, and it leads to no more than before."""

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from referral_api.access import Permission
from referral_api.features.accounts.members.commands import invite_anew
from referral_api.features.accounts.members.queries import Person, confirmers, find_named
from referral_api.features.accounts.models import Member, MemberRole
from referral_api.features.accounts.sessions.tries import clockwork
from referral_api.kernel.actor import Request
from referral_api.kernel.errors import Forbidden, NotFound
from referral_api.kernel.words import Role
from referral_api.work import Work, work

__all__ = ["readmit_only_admin"]

_ADMINS: Final = frozenset({Role.AGENCY_ADMIN, Role.PLATFORM_ADMIN})


def readmit_only_admin(request: Request, *, username: str) -> tuple[Person, str]:
    """Invite an agency's or the platform's only admin anew. Returns the invitation, which is shown this once.

    As for everybody who lost all, password, factors and sessions end, and the roles wait for a second person. The platform's only admin
    has none where nobody else could be one, as at the founding: that one role counts at once. The agency and the platform are told.
    """
    person = find_named(username)
    if person is None:
        raise NotFound()
    member: Member = person.member
    with work(clockwork(request), Permission.MEMBER_READMIT, on=member) as w:
        admin_of = _confirmed_once(w.session, member.id) & {role.role for role in person.roles} & _ADMINS
        if not admin_of:
            raise Forbidden(
                "Only an admin is let in again here; the agency's admin invites everybody else.", reason="not_admin"
            )
        if _others(w.session, member, admin_of):
            raise Forbidden("There is another admin, who invites this one anew.", reason="another_admin")
        invitation = invite_anew(w, person)
        if Role.PLATFORM_ADMIN in admin_of and not set(confirmers(w.session, member.agency_id)) - {member.id}:
            _confirm_at_once(w, person)
        member.version += 1
        member.updated_at = w.now
        w.record(member, tell=[member.agency_id, *_platform(w.session)], fields=["roles", "status"])
    return person, invitation


def _confirmed_once(current: Session, member_id: UUID) -> set[str]:
    """The roles that a second person has confirmed of this member at any time: what was only asked for is not given here."""
    query = select(MemberRole.role).where(MemberRole.member_id == member_id, MemberRole.confirmed_at.is_not(None))
    return set(current.execute(query).scalars())


def _others(current: Session, member: Member, roles: set[str]) -> bool:
    """Whether somebody else of the agency is an admin of the same kind, and could do this over HTTP."""
    query = (
        select(Member.id)
        .join(MemberRole, MemberRole.member_id == Member.id)
        .where(
            Member.agency_id == member.agency_id,
            Member.id != member.id,
            Member.status == "active",
            MemberRole.role.in_(roles),
            MemberRole.confirmed_at.is_not(None),
            MemberRole.ended_at.is_(None),
        )
    )
    return current.execute(query.limit(1)).first() is not None


def _platform(current: Session) -> list[UUID]:
    """The agencies that platform admins are of."""
    query = (
        select(Member.agency_id)
        .join(MemberRole, MemberRole.member_id == Member.id)
        .where(MemberRole.role == Role.PLATFORM_ADMIN, MemberRole.ended_at.is_(None))
    )
    return list(current.execute(query.distinct()).scalars())


def _confirm_at_once(w: Work, person: Person) -> None:
    for role in person.roles:
        if role.role == Role.PLATFORM_ADMIN:
            role.confirmed_at = w.now
