"""Opaque secrets: client secrets, refresh tokens, invitations. Shown once; only a digest is kept."""

import hashlib
import hmac
import secrets
from typing import Final

__all__ = ["digest", "matches", "new_recovery_code", "new_secret"]

_ON_PAPER: Final = "abcdefghijklmnopqrstuvwxyz234567"
"""Base32 (RFC 4648): no digit looks like a letter."""


def new_secret(prefix: str) -> str:
    """256 random bits in base64url, after a prefix by which a scanner finds it where it does not belong."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def new_recovery_code() -> str:
    """140 random bits that a person can copy from paper: seven groups of four letters and digits."""
    return "-".join("".join(secrets.choice(_ON_PAPER) for _ in range(4)) for _ in range(7))


def digest(secret: str) -> bytes:
    """What is stored: SHA-256, 32 bytes.

    A slow, salted hash guards what people choose. Of 256 random bits nothing can be guessed, so a fast one is as safe,
    gives nobody a way to exhaust the server, and can be looked up by an index.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def matches(secret: str, stored: bytes) -> bool:
    """Whether this is the secret of that digest, in time that does not tell how much of it was right."""
    return hmac.compare_digest(digest(secret), stored)
