"""Finding an agency's systems."""

from uuid import UUID

from sqlalchemy import select

from referral_api.access import Permission
from referral_api.features.accounts.models import Client
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import NotFound
from referral_api.store.pages import Page, page_of
from referral_api.store.session import session
from referral_api.work import OwnAgency, disclose

__all__ = ["find_client", "list_clients", "read_client"]


def find_client(agency_id: UUID, client_id: UUID, *, lock: bool = False) -> Client:
    """The client of this agency; locked, nobody else changes it meanwhile."""
    query = select(Client).where(Client.id == client_id, Client.agency_id == agency_id)
    if lock:
        query = query.with_for_update()
    found = session().execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def read_client(actor: Actor, agency_id: UUID, client_id: UUID) -> Client:
    client = find_client(agency_id, client_id)
    disclose(actor, Permission.CLIENT_READ, client)
    return client


def list_clients(actor: Actor, agency: OwnAgency, *, limit: int, after: UUID | None) -> Page:
    """The agency's systems, newest first."""
    clients = Client.__table__
    query = select(clients).where(clients.c.agency_id == agency.id)
    page = page_of(session(), query, clients.c.id, limit=limit, after=after)
    shown = [ids.show("client", row.id) for row in page.rows]
    disclose(actor, Permission.CLIENT_READ, agency, returned_ids=shown)
    return page
