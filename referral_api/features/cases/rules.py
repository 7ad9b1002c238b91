"""What of a case is shown to whom: pure decisions over words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from referral_api.access.wall import behind_wall
from referral_api.kernel.actor import Actor
from referral_api.kernel.words import DATA_CLASSES, IDENTITY_CLASSES, Relation, Role

__all__ = [
    "ACKNOWLEDGED_FOR",
    "BEHIND_GLASS",
    "Grant",
    "Shown",
    "age_band_of",
    "calls_for_hold",
    "may_be_told",
    "opens_identity",
    "retention_from",
    "what_is_shown",
]

ACKNOWLEDGED_FOR = timedelta(days=30)
_RETAINED = timedelta(days=3653)
_UNASSIGNED_SEE = frozenset({"access_needs"})
BEHIND_GLASS = ("identity", "contact", "protection_concern")
"""What break-glass opens beside safe contact, and nothing else."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of the join: this referral's consent grants this class for this purpose; `in_force` by the request's time."""

    data_class: str
    purpose: str
    basis: str
    consent_id: UUID
    referral_id: UUID
    in_force: bool
    acknowledged: bool = False
    """Whether the viewer has read, under this very referral, how the child may be contacted."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Which classes one viewer is shown, on which grants, and why not the others."""

    classes: frozenset[str]
    withheld: tuple[tuple[str, str], ...]
    safe_contact: bool
    grants: tuple[Grant, ...] = field(default=())
    contact_grants: tuple[Grant, ...] = field(default=())
    """What would open contact data, each once it is acknowledged under its referral."""
    by_glass: frozenset[str] = field(default=frozenset())
    """What is open by break-glass alone: to be read, never to be changed."""


def what_is_shown(
    actor: Actor,
    relations: frozenset[Relation],
    assigned: bool,
    *,
    grants: Iterable[Grant] = (),
    by_others: Collection[str] = (),
    protected_location: bool = False,
) -> Shown:
    """Decide class by class. The owner needs no consent; a receiver sees what its referrals' consents grant, less the wall.

    `by_others` are classes whose current version another agency wrote: the wall keeps those from an owner of the wrong type too.

    Break-glass opens a few classes more, to a person whose certificate is current; never a protected address.
    """
    owner = Relation.OWNER in relations
    personal = _personal_reasons(actor, assigned)
    by_class: dict[str, list[Grant]] = {}
    for grant in grants:
        by_class.setdefault(grant.data_class, []).append(grant)
    withheld: dict[str, str] = {}
    used: list[Grant] = []
    contact_grants: list[Grant] = []
    for data_class in DATA_CLASSES:
        reason = None
        if not owner:
            reason, basis = _consent_reason(actor, data_class, by_class.get(data_class, []))
            contact_grants += basis if data_class == "contact" else []
            used += basis
        reason = reason or personal.get(data_class)
        if owner and reason is None and data_class in by_others:
            reason = "wall" if behind_wall(data_class, actor.agency_type, "own_case") else None
        if reason is None and data_class == "contact":
            acknowledged = owner or any(grant.acknowledged for grant in contact_grants)
            reason = _contact_reason(assigned, acknowledged=acknowledged, protected_location=protected_location)
        if reason is not None:
            withheld[data_class] = reason
    safe_contact = (owner or bool(contact_grants)) and "contact" not in personal
    by_glass: set[str] = set()
    if Relation.BREAK_GLASS in relations and actor.person_id is not None and actor.certified:
        by_glass = {c for c in BEHIND_GLASS if c in withheld and not (c == "contact" and protected_location)}
        by_glass |= set() if safe_contact else {"safe_contact"}
        if protected_location and withheld.get("contact") == "not_in_consent":
            withheld["contact"] = "protected_location"
    withheld = {c: reason for c, reason in withheld.items() if c not in by_glass}
    classes = frozenset(DATA_CLASSES) - withheld.keys()
    return Shown(
        classes,
        tuple(withheld.items()),
        safe_contact or "safe_contact" in by_glass,
        tuple(g for g in used if g.data_class in classes),
        tuple(contact_grants),
        frozenset(by_glass),
    )


def opens_identity(actor: Actor, assigned: bool) -> bool:
    """Whether this person may be shown who a child of its agency's own case is."""
    return "identity" not in _personal_reasons(actor, assigned)


def _personal_reasons(actor: Actor, assigned: bool) -> Mapping[str, str]:
    """Why this person, whatever its agency may, is not shown a class."""
    if actor.person_id is None:
        return dict.fromkeys(IDENTITY_CLASSES, "on_behalf_of")
    if not assigned and Role.SUPERVISOR not in actor.roles:
        return {c: "not_assigned" for c in DATA_CLASSES if c not in _UNASSIGNED_SEE}
    return {} if actor.certified else dict.fromkeys(IDENTITY_CLASSES, "certificate")


def _consent_reason(actor: Actor, data_class: str, grants: Sequence[Grant]) -> tuple[str | None, list[Grant]]:
    if not grants:
        return "not_in_consent", []
    in_force = [g for g in grants if g.in_force]
    if not in_force:
        return "consent_ended", []
    for_this = [g for g in in_force if g.purpose == actor.purpose]
    if not for_this:
        return "purpose", []
    open_to = [g for g in for_this if not behind_wall(data_class, actor.agency_type, g.basis)]
    return (None, open_to) if open_to else ("wall", [])


def _contact_reason(assigned: bool, *, acknowledged: bool, protected_location: bool) -> str | None:
    if protected_location and not assigned:
        return "protected_location"
    return None if acknowledged else "safe_contact_not_acknowledged"


def may_be_told(carer: Mapping[str, Any] | None, safe_contact: Mapping[str, Any]) -> bool:
    """Whether a caregiver may be given the receipts on paper: a guardian, cleared, and nothing says that they should not know."""
    return (
        carer is not None
        and carer.get("suspected_involved") == "no"
        and carer.get("legal_authority") is not False
        and carer.get("informed") not in ("no", "not_safe")
        and safe_contact.get("caregiver_may_know") == "yes"
    )


def age_band_of(born: date, today: date) -> str:
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if age < 0:
        return "unknown"
    return next((band for limit, band in ((4, "0-4"), (9, "5-9"), (14, "10-14"), (17, "15-17")) if age <= limit), "18+")


def calls_for_hold(subject: Mapping[str, Any]) -> bool:
    """Whether this says that charges are filed: from then on what is known may be evidence, and is kept until somebody lifts the hold."""
    return (subject.get("justice_status") or {}).get("stage") == "charges_filed"


def retention_from(moment: datetime) -> datetime:
    """Kept for ten years from the opening or closing, unless a hold or the law says otherwise (policy default-1)."""
    return moment + _RETAINED
