"""Finding an agency's systems."""

from uuid import UUID

from referral_api.access import Permission
from referral_api.features.accounts.agency import find_below, list_below, read_below
from referral_api.features.accounts.models import Client
from referral_api.kernel.actor import Actor
from referral_api.work import OwnAgency

__all__ = ["find_client", "list_clients", "read_client"]


def find_client(agency_id: UUID, client_id: UUID, *, lock: bool = False) -> Client:
    return find_below(Client, agency_id, client_id, lock=lock)


def read_client(actor: Actor, agency_id: UUID, client_id: UUID) -> Client:
    return read_below(actor, Permission.CLIENT_READ, Client, agency_id, client_id)


def list_clients(
    actor: Actor, agency: OwnAgency, *, limit: int, after: UUID | None
) -> tuple[list[Client], UUID | None]:
    """The agency's systems, newest first."""
    return list_below(actor, Permission.CLIENT_READ, Client, agency, limit=limit, after=after)
