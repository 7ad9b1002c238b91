"""Whose people and systems these are: the first half of each address of this room, and how what lies below is found, read and listed."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select

from referral_api.access import Permission
from referral_api.features.agencies.models import OfAgency
from referral_api.features.agencies.queries import find_agency
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import NotFound
from referral_api.kernel.words import Role
from referral_api.store.pages import page_of
from referral_api.store.session import find_fresh, session
from referral_api.work import OwnAgency, disclose

__all__ = ["find_below", "list_below", "people_of", "read_below"]


_T = TypeVar("_T", bound=OfAgency)


def people_of(actor: Actor, agency_id: UUID) -> OwnAgency:
    """The agency as the actor's own; the platform may name another, for everybody else another's people do not exist."""
    if actor.agency_id != agency_id:
        if Role.PLATFORM_ADMIN not in actor.roles:
            raise NotFound()
        find_agency(agency_id)
    return OwnAgency(agency_id)


def find_below(table: type[_T], agency_id: UUID, thing_id: UUID, *, lock: bool = False) -> _T:
    """What lies below this agency's address; locked, nobody else changes it meanwhile."""
    return find_fresh(select(table).where(table.id == thing_id, table.agency_id == agency_id), lock=lock)


def read_below(actor: Actor, permission: Permission, table: type[_T], agency_id: UUID, thing_id: UUID) -> _T:
    """The same for a reader: decided and recorded."""
    found = find_below(table, agency_id, thing_id)
    disclose(actor, permission, found)
    return found


def list_below(
    actor: Actor,
    permission: Permission,
    table: type[_T],
    agency: OwnAgency,
    *conditions: ColumnElement[bool],
    limit: int,
    after: UUID | None,
) -> tuple[list[_T], UUID | None]:
    """What lies below this agency's address, newest first."""
    query: Any = select(table.id, table).where(table.agency_id == agency.id, *conditions)
    page = page_of(session(), query, table.id, limit=limit, after=after)
    shown = [row[1] for row in page.rows]
    disclose(actor, permission, agency, returned_ids=[ids.show(each.kind, each.id) for each in shown])
    return shown, page.next_after
