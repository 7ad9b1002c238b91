"""The wall: which kinds of agency may hold which data class at all, whatever was agreed (policy data, domain.md Disclosure 4)."""

from collections.abc import Mapping

__all__ = ["INVESTIGATORS", "behind_wall"]

INVESTIGATORS = frozenset({"police_unit", "prosecutor", "national_central_bureau"})
_HEALTH = frozenset({"health_facility", "mental_health_provider"})
_WALL: Mapping[str, frozenset[str]] = {"investigation": INVESTIGATORS, "clinical": _HEALTH}
_OPENED_BY: Mapping[str, frozenset[str]] = {"clinical": frozenset({"court_order"})}


def behind_wall(data_class: str, agency_type: str, basis: str) -> bool:
    """True if an agency of this type may not be shown this class on this basis."""
    allowed = _WALL.get(data_class)
    return allowed is not None and agency_type not in allowed and basis not in _OPENED_BY.get(data_class, frozenset())
