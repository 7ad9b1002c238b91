"""Finding certificates of an agency's people."""

from datetime import date
from uuid import UUID

from referral_api.access import Permission
from referral_api.features.accounts.agency import find_below, list_below, read_below
from referral_api.features.accounts.models import Certificate
from referral_api.kernel.actor import Actor
from referral_api.work import OwnAgency

__all__ = ["find_certificate", "list_certificates", "read_certificate"]


def find_certificate(agency_id: UUID, certificate_id: UUID, *, lock: bool = False) -> Certificate:
    return find_below(Certificate, agency_id, certificate_id, lock=lock)


def read_certificate(actor: Actor, agency_id: UUID, certificate_id: UUID) -> Certificate:
    return read_below(actor, Permission.CERTIFICATE_READ, Certificate, agency_id, certificate_id)


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
    wanted = []
    if member_id is not None:
        wanted.append(Certificate.member_id == member_id)
    if expires_before is not None:
        wanted += [
            Certificate.confirmed_at.is_not(None),
            Certificate.ended_at.is_(None),
            Certificate.expires_on >= actor.now.date(),
            Certificate.expires_on < expires_before,
        ]
    return list_below(actor, Permission.CERTIFICATE_READ, Certificate, agency, *wanted, limit=limit, after=after)
