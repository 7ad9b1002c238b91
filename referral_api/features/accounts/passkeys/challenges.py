"""Challenges: made, and spent by whoever answers them first, whatever the answer is worth."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select

from referral_api.access import Permission
from referral_api.features.accounts.passkeys.models import PasskeyChallenge
from referral_api.features.accounts.sessions.tries import clockwork
from referral_api.identity.passkeys import CHALLENGE_SIZE, read_challenge
from referral_api.kernel import ids
from referral_api.kernel.actor import Request
from referral_api.store.session import session
from referral_api.work import Work, work

__all__ = ["REGISTER", "SIGN_IN", "Spent", "challenge_to_sign_in", "new_challenge", "spend_challenge"]

REGISTER: Final = "register"
SIGN_IN: Final = "sign_in"
HOLDS: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Spent:
    """A challenge that nobody can answer any more, and whose answer counts."""

    challenge: bytes
    bound_to: UUID | None


def new_challenge(w: Work, *, use: str, bound_to: UUID | None) -> bytes:
    """Random bytes for an authenticator to sign; those whose time is over go."""
    w.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= w.now))
    challenge = secrets.token_bytes(CHALLENGE_SIZE)
    w.add(_row(challenge, use, bound_to, w.now))
    return challenge


def challenge_to_sign_in(request: Request, *, bound_to: UUID | None) -> bytes:
    """The same for somebody whom nobody knows yet."""
    about = _row(b"", SIGN_IN, bound_to, request.now)
    with work(clockwork(request), Permission.PASSKEY_CHALLENGE, on=about) as w:
        challenge = new_challenge(w, use=SIGN_IN, bound_to=bound_to)
        w.made = (about.kind, about.id)
    return challenge


def spend_challenge(request: Request, client_data: str, *, use: str) -> Spent | None:
    """Take away the challenge that this answers; None if it never was, is over, or was answered. Committed, so that it is gone whatever follows."""
    challenge = read_challenge(client_data)
    query = select(PasskeyChallenge).where(PasskeyChallenge.digest == hashlib.sha256(challenge).digest())
    found = session().execute(query).scalars().first()
    if found is None:
        return None
    with work(clockwork(request), Permission.PASSKEY_CHALLENGE, on=found) as w:
        w.made = (found.kind, found.id)
        gone = delete(PasskeyChallenge).where(PasskeyChallenge.id == found.id)
        taken: Sequence[Any] = w.session.execute(
            gone.returning(PasskeyChallenge.use, PasskeyChallenge.bound_to, PasskeyChallenge.expires_at),
            execution_options={"synchronize_session": False},
        ).all()
        w.session.expunge(found)
    counts = bool(taken) and taken[0].use == use and request.now < taken[0].expires_at
    return Spent(challenge, taken[0].bound_to) if counts else None


def _row(challenge: bytes, use: str, bound_to: UUID | None, now: datetime) -> PasskeyChallenge:
    digest = hashlib.sha256(challenge).digest()
    return PasskeyChallenge(id=ids.new(), digest=digest, use=use, bound_to=bound_to, expires_at=now + HOLDS)
