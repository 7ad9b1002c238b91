"""Admitting agencies, and keeping their entries."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert

from referral_api.access import Permission
from referral_api.features.agencies.models import Agency, AgencyCapability
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden
from referral_api.kernel.words import Role
from referral_api.work import Work, work

__all__ = ["admit_agency", "change_agency"]

_THE_PLATFORM_SAYS = frozenset({"type", "country", "status"})
"""What an agency is decides what it may be shown, so no agency says it of itself."""


def admit_agency(actor: Actor, *, lookups_opt_out: bool | None = None, **said: Any) -> Agency:
    """Let an agency take part. A shelter is left out of "is this child known?" unless it says otherwise."""
    agency = Agency(
        id=ids.new(),
        lookups_opt_out=said["type"] == "shelter" if lookups_opt_out is None else lookups_opt_out,
        status="active",
        version=1,
        created_at=actor.now,
        updated_at=actor.now,
        **said,
    )
    with work(actor, Permission.AGENCY_CREATE, on=agency) as w:
        w.add(agency)
        _keep_capabilities(w, agency.id, agency.capabilities)
        w.record(agency)
    return agency


def change_agency(actor: Actor, agency: Agency, **changes: Any) -> Agency:
    """Change an agency's entry. A suspended agency's people and systems are no longer identified."""
    with work(actor, Permission.AGENCY_CHANGE, on=agency) as w:
        if _THE_PLATFORM_SAYS & changes.keys() and Role.PLATFORM_ADMIN not in actor.roles:
            raise Forbidden("Type, country and status of an agency are the platform's to say.", reason="platform_only")
        for name, value in changes.items():
            setattr(agency, name, value)
        if "capabilities" in changes:
            w.session.execute(delete(AgencyCapability).where(AgencyCapability.agency_id == agency.id))
            _keep_capabilities(w, agency.id, agency.capabilities)
        agency.version += 1
        agency.updated_at = w.now
        w.record(agency, fields=sorted(changes))
    return agency


def _keep_capabilities(w: Work, agency_id: UUID, capabilities: list[str]) -> None:
    if capabilities:
        rows = [{"agency_id": agency_id, "capability": capability} for capability in capabilities]
        w.session.execute(insert(AgencyCapability), rows)
