"""Who could read a case, as JSON."""

from typing import Any
from uuid import UUID

from referral_api.api.fields import Body, Code, Flag, Id, Moment, Nested, many
from referral_api.features.oversight.access.queries import Access, Ground
from referral_api.kernel import clock, ids
from referral_api.kernel.words import DATA_CLASSES

__all__ = ["AccessAt", "AccessOut", "access_out"]


class AccessAt(Body):
    at = Moment(load_default=None, metadata={"description": "A moment until now, which is what counts without it."})


class GroundOut(Body):
    """Why the agency, or one member of it alone, could read."""

    relation = Code("relation")
    basis = Code("consent_basis", among=("own_case", "plan", "break_glass"))
    data_classes = many(Code(among=DATA_CLASSES))
    purposes = many(Code("purpose"))
    referral_id = Id("referral", allow_none=True)
    consent_id = Id("consent", allow_none=True)
    glass_id = Id("glass", allow_none=True)
    member_id = Id("member", allow_none=True)


class ReaderOut(Body):
    member_id = Id("member")
    kind = Code("worker_kind", among=("supervisor", "break_glass"))
    certified = Flag(
        metadata={"description": "Had a current safeguarding certificate, without which identities stay closed."}
    )


class AgencyAccessOut(Body):
    agency_id = Id("agency")
    grounds = many(Nested(GroundOut), maximum=1_000)
    members = many(Nested(ReaderOut), maximum=1_000)


class KeptOutOut(Body):
    agency_id = Id("agency", allow_none=True)
    member_id = Id("member", allow_none=True)
    reason_code = Code("exclusion")
    since = Moment()
    until = Moment(allow_none=True)


class AccessOut(Body):
    case_id = Id("case")
    at = Moment()
    agencies = many(Nested(AgencyAccessOut), maximum=1_000)
    kept_out = many(Nested(KeptOutOut), maximum=1_000)


def access_out(case_id: UUID, found: Access) -> dict[str, Any]:
    """Who could read a case then."""
    agencies = [
        {
            "agency_id": ids.show("agency", agency_id),
            "grounds": [_ground(ground) for ground in grounds],
            "members": [
                {**row, "member_id": ids.show("member", row["member_id"])} for row in found.members.get(agency_id, [])
            ],
        }
        for agency_id, grounds in found.grounds.items()
    ]
    kept_out = [
        {
            "agency_id": _shown("agency", row["agency_id"]),
            "member_id": _shown("member", row["member_id"]),
            "reason_code": row["reason_code"],
            "since": clock.show(row["since"]),
            "until": clock.show(row["until"]) if row["until"] else None,
        }
        for row in found.kept_out
    ]
    return {
        "case_id": ids.show("case", case_id),
        "at": clock.show(found.at),
        "agencies": agencies,
        "kept_out": kept_out,
    }


def _ground(ground: Ground) -> dict[str, Any]:
    return {
        "relation": ground.relation,
        "basis": ground.basis,
        "data_classes": list(ground.data_classes),
        "purposes": list(ground.purposes),
        **{
            f"{kind}_id": _shown(kind, getattr(ground, f"{kind}_id"))
            for kind in ("referral", "consent", "glass", "member")
        },
    }


def _shown(kind: str, value: UUID | None) -> str | None:
    return None if value is None else ids.show(kind, value)
