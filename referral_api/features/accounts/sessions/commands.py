"""Signing in with a password, staying signed in with refresh tokens, signing out, taking up an invitation."""

from datetime import datetime

from sqlalchemy import update

from referral_api.access import Permission
from referral_api.features.accounts.factors.codes import is_enrolled, judge_code, spend
from referral_api.features.accounts.members.queries import Person, find_invited
from referral_api.features.accounts.models import Member
from referral_api.features.accounts.queries import actor_of
from referral_api.features.accounts.sessions import queries
from referral_api.features.accounts.sessions.choosing import must_be_strong, profile
from referral_api.features.accounts.sessions.ending import end_sessions
from referral_api.features.accounts.sessions.models import MemberSession, RefreshToken
from referral_api.features.accounts.sessions.opening import SignedIn, issue_tokens, new_session, sign_in
from referral_api.features.accounts.sessions.tries import Try, clockwork, count_missed, count_try, forget_try, refuse
from referral_api.features.agencies.queries import find_agency
from referral_api.identity import passwords, secrets
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.errors import Unauthenticated
from referral_api.kernel.words import Role
from referral_api.store.session import session
from referral_api.work import work

__all__ = ["accept_invitation", "end_all_sessions", "end_session", "open_session", "refresh_session"]

_FAILED = "The user name, the password or the code is wrong."
_NO_INVITATION = "There is no such invitation, or its time is over."


def open_session(request: Request, *, username: str, password: str, one_time_code: str | None = None) -> SignedIn:
    """Sign a member in. An unknown user name, a wrong password and a wrong, used or missing code take the same way and get the same answer."""
    action = Permission.SESSION_OPEN.event
    tried = count_try(request, username, action=action)
    stored = queries.password_hash_of(username)
    session().rollback()
    right = passwords.verify_password(stored, password, profile=profile())
    member = queries.find_active(username)
    rows = queries.find_by_username(username, request.now.date())
    proof = judge_code(member, one_time_code, request.now)
    if not right or member is None or not rows or member.password_hash != stored or proof is None:
        subject = ("member", member.id) if member else None
        guessing = member is not None and right and one_time_code is not None and is_enrolled(member)
        count_missed(request, tried, member.id if member and guessing else None)
        refuse(request, tried, action=action, subject=subject, detail=_FAILED)
    opened = new_session(request, member.id, factor=proof.factor)
    with work(actor_of(rows, request), Permission.SESSION_OPEN, on=opened) as w:
        forget_try(w, tried)
        spend(w, member, proof)
        if stored is not None and passwords.needs_rehash(stored, profile=profile()):
            member.password_hash = passwords.hash_password(password, profile=profile())
        signed_in = sign_in(w, opened)
        w.record(opened, reason_code=proof.factor)
    return signed_in


def refresh_session(request: Request, *, refresh_token: str) -> SignedIn:
    """Trade a refresh token for new ones. A used one that comes again was copied: the session ends, whoever holds what."""
    rows = queries.find_by_refresh_token(secrets.digest(refresh_token), request.now.date())
    if not rows or rows[0].ended_at is not None or rows[0].expires_at <= request.now:
        raise _sign_in_again()
    found = rows[0]
    actor = actor_of(rows, request, session_id=found.session_id)
    opened = queries.find_session(found.session_id)
    if found.used_at is not None:
        with work(actor, Permission.SESSION_END, on=opened) as w:
            opened.ended_at, opened.end_reason = w.now, "refresh_reused"
            w.record(opened, outcome="refused", reason_code="refresh_reused")
        raise _sign_in_again()
    if found.idle_until <= request.now:
        raise _sign_in_again()
    with work(actor, Permission.SESSION_REFRESH, on=opened) as w:
        w.session.execute(update(RefreshToken).where(RefreshToken.id == found.refresh_id).values(used_at=w.now))
        opened.last_used_at = w.now
        signed_in = issue_tokens(w, opened)
        w.record(opened)
    return signed_in


def end_session(actor: Actor, opened: MemberSession) -> None:
    """Sign out: its access token stops at once, its refresh token too."""
    with work(actor, Permission.SESSION_END, on=opened) as w:
        opened.ended_at, opened.end_reason = w.now, "signed_out"
        w.record(opened)


def end_all_sessions(actor: Actor) -> None:
    """Sign out everywhere, this session included; each leaves an entry."""
    opened = queries.find_session(actor.session_id)
    with work(actor, Permission.SESSION_END, on=opened) as w:
        end_sessions(w, opened.member_id, "signed_out_everywhere")
        w.made = (opened.kind, opened.id)


def accept_invitation(request: Request, *, username: str, invitation: str, password: str) -> Person:
    """Take up an invitation: choose a password, and be a member of the agency from now on."""
    action = Permission.MEMBER_JOIN.event
    tried = count_try(request, username, action=action)
    password_hash = _chosen(request, tried, username, invitation, password)
    person = find_invited(username, lock=True)
    if password_hash is None or person is None or not _holds(person.member, invitation, request.now):
        subject = ("member", person.member.id) if person else None
        refuse(request, tried, action=action, subject=subject, detail=_NO_INVITATION)
    member: Member = person.member
    roles = frozenset(Role(role.role) for role in person.roles)
    actor = Actor("member", member.id, member.agency_id, request, roles=roles, language=member.language)
    with work(actor, Permission.MEMBER_JOIN, on=member) as w:
        forget_try(w, tried)
        member.status, member.password_hash = "active", password_hash
        member.invitation_hash = member.invitation_expires_at = None
        member.version += 1
        member.updated_at = w.now
        w.record(member, fields=["status"])
    return person


def _chosen(request: Request, tried: Try, username: str, invitation: str, password: str) -> str | None:
    """The hash of the password, judged for whoever holds the invitation; None for everybody else, who waits as long and learns nothing.

    No database is held meanwhile, and whoever has to choose again is not counted as guessing.
    """
    person = find_invited(username)
    if person is None or not _holds(person.member, invitation, request.now):
        session().rollback()
        passwords.verify_password(None, password, profile=profile())
        return None
    names = username, find_agency(person.member.agency_id).name
    with work(clockwork(request), Permission.SESSION_TRY, on=tried) as w:
        forget_try(w, tried)
        w.made = (tried.kind, tried.id)
    must_be_strong(password, *names, pointer="/password")
    return passwords.hash_password(password, profile=profile())


def _holds(member: Member, invitation: str, now: datetime) -> bool:
    until = member.invitation_expires_at
    return (
        member.invitation_hash is not None
        and until is not None
        and now < until
        and secrets.matches(invitation, member.invitation_hash)
    )


def _sign_in_again() -> Unauthenticated:
    return Unauthenticated("This refresh token is not valid, or no longer. Sign in again.")
