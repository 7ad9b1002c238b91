"""Beginning a session and handing out its tokens, however its member proved who they are."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Final
from uuid import UUID

from flask import current_app

from referral_api.features.accounts.sessions.models import MemberSession, RefreshToken
from referral_api.identity import secrets, tokens
from referral_api.kernel import ids
from referral_api.kernel.actor import Request
from referral_api.work import Work

__all__ = ["IDLE_LASTS", "SESSION_LASTS", "SignedIn", "issue_tokens", "new_session", "sign_in"]

SESSION_LASTS: Final = timedelta(hours=8)
"""A working day: after it, the password again, however busy the session was."""
IDLE_LASTS: Final = timedelta(hours=1)
"""A session that nobody refreshes for so long is over (NIST SP 800-63B-4, 2.2.3: an hour of inactivity)."""

_OWN_CLIENT: Final = "referral-api"
"""RFC 9068 wants a client in each access token; whoever signs in with a password here uses this service's own."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What somebody who signed in gets, in seconds: the rest of the session, and until when it must be refreshed."""

    access_token: str
    refresh_token: str
    refresh_expires_in: int
    idle_expires_in: int
    factor: str | None


def new_session(request: Request, member_id: UUID, *, factor: str | None) -> MemberSession:
    return MemberSession(
        id=ids.new(),
        member_id=member_id,
        opened_at=request.now,
        last_used_at=request.now,
        expires_at=request.now + SESSION_LASTS,
        factor=factor,
        network=_network(request.address),
    )


def sign_in(w: Work, opened: MemberSession) -> SignedIn:
    """Keep the new session, and hand out its first tokens."""
    w.add(opened)
    return issue_tokens(w, opened)


def issue_tokens(w: Work, opened: MemberSession) -> SignedIn:
    """The next link of the session's chain of refresh tokens, and a new access token."""
    refresh = secrets.new_secret("refresh")
    idle_until = min(opened.expires_at, w.now + IDLE_LASTS)
    w.add(
        RefreshToken(
            id=ids.new(),
            session_id=opened.id,
            token_hash=secrets.digest(refresh),
            issued_at=w.now,
            expires_at=idle_until,
        )
    )
    url = current_app.config["PUBLIC_URL"]
    access = tokens.issue(
        current_app.extensions["signing_keys"](),
        issuer=url,
        audience=url,
        subject=ids.show("member", opened.member_id),
        client_id=_OWN_CLIENT,
        now=w.now,
        session_id=ids.show("session", opened.id),
    )
    return SignedIn(
        access,
        refresh,
        int((opened.expires_at - w.now).total_seconds()),
        int((idle_until - w.now).total_seconds()),
        opened.factor,
    )


def _network(address: str | None) -> str | None:
    """Where the session was opened, as roughly as lets its owner recognise it: /24 of IPv4, /48 of IPv6."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return None
    return str(ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))
