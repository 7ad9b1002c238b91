"""The audit trail: entries in the act's own transaction, append-only, under a Merkle tree that others can check without us."""

from referral_api.audit.entries import Entry, append
from referral_api.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditNode, AuditPending

__all__ = ["AuditCheckpoint", "AuditEntry", "AuditLeaf", "AuditNode", "AuditPending", "Entry", "append"]
