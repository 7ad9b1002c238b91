"""Who may break the glass and who reviews it: pure decisions over words."""

from datetime import timedelta
from uuid import UUID

__all__ = ["A_WEEK", "MOST_A_WEEK", "MOST_MINUTES", "REVIEW_WITHIN", "UNSAFE", "refusal", "reviewer_refusal"]

MOST_MINUTES = 240
MOST_A_WEEK = 3
A_WEEK = timedelta(days=7)
REVIEW_WITHIN = timedelta(hours=72)
UNSAFE = frozenset({"unsafe_to_contact", "unsafe_to_continue", "safety_concern"})
"""With these reasons a referral ends because its agency is no safe one for this child."""


def refusal(*, ended_unsafe: bool, barred: bool, used: int) -> str | None:
    """Why somebody who knows the case may still not break the glass, as a reason code for the log."""
    if barred:
        return "excluded_by_withdrawal"
    if ended_unsafe:
        return "ended_unsafe"
    return "glass_limit" if used >= MOST_A_WEEK else None


def reviewer_refusal(
    *, reviewer: UUID | None, reviewer_agency: UUID | None, user: UUID, user_agency: UUID, owner_agency: UUID
) -> str | None:
    """Why this person may not review: the owner's supervisor does, but oversight where the owner used it; never the user's agency."""
    if reviewer == user:
        return "same_person"
    if reviewer_agency == user_agency:
        return "own_agency"
    return "owner_reviews" if user_agency != owner_agency and reviewer_agency != owner_agency else None
