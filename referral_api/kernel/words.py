"""The closed sets that rules speak in: roles, relations, purposes. Published value sets with labels are in `codes`."""

from enum import StrEnum

__all__ = ["IDENTITY_CLASSES", "DATA_CLASSES", "Purpose", "Relation", "Role"]


class Role(StrEnum):
    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    AGENCY_ADMIN = "agency_admin"
    AUDITOR = "auditor"
    PLATFORM_ADMIN = "platform_admin"
    SYSTEM = "system"
    """An agency's own system, a client."""
    SERVICE = "service"
    """This service's clockwork: deadlines, expiry."""


class Relation(StrEnum):
    """How an agency stands to a thing. The first six are to a case, and are shown as `your_relation`."""

    OWNER = "owner"
    RECEIVING = "receiving"
    PLAN_MEMBER = "plan_member"
    BREAK_GLASS = "break_glass"
    FORMER = "former"
    NONE = "none"
    SENDER = "sender"
    RECEIVER = "receiver"
    OWN_AGENCY = "own_agency"
    SELF = "self"
    OVERSEER = "overseer"
    """A body that watches over the agencies."""
    CLOCKWORK = "clockwork"
    ANY = "any"


class Purpose(StrEnum):
    """Why case data is asked for (Directive (EU) 2016/680 art. 4: purpose limitation)."""

    CARE = "care"
    INVESTIGATION = "investigation"
    PROTECTION = "protection"
    COURT = "court"
    OVERSIGHT = "oversight"
    STATISTICS = "statistics"


DATA_CLASSES: tuple[str, ...] = (
    "identity",
    "contact",
    "family",
    "protection_concern",
    "access_needs",
    "health_need",
    "clinical",
    "education",
    "justice_status",
    "investigation",
    "notes",
)

IDENTITY_CLASSES = frozenset({"identity", "contact", "family", "clinical", "investigation", "notes"})
"""Classes that need a current safeguarding certificate and an assignment."""
