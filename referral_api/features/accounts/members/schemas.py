"""A member as JSON, in and out."""

from typing import Any

from referral_api.api.fields import Body, Code, Codes, Id, Language, Machine, Moment, Text
from referral_api.features.accounts.members.queries import Person
from referral_api.kernel import clock, ids

__all__ = ["ChangeMember", "InviteMember", "MemberOut", "Nothing", "member_out", "username"]


def username(**more: Any) -> Text:
    said = {
        "description": "Lower case letters, digits, dot, hyphen, underscore; one over all agencies.",
        "example": "amina.k",
    }
    return Text(64, pattern=r"[a-z0-9][a-z0-9._-]{2,63}", metadata=said, **more)


class Nothing(Body):
    """An act that needs no words."""


class InviteMember(Body):
    username = username(required=True)
    roles = Codes("role", minimum=1, required=True, metadata={"description": "What the person will do."})
    language = Language(load_default="en")


class ChangeMember(Body):
    status = Code(among=("left", "invited"), metadata={"description": "`left`, or `invited` for a new invitation."})
    roles = Codes("role", metadata={"description": "All roles from now on; new ones wait for a second person."})
    language = Language()


class MemberOut(Body):
    sometimes = ("invitation",)

    id = Id("member")
    agency_id = Id("agency")
    username = username()
    language = Language()
    status = Code("member_status")
    roles = Codes("role", metadata={"description": "Roles that count."})
    pending_roles = Codes("role", metadata={"description": "Roles that wait for a second person."})
    created_at = Moment()
    updated_at = Moment()
    left_at = Moment(allow_none=True)
    invitation = Machine(200, metadata={"description": "Shown once, to hand over; it holds for 7 days."})


def member_out(person: Person, invitation: str | None = None) -> dict[str, Any]:
    member = person.member
    shown = {
        "id": ids.show("member", member.id),
        "agency_id": ids.show("agency", member.agency_id),
        "username": member.username,
        "language": member.language,
        "status": member.status,
        "roles": person.confirmed,
        "pending_roles": person.pending,
        "created_at": clock.show(member.created_at),
        "updated_at": clock.show(member.updated_at),
        "left_at": clock.show(member.left_at) if member.left_at else None,
    }
    return shown if invitation is None else {**shown, "invitation": invitation}
