"""Forgetting sessions that are over. What was done in them stays in the log."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from referral_api.features.accounts.sessions.models import MemberSession, RefreshToken

__all__ = ["sweep_sessions"]

_KEPT: Final = timedelta(days=1)


def sweep_sessions(session: Session, now: datetime) -> None:
    """Delete sessions that ended or ran out a day ago, and their refresh tokens with them."""
    before = now - _KEPT
    over = select(MemberSession.id).where(or_(MemberSession.ended_at <= before, MemberSession.expires_at <= before))
    apart = {"synchronize_session": False}
    session.execute(delete(RefreshToken).where(RefreshToken.session_id.in_(over)), execution_options=apart)
    session.execute(delete(MemberSession).where(MemberSession.id.in_(over)), execution_options=apart)
