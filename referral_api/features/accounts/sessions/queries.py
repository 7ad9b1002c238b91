"""Finding who signs in, and who a refresh token belongs to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select

from referral_api.features.accounts.models import Certificate, Member
from referral_api.features.accounts.queries import person
from referral_api.features.accounts.sessions.models import MemberSession, RefreshToken
from referral_api.kernel.errors import NotFound
from referral_api.store.session import session

__all__ = ["about_member", "find_by_refresh_token", "find_by_username", "find_session"]

_member, _session, _refresh = Member.__table__.c, MemberSession.__table__.c, RefreshToken.__table__.c

_BY_USERNAME = person(_member.password_hash).where(_member.username == bindparam("username"))
_BY_REFRESH_TOKEN = (
    person(
        _session.id.label("session_id"),
        _session.expires_at,
        _session.ended_at,
        _refresh.id.label("refresh_id"),
        _refresh.used_at,
    )
    .join(MemberSession.__table__, _session.member_id == _member.id)
    .join(RefreshToken.__table__, _refresh.session_id == _session.id)
    .where(_refresh.token_hash == bindparam("token_hash"))
    .with_for_update(of=RefreshToken.__table__)
)


def find_by_username(username: str, today: Any) -> Sequence[Row[Any]]:
    """The active member of this name, one row for each role, with what its password must match."""
    return session().execute(_BY_USERNAME, {"username": username, "today": today}).all()


def find_by_refresh_token(token_hash: bytes, today: Any) -> Sequence[Row[Any]]:
    """Who this refresh token was issued to; locked, so that of two uses at once one comes first."""
    return session().execute(_BY_REFRESH_TOKEN, {"token_hash": token_hash, "today": today}).all()


def find_session(session_id: UUID | None) -> MemberSession:
    found = session().get(MemberSession, session_id) if session_id else None
    if found is None:
        raise NotFound()
    return found


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
