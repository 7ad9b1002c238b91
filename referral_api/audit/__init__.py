"""The audit trail: entries in the act's own transaction, append-only, under a Merkle tree that others can check.

entries, models    what is written, in the transaction of the act itself
integrator         gives visible entries their place in the tree, and signs its checkpoints
proofs             reads them back: this entry is in the tree, that tree only grew
cosignatures       what witnesses sign under its checkpoints
months             the log by months, on PostgreSQL
archiving          old months go into signed files
columns            whether entries can still be found by what they say
merkle, subtrees, canonical, note, checkpoint, reading, tampering, trust, checking, signed_file, verifier
                   the format (docs/audit-format.md) and who checks it: no database, no server
export, tables, tiles
                   write the log in that format; as CSV and FHIR; the tree alone
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from referral_api.audit.entries import Entry, append
    from referral_api.audit.models import (
        AuditArchive,
        AuditCheckpoint,
        AuditCosignature,
        AuditEntry,
        AuditLeaf,
        AuditNode,
        AuditPending,
    )

__all__ = [
    "AuditArchive",
    "AuditCheckpoint",
    "AuditCosignature",
    "AuditEntry",
    "AuditLeaf",
    "AuditNode",
    "AuditPending",
    "Entry",
    "append",
]


def __getattr__(name: str) -> Any:
    # Importing any part of the format imports this file, and the verifier must not bring the database with it.
    if name not in __all__:
        raise AttributeError(name)
    from referral_api.audit import entries, models

    return getattr(entries if name in entries.__all__ else models, name)
