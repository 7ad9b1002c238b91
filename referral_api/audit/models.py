"""The log's tables. The database itself refuses to change or remove an entry (triggers in the migrations)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from referral_api.store import Base, UtcDateTime, choice

__all__ = [
    "AuditArchive",
    "AuditCheckpoint",
    "AuditCosignature",
    "AuditEntry",
    "AuditLeaf",
    "AuditNode",
    "AuditPending",
]


PROTECTED_ADDRESS: Final = b'"contact.protected_location"'
"""What a leaf says in which the member was shown that marks a child's address. It is rare and asked for, so it has an index."""


def _protected() -> Index:
    said = PROTECTED_ADDRESS.hex()
    return Index(
        "ix_audit_entries_protected",
        "id",
        postgresql_where=text(f"disclosed AND position('\\x{said}'\\:\\:bytea IN leaf) > 0"),
        sqlite_where=text(f"disclosed = 1 AND instr(leaf, X'{said}') > 0"),
    )


def _where_given(name: str) -> Index:
    given = text(f"{name} IS NOT NULL")
    return Index(f"ix_audit_entries_{name}", name, "id", postgresql_where=given, sqlite_where=given)


class AuditEntry(Base):
    """One act. `leaf` is the entry in canonical JSON (RFC 8785) without its index: what the Merkle tree covers; the rest is for searching.

    PostgreSQL keeps a table for each month (`months`), under this one.
    `person_id` is the member who acted or for whom a system acted. `data_classes` are words with a space before and after each.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_actor", "actor_id", "id"),
        Index("ix_audit_entries_agency", "agency_id", "id"),
        Index("ix_audit_entries_case_ref", "case_ref", "id"),
        Index("ix_audit_entries_subject", "subject_id", "id"),
        Index("ix_audit_entries_action", "action", "id"),
        Index("ix_audit_entries_at", "at"),
        Index("ix_audit_entries_person", "person_id", "id"),
        _where_given("reason_code"),
        _where_given("consent_id"),
        _protected(),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(choice())
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    agency_id: Mapped[UUID | None] = mapped_column(Uuid)
    action: Mapped[str] = mapped_column(choice())
    subject_type: Mapped[str | None] = mapped_column(choice())
    subject_id: Mapped[UUID | None] = mapped_column(Uuid)
    case_ref: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(choice(12))
    disclosed: Mapped[bool]
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    reason_code: Mapped[str | None] = mapped_column(choice(64))
    consent_id: Mapped[UUID | None] = mapped_column(Uuid)
    data_classes: Mapped[str | None] = mapped_column(String(200))


class AuditPending(Base):
    """Entries that the tree does not hold yet. A trigger puts the row in with its entry, so that no writer can forget it."""

    __tablename__ = "audit_pending"

    entry_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditLeaf(Base):
    """An entry's place in the tree."""

    __tablename__ = "audit_leaves"

    index: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    entry_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditNode(Base):
    """The hash of a complete subtree: level 1 covers two leaves, level 2 four. Level 0 is `audit_leaves`."""

    __tablename__ = "audit_nodes"

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditCheckpoint(Base):
    """A signed note over a tree size and its root (C2SP tlog-checkpoint)."""

    __tablename__ = "audit_checkpoints"

    tree_size: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[str] = mapped_column(Text)


class AuditArchive(Base):
    """A month's entries that were written to a signed file and taken out of the database; their leaves stay.

    `since` and `until` bound the month; `note` is what stands beside the file (`signed_file`), and says how many entries it holds.
    """

    __tablename__ = "audit_archives"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    entries: Mapped[int] = mapped_column(BigInteger)
    file: Mapped[str] = mapped_column(String(255))
    note: Mapped[str] = mapped_column(Text)


class AuditCosignature(Base):
    """A witness's signature line over a checkpoint (C2SP tlog-cosignature), as it was sent; `key_id` tells a witness's keys apart."""

    __tablename__ = "audit_cosignatures"

    tree_size: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"),
        ForeignKey("audit_checkpoints.tree_size"),
        primary_key=True,
        autoincrement=False,
    )
    witness: Mapped[str] = mapped_column(String(255), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(8), primary_key=True)
    line: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
