"""The database floor: one session, the column types, keyset pages, and the queue in which SQLite's writers wait."""

from referral_api.store.columns import GuardedText, UtcDateTime, choice
from referral_api.store.session import Base, CommitOutsideWork, db, session

__all__ = ["Base", "CommitOutsideWork", "GuardedText", "UtcDateTime", "choice", "db", "session"]
