"""The caregivers of a case: each has an id, and one who becomes suspected is noted beside the sealed text, by id alone.

The note lets the agreements that rest on a caregiver be found without opening anybody's data (room `withdrawal`).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from referral_api.features.cases.models import CaregiverSuspicion, Case
from referral_api.kernel import clock, ids
from referral_api.kernel.errors import FieldError, Invalid
from referral_api.work import Work

__all__ = ["note_suspects", "plain", "with_caregiver_ids"]


_NOTED = select(CaregiverSuspicion).where(
    CaregiverSuspicion.case_id == bindparam("case_id"), CaregiverSuspicion.until.is_(None)
)


def note_suspects(w: Work, case: Case, family: Mapping[str, Any]) -> None:
    """Note since when each caregiver of this family is suspected, and when one no longer is."""
    named = [c["id"] for c in family.get("caregivers") or [] if c.get("suspected_involved") == "yes"]
    suspected = {caregiver_id for name in named if (caregiver_id := ids.read("caregiver", name)) is not None}
    noted = {row.caregiver_id: row for row in w.session.execute(_NOTED, {"case_id": case.id}).scalars()}
    for caregiver_id, row in noted.items():
        if caregiver_id not in suspected:
            row.until = w.now
    for caregiver_id in suspected - noted.keys():
        w.add(CaregiverSuspicion(id=ids.new(), case_id=case.id, caregiver_id=caregiver_id, since=w.now))


def with_caregiver_ids(subject: Mapping[str, Any], current: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give each caregiver an id, so that a consent can name the one who gave it; an id that this case never gave is refused."""
    ready = {name: dict(content) if content is not None else {} for name, content in subject.items()}
    known = {carer["id"] for carer in ((current or {}).get("family") or {}).get("caregivers") or []}
    for index, carer in enumerate(ready.get("family", {}).get("caregivers") or []):
        if carer.get("id") is None:
            carer["id"] = ids.show("caregiver", ids.new())
        elif isinstance(carer["id"], UUID):
            carer["id"] = ids.show("caregiver", carer["id"])
            if carer["id"] not in known:
                raise Invalid(
                    [FieldError(f"/subject/family/caregivers/{index}/id", "not-found", "There is no such thing.")]
                )
    return {name: plain(content) for name, content in ready.items()}


def plain(value: Any) -> Any:
    """Times and ids as text: what is sealed is JSON. A member `agency_id` holds an agency's id."""
    if isinstance(value, Mapping):
        return {
            name: ids.show(name.removesuffix("_id"), inner) if isinstance(inner, UUID) else plain(inner)
            for name, inner in value.items()
            if inner is not None
        }
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return clock.show(value)
    return value.isoformat() if isinstance(value, date) else value
