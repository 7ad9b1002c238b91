"""Choosing another password, with the one before and a code: a stolen access token alone changes nothing."""

from referral_api.access import Permission
from referral_api.features.accounts.factors.proving import proved, spent
from referral_api.features.accounts.queries import find_self
from referral_api.features.accounts.sessions.choosing import must_be_strong, profile
from referral_api.features.accounts.sessions.ending import end_sessions
from referral_api.features.accounts.sessions.tries import report_failure
from referral_api.features.agencies.queries import find_agency
from referral_api.identity import passwords
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, Invalid
from referral_api.store import session
from referral_api.work import work

__all__ = ["change_password"]


def change_password(actor: Actor, *, password: str, new_password: str, one_time_code: str) -> None:
    """Change one's password. Every session ends, so whoever held the old one is out."""
    member = find_self(actor)
    stored = member.password_hash
    names = member.username, find_agency(member.agency_id).name
    session().rollback()  # Nobody waits for the database while passwords are judged and hashed.
    must_be_strong(new_password, *names, pointer="/new_password")
    right = passwords.verify_password(stored, password, profile=profile())
    hashed = passwords.hash_password(new_password, profile=profile())
    member, proof, tried = proved(actor, one_time_code, Permission.PASSWORD_CHANGE)
    if not right or member.password_hash != stored:
        if tried is not None:
            subject = ("member", member.id)
            report_failure(actor.request, tried, action=Permission.PASSWORD_CHANGE.event, subject=subject)
        raise Invalid([FieldError("/password", "wrong", "Not your password.")])
    with work(actor, Permission.PASSWORD_CHANGE, on=member) as w:
        spent(w, member, proof, tried)
        member.password_hash = hashed
        w.record(member, tell=(), fields=["password"])
        end_sessions(w, member.id, "password_changed")
