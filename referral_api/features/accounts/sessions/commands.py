"""Signing in with a password, staying signed in with refresh tokens, signing out, taking up an invitation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import update

from referral_api.access import Permission
from referral_api.features.accounts.members.queries import Person, find_invited
from referral_api.features.accounts.models import Member
from referral_api.features.accounts.queries import actor_of
from referral_api.features.accounts.sessions import queries
from referral_api.features.accounts.sessions.models import MemberSession, RefreshToken
from referral_api.features.accounts.sessions.tries import count_try, forget_try, refuse
from referral_api.identity import passwords, secrets, tokens
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.errors import FieldError, Invalid, Unauthenticated
from referral_api.kernel.messages import Message
from referral_api.kernel.words import Role
from referral_api.store.session import session
from referral_api.work import Work, work

__all__ = ["SESSION_LASTS", "SignedIn", "accept_invitation", "end_session", "open_session", "refresh_session"]

SESSION_LASTS = timedelta(hours=8)
"""A working day: after it, the password again, however busy the session was."""

_FAILED = "The user name, the password or the code is wrong."
_NO_INVITATION = "There is no such invitation, or its time is over."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What somebody who signed in gets; `refresh_expires_in` in seconds, the rest of the session."""

    access_token: str
    refresh_token: str
    refresh_expires_in: int


def open_session(request: Request, *, username: str, password: str) -> SignedIn:
    """Sign a member in. A wrong password and an unknown user name take the same time and get the same answer."""
    action = Permission.SESSION_OPEN.event
    tried = count_try(request, username, action=action)
    rows = queries.find_by_username(username, request.now.date())
    session().rollback()
    if not passwords.verify_password(rows[0].password_hash if rows else None, password, profile=_profile()):
        refuse(request, tried, action=action, subject=("member", rows[0].member_id) if rows else None, detail=_FAILED)
    actor = actor_of(rows, request)
    opened = MemberSession(
        id=ids.new(), member_id=rows[0].member_id, opened_at=request.now, expires_at=request.now + SESSION_LASTS
    )
    with work(actor, Permission.SESSION_OPEN, on=opened) as w:
        forget_try(w, tried)
        _hash_anew(w, rows[0], password)
        w.add(opened)
        signed_in = _signed_in(w, opened.id, opened.expires_at)
        w.record(opened)
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
    with work(actor, Permission.SESSION_REFRESH, on=opened) as w:
        w.session.execute(update(RefreshToken).where(RefreshToken.id == found.refresh_id).values(used_at=w.now))
        signed_in = _signed_in(w, opened.id, opened.expires_at)
        w.record(opened)
    return signed_in


def end_session(actor: Actor, opened: MemberSession) -> None:
    """Sign out: its access token stops at once, its refresh token too."""
    with work(actor, Permission.SESSION_END, on=opened) as w:
        opened.ended_at, opened.end_reason = w.now, "signed_out"
        w.record(opened)


def accept_invitation(request: Request, *, username: str, invitation: str, password: str) -> Person:
    """Take up an invitation: choose a password, and be a member of the agency from now on."""
    action = Permission.MEMBER_JOIN.event
    _must_be_strong(password, username)
    tried = count_try(request, username, action=action)
    session().rollback()
    password_hash = passwords.hash_password(password, profile=_profile())
    person = find_invited(username, lock=True)
    if person is None or not _holds(person.member, invitation, request.now):
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


def _signed_in(w: Work, session_id: UUID, expires_at: datetime) -> SignedIn:
    refresh = secrets.new_secret("refresh")
    w.add(
        RefreshToken(
            id=ids.new(),
            session_id=session_id,
            token_hash=secrets.digest(refresh),
            issued_at=w.now,
            expires_at=expires_at,
        )
    )
    subject = ids.show("member", w.actor.id) if w.actor.id else ""
    url = current_app.config["PUBLIC_URL"]
    access = tokens.issue(
        current_app.extensions["signing_keys"](),
        issuer=url,
        audience=url,
        subject=subject,
        client_id=_OWN_CLIENT,
        now=w.now,
        session_id=ids.show("session", session_id),
    )
    return SignedIn(access, refresh, int((expires_at - w.now).total_seconds()))


_OWN_CLIENT = "referral-api"
"""RFC 9068 wants a client in each access token; whoever signs in with a password here uses this service's own."""


def _hash_anew(w: Work, row: Any, password: str) -> None:
    if passwords.needs_rehash(row.password_hash, profile=_profile()):
        new = passwords.hash_password(password, profile=_profile())
        w.session.execute(update(Member).where(Member.id == row.member_id).values(password_hash=new))


def _must_be_strong(password: str, username: str) -> None:
    weak: Sequence[str] = passwords.check_new_password(password, context=[username, "referral"])
    if weak:
        raise Invalid([FieldError("/password", code, _WEAK[code]) for code in weak])


_WEAK = {
    "too-short": Message("At least {least} characters.").format(least=passwords.MINIMUM),
    "too-long": Message("At most {most} characters.").format(most=passwords.MAXIMUM),
    "common": "Many people use this one, so it is tried first.",
    "repetitive": "It repeats itself, or follows the keyboard.",
    "context-word": "It is made of the user name or of this service's name.",
}


def _holds(member: Member, invitation: str, now: datetime) -> bool:
    until = member.invitation_expires_at
    return (
        member.invitation_hash is not None
        and until is not None
        and now < until
        and secrets.matches(invitation, member.invitation_hash)
    )


def _profile() -> passwords.Profile:
    """The service's own, unless a test brought a cheaper one."""
    profile: passwords.Profile = current_app.extensions.get("password_profile", passwords.STANDARD)
    return profile


def _sign_in_again() -> Unauthenticated:
    return Unauthenticated("This refresh token is not valid, or no longer. Sign in again.")
