"""Sealing what somebody is proved by: a member's factor, or this service itself at an agency's identity provider.

Whoever copies the database can sign in as nobody. The keys come from the ring's root, which outlives the quarters' key-encryption keys:
changing those asks nobody to enrol again.
"""

from uuid import UUID

from referral_api.vault.keyring import KeyRing
from referral_api.vault.sealing import Place, open_bytes, seal_bytes

__all__ = ["open_client_secret", "open_factor", "seal_client_secret", "seal_factor"]


def seal_factor(ring: KeyRing, member_id: UUID, secret: str) -> bytes:
    """Encrypt a member's secret; copied to another member's row, it does not open."""
    return seal_bytes(ring.hashing["factor"], secret.encode(), _factor(member_id))


def open_factor(ring: KeyRing, member_id: UUID, sealed: bytes) -> str:
    return open_bytes(ring.hashing["factor"], sealed, _factor(member_id)).decode()


def seal_client_secret(ring: KeyRing, provider_id: UUID, secret: str) -> bytes:
    """Encrypt a provider's client secret; copied to another provider's row, it does not open."""
    return seal_bytes(ring.hashing["federation"], secret.encode(), _client_secret(provider_id))


def open_client_secret(ring: KeyRing, provider_id: UUID, sealed: bytes) -> str:
    return open_bytes(ring.hashing["federation"], sealed, _client_secret(provider_id)).decode()


def _factor(member_id: UUID) -> Place:
    return Place("members", "totp_secret_sealed", member_id, member_id)


def _client_secret(provider_id: UUID) -> Place:
    return Place("identity_providers", "client_secret_sealed", provider_id, provider_id)
