"""Signing in as JSON, in and out."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from referral_api.api.fields import Body, Code, Codes, Day, Flag, Id, Machine, Moment, Nested, Text, Whole, many
from referral_api.features.accounts.members.schemas import username
from referral_api.features.accounts.sessions.opening import SignedIn
from referral_api.identity.tokens import LIFETIME
from referral_api.kernel import clock, ids
from referral_api.kernel.actor import Actor

__all__ = [
    "AcceptInvitation",
    "MeOut",
    "OpenSession",
    "RefreshSession",
    "SessionOut",
    "SignedInOut",
    "client_out",
    "me_out",
    "one_time_code",
    "session_out",
    "signed_in_out",
]


def one_time_code(**more: Any) -> Machine:
    said = {"description": "Of the authenticator app, or a recovery code. Each works once.", "example": "123456"}
    return Machine(40, metadata=said, **more)


class OpenSession(Body):
    username = Machine(
        64, required=True, metadata={"description": "Upper and lower case are the same.", "example": "amina.k"}
    )
    password = Machine(512, required=True, metadata={"description": "Taken as it is.", "example": "seven quiet rivers"})
    one_time_code = one_time_code()


class RefreshSession(Body):
    refresh_token = Machine(200, required=True, metadata={"description": "The newest one; each is used once."})


class AcceptInvitation(Body):
    username = username(required=True)
    invitation = Machine(200, required=True, metadata={"description": "What the agency's admin handed over."})
    password = Machine(512, required=True, metadata={"description": "15 to 128 characters."})


class SignedInOut(Body):
    access_token = Machine(2_000)
    token_type = Text(metadata={"example": "Bearer"})
    expires_in = Whole(0, 3_600, metadata={"description": "Seconds.", "example": 300})
    refresh_token = Machine(200)
    refresh_expires_in = Whole(
        0, 86_400, metadata={"description": "Seconds until the session ends.", "example": 28_800}
    )

    idle_expires_in = Whole(
        0, 86_400, metadata={"description": "Seconds until the refresh token must have been used.", "example": 3_600}
    )
    enrolment_required = Flag(
        metadata={"description": "True: this session may only enrol a second factor (POST /v1/me/totp)."}
    )


class SessionOut(Body):
    id = Id("session")
    opened_at = Moment(metadata={"description": "Since when."})
    last_used_at = Moment(metadata={"description": "When it was opened or last refreshed."})
    expires_at = Moment()
    factor = Code(
        among=("totp", "recovery_code", "passkey", "provider"),
        metadata={"description": "What was proved beside the password, or in its place."},
        allow_none=True,
    )
    network = Machine(
        64,
        allow_none=True,
        metadata={"description": "Roughly from where; no full address is kept.", "example": "192.0.2.0/24"},
    )
    current = Flag(metadata={"description": "Whether it is the one that asks."})


_SOON = timedelta(days=60)


class HeldCertificate(Body):
    id = Id("certificate")
    kind = Text()
    expires_on = Day()
    expires_soon = Flag(metadata={"description": "Within sixty days: see to the next one now."})


class MeOut(Body):
    """A member, or a system."""

    sometimes = ("username", "roles", "enrolment_required", "certificates", "scope", "on_behalf_of")

    id = Text(metadata={"description": "`member_...` or `client_...`"})
    username = Text(64)
    agency_id = Id("agency")
    roles = Codes("role")
    purposes = Codes("purpose", metadata={"description": "What the Purpose header may name."})
    enrolment_required = Flag(metadata={"description": "True: this session may only enrol a second factor."})
    certificates = many(Nested(HeldCertificate))
    scope = Text(4_000, metadata={"description": "For a system: what its token still holds."})
    on_behalf_of = Id("member", allow_none=True)


def signed_in_out(signed_in: SignedIn) -> dict[str, Any]:
    return {
        "access_token": signed_in.access_token,
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "refresh_token": signed_in.refresh_token,
        "refresh_expires_in": signed_in.refresh_expires_in,
        "idle_expires_in": signed_in.idle_expires_in,
        "enrolment_required": signed_in.factor is None,
    }


def session_out(actor: Actor, row: Row[Any]) -> dict[str, Any]:
    return {
        "id": ids.show("session", row.id),
        "opened_at": clock.show(row.opened_at),
        "last_used_at": clock.show(row.last_used_at),
        "expires_at": clock.show(row.expires_at),
        "factor": row.factor,
        "network": row.network,
        "current": row.id == actor.session_id,
    }


def me_out(actor: Actor, rows: Sequence[Row[Any]]) -> dict[str, Any]:
    """A member, by the rows of `about_member`."""
    return {
        "id": ids.show("member", actor.id) if actor.id else None,
        "username": rows[0].username,
        "agency_id": ids.show("agency", actor.agency_id) if actor.agency_id else None,
        "roles": sorted(actor.roles),
        "purposes": list(actor.purposes),
        "enrolment_required": actor.enrolment_only,
        "certificates": [
            {
                "id": ids.show("certificate", row.id),
                "kind": row.certificate_kind,
                "expires_on": row.expires_on.isoformat(),
                "expires_soon": row.expires_on < (actor.now + _SOON).date(),
            }
            for row in rows
            if row.id is not None
        ],
    }


def client_out(actor: Actor) -> dict[str, Any]:
    return {
        "id": ids.show("client", actor.id) if actor.id else None,
        "agency_id": ids.show("agency", actor.agency_id) if actor.agency_id else None,
        "scope": " ".join(sorted(actor.scope or ())),
        "purposes": list(actor.purposes),
        "on_behalf_of": ids.show("member", actor.on_behalf_of) if actor.on_behalf_of else None,
    }
