"""What was in force at a moment that is past: a pure decision over a consent's times."""

from datetime import datetime
from typing import Protocol

__all__ = ["was_in_force"]


class _Consent(Protocol):
    """The times of a consent."""

    basis: str
    state: str
    created_at: datetime
    valid_from: datetime
    valid_until: datetime | None
    reviewed_at: datetime | None
    ended_at: datetime | None


def was_in_force(consent: _Consent, at: datetime) -> bool:
    """Whether a consent was recorded, approved where that came first, within its time, and neither withdrawn nor ended, then."""
    if consent.state in ("pending_approval", "refused") and consent.ended_at is None:
        return False
    if consent.basis == "best_interests_documented" and (consent.reviewed_at is None or at < consent.reviewed_at):
        return False
    over = any(end is not None and end <= at for end in (consent.ended_at, consent.valid_until))
    return consent.created_at <= at and consent.valid_from <= at and not over
