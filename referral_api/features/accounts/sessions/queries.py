"""Finding who signs in, and who a refresh token belongs to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, String, bindparam, select

from referral_api.access import Permission
from referral_api.features.accounts.models import Certificate, Member
from referral_api.features.accounts.queries import find_self, person
from referral_api.features.accounts.sessions.models import MemberSession, RefreshToken
from referral_api.features.accounts.sessions.opening import IDLE_LASTS
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import NotFound
from referral_api.store.pages import Page, page_of
from referral_api.store.session import session
from referral_api.work import disclose

__all__ = [
    "about_member",
    "find_active",
    "find_by_refresh_token",
    "find_by_username",
    "find_own_session",
    "find_session",
    "list_sessions",
    "password_hash_of",
]

_member, _session, _refresh = Member.__table__.c, MemberSession.__table__.c, RefreshToken.__table__.c

_BY_USERNAME = person().where(_member.username == bindparam("username", type_=String))
_BY_REFRESH_TOKEN = (
    person(
        _session.id.label("session_id"),
        _session.expires_at,
        _session.ended_at,
        _refresh.id.label("refresh_id"),
        _refresh.used_at,
        _refresh.expires_at.label("idle_until"),
    )
    .join(MemberSession.__table__, _session.member_id == _member.id)
    .join(RefreshToken.__table__, _refresh.session_id == _session.id)
    .where(_refresh.token_hash == bindparam("token_hash"))
    .with_for_update(of=RefreshToken.__table__)
)


def find_by_username(username: str, today: Any) -> Sequence[Row[Any]]:
    """The active member of this name, one row for each role."""
    return session().execute(_BY_USERNAME, {"username": username, "today": today}).all()


def password_hash_of(username: str) -> str | None:
    """What the password of this active member must match; None if there is nobody."""
    query = select(Member.password_hash).where(Member.username == username, Member.status == "active")
    return session().execute(query).scalars().first()


def find_active(username: str) -> Member | None:
    """The active member of this name, locked: of two who sign in at once with one code, one comes first."""
    query = select(Member).where(Member.username == username, Member.status == "active").with_for_update()
    return session().execute(query, execution_options={"populate_existing": True}).scalars().first()


def find_by_refresh_token(token_hash: bytes, today: Any) -> Sequence[Row[Any]]:
    """Who this refresh token was issued to; locked, so that of two uses at once one comes first."""
    return session().execute(_BY_REFRESH_TOKEN, {"token_hash": token_hash, "today": today}).all()


def find_session(session_id: UUID | None) -> MemberSession:
    found = session().get(MemberSession, session_id) if session_id else None
    if found is None:
        raise NotFound()
    return found


def find_own_session(actor: Actor, session_id: UUID) -> MemberSession:
    """A session of the caller's that is still open; another's is as missing as a missing one."""
    query = select(MemberSession).where(MemberSession.id == session_id, *_open(actor)).with_for_update()
    found = session().execute(query, execution_options={"populate_existing": True}).scalars().first()
    if found is None:
        raise NotFound()
    return found


def list_sessions(actor: Actor, *, limit: int, after: UUID | None) -> Page:
    """Where the caller is signed in, newest first."""
    member = find_self(actor)
    in_use = (*_open(actor), MemberSession.last_used_at > actor.now - IDLE_LASTS)
    query = select(MemberSession.__table__).where(*in_use)
    page = page_of(session(), query, _session.id, limit=limit, after=after)
    disclose(actor, Permission.SESSION_LIST, member, returned_ids=[ids.show("session", row.id) for row in page.rows])
    return page


def _open(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    mine = MemberSession.member_id == actor.id
    return (mine, MemberSession.ended_at.is_(None), MemberSession.expires_at > actor.now)


def about_member(member_id: UUID) -> Sequence[Any]:
    """The user name, once for each confirmed certificate (once with none if there is none)."""
    certificate = Certificate.__table__.c
    confirmed = (
        (certificate.member_id == _member.id) & certificate.confirmed_at.is_not(None) & certificate.ended_at.is_(None)
    )
    return session().execute(
        select(_member.username, certificate.id, certificate.certificate_kind, certificate.expires_on)
        .select_from(Member.__table__.outerjoin(Certificate.__table__, confirmed))
        .where(_member.id == member_id)
        .order_by(certificate.id)
    ).all()  # fmt: skip
