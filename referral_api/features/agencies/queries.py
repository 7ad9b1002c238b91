"""Finding agencies. Everybody who is signed in may know of them."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from referral_api.access import Permission
from referral_api.features.agencies.models import Agency, AgencyCapability
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import NotFound
from referral_api.store.pages import Page, page_of
from referral_api.store.session import find_fresh, session
from referral_api.work import OwnAgency, disclose

__all__ = [
    "active_agency",
    "find_agency",
    "list_agencies",
    "lock_agency",
    "names_of",
    "overseers",
    "read_agency",
    "types_of",
]

_agencies = Agency.__table__


def find_agency(agency_id: UUID) -> Agency:
    """The agency, suspended ones too."""
    found = session().execute(select(Agency).where(Agency.id == agency_id)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def lock_agency(agency_id: UUID) -> Agency:
    """The agency, for a change: nobody else changes it meanwhile."""
    return find_fresh(select(Agency).where(Agency.id == agency_id), lock=True)


def read_agency(actor: Actor, agency_id: UUID) -> Agency:
    agency = find_agency(agency_id)
    disclose(actor, Permission.AGENCY_READ, agency)
    return agency


def list_agencies(
    actor: Actor, *, type: str | None, country: str | None, capability: str | None, limit: int, after: UUID | None
) -> Page:
    """Active agencies, newest first, by what they are, where they are and what they can do."""
    query = select(_agencies).where(_agencies.c.status == "active")
    if type is not None:
        query = query.where(_agencies.c.type == type)
    if country is not None:
        query = query.where(_agencies.c.country == country)
    if capability is not None:
        able = AgencyCapability.__table__.c
        query = query.where(_agencies.c.id.in_(select(able.agency_id).where(able.capability == capability)))
    page = page_of(session(), query, _agencies.c.id, limit=limit, after=after)
    shown = [ids.show("agency", row.id) for row in page.rows]
    disclose(actor, Permission.AGENCY_READ, OwnAgency(_own(actor)), returned_ids=shown)
    return page


def types_of(current: Session, agency_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The type of each of these agencies that there is, suspended ones too."""
    query = select(_agencies.c.id, _agencies.c.type).where(_agencies.c.id.in_(agency_ids))
    return {row.id: row.type for row in current.execute(query)}


def names_of(current: Session, agency_ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
    """Name and type of each of these agencies."""
    query = select(_agencies.c.id, _agencies.c.name, _agencies.c.type).where(_agencies.c.id.in_(agency_ids))
    return {row.id: (row.name, row.type) for row in current.execute(query)}


def overseers(current: Session) -> Sequence[UUID]:
    """The active bodies that watch over the agencies: who is told of an emergency access at once."""
    query = select(_agencies.c.id).where(_agencies.c.type == "oversight", _agencies.c.status == "active")
    return current.execute(query.order_by(_agencies.c.id)).scalars().all()


def active_agency(current: Session, agency_id: UUID) -> Agency | None:
    """The agency, if it is there and active: what an id in a body may name."""
    query = select(Agency).where(Agency.id == agency_id, Agency.status == "active")
    return current.execute(query).scalar_one_or_none()


def _own(actor: Actor) -> UUID:
    if actor.agency_id is None:
        raise NotFound()
    return actor.agency_id
