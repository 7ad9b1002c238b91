"""What proves a second factor in words: a code of the authenticator app, or a recovery code. Each works once.

Whoever judges a code holds the member's lock until the code is spent, so that of two uses at once one comes first.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update

from referral_api import vault
from referral_api.features.accounts.factors.models import RecoveryCode
from referral_api.features.accounts.models import Member
from referral_api.features.accounts.passkeys.models import Passkey
from referral_api.identity import secrets, totp
from referral_api.kernel import ids
from referral_api.store.session import session
from referral_api.work import Work

__all__ = [
    "MOST_MISSED",
    "NO_FACTOR",
    "Proof",
    "forget_factors",
    "forget_totp",
    "is_enrolled",
    "judge_code",
    "renew_recovery",
    "spend",
]

MOST_MISSED: Final = 100
"""Wrong codes in a row beside the right password, from anywhere: NIST SP 800-63B-4, 3.2.2 allows no more. Then only a new invitation
helps: somebody else knows the password. Without it nobody can bring this about."""

RECOVERY_CODES: Final = 10
_NOBODY: Final = UUID(int=0)
_APART: Final = re.compile(r"[\s-]")


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved beside the password (`totp`, `recovery_code`, nothing), and what is spent by it."""

    factor: str | None
    step: int | None = None
    code_id: UUID | None = None


NO_FACTOR: Final = Proof(None)
"""Of whoever has none yet: enough to enrol one."""


def is_enrolled(member: Member) -> bool:
    """Whether the member has a second factor, so that the password alone is not enough."""
    return member.totp_secret_sealed is not None or _has_passkey(member.id)


def _has_passkey(member_id: UUID) -> bool:
    query = select(Passkey.id).where(Passkey.member_id == member_id).limit(1)
    return session().execute(query).first() is not None


def judge_code(member: Member | None, code: str | None, now: datetime) -> Proof | None:
    """What this code proves of the member, whose row is locked; None if nothing. Without an enrolled factor none is asked for.

    Of nobody it proves nothing, after the same statements as of anybody.
    """
    member_id = member.id if member else _NOBODY
    has_passkey = _has_passkey(member_id)
    said = _APART.sub("", code or "").lower()
    code_id = _recovery_code(member_id, said) if said and not said.isdecimal() else None
    if member is None:
        return None
    if member.totp_secret_sealed is None and not has_passkey:
        return NO_FACTOR
    if member.codes_missed >= MOST_MISSED:
        return None
    if code_id is not None:
        return Proof("recovery_code", code_id=code_id)
    return _judge_totp(member, said, now) if said.isdecimal() else None


def _recovery_code(member_id: UUID, said: str) -> UUID | None:
    used = (RecoveryCode.member_id == member_id, RecoveryCode.code_hash == _hash(member_id, said))
    query = select(RecoveryCode.id).where(*used, RecoveryCode.used_at.is_(None))
    return session().execute(query).scalars().first()


def _judge_totp(member: Member, code: str, now: datetime) -> Proof | None:
    if member.totp_secret_sealed is None:
        return None
    secret = vault.open_factor(vault.ring(), member.id, member.totp_secret_sealed)
    step = totp.verify_code(secret, code, now=now, last_step=member.totp_last_step)
    return None if step is None else Proof("totp", step=step)


def spend(w: Work, member: Member, proof: Proof) -> None:
    """Let what was proved never prove anything again."""
    member.codes_missed = 0
    if proof.step is not None:
        member.totp_last_step = proof.step
    if proof.code_id is not None:
        w.session.execute(update(RecoveryCode).where(RecoveryCode.id == proof.code_id).values(used_at=w.now))


def renew_recovery(w: Work, member: Member) -> list[str]:
    """Ten new recovery codes in the place of all old ones; what is returned is shown this once."""
    w.session.execute(delete(RecoveryCode).where(RecoveryCode.member_id == member.id))
    codes = [secrets.new_recovery_code() for _ in range(RECOVERY_CODES)]
    for code in codes:
        hashed = _hash(member.id, _APART.sub("", code))
        w.session.add(RecoveryCode(id=ids.new(), member_id=member.id, code_hash=hashed, made_at=w.now))
    w.session.flush()
    return codes


def forget_totp(member: Member) -> None:
    """The authenticator app counts no more."""
    member.totp_secret_sealed = member.totp_last_step = member.totp_enrolled_at = None
    member.totp_pending_sealed = member.totp_pending_until = None


def forget_factors(w: Work, member: Member) -> None:
    """Nothing that the member held proves anything any more."""
    forget_totp(member)
    member.codes_missed = 0
    member.passkey_handle = None
    w.session.execute(delete(Passkey).where(Passkey.member_id == member.id))
    w.session.execute(delete(RecoveryCode).where(RecoveryCode.member_id == member.id))


def _hash(member_id: UUID, code: str) -> bytes:
    """140 random bits, and under a key that is not in the database: nobody who copies the table can try them."""
    return vault.ring().digest("recovery", member_id.bytes + code.encode())
