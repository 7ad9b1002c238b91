"""Opaque secrets: client secrets, refresh tokens, invitations. Shown once; only a digest is kept."""

import base64
import hashlib
import hmac
import secrets

__all__ = ["digest", "matches", "new_recovery_code", "new_secret"]


def new_secret(prefix: str) -> str:
    """256 random bits in base64url, after a prefix by which a scanner finds it where it does not belong."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def new_recovery_code() -> str:
    """80 random bits that a person can copy from paper: four groups of four letters and digits, never digits alone."""
    while True:
        letters = base64.b32encode(secrets.token_bytes(10)).decode().lower()
        if not letters.isdecimal():
            return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def digest(secret: str) -> bytes:
    """What is stored: SHA-256, 32 bytes.

    A slow, salted hash guards what people choose. Of 256 random bits nothing can be guessed, so a fast one is as safe,
    gives nobody a way to exhaust the server, and can be looked up by an index.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def matches(secret: str, stored: bytes) -> bool:
    """Whether this is the secret of that digest, in time that does not tell how much of it was right."""
    return hmac.compare_digest(digest(secret), stored)
