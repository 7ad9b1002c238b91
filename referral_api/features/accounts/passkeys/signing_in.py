"""Signing in with a passkey alone: it is held, and its authenticator knows its holder."""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from referral_api import vault
from referral_api.access import Permission
from referral_api.features.accounts.models import Member
from referral_api.features.accounts.passkeys import queries
from referral_api.features.accounts.passkeys.challenges import SIGN_IN, Spent, challenge_to_sign_in, spend_challenge
from referral_api.features.accounts.passkeys.commands import relying_party
from referral_api.features.accounts.passkeys.models import Passkey
from referral_api.features.accounts.queries import actor_of
from referral_api.features.accounts.sessions.opening import SignedIn, new_session, sign_in
from referral_api.features.accounts.sessions.queries import find_active, find_by_username
from referral_api.features.accounts.sessions.tries import count_try, forget_try, refuse
from referral_api.identity import base64url
from referral_api.identity.passkeys import Assertion, InvalidPasskey
from referral_api.kernel import ids
from referral_api.kernel.actor import Request
from referral_api.work import work

__all__ = ["ask_for_passkey", "open_session_with_passkey"]

_FAILED = "The user name, the password or the code is wrong."
"""As for a wrong password: which of them somebody has is nobody's business."""
_UNKNOWN: Final = "\0 a passkey that nobody has"
"""No user name, so that tries with invented passkeys are counted together."""
_USUAL_LENGTHS: Final = (16, 20, 32, 48, 64)
"""Bytes of the credential ids that authenticators give out."""


def ask_for_passkey(request: Request, *, username: str | None = None) -> dict[str, Any]:
    """What an authenticator is to sign. A user name that nobody has, or that has no passkey, looks like one that has (WebAuthn, 14.6.2)."""
    held = queries.held_by(username) if username is not None else ()
    bound_to: UUID | None = None
    allowed: list[bytes] = []
    if username is not None:
        allowed = [row.credential_id for row in held] or [_invented(username)]
        bound_to = held[0].member_id if held else ids.new()
    challenge = challenge_to_sign_in(request, bound_to=bound_to)
    return relying_party().request_options(challenge=challenge, allowed=allowed)


def open_session_with_passkey(request: Request, *, said: Assertion) -> SignedIn:
    """Sign a member in by the passkey's signature over a challenge of ours. Every fault gets the answer of a wrong password."""
    action = Permission.SESSION_OPEN.event
    try:
        credential_id = base64url.decode(said.id)
    except ValueError:
        credential_id = b""
    username = queries.find_owner(credential_id)
    tried = count_try(request, username or _UNKNOWN, action=action)
    asked = spend_challenge(request, said.client_data, use=SIGN_IN)
    member = find_active(username) if username else None
    rows = find_by_username(member.username, request.now.date()) if member else ()
    passkey = queries.find_passkey(member.id, credential_id) if member else None
    subject = ("member", member.id) if member else None
    if member is None or passkey is None or not rows or asked is None or not _names(said, asked, member):
        refuse(request, tried, action=action, subject=subject, detail=_FAILED)
    try:
        count = relying_party().verify(said, challenge=asked.challenge, public_key=passkey.public_key)
    except InvalidPasskey:
        refuse(request, tried, action=action, subject=subject, detail=_FAILED)
    if _went_back(passkey, count):
        heard = replace(tried, due=True)
        refuse(request, heard, action=action, subject=subject, detail=_FAILED, reason="passkey_counter_went_back")
    opened = new_session(request, member.id, factor="passkey")
    with work(actor_of(rows, request), Permission.SESSION_OPEN, on=opened) as w:
        forget_try(w, tried)
        passkey.sign_count, passkey.last_used_at = count, w.now
        signed_in = sign_in(w, opened)
        w.record(opened, reason_code="passkey")
    return signed_in


def _names(said: Assertion, asked: Spent, member: Member) -> bool:
    """Whether the answer is this member's: the one who was asked, or the one whose handle it brings (WebAuthn, 7.2, step 6)."""
    if asked.bound_to not in (None, member.id):
        return False
    if said.user_handle is None:
        return asked.bound_to is not None
    return member.passkey_handle is not None and said.user_handle == base64url.encode(member.passkey_handle)


def _went_back(passkey: Passkey, count: int) -> bool:
    """Whether two authenticators hold this passkey: one of them counted on from a copy (WebAuthn, 6.1.1). Those that do not count say 0."""
    return (count > 0 or passkey.sign_count > 0) and count <= passkey.sign_count


def _invented(username: str) -> bytes:
    """The same credential id for a user name at each asking."""
    name, ring = username.encode("utf-8", "surrogatepass"), vault.ring()
    random = b"".join(ring.digest("passkey", half + name) for half in (b"\0", b"\1"))
    return random[: _USUAL_LENGTHS[random[-1] % len(_USUAL_LENGTHS)]]
