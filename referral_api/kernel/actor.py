"""Who acts, why, and by which request: detached from every table, so that rules can be read and tested alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from referral_api.kernel.words import Purpose, Role

__all__ = ["APART", "Actor", "Request", "purposes_of"]

_JUSTICE_TYPES = frozenset({"police_unit", "prosecutor", "court", "national_central_bureau"})
_COURT_SUPPORT_TYPES = frozenset({"legal_aid", "victim_support"})
_WORKING_ROLES = frozenset({Role.CASEWORKER, Role.SUPERVISOR, Role.SYSTEM})
_CHILD_ROLES = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
_ADMIN_ROLES = frozenset({Role.AGENCY_ADMIN, Role.PLATFORM_ADMIN})
APART = _ADMIN_ROLES | {Role.AUDITOR}
"""Who watches or administers is never shown a child's data (domain.md), whatever other role they hold."""


def purposes_of(agency_type: str, roles: Iterable[Role]) -> tuple[Purpose, ...]:
    """The purposes for which somebody of such an agency, in these roles, may ask for case data."""
    held = frozenset(roles)
    found: list[Purpose] = []
    if held & _WORKING_ROLES and agency_type != "oversight":
        if agency_type in _JUSTICE_TYPES:
            found += [Purpose.INVESTIGATION, Purpose.PROTECTION, Purpose.COURT]
        else:
            found += [Purpose.CARE, Purpose.PROTECTION]
            found += [Purpose.COURT] if agency_type in _COURT_SUPPORT_TYPES else []
    found += [Purpose.OVERSIGHT] if Role.AUDITOR in held else []
    found += [Purpose.STATISTICS] if held & _ADMIN_ROLES else []
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Request:
    """What the audit trail keeps of the call itself, and what the caller demanded of the state it finds."""

    id: str
    now: datetime
    address: str | None = None
    purpose: Purpose | None = None
    if_match: tuple[str, ...] | None = None
    changing: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """A member or an agency's system, as the database knew it when this request began."""

    kind: str
    id: UUID | None
    agency_id: UUID | None
    request: Request
    agency_type: str = ""
    country: str = ""
    roles: frozenset[Role] = frozenset()
    certified: bool = False
    scope: frozenset[str] | None = None
    on_behalf_of: UUID | None = None
    principal_refused: bool = False
    """On-Behalf-Of names nobody for whom this actor may act: refused at the door, in its turn."""
    session_id: UUID | None = None
    enrolment_only: bool = False
    """Signed in without a second factor: the door lets such a session enrol one, and nothing else."""
    language: str = "en"
    name: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Of somebody who audits or administers too, no role counts that works with children: so no door opens by it."""
        if self.roles & APART:
            object.__setattr__(self, "roles", self.roles - _CHILD_ROLES)

    @property
    def purpose(self) -> Purpose | None:
        return self.request.purpose

    @property
    def now(self) -> datetime:
        return self.request.now

    @property
    def purposes(self) -> tuple[Purpose, ...]:
        return purposes_of(self.agency_type, self.roles)

    @property
    def person_id(self) -> UUID | None:
        """The member whose assignment, exclusion and certificate count: oneself, or the one a system acts for."""
        return self.id if self.kind == "member" else self.on_behalf_of

    @property
    def works_with_children(self) -> bool:
        return bool(self.roles & _WORKING_ROLES) and self.agency_type not in ("oversight", "")
