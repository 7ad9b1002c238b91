"""Proving a factor before another is added, renewed or given up: a stolen access token alone changes nothing."""

from referral_api.access import Permission
from referral_api.features.accounts.factors.codes import NO_FACTOR, Proof, is_enrolled, judge_code, spend
from referral_api.features.accounts.models import Member
from referral_api.features.accounts.queries import find_self
from referral_api.features.accounts.sessions.tries import Try, count_missed, count_try, forget_try, report_failure
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, Invalid
from referral_api.work import Work

__all__ = ["proved", "spent", "wrong_code"]


def proved(actor: Actor, code: str | None, permission: Permission) -> tuple[Member, Proof, Try | None]:
    """The member, locked, and what its code proves: counted with its tries to sign in, and refused alike for every fault."""
    member = find_self(actor)
    if not is_enrolled(member):
        return member, NO_FACTOR, None
    tried = count_try(actor.request, member.username, action=permission.event)
    member = find_self(actor)
    proof = judge_code(member, code, actor.now)
    if proof is None:
        subject = ("member", member.id)
        count_missed(actor.request, tried, member.id)
        report_failure(actor.request, tried, action=permission.event, subject=subject)
        raise wrong_code()
    return member, proof, tried


def spent(w: Work, member: Member, proof: Proof, tried: Try | None) -> None:
    spend(w, member, proof)
    if tried is not None:
        forget_try(w, tried)


def wrong_code() -> Invalid:
    return Invalid([FieldError("/one_time_code", "wrong", "Not a code that counts now. Each works once.")])
