"""The decision: a pure function of the actor's words and the thing's words."""

from functools import cache
from typing import Protocol

from referral_api.access.permissions import Permission
from referral_api.access.policy import POLICY, Rule
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden, NotFound
from referral_api.kernel.messages import Message
from referral_api.kernel.words import Relation, Role

__all__ = ["Subject", "decide"]


class Subject(Protocol):
    """What a thing must be able to say of itself to be decided upon and recorded."""

    @property
    def case_ref(self) -> str | None: ...
    def relations(self, actor: Actor) -> frozenset[Relation]: ...
    def assigned(self, actor: Actor) -> bool: ...


_OUTSIDE = frozenset({Relation.NONE, Relation.FORMER, Relation.ANY})


@cache
def _rules(permission: Permission) -> tuple[Rule, ...]:
    return tuple(rule for rule in POLICY if rule.permission is permission)


def decide(actor: Actor, permission: Permission, subject: Subject) -> Rule:
    """The row that allows this, or an error: NotFound for whoever may not know of the thing, Forbidden for whoever may."""
    relations = subject.relations(actor) | {Relation.ANY}
    if relations <= _OUTSIDE and not any(relations & rule.relations for rule in _rules(permission)):
        raise NotFound(case_ref=subject.case_ref)
    if actor.scope is not None and permission not in actor.scope:
        raise Forbidden(
            Message("The token's scope does not hold {permission}.").format(permission=permission),
            reason="scope",
            extra={"permission": permission},
        )
    reason = "role"
    for rule in _rules(permission):
        if not rule.roles & actor.roles or not _all_roles_hold(actor, rule):
            continue
        if not rule.relations & relations:
            reason = "relation" if reason == "role" else reason
            continue
        if rule.assigned and not _on_the_case(actor, subject):
            reason = "not_assigned"
            continue
        return rule
    raise Forbidden("Your role, your relation to this thing or your assignment does not allow this.", reason=reason)


def _all_roles_hold(actor: Actor, rule: Rule) -> bool:
    """A system that acts for a member may do only what that member may do too."""
    if actor.kind == "member" or actor.on_behalf_of is None:
        return True
    return Role.SYSTEM in rule.roles and bool(rule.roles & (actor.roles - {Role.SYSTEM}))


def _on_the_case(actor: Actor, subject: Subject) -> bool:
    if Role.SUPERVISOR in actor.roles or actor.person_id is None:
        return True
    return subject.assigned(actor)
