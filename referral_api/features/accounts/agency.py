"""Whose people and systems these are: the first half of each address of this room."""

from uuid import UUID

from referral_api.features.agencies.queries import find_agency
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import NotFound
from referral_api.kernel.words import Role
from referral_api.work import OwnAgency

__all__ = ["people_of"]


def people_of(actor: Actor, agency_id: UUID) -> OwnAgency:
    """The agency as the actor's own; the platform may name another, for everybody else another's people do not exist."""
    if actor.agency_id != agency_id:
        if Role.PLATFORM_ADMIN not in actor.roles:
            raise NotFound()
        find_agency(agency_id)
    return OwnAgency(agency_id)
