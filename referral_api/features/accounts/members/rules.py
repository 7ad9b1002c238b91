"""Who may give which role, and who may confirm it. Nobody does both, and nobody does either for themselves."""

from collections.abc import Collection
from uuid import UUID

from referral_api.kernel.actor import Actor
from referral_api.kernel.words import Role

__all__ = ["grantable", "may_confirm"]

_AGENCY_GIVES = frozenset({Role.CASEWORKER, Role.SUPERVISOR, Role.AGENCY_ADMIN, Role.AUDITOR})
_PLATFORM_GIVES = frozenset({Role.PLATFORM_ADMIN, Role.AUDITOR})


def grantable(actor: Actor, agency_id: UUID, *, has_admin: bool) -> frozenset[Role]:
    """The roles that this actor may give in this agency: an admin all but the platform's, the platform a first admin."""
    roles: frozenset[Role] = frozenset()
    if actor.agency_id == agency_id and Role.AGENCY_ADMIN in actor.roles:
        roles |= _AGENCY_GIVES
    if Role.PLATFORM_ADMIN in actor.roles:
        roles |= _PLATFORM_GIVES if actor.agency_id == agency_id else frozenset()
        roles |= frozenset() if has_admin else {Role.AGENCY_ADMIN}
    return roles


def may_confirm(actor: Actor, agency_id: UUID, *, first: UUID | None, of: UUID, others: Collection[UUID]) -> bool:
    """Whether the actor is a second person for what `first` said of the member `of`.

    `others` are the agency's confirmed admins and supervisors. The platform stands in only where none of them could.
    """
    if actor.id in (None, first, of):
        return False
    return actor.agency_id == agency_id or not set(others) - {first, of}
