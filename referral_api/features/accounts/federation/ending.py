"""Ending the links of a member who leaves, or who must prove anew who they are."""

from uuid import UUID

from sqlalchemy import select

from referral_api.features.accounts.federation.models import IdentityLink
from referral_api.work import Work

__all__ = ["end_links"]


def end_links(w: Work, member_id: UUID) -> None:
    """End every link of a member to a provider; each leaves an entry."""
    query = select(IdentityLink).where(IdentityLink.member_id == member_id, IdentityLink.ended_at.is_(None))
    made = w.made
    for link in w.session.execute(query.with_for_update()).scalars():
        link.ended_at = w.now
        w.record(link, "identity_link.ended", fields=["state"])
    w.made = made
