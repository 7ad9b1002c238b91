"""What follows from a member's first factor, whichever it is."""

from referral_api.features.accounts.factors.codes import renew_recovery
from referral_api.features.accounts.models import Member
from referral_api.features.accounts.sessions.ending import end_sessions
from referral_api.features.accounts.sessions.opening import SignedIn, new_session, sign_in
from referral_api.work import Work

__all__ = ["begin_anew"]


def begin_anew(w: Work, member: Member, *, factor: str) -> tuple[SignedIn, list[str]]:
    """End every session and begin a new one: none gains a factor that it was not opened with.

    Returns the new session's tokens and ten recovery codes, which are shown this once.
    """
    codes = renew_recovery(w, member)
    end_sessions(w, member.id, "factor_enrolled")
    opened = new_session(w.actor.request, member.id, factor=factor)
    signed_in = sign_in(w, opened)
    w.record(opened, "session.opened", reason_code=factor)
    return signed_in, codes
