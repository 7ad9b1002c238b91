"""The address of the access matrix."""

from referral_api.access import Permission
from referral_api.access.matrix import rows
from referral_api.api.fields import Body, Code, Flag, Text, many
from referral_api.api.rooms import Call, Reply, Room
from referral_api.kernel.words import Relation, Role

__all__ = ["room"]

room = Room("access", "Who may do what.")


class PolicyRowOut(Body):
    """These roles, standing in one of these relations to the thing, may do this."""

    permission = Code(among=tuple(permission.value for permission in Permission))
    event = Text(64, pattern=r"[a-z_]+\.[a-z_]+", metadata={"example": "case.read"})
    roles = many(Code(among=tuple(role.value for role in Role)))
    relations = many(Code(among=tuple(relation.value for relation in Relation)))
    assigned = Flag(metadata={"description": "Only a worker assigned to the case, a supervisor, or the agency's system."})  # fmt: skip
    because = Text()


@room.get("/v1/access-matrix", answer=PolicyRowOut, listed=True)
def show_access_matrix(call: Call) -> Reply:
    """Show who may do what, in which relation to the thing, and why. It is no secret and leaves no entry."""
    return Reply({"items": rows(), "next_cursor": None})
