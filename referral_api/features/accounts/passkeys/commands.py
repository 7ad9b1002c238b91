"""Registering passkeys and giving them up."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from referral_api.access import Permission
from referral_api.features.accounts.factors.codes import forget_factors, is_enrolled
from referral_api.features.accounts.factors.enrolling import begin_anew
from referral_api.features.accounts.factors.proving import proved, spent
from referral_api.features.accounts.models import Member
from referral_api.features.accounts.passkeys.challenges import REGISTER, new_challenge, spend_challenge
from referral_api.features.accounts.passkeys.models import MOST, Passkey
from referral_api.features.accounts.passkeys.queries import find_own_passkey
from referral_api.features.accounts.queries import find_self
from referral_api.features.accounts.sessions.ending import end_sessions
from referral_api.features.accounts.sessions.opening import SignedIn
from referral_api.identity.passkeys import HANDLE_SIZE, Attestation, InvalidPasskey, RelyingParty
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, IllegalStep, Invalid
from referral_api.work import Work, work

__all__ = ["Enrolled", "prepare_passkey", "register_passkey", "relying_party", "remove_passkey"]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A registered passkey; with new tokens and recovery codes if it is the member's first factor."""

    passkey: Passkey
    signed_in: SignedIn | None = None
    recovery_codes: tuple[str, ...] = ()


def relying_party() -> RelyingParty:
    return RelyingParty.at(current_app.config["PUBLIC_URL"])


def prepare_passkey(actor: Actor, *, one_time_code: str | None = None) -> dict[str, Any]:
    """What an authenticator needs to make a passkey. Whoever has a factor already proves it, so that no stolen token adds one."""
    member, proof, tried = proved(actor, one_time_code, Permission.FACTOR_PREPARE)
    with work(actor, Permission.FACTOR_PREPARE, on=member) as w:
        spent(w, member, proof, tried)
        held = _held_with_room(w, member)
        member.passkey_handle = member.passkey_handle or secrets.token_bytes(HANDLE_SIZE)
        challenge = new_challenge(w, use=REGISTER, bound_to=actor.session_id)
        w.record(member, tell=(), reason_code="passkey")
        handle, username = member.passkey_handle, member.username
    return relying_party().creation_options(challenge=challenge, handle=handle, username=username, held=held)


def register_passkey(actor: Actor, *, name: str, said: Attestation) -> Enrolled:
    """Keep the passkey that this session asked for. As the first factor it ends every session and begins a new one, as an app does."""
    find_self(actor)
    asked = spend_challenge(actor.request, said.client_data, use=REGISTER)
    member = find_self(actor)
    if asked is None or asked.bound_to != actor.session_id:
        raise _not_registered()
    try:
        made = relying_party().register(said, challenge=asked.challenge)
    except InvalidPasskey:
        raise _not_registered() from None
    with work(actor, Permission.FACTOR_ENROLL, on=member) as w:
        _held_with_room(w, member)
        first = not is_enrolled(member)
        passkey = Passkey(
            id=ids.new(),
            member_id=member.id,
            name=name,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            registered_at=w.now,
        )
        try:
            w.add(passkey)
        except IntegrityError:
            raise _not_registered() from None
        w.record(member, tell=(), reason_code="passkey")
        if not first:
            return Enrolled(passkey)
        signed_in, codes = begin_anew(w, member, factor="passkey")
        return Enrolled(passkey, signed_in, tuple(codes))


def remove_passkey(actor: Actor, passkey_id: UUID, *, one_time_code: str) -> None:
    """Give a passkey up: every session ends; if it was the last factor, the next one may do nothing but enrol again."""
    find_own_passkey(actor, passkey_id)
    member, proof, tried = proved(actor, one_time_code, Permission.FACTOR_REMOVE)
    with work(actor, Permission.FACTOR_REMOVE, on=member) as w:
        spent(w, member, proof, tried)
        w.session.execute(delete(Passkey).where(Passkey.id == passkey_id, Passkey.member_id == member.id))
        if not is_enrolled(member):
            forget_factors(w, member)
        w.record(member, tell=(), reason_code="passkey")
        end_sessions(w, member.id, "factor_removed")


def _held_with_room(w: Work, member: Member) -> Sequence[bytes]:
    """The credential ids that the member holds; asked again when one is added, since options may wait in several sessions."""
    held = w.session.execute(select(Passkey.credential_id).where(Passkey.member_id == member.id)).scalars().all()
    if len(held) >= MOST:
        raise IllegalStep("all_taken", ["remove"], "Nobody has more than twenty passkeys: remove one first.")
    return held


def _not_registered() -> Invalid:
    said = "No passkey was made for this session: ask for new options, then try again."
    return Invalid([FieldError("/credential", "not-verified", said)])
