"""Slowing down whoever guesses. Each try is counted before it is judged, so that many at once cannot outrun the count.

Counts are per account and address: nobody can lock a person out from elsewhere. The log hears of failures at most once a minute per
account and address, so that it cannot be flooded; a user name that is tried is kept only as a keyed hash (audit.md, 1).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from referral_api import vault
from referral_api.access import Permission
from referral_api.features.accounts.models import Member
from referral_api.features.accounts.sessions.models import SignInTry
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.errors import RateLimited, Unauthenticated
from referral_api.kernel.words import Role
from referral_api.store.session import session
from referral_api.work import OfTheService, Work, deny, work

__all__ = ["SignInFailed", "Try", "clockwork", "count_missed", "count_try", "forget_try", "refuse", "report_failure"]

_NOTHING = UUID(int=0)
WINDOW = timedelta(minutes=10)
MOST = 10
RECORDED_EVERY = timedelta(minutes=1)


class SignInFailed(Unauthenticated):
    """Somebody could not prove who they are."""

    outcome = "denied"


class TriedTooOften(RateLimited):
    """Somebody goes on guessing."""

    outcome = "denied"


@dataclass(frozen=True, slots=True)
class Try(OfTheService):
    """One try to sign in: to which account (hashed), from where, and whether the log should hear of its failure."""

    account: str
    address: str
    due: bool = False
    kind: str = "session"
    id: UUID = _NOTHING
    state: str | None = None
    case_ref: str | None = None


def count_try(request: Request, account: str, *, action: str, most: int | None = MOST) -> Try:
    """Count a try; RateLimited once there were too many. `most` is None where guessing is hopeless anyway."""
    tried = Try(
        vault.ring().digest("username", account.encode("utf-8", "surrogatepass")).hex(), (request.address or "")[:64]
    )
    with work(clockwork(request), Permission.SESSION_TRY, on=tried) as w:
        row = _row(w, tried)
        row.count += 1
        due = row.recorded_at is None or w.now - row.recorded_at >= RECORDED_EVERY
        row.recorded_at = w.now if due else row.recorded_at
        tried = Try(tried.account, tried.address, due)
        blocked = most is not None and row.count > most
        wait = row.since + WINDOW - w.now
        w.made = (tried.kind, tried.id)
    if blocked:
        seconds = max(1, int(wait.total_seconds()))
        _tell(request, tried, TriedTooOften("Too many tries.", reason="tried_too_often"), action, None)
        raise RateLimited("Too many tries. Wait, then try again.", retry_after=seconds)
    return tried


def count_missed(request: Request, tried: Try, member_id: UUID | None) -> None:
    """Count a wrong code beside the right password (factors.codes.MOST_MISSED). None counts nothing, and takes as long."""
    session().rollback()
    with work(clockwork(request), Permission.SESSION_TRY, on=tried) as w:
        missed = update(Member).where(Member.id == (member_id or _NOTHING)).values(codes_missed=Member.codes_missed + 1)
        w.session.execute(missed, execution_options={"synchronize_session": False})
        w.made = (tried.kind, tried.id)


def clockwork(request: Request) -> Actor:
    """The service itself, which acts before anybody is known."""
    return Actor("service", None, None, request, roles=frozenset({Role.SERVICE}))


def _row(w: Work, tried: Try) -> SignInTry:
    table = SignInTry.__table__
    w.session.execute(delete(SignInTry).where(SignInTry.since <= w.now - WINDOW))
    dialect = postgresql if w.session.get_bind().dialect.name == "postgresql" else sqlite
    new = {"account_hash": tried.account, "address": tried.address, "since": w.now, "count": 0}
    # The update changes nothing; it locks the row, so that nobody who signs in meanwhile takes it away.
    key = [table.c.account_hash, table.c.address]
    taken = dialect.insert(table).values(new).on_conflict_do_update(index_elements=key, set_={"count": table.c.count})
    w.session.execute(taken)
    which = (SignInTry.account_hash == tried.account, SignInTry.address == tried.address)
    found: SignInTry = w.session.execute(
        select(SignInTry).where(*which).with_for_update(), execution_options={"populate_existing": True}
    ).scalar_one()
    return found


def forget_try(w: Work, tried: Try) -> None:
    """Whoever proved who they are starts anew."""
    w.session.execute(
        delete(SignInTry).where(SignInTry.account_hash == tried.account, SignInTry.address == tried.address)
    )


def refuse(
    request: Request,
    tried: Try,
    *,
    action: str,
    subject: tuple[str, UUID] | None,
    detail: str,
    reason: str = "sign_in_failed",
) -> NoReturn:
    """Say no, in the same words whatever was wrong; and tell the log, unless it has just been told."""
    _tell(request, tried, SignInFailed("Not signed in.", reason=reason), action, subject)
    raise Unauthenticated(detail)


def report_failure(request: Request, tried: Try, *, action: str, subject: tuple[str, UUID] | None) -> None:
    _tell(request, tried, SignInFailed("Not signed in.", reason="sign_in_failed"), action, subject)


def _tell(
    request: Request, tried: Try, error: SignInFailed | TriedTooOften, action: str, subject: tuple[str, UUID] | None
) -> None:
    if tried.due:
        anonymous = Actor("anonymous", None, None, request)
        kind, found = subject or ("member", None)
        deny(
            anonymous,
            error,
            action=action,
            subject_type=kind,
            subject_id=found,
            subject_hash=None if found else tried.account,
        )
