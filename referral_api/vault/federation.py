"""Sealing the secret by which this service is known to an agency's identity provider."""

from uuid import UUID

from referral_api.vault.keyring import KeyRing
from referral_api.vault.sealing import Place, open_bytes, seal_bytes

__all__ = ["open_client_secret", "seal_client_secret"]


def seal_client_secret(ring: KeyRing, provider_id: UUID, secret: str) -> bytes:
    """Encrypt a provider's client secret; copied to another provider's row, it does not open."""
    return seal_bytes(ring.hashing["federation"], secret.encode(), _place(provider_id))


def open_client_secret(ring: KeyRing, provider_id: UUID, sealed: bytes) -> str:
    return open_bytes(ring.hashing["federation"], sealed, _place(provider_id)).decode()


def _place(provider_id: UUID) -> Place:
    return Place("identity_providers", "client_secret_sealed", provider_id, provider_id)
