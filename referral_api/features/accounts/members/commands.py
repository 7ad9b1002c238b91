"""Inviting, confirming, changing members; seeing them leave."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral_api.access import Permission
from referral_api.features.accounts.factors.codes import forget_factors
from referral_api.features.accounts.federation.ending import end_links
from referral_api.features.accounts.members import rules
from referral_api.features.accounts.members.queries import Person, confirmers, has_admin
from referral_api.features.accounts.models import Member, MemberRole
from referral_api.features.accounts.sessions.ending import end_sessions
from referral_api.identity import secrets
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, Forbidden, IllegalStep, Invalid
from referral_api.kernel.words import Role
from referral_api.work import OwnAgency, Work, work

__all__ = ["INVITATION_HOLDS", "change_member", "confirm_member", "invite_anew", "invite_member"]

INVITATION_HOLDS = timedelta(days=7)


def invite_member(
    actor: Actor, agency: OwnAgency, *, username: str, roles: Sequence[str], language: str = "en"
) -> tuple[Person, str]:
    """Invite somebody. Returns the invitation too, which is shown this once; the roles count once a second person confirms them.

    The platform invites an agency's first admin, whose role is confirmed at once: there is nobody else yet.
    """
    invitation = secrets.new_secret("invitation")
    member = Member(
        id=ids.new(),
        agency_id=agency.id,
        username=username,
        language=language,
        status="invited",
        invitation_hash=secrets.digest(invitation),
        invitation_expires_at=actor.now + INVITATION_HOLDS,
        version=1,
        created_at=actor.now,
        updated_at=actor.now,
    )
    with work(actor, Permission.MEMBER_INVITE, on=agency) as w:
        if w.session.execute(select(Member.id).where(Member.username == username)).first():
            raise _taken()
        first_admin = Role.PLATFORM_ADMIN in actor.roles and not has_admin(w.session, agency.id, actor)
        _must_be_grantable(actor, agency.id, roles, has_admin=not first_admin)
        try:
            w.add(member)
        except IntegrityError:
            raise _taken() from None
        person = Person(member, _grant(w, member, roles))
        if first_admin:
            for role in person.roles:
                if role.role == Role.AGENCY_ADMIN:
                    role.confirmed_by, role.confirmed_at = actor.id, w.now
        w.record(member, fields=["language", "roles", "username"])
    return person, invitation


def confirm_member(actor: Actor, person: Person) -> Person:
    """Confirm the roles that another person gave. What the actor gave stays for somebody else."""
    member: Member = person.member
    with work(actor, Permission.MEMBER_CONFIRM, on=member) as w:
        waiting = [role for role in person.roles if role.confirmed_at is None and role.ended_at is None]
        if not waiting or member.status == "left":
            raise IllegalStep(member.status, [], "No role of this member waits to be confirmed.")
        others = confirmers(w.session, member.agency_id)
        mine = [
            r
            for r in waiting
            if rules.may_confirm(actor, member.agency_id, first=r.granted_by, of=member.id, others=others)
        ]
        if not mine:
            raise Forbidden(
                "A second person confirms: not who gave the role, and not who holds it.", reason="second_person"
            )
        for role in mine:
            role.confirmed_by, role.confirmed_at = actor.id, w.now
        _touch(w, member)
        w.record(member, fields=["roles"])
    return person


def change_member(
    actor: Actor,
    person: Person,
    *,
    status: str | None = None,
    roles: Sequence[str] | None = None,
    language: str | None = None,
) -> tuple[Person, str | None]:
    """Change a member's roles or language, invite anew (a lost password), or note that it left: then every session ends at once."""
    member: Member = person.member
    invitation = None
    with work(actor, Permission.MEMBER_CHANGE, on=member) as w:
        if member.status == "left":
            raise IllegalStep("left", [], "Who left is invited anew under another user name.")
        changed = [
            name for name, value in (("language", language), ("roles", roles), ("status", status)) if value is not None
        ]
        member.language = language or member.language
        if roles is not None:
            _give_exactly(w, person, roles)
        if status == "left":
            _leave(w, person)
        elif status == "invited":
            invitation = invite_anew(w, person)
        _touch(w, member)
        w.record(member, fields=changed)
    return person, invitation


def _give_exactly(w: Work, person: Person, roles: Sequence[str]) -> None:
    member: Member = person.member
    held = {role.role for role in person.roles}
    new = [role for role in roles if role not in held]
    if new and member.id == w.actor.id:
        raise Forbidden("Nobody gives a role to themselves.", reason="own_role")
    _must_be_grantable(w.actor, member.agency_id, new, has_admin=True)
    for role in person.roles:
        if role.role not in roles:
            role.ended_at = w.now
    person.roles = [*(role for role in person.roles if role.ended_at is None), *_grant(w, member, new)]


def _leave(w: Work, person: Person) -> None:
    member: Member = person.member
    member.status, member.left_at = "left", w.now
    member.password_hash = member.invitation_hash = None
    forget_factors(w, member)
    for role in person.roles:
        role.ended_at = w.now
    end_links(w, member.id)
    end_sessions(w, member.id, "member_left")


def invite_anew(w: Work, person: Person) -> str:
    """For a lost password or a lost factor. Whoever has come already needs a second person again: else the admin who holds the new
    invitation could take it up and be somebody else."""
    member: Member = person.member
    if member.id == w.actor.id:
        raise Forbidden("Nobody invites themselves anew.", reason="own_account")
    if member.status == "active":
        again = [role.role for role in person.roles]
        for role in person.roles:
            role.ended_at = w.now
        person.roles = _grant(w, member, again)
    forget_factors(w, member)
    invitation = secrets.new_secret("invitation")
    member.status, member.password_hash = "invited", None
    member.invitation_hash, member.invitation_expires_at = secrets.digest(invitation), w.now + INVITATION_HOLDS
    end_links(w, member.id)
    end_sessions(w, member.id, "invited_anew")
    return invitation


def _grant(w: Work, member: Member, roles: Iterable[str]) -> list[MemberRole]:
    rows = [
        MemberRole(id=ids.new(), member_id=member.id, role=role, granted_by=w.actor.id, granted_at=w.now)
        for role in roles
    ]
    w.add(*rows)
    return rows


def _must_be_grantable(actor: Actor, agency_id: UUID, roles: Sequence[str], *, has_admin: bool) -> None:
    if not set(roles) <= rules.grantable(actor, agency_id, has_admin=has_admin):
        raise Forbidden("These roles are not yours to give here.", reason="role_not_grantable")


def _touch(w: Work, member: Member) -> None:
    member.version += 1
    member.updated_at = w.now


def _taken() -> Invalid:
    return Invalid([FieldError("/username", "taken", "Somebody has this user name.")])
