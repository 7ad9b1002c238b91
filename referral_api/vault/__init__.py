"""Envelope encryption: each case has its own key, wrapped by a key-encryption key from the ring; every text is bound to its place.

Sealing runs the imagery guard on the plaintext first, since a column type cannot know its row. Destroying a case's wrapped key
erases the case (NIST SP 800-88, cryptographic erase).
"""

from referral_api.vault.cases import CaseKey, case_key, create_case_key
from referral_api.vault.keyring import KeyRing, WeakKeys
from referral_api.vault.sealing import Place, SealBroken, open_sealed, open_sealed_document, seal, seal_document

__all__ = [
    "CaseKey",
    "KeyRing",
    "Place",
    "SealBroken",
    "WeakKeys",
    "case_key",
    "create_case_key",
    "open_sealed",
    "open_sealed_document",
    "seal",
    "seal_document",
]
