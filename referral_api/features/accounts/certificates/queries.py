"""Finding certificates of an agency's people."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from referral_api.access import Permission
from referral_api.features.accounts.models import Certificate
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import NotFound
from referral_api.store.pages import page_of
from referral_api.store.session import session
from referral_api.work import OwnAgency, disclose

__all__ = ["find_certificate", "list_certificates", "read_certificate"]


def find_certificate(agency_id: UUID, certificate_id: UUID, *, lock: bool = False) -> Certificate:
    """The certificate of somebody of this agency; locked, nobody else changes it meanwhile."""
    query = select(Certificate).where(Certificate.id == certificate_id, Certificate.agency_id == agency_id)
    if lock:
        query = query.with_for_update()
    found = session().execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def read_certificate(actor: Actor, agency_id: UUID, certificate_id: UUID) -> Certificate:
    certificate = find_certificate(agency_id, certificate_id)
    disclose(actor, Permission.CERTIFICATE_READ, certificate)
    return certificate


def list_certificates(
    actor: Actor,
    agency: OwnAgency,
    *,
    member_id: UUID | None,
    expires_before: date | None,
    limit: int,
    after: UUID | None,
) -> tuple[list[Certificate], UUID | None]:
    """The agency's certificates, newest first, of one member or of all; or those alone that are running out."""
    query: Any = select(Certificate.id, Certificate).where(Certificate.agency_id == agency.id)
    if member_id is not None:
        query = query.where(Certificate.member_id == member_id)
    if expires_before is not None:
        query = query.where(
            Certificate.confirmed_at.is_not(None),
            Certificate.ended_at.is_(None),
            Certificate.expires_on >= actor.now.date(),
            Certificate.expires_on < expires_before,
        )
    page = page_of(session(), query, Certificate.id, limit=limit, after=after)
    shown = [ids.show("certificate", row.id) for row in page.rows]
    disclose(actor, Permission.CERTIFICATE_READ, agency, returned_ids=shown)
    return [row[1] for row in page.rows], page.next_after
