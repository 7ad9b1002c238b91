"""Whoever looks, as placeholders: a statement that runs at nearly every call is built once, and told at each call who looks and when."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Uuid, bindparam

from referral_api.kernel.actor import Actor
from referral_api.store import UtcDateTime

__all__ = ["VIEWER", "seen_by"]


@dataclass(frozen=True, slots=True)
class _Placeholders:
    agency_id: Any
    person_id: Any
    now: Any


VIEWER: Any = _Placeholders(
    bindparam("viewer_agency", type_=Uuid),
    bindparam("viewer_person", type_=Uuid),
    bindparam("viewer_now", type_=UtcDateTime),
)
"""Stands for the actor in `scope`'s functions. No person and no agency equal no row, as NULL does."""


def seen_by(actor: Actor) -> dict[str, Any]:
    """The values of the placeholders for this actor."""
    return {"viewer_agency": actor.agency_id, "viewer_person": actor.person_id, "viewer_now": actor.now}
