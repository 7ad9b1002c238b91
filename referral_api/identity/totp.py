"""One-time codes of an authenticator app, the second factor (RFC 6238: SHA-1, six digits, 30 seconds)."""

import hmac
import re
from datetime import datetime
from typing import Final

import pyotp

__all__ = ["new_totp_secret", "provisioning_uri", "verify_code"]

_WINDOW: Final = 1
"""Steps that a device's clock may be off, each way (RFC 6238, 5.2)."""
_CODE: Final = re.compile("[0-9]{6}")


def new_totp_secret() -> str:
    """160 random bits in base32, as authenticator apps take them (RFC 4226, 4)."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, *, account: str, issuer: str) -> str:
    """The `otpauth:` address that an app reads from a QR code. It holds the secret: shown once, never logged."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def verify_code(secret: str, code: str, *, now: datetime, last_step: int | None) -> int | None:
    """The time step whose code this is, or None. The caller stores it as `last_step`: a code works once (RFC 6238).

    Every step of the window is compared. If two have the same code by chance, the later counts: both are spent.
    """
    if not _CODE.fullmatch(code):
        return None
    totp = pyotp.TOTP(secret)
    present = totp.timecode(now)
    steps = range(max(0, present - _WINDOW), present + _WINDOW + 1)
    found = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)]
    return next((step for step in reversed(found) if last_step is None or step > last_step), None)
