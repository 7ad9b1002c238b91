"""Case keys under the newest key-encryption key: a few at a time, while the service runs, as often as one likes.

Only the wrapping changes, never a case's key, so no sealed text is written again. As in ADR 7 these are transactions of the
engine's own: nobody acts, and nothing that a request sees changes.
"""

from datetime import datetime

from sqlalchemy import Connection, Engine, String, func, insert, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.store import Base, UtcDateTime
from referral_api.vault.cases import CaseKey
from referral_api.vault.keyring import KeyRing

__all__ = ["KeyInUse", "RetiredKek", "count_outdated", "retire_kek", "rewrap_some"]


class KeyInUse(ValueError):
    """Cases' keys are still wrapped under this key-encryption key."""

    def __init__(self, key_id: str, cases: int) -> None:
        super().__init__(f"{cases} cases' keys are still wrapped under {key_id}: `referral keys rewrap` first")
        self.cases = cases


class RetiredKek(Base):
    """A key-encryption key that was dropped. A trigger refuses a case's key under it, so that a process with an old ring loses none."""

    __tablename__ = "retired_keks"

    kek_id: Mapped[str] = mapped_column(String(48), primary_key=True)
    retired_at: Mapped[datetime] = mapped_column(UtcDateTime)


def count_outdated(connection: Connection, ring: KeyRing) -> int:
    """How many living case keys are under another key than the active one."""
    query = select(func.count()).where(CaseKey.wrapped.is_not(None), CaseKey.kek_id != ring.active)
    return connection.execute(query).scalar_one()


def rewrap_some(engine: Engine, ring: KeyRing, *, limit: int = 50) -> int:
    """Wrap some keys anew, in one short transaction. Returns how many; 0 when every living key is under the active one."""
    keys = CaseKey.__table__.c
    with engine.begin() as connection:
        found = connection.execute(
            select(keys.case_id, keys.kek_id, keys.wrapped)
            .where(keys.wrapped.is_not(None), keys.kek_id != ring.active)
            .order_by(keys.case_id)
            .limit(limit)
            .with_for_update()
        ).all()
        for row in found:
            anew = ring.wrap(ring.unwrap(row.kek_id, row.wrapped))
            connection.execute(
                update(CaseKey).where(keys.case_id == row.case_id).values(kek_id=ring.active, wrapped=anew)
            )
    return len(found)


def retire_kek(engine: Engine, key_id: str, now: datetime) -> None:
    """Let nothing be wrapped under this key any more, if nothing is. Raises KeyInUse; safe to repeat."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE case_keys IN SHARE ROW EXCLUSIVE MODE"))
        used = connection.execute(
            select(func.count()).where(CaseKey.wrapped.is_not(None), CaseKey.kek_id == key_id)
        ).scalar_one()
        if used:
            raise KeyInUse(key_id, used)
        known = select(RetiredKek.kek_id).where(RetiredKek.kek_id == key_id)
        if connection.execute(known).first() is None:
            connection.execute(insert(RetiredKek).values(kek_id=key_id, retired_at=now))
