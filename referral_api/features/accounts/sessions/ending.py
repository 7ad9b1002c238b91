"""Ending sessions: by the person, by the agency, or because a refresh token came twice."""

from uuid import UUID

from sqlalchemy import select

from referral_api.features.accounts.sessions.models import MemberSession
from referral_api.work import Work

__all__ = ["end_sessions"]


def end_sessions(w: Work, member_id: UUID, reason: str) -> None:
    """End every open session of a member at once; each leaves an entry."""
    query = select(MemberSession).where(
        MemberSession.member_id == member_id, MemberSession.ended_at.is_(None), MemberSession.expires_at > w.now
    )
    made = w.made
    for row in w.session.execute(query).scalars():
        row.ended_at, row.end_reason = w.now, reason
        w.record(row, "session.ended", reason_code=reason)
    w.made = made
