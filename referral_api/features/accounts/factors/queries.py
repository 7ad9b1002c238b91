"""Finding the caller's own row, and what it holds to prove itself with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from referral_api.access import Permission
from referral_api.features.accounts.factors.models import RecoveryCode
from referral_api.features.accounts.passkeys.models import Passkey
from referral_api.features.accounts.queries import find_self
from referral_api.kernel.actor import Actor
from referral_api.store.session import session
from referral_api.work import disclose

__all__ = ["Factors", "read_factors"]


@dataclass(frozen=True, slots=True)
class Factors:
    """What a member holds beside the password."""

    totp_enrolled_at: datetime | None
    passkeys: int
    recovery_codes_left: int


def read_factors(actor: Actor) -> Factors:
    member = find_self(actor)
    passkeys = select(func.count()).where(Passkey.member_id == member.id)
    left = select(func.count()).where(RecoveryCode.member_id == member.id, RecoveryCode.used_at.is_(None))
    held = session().execute(select(passkeys.scalar_subquery(), left.scalar_subquery())).one()
    found = Factors(member.totp_enrolled_at, *held)
    disclose(actor, Permission.FACTOR_READ, member)
    return found
