"""What a password must be, and what checking one costs."""

from collections.abc import Sequence
from pathlib import Path

from flask import current_app

from referral_api.identity import passwords
from referral_api.identity.breached import BreachedPasswords, NoSuchList
from referral_api.kernel.errors import FieldError, Invalid, Unavailable
from referral_api.kernel.messages import Message

__all__ = ["must_be_strong", "profile"]


def must_be_strong(password: str, *names: str, pointer: str) -> None:
    """Refuse what is guessed first (NIST SP 800-63B-4, 3.1.1.2): short, common, stolen, or made of these or the service's names.

    It takes some milliseconds, a fifth of a second at worst: only for whoever has proved something, and while no database is held.
    """
    weak: Sequence[str] = passwords.check_new_password(password, context=[*names, "referral"]) or _stolen(password)
    if weak:
        raise Invalid([FieldError(pointer, code, _WEAK[code]) for code in weak])


def _stolen(password: str) -> Sequence[str]:
    listed: Path | None = current_app.extensions["settings"].breached_passwords
    try:
        return ["common"] if listed is not None and BreachedPasswords(listed).holds(password) else []
    except (OSError, NoSuchList):
        raise Unavailable("The list of stolen passwords cannot be read now.", retry_after=60) from None


_WEAK = {
    "too-short": Message("At least {least} characters.").format(least=passwords.MINIMUM),
    "too-long": Message("At most {most} characters.").format(most=passwords.MAXIMUM),
    "common": "It is one of those that are tried first: used by many, easy to put together, or stolen elsewhere.",
    "repetitive": "It repeats itself, or follows the keyboard.",
    "context-word": "It is made of the user name, the agency's name or this service's name.",
}


def profile() -> passwords.Profile:
    """The service's own, unless a test brought a cheaper one."""
    found: passwords.Profile = current_app.extensions.get("password_profile", passwords.STANDARD)
    return found
