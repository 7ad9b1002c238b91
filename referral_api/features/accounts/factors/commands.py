"""Enrolling an authenticator app, renewing recovery codes, giving a factor up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from flask import current_app

from referral_api import vault
from referral_api.access import Permission
from referral_api.features.accounts.factors.codes import (
    Proof,
    forget_factors,
    forget_totp,
    is_enrolled,
    renew_recovery,
    spend,
)
from referral_api.features.accounts.factors.enrolling import begin_anew
from referral_api.features.accounts.factors.proving import proved, spent, wrong_code
from referral_api.features.accounts.queries import find_self
from referral_api.features.accounts.sessions.ending import end_sessions
from referral_api.features.accounts.sessions.opening import SignedIn
from referral_api.identity import totp
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import IllegalStep, NotFound
from referral_api.work import work

__all__ = ["Prepared", "confirm_totp", "prepare_totp", "remove_totp", "renew_recovery_codes"]

PREPARED_HOLDS: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A secret that an app is to take up, shown this once; it counts when a code of it has come back."""

    secret: str
    otpauth_uri: str
    expires_at: datetime


def prepare_totp(actor: Actor, *, one_time_code: str | None = None) -> Prepared:
    """Make a secret for the member's app. Whoever has a factor already proves it, so that no stolen token adds one."""
    member, proof, tried = proved(actor, one_time_code, Permission.FACTOR_PREPARE)
    secret = totp.new_totp_secret()
    host = urlsplit(current_app.config["PUBLIC_URL"]).hostname or "referral"
    with work(actor, Permission.FACTOR_PREPARE, on=member) as w:
        spent(w, member, proof, tried)
        member.totp_pending_sealed = vault.seal_factor(vault.ring(), member.id, secret)
        member.totp_pending_until = w.now + PREPARED_HOLDS
        w.record(member, tell=(), reason_code="totp")
    uri = totp.provisioning_uri(secret, account=member.username, issuer=host)
    return Prepared(secret, uri, actor.now + PREPARED_HOLDS)


def confirm_totp(actor: Actor, *, one_time_code: str) -> tuple[SignedIn, list[str]]:
    """Enrol the prepared secret by its first code. Every session ends and a new one begins, with new recovery codes."""
    member = find_self(actor)
    sealed, until = member.totp_pending_sealed, member.totp_pending_until
    if sealed is None or until is None or actor.now >= until:
        raise IllegalStep("not_prepared", ["prepare"], "No secret waits for its first code: POST /v1/me/totp.")
    secret = vault.open_factor(vault.ring(), member.id, sealed)
    step = totp.verify_code(secret, one_time_code.replace(" ", ""), now=actor.now, last_step=None)
    if step is None:
        raise wrong_code()
    with work(actor, Permission.FACTOR_ENROLL, on=member) as w:
        member.totp_secret_sealed, member.totp_enrolled_at = sealed, w.now
        member.totp_pending_sealed = member.totp_pending_until = None
        spend(w, member, Proof("totp", step=step))
        w.record(member, tell=(), reason_code="totp")
        return begin_anew(w, member, factor="totp")


def renew_recovery_codes(actor: Actor, *, one_time_code: str) -> list[str]:
    """Ten new recovery codes; the old ones are worth nothing from now on."""
    member, proof, tried = proved(actor, one_time_code, Permission.RECOVERY_RENEW)
    with work(actor, Permission.RECOVERY_RENEW, on=member) as w:
        spent(w, member, proof, tried)
        codes = renew_recovery(w, member)
        w.record(member, tell=())
    return codes


def remove_totp(actor: Actor, *, one_time_code: str) -> None:
    """Give the authenticator app up: every session ends; without a passkey the next one may do nothing but enrol again."""
    if find_self(actor).totp_secret_sealed is None:
        raise NotFound()
    member, proof, tried = proved(actor, one_time_code, Permission.FACTOR_REMOVE)
    with work(actor, Permission.FACTOR_REMOVE, on=member) as w:
        spent(w, member, proof, tried)
        forget_totp(member)
        if not is_enrolled(member):
            forget_factors(w, member)
        w.record(member, tell=(), reason_code="totp")
        end_sessions(w, member.id, "factor_removed")
