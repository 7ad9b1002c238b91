"""What a password must be, and what checking one costs."""

from collections.abc import Sequence

from flask import current_app

from referral_api.identity import passwords
from referral_api.kernel.errors import FieldError, Invalid
from referral_api.kernel.messages import Message

__all__ = ["must_be_strong", "profile"]


def must_be_strong(password: str, username: str, *, pointer: str) -> None:
    """Refuse what is guessed first (NIST SP 800-63B-4): short, common, or made of the user's or the service's name."""
    weak: Sequence[str] = passwords.check_new_password(password, context=[username, "referral"])
    if weak:
        raise Invalid([FieldError(pointer, code, _WEAK[code]) for code in weak])


_WEAK = {
    "too-short": Message("At least {least} characters.").format(least=passwords.MINIMUM),
    "too-long": Message("At most {most} characters.").format(most=passwords.MAXIMUM),
    "common": "Many people use this one, so it is tried first.",
    "repetitive": "It repeats itself, or follows the keyboard.",
    "context-word": "It is made of the user name or of this service's name.",
}


def profile() -> passwords.Profile:
    """The service's own, unless a test brought a cheaper one."""
    found: passwords.Profile = current_app.extensions.get("password_profile", passwords.STANDARD)
    return found
