"""Sealing what a person proves themselves with, so that whoever copies the database cannot sign in as anybody.

The key comes from the ring's root, which outlives the quarters' key-encryption keys: changing those asks nobody to enrol again.
"""

from uuid import UUID

from referral_api.vault.keyring import KeyRing
from referral_api.vault.sealing import Place, open_bytes, seal_bytes

__all__ = ["open_factor", "seal_factor"]


def seal_factor(ring: KeyRing, member_id: UUID, secret: str) -> bytes:
    """Encrypt a member's secret; copied to another member's row, it does not open."""
    return seal_bytes(ring.hashing["factor"], secret.encode(), _place(member_id))


def open_factor(ring: KeyRing, member_id: UUID, sealed: bytes) -> str:
    return open_bytes(ring.hashing["factor"], sealed, _place(member_id)).decode()


def _place(member_id: UUID) -> Place:
    return Place("members", "totp_secret_sealed", member_id, member_id)
