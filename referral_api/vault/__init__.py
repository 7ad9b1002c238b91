"""Envelope encryption: each case has its own key, wrapped by a key-encryption key from the ring; every text is bound to its place.

Sealing runs the imagery guard on the plaintext first, since a column type cannot know its row. Destroying a case's wrapped key
erases the case (NIST SP 800-88, cryptographic erase).
"""

from flask import Flask, current_app

from referral_api.vault.cases import CaseKey, case_key, wrap_case_key
from referral_api.vault.credentials import open_client_secret, open_factor, seal_client_secret, seal_factor
from referral_api.vault.keyring import KeyRing, WeakKeys, end_of_quarter, write_private
from referral_api.vault.kms import KeyFile, KmsRefused, UnwrapKeys
from referral_api.vault.rewrapping import KeyInUse, RetiredKek, count_outdated, retire_kek, rewrap_some
from referral_api.vault.rotation import drop_key, put_under_kms, rotate_ring
from referral_api.vault.sealing import Place, SealBroken, open_sealed, open_sealed_document, seal, seal_document
from referral_api.vault.tails import GuardTail, keep_tail, tail_of

__all__ = [
    "CaseKey",
    "GuardTail",
    "KeyFile",
    "KeyInUse",
    "KeyRing",
    "KmsRefused",
    "Place",
    "RetiredKek",
    "SealBroken",
    "UnwrapKeys",
    "WeakKeys",
    "case_key",
    "count_outdated",
    "drop_key",
    "end_of_quarter",
    "init_app",
    "keep_tail",
    "open_client_secret",
    "open_factor",
    "open_sealed",
    "open_sealed_document",
    "put_under_kms",
    "retire_kek",
    "rewrap_some",
    "ring",
    "rotate_ring",
    "seal",
    "seal_client_secret",
    "seal_factor",
    "seal_document",
    "tail_of",
    "wrap_case_key",
    "write_private",
]


def init_app(app: Flask, keys: KeyRing) -> None:
    app.extensions["vault"] = keys


def ring() -> KeyRing:
    """The key ring of the running application."""
    keys: KeyRing = current_app.extensions["vault"]
    return keys
