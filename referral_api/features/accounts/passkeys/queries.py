"""Finding passkeys: one's own, and the one that somebody signs in with."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from referral_api.access import Permission
from referral_api.features.accounts.models import Member
from referral_api.features.accounts.passkeys.models import Passkey
from referral_api.features.accounts.queries import find_self
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import NotFound
from referral_api.store.pages import Page, page_of
from referral_api.store.session import session
from referral_api.work import disclose

__all__ = ["find_owner", "find_own_passkey", "find_passkey", "held_by", "list_passkeys"]

_member, _passkey = Member.__table__.c, Passkey.__table__.c


def held_by(username: str) -> Sequence[Any]:
    """The credential ids of an active member, oldest first, with whose they are."""
    query = select(_passkey.credential_id, _passkey.member_id).join_from(Passkey.__table__, Member.__table__)
    mine = query.where(_member.username == username, _member.status == "active")
    return session().execute(mine.order_by(_passkey.id)).all()


def find_owner(credential_id: bytes) -> str | None:
    """The user name of the active member who has this passkey."""
    query = select(_member.username).join_from(Passkey.__table__, Member.__table__)
    found = query.where(_passkey.credential_id == credential_id, _member.status == "active")
    return session().execute(found).scalars().first()


def find_passkey(member_id: UUID, credential_id: bytes) -> Passkey | None:
    """A member's passkey, as it is now; the member's row is locked."""
    query = select(Passkey).where(Passkey.member_id == member_id, Passkey.credential_id == credential_id)
    return session().execute(query, execution_options={"populate_existing": True}).scalars().first()


def find_own_passkey(actor: Actor, passkey_id: UUID) -> Passkey:
    """A passkey of the caller's; another's is as missing as a missing one."""
    found = session().get(Passkey, passkey_id)
    if found is None or found.member_id != actor.id:
        raise NotFound()
    return found


def list_passkeys(actor: Actor, *, limit: int, after: UUID | None) -> Page:
    """What the caller can sign in with, newest first."""
    member = find_self(actor)
    query = select(Passkey.__table__).where(_passkey.member_id == member.id)
    page = page_of(session(), query, _passkey.id, limit=limit, after=after)
    disclose(actor, Permission.FACTOR_READ, member, returned_ids=[ids.show("passkey", row.id) for row in page.rows])
    return page
