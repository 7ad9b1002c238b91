"""Base64url as RFC 7515 spells it: no padding, no whitespace, no stray bits, so that one value has one spelling."""

import base64

__all__ = ["decode", "encode"]


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes that `text` spells; ValueError for every spelling but the one that `encode` would give."""
    data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    if encode(data) != text:
        raise ValueError("not canonical base64url")
    return data
