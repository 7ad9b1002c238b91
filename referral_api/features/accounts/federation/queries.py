"""Finding an agency's identity providers and links, and whom a sign-in through them lets in."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select

from referral_api import vault
from referral_api.access import Permission
from referral_api.features.accounts.agency import find_below, list_below, read_below
from referral_api.features.accounts.federation.models import FederatedStart, IdentityLink, IdentityProvider
from referral_api.features.accounts.models import Member
from referral_api.kernel.actor import Actor
from referral_api.store.session import session
from referral_api.work import OwnAgency

__all__ = [
    "Linked",
    "find_confirmed",
    "find_link",
    "find_linked",
    "find_provider",
    "find_start",
    "is_linked",
    "list_links",
    "list_providers",
    "open_links",
    "read_link",
    "read_provider",
    "subject_hash",
]

_FRESH = {"populate_existing": True}
_COUNTS = (IdentityProvider.confirmed_at.is_not(None), IdentityProvider.ended_at.is_(None))


class Linked(NamedTuple):
    member_id: UUID
    username: str


def subject_hash(provider_id: UUID, subject: str) -> bytes:
    """What is kept of a subject: to be found again, and to tell nobody who reads the table."""
    return vault.ring().digest("federation", b"subject " + provider_id.bytes + subject.encode())


def find_provider(agency_id: UUID, provider_id: UUID, *, lock: bool = False) -> IdentityProvider:
    return find_below(IdentityProvider, agency_id, provider_id, lock=lock)


def find_confirmed(provider_id: UUID) -> IdentityProvider | None:
    """A provider that counts now; one that waits or is over is as missing as a missing one."""
    query = select(IdentityProvider).where(IdentityProvider.id == provider_id, *_COUNTS)
    return session().execute(query, execution_options=_FRESH).scalar_one_or_none()


def read_provider(actor: Actor, agency_id: UUID, provider_id: UUID) -> IdentityProvider:
    return read_below(actor, Permission.PROVIDER_READ, IdentityProvider, agency_id, provider_id)


def list_providers(
    actor: Actor, agency: OwnAgency, *, limit: int, after: UUID | None
) -> tuple[list[IdentityProvider], UUID | None]:
    """The agency's identity providers, newest first."""
    return list_below(actor, Permission.PROVIDER_READ, IdentityProvider, agency, limit=limit, after=after)


def find_link(agency_id: UUID, link_id: UUID, *, lock: bool = False) -> IdentityLink:
    return find_below(IdentityLink, agency_id, link_id, lock=lock)


def read_link(actor: Actor, agency_id: UUID, link_id: UUID) -> IdentityLink:
    return read_below(actor, Permission.LINK_READ, IdentityLink, agency_id, link_id)


def list_links(
    actor: Actor, agency: OwnAgency, *, member_id: UUID | None, limit: int, after: UUID | None
) -> tuple[list[IdentityLink], UUID | None]:
    """Which of the agency's members sign in through a provider, newest first."""
    wanted = [] if member_id is None else [IdentityLink.member_id == member_id]
    return list_below(actor, Permission.LINK_READ, IdentityLink, agency, *wanted, limit=limit, after=after)


def is_linked(provider_id: UUID, hashed: bytes, member_id: UUID) -> bool:
    """Whether this subject, or this member, has a link to the provider that is not over. Its provider is locked."""
    either = or_(IdentityLink.subject_hash == hashed, IdentityLink.member_id == member_id)
    query = select(IdentityLink.id).where(IdentityLink.provider_id == provider_id, IdentityLink.ended_at.is_(None))
    return session().execute(query.where(either)).first() is not None


def open_links(provider_id: UUID) -> list[IdentityLink]:
    """All links to a provider that are not over, locked."""
    query = select(IdentityLink).where(IdentityLink.provider_id == provider_id, IdentityLink.ended_at.is_(None))
    return list(session().execute(query.with_for_update(), execution_options=_FRESH).scalars())


def find_start(secret_hash: bytes) -> FederatedStart | None:
    """The sign-in that was begun with this secret, locked: of two that come back at once, one comes first."""
    query = select(FederatedStart).where(FederatedStart.secret_hash == secret_hash).with_for_update()
    return session().execute(query, execution_options=_FRESH).scalar_one_or_none()


def find_linked(provider_id: UUID, version: int, hashed: bytes) -> Linked | None:
    """The member that this subject is, if link and provider count now, and the provider is as it was when it was asked.

    Both are locked, so that ending either ends the session that follows, or comes before it.
    """
    query = (
        select(Member.id, Member.username)
        .join(IdentityLink, IdentityLink.member_id == Member.id)
        .join(IdentityProvider, IdentityProvider.id == IdentityLink.provider_id)
        .where(
            IdentityProvider.id == provider_id,
            IdentityProvider.version == version,
            IdentityProvider.agency_id == Member.agency_id,
            IdentityLink.subject_hash == hashed,
            IdentityLink.confirmed_at.is_not(None),
            IdentityLink.ended_at.is_(None),
            *_COUNTS,
        )
        .with_for_update(read=True, of=[IdentityProvider, IdentityLink])
    )
    row = session().execute(query).first()
    return None if row is None else Linked(*row)
