"""Idempotency keys: an equal call is answered again, never acted on twice (IETF draft Idempotency-Key; api.md).

The row goes in first, in the act's own transaction, so an equal call that arrives meanwhile waits for the first one's end.
No body is kept: a keyed hash tells whether the second call is the same, and the answer is the thing as it may be seen now.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, LargeBinary, SmallInteger, String, Uuid, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from referral_api.kernel import ids
from referral_api.kernel.errors import IdempotencyInFlight, IdempotencyKeyReused
from referral_api.replay.proofs import first_use, forget_old_proofs
from referral_api.store import Base, UtcDateTime, choice

__all__ = ["Claim", "ReplayKey", "claim", "first_use", "forget_old", "forget_old_proofs", "settle"]

KEPT = timedelta(hours=24)


class ReplayKey(Base):
    __tablename__ = "replay_keys"
    __table_args__ = (Index("uq_replay_keys_call", "actor_id", "route", "key", unique=True),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    actor_id: Mapped[UUID] = mapped_column(Uuid)
    route: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(255))
    body_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    kind: Mapped[str | None] = mapped_column(choice())
    thing_id: Mapped[UUID | None] = mapped_column(Uuid)


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that is this call's (`first`), or the answer that an earlier equal call got."""

    id: UUID
    first: bool
    status: int | None = None
    kind: str | None = None
    thing_id: UUID | None = None


_key = ReplayKey.__table__.c
_SAME_CALL = (
    _key.actor_id == bindparam("of_actor"),
    _key.route == bindparam("of_route"),
    _key.key == bindparam("of_key"),
)
_FORGET = delete(ReplayKey.__table__).where(*_SAME_CALL, _key.at < bindparam("before"))  # type: ignore[arg-type]
_TAKE = {
    name: dialect.insert(ReplayKey.__table__).on_conflict_do_nothing().returning(_key.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_TAKEN = select(_key.id, _key.body_hash, _key.status, _key.kind, _key.thing_id).where(*_SAME_CALL)
_SETTLE = update(ReplayKey.__table__).where(_key.id == bindparam("of_id"))  # type: ignore[arg-type]


def claim(session: Session, *, actor_id: UUID, route: str, key: str, body_hash: bytes, now: datetime) -> Claim:
    """Take the key for this call, or find what an equal call made. Another body under the key is refused."""
    dialect = session.get_bind().dialect.name
    if dialect == "postgresql":
        session.connection().exec_driver_sql("SET LOCAL lock_timeout = '5s'")
    row_id = ids.new()
    call = {"of_actor": actor_id, "of_route": route, "of_key": key}
    session.execute(_FORGET, {**call, "before": now - KEPT})
    row = {"id": row_id, "actor_id": actor_id, "route": route, "key": key, "body_hash": body_hash, "at": now}
    try:
        if session.execute(_TAKE[dialect], row).first() is not None:
            return Claim(row_id, first=True)
    except OperationalError as error:
        raise IdempotencyInFlight(
            "An equal call is still being answered. Try again in a moment.", retry_after=1
        ) from error
    found = session.execute(_TAKEN, call).one()
    if found.body_hash != body_hash:
        raise IdempotencyKeyReused("This key came before with another body. Use a new key for a new act.")
    return Claim(found.id, first=False, status=found.status, kind=found.kind, thing_id=found.thing_id)


def settle(session: Session, claimed: Claim, *, status: int, kind: str, thing_id: UUID) -> None:
    """Write down what the act made, just before its commit."""
    made = {"status": status, "kind": kind, "thing_id": thing_id}
    session.execute(_SETTLE, {"of_id": claimed.id, **made})


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(ReplayKey.__table__).where(ReplayKey.at < now - KEPT))  # type: ignore[arg-type]
