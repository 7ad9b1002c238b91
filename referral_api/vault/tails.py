"""What an actor wrote last in a case, so that material cut over several notes is seen: sealed, kept for a day, erased with the case."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, Uuid, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from referral_api.guard import Tail
from referral_api.store import Base, UtcDateTime
from referral_api.vault.sealing import Place, open_bytes, seal_bytes

__all__ = ["GuardTail", "keep_tail", "tail_of"]

_KEPT = timedelta(hours=24)


class GuardTail(Base):
    __tablename__ = "guard_tails"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    actor_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


_FIND = select(GuardTail.sealed, GuardTail.at).where(
    GuardTail.case_id == bindparam("case_id", type_=Uuid), GuardTail.actor_id == bindparam("actor_id")
)


def _keeping(insert: Any) -> Any:
    new = insert(GuardTail.__table__)
    return new.on_conflict_do_update(
        index_elements=["case_id", "actor_id"], set_={"sealed": new.excluded.sealed, "at": new.excluded.at}
    )


_KEEP = {"sqlite": _keeping(sqlite.insert), "postgresql": _keeping(postgresql.insert)}


def tail_of(session: Session, key: bytes, case_id: UUID, actor_id: UUID, now: datetime) -> Tail:
    """The tail of this actor in this case, if it is not older than a day."""
    row = session.connection().execute(_FIND, {"case_id": case_id, "actor_id": actor_id}).one_or_none()
    if row is None or row.at < now - _KEPT:
        return Tail.EMPTY
    return Tail.from_bytes(open_bytes(key, row.sealed, _place(case_id, actor_id)))


def keep_tail(session: Session, key: bytes, case_id: UUID, actor_id: UUID, tail: Tail, now: datetime) -> None:
    """Put the new tail in the place of the old one, in the act's own transaction."""
    sealed = seal_bytes(key, tail.to_bytes(), _place(case_id, actor_id))
    keep = _KEEP[session.get_bind().dialect.name]
    session.execute(keep, {"case_id": case_id, "actor_id": actor_id, "sealed": sealed, "at": now})


def _place(case_id: UUID, actor_id: UUID) -> Place:
    return Place("guard_tails", "sealed", case_id, actor_id)
