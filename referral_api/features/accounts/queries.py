"""Who calls: the actor as the database knows it now, in one statement. Rows, not objects, since this runs at each call."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Row, Select, String, and_, bindparam, exists, select
from sqlalchemy.orm import Session

from referral_api.access import Permission
from referral_api.api.authorization import INVALID_PROOF, INVALID_TOKEN
from referral_api.features.accounts.clients.rules import in_force, words
from referral_api.features.accounts.models import Certificate, Client, Member, MemberRole
from referral_api.features.accounts.oauth.models import RevokedToken
from referral_api.features.accounts.sessions.models import MemberSession
from referral_api.features.agencies.models import Agency
from referral_api.identity import tokens
from referral_api.identity.dpop import Proof
from referral_api.identity.tokens import Claims, InvalidToken
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.errors import NotFound, Unauthenticated
from referral_api.kernel.words import Role
from referral_api.store.session import session
from referral_api.work import use_up

__all__ = [
    "CURRENT_ROLES",
    "actor_of",
    "find_self",
    "identify",
    "identify_claims",
    "is_active_member",
    "is_member",
    "lock_member",
    "member_actor",
    "person",
]

_agency, _certificate, _client, _member = (
    Agency.__table__.c,
    Certificate.__table__.c,
    Client.__table__.c,
    Member.__table__.c,
)
_revoked, _role, _session = RevokedToken.__table__.c, MemberRole.__table__.c, MemberSession.__table__.c

CURRENT_ROLES = and_(_role.member_id == _member.id, _role.ended_at.is_(None), _role.confirmed_at.is_not(None))
"""A role counts from a second person's confirmation until its end."""

_CERTIFIED = (
    exists()
    .where(
        _certificate.member_id == _member.id,
        _certificate.certificate_kind == "safeguarding",
        _certificate.confirmed_at.is_not(None),
        _certificate.ended_at.is_(None),
        _certificate.expires_on >= bindparam("today"),
    )
    .label("certified")
)
_PERSON = (
    _member.id.label("member_id"),
    _member.agency_id,
    _member.language,
    _agency.type,
    _agency.country,
    _role.role,
    _CERTIFIED,
)


def person(*more: Any) -> Select[Any]:
    """One row for each role of an active member of an active agency (one row with no role if there is none). Binds `today`."""
    return (
        select(*_PERSON, *more)
        .select_from(Member.__table__.join(Agency.__table__).outerjoin(MemberRole.__table__, CURRENT_ROLES))
        .where(_member.status == "active", _agency.status == "active")
    )


_MEMBER = (
    person(_session.id.label("session_id"), _session.factor)
    .join(MemberSession.__table__, _session.member_id == _member.id)
    .where(
        _session.id == bindparam("session"),
        _member.id == bindparam("member"),
        _session.ended_at.is_(None),
        _session.expires_at > bindparam("now"),
    )
)
_CLIENT = select(
    _client.agency_id,
    _client.scope,
    _client.identity_confirmed_at,
    _client.dpop_bound_access_tokens,
    _agency.dpop_required,
    _agency.type,
    _agency.country,
).where(
    _client.id == bindparam("client"),
    _client.status == "active",
    _agency.id == _client.agency_id,
    _agency.status == "active",
    ~exists().where(_revoked.jti == bindparam("jti")),
)
_CLIENT_FOR = (
    _CLIENT.add_columns(_member.id.label("member_id"), _member.language, _role.role, _CERTIFIED)
    .select_from(
        Client.__table__.join(Agency.__table__)
        .outerjoin(
            Member.__table__,
            and_(_member.agency_id == _client.agency_id, _member.username == bindparam("username", type_=String), _member.status == "active"),
        )
        .outerjoin(MemberRole.__table__, CURRENT_ROLES)
    )
)  # fmt: skip


def identify(token: str, request: Request, on_behalf_of: str | None, proof: Proof | None = None) -> Actor:
    """The actor behind an access token. Unauthenticated if there is none now; Forbidden for a member it cannot act for.

    A token that is bound to a key counts with a proof of that key, which counts once; another counts without.
    """
    url = current_app.config["PUBLIC_URL"]
    keys = current_app.extensions["signing_keys"]()
    held = None if proof is None else {"jkt": proof.jkt}
    try:
        claims = tokens.verify(keys, token, issuer=url, audience=url, now=request.now, confirmation=held)
    except InvalidToken:
        raise _not_signed_in() from None
    if proof is not None and not use_up(proof.digest, until=proof.expires_at):
        raise Unauthenticated("This DPoP proof was used before: make one for each call.", reason=INVALID_PROOF)
    return identify_claims(claims, request, on_behalf_of)


def identify_claims(claims: Claims, request: Request, on_behalf_of: str | None = None) -> Actor:
    """The actor that a verified token names, if the database still knows it."""
    if (member_id := ids.read("member", claims.subject)) is not None:
        return _member_of(member_id, claims, request, on_behalf_of)
    if (client_id := ids.read("client", claims.subject)) is not None:
        return _client_of(client_id, claims, request, on_behalf_of)
    raise _not_signed_in()


def _member_of(member_id: UUID, claims: Claims, request: Request, on_behalf_of: str | None) -> Actor:
    session_id = ids.read("session", claims.session_id or "")
    values = {"session": session_id, "member": member_id, "now": request.now, "today": request.now.date()}
    rows = session().connection().execute(_MEMBER, values).all() if session_id else ()
    if not rows:
        raise _not_signed_in()
    actor = replace(actor_of(rows, request, session_id=session_id), enrolment_only=rows[0].factor is None)
    return actor if on_behalf_of is None else replace(actor, principal_refused=True)


def member_actor(member_id: UUID, request: Request) -> Actor:
    """A member as it is now, without a session: for the command line, which needs none."""
    rows = session().execute(person().where(_member.id == member_id), {"today": request.now.date()}).all()
    if not rows:
        raise NotFound()
    return actor_of(rows, request)


def actor_of(rows: Sequence[Row[Any]], request: Request, *, session_id: UUID | None = None) -> Actor:
    """The member that `person` found, one row for each role, as an actor."""
    first = rows[0]
    return Actor(
        kind="member",
        id=first.member_id,
        agency_id=first.agency_id,
        request=request,
        agency_type=first.type,
        country=first.country,
        roles=frozenset([Role(row.role) for row in rows if row.role]),
        certified=bool(first.certified),
        session_id=session_id,
        language=first.language,
    )


def _client_of(client_id: UUID, claims: Claims, request: Request, on_behalf_of: str | None) -> Actor:
    values: dict[str, Any] = {"client": client_id, "jti": claims.token_id}
    if on_behalf_of is None:
        rows = session().connection().execute(_CLIENT, values).all()
    else:
        values |= {"username": on_behalf_of.strip().lower(), "today": request.now.date()}
        rows = session().connection().execute(_CLIENT_FOR, values).all()
    if not rows or (claims.confirmation is None and (rows[0].dpop_bound_access_tokens or rows[0].dpop_required)):
        raise _not_signed_in()
    first = rows[0]
    scope = in_force((claims.scope or frozenset()) & words(first.scope), first.identity_confirmed_at, request.now)
    roles = [Role.SYSTEM]
    if on_behalf_of is not None:
        roles += [Role(row.role) for row in rows if row.role]
    return Actor(
        kind="client",
        id=client_id,
        agency_id=first.agency_id,
        request=request,
        agency_type=first.type,
        country=first.country,
        roles=frozenset(roles),
        certified=on_behalf_of is not None and bool(first.certified) and Permission.IDENTITY_READ in scope,
        scope=scope,
        on_behalf_of=first.member_id if on_behalf_of is not None else None,
        principal_refused=on_behalf_of is not None and first.member_id is None,
        language=first.language if on_behalf_of is not None else "en",
    )


def _not_signed_in() -> Unauthenticated:
    return Unauthenticated("The access token is not valid, or no longer. Sign in again.", reason=INVALID_TOKEN)


def find_self(actor: Actor) -> Member:
    """Who calls, locked, in a session that is still open. A system has no factor."""
    if actor.kind != "member":
        raise NotFound()
    query = (
        select(Member)
        .join(MemberSession, MemberSession.member_id == Member.id)
        .where(Member.id == actor.id, MemberSession.id == actor.session_id, MemberSession.ended_at.is_(None))
        .with_for_update(of=Member)
    )
    found = session().execute(query, execution_options={"populate_existing": True}).scalars().first()
    if found is None:
        raise Unauthenticated("The session has just been ended. Sign in again.")
    return found


def lock_member(member_id: UUID) -> None:
    """Let one person's acts that are counted come one after the other. After the case's lock; rows may still name the member."""
    current = session()
    if current.get_bind().dialect.name == "postgresql":
        current.execute(select(_member.id).where(_member.id == member_id).with_for_update(key_share=True))


def is_active_member(current: Session, member_id: UUID, agency_id: UUID) -> bool:
    """Whether this is somebody who works for the agency now."""
    query = select(_member.id).where(
        _member.id == member_id, _member.agency_id == agency_id, _member.status == "active"
    )
    return current.execute(query).first() is not None


def is_member(current: Session, member_id: UUID, agency_id: UUID) -> bool:
    """Whether this is somebody of the agency who has not left, come already or still invited."""
    query = select(_member.id).where(_member.id == member_id, _member.agency_id == agency_id, _member.status != "left")
    return current.execute(query).first() is not None
