"""The caregivers of a case: each has an id, and one who becomes suspected is noted beside the sealed text, by id alone.

The note lets the agreements that rest on a caregiver be found without opening anybody's data (room `withdrawal`). One who is left out of
the file is noted too: of somebody who is not there nobody can say that they are not suspected, so their agreements go to the same review.
"""

from collections.abc import Mapping, Sequence
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


def note_suspects(w: Work, case: Case, family: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> None:
    """Note since when each caregiver of this family is suspected or left out, and when one who is on file no longer is."""
    carers = _carers(family)
    there = _ids(carers)
    doubted = _ids([c for c in carers if c.get("suspected_involved") == "yes"]) | (_ids(_carers(before)) - there)
    noted = {row.caregiver_id: row for row in w.session.execute(_NOTED, {"case_id": case.id}).scalars()}
    for caregiver_id, row in noted.items():
        if caregiver_id in there - doubted:
            row.until = w.now
    for caregiver_id in doubted - noted.keys():
        w.add(CaregiverSuspicion(id=ids.new(), case_id=case.id, caregiver_id=caregiver_id, since=w.now))


def with_caregiver_ids(subject: Mapping[str, Any], current: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give each caregiver an id, so that a consent can name the one who gave it; an id that this case never gave is refused.

    One who is sent without an id and has the name of a caregiver on file is that caregiver.
    """
    ready = {name: dict(content) if content is not None else {} for name, content in subject.items()}
    carers = _carers(ready.get("family"))
    sent = {ids.show("caregiver", carer["id"]) for carer in carers if isinstance(carer.get("id"), UUID)}
    on_file = {carer["id"]: _name(carer) for carer in _carers((current or {}).get("family"))}
    unclaimed = {name: caregiver_id for caregiver_id, name in on_file.items() if name and caregiver_id not in sent}
    for index, carer in enumerate(carers):
        if carer.get("id") is None:
            carer["id"] = unclaimed.pop(_name(carer), None) or ids.show("caregiver", ids.new())
        elif isinstance(carer["id"], UUID):
            carer["id"] = ids.show("caregiver", carer["id"])
            if carer["id"] not in on_file:
                raise Invalid(
                    [FieldError(f"/subject/family/caregivers/{index}/id", "not-found", "There is no such thing.")]
                )
    return {name: plain(content) for name, content in ready.items()}


def _carers(family: Mapping[str, Any] | None) -> Sequence[Any]:
    return (family or {}).get("caregivers") or []


def _ids(carers: Sequence[Mapping[str, Any]]) -> set[UUID]:
    return {found for carer in carers if (found := ids.read("caregiver", carer["id"])) is not None}


def _name(carer: Mapping[str, Any]) -> str:
    return " ".join((carer.get("name") or "").casefold().split())


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
