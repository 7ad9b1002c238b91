"""Passwords: what is stored of them (Argon2id, RFC 9106), and which new ones are taken (NIST SP 800-63B-4, 3.1.1)."""

import secrets
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Final

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from referral_api.identity.blocklist import weakness
from referral_api.kernel.errors import Unavailable

__all__ = [
    "MAXIMUM",
    "MINIMUM",
    "STANDARD",
    "Profile",
    "check_new_password",
    "hash_password",
    "needs_rehash",
    "verify_password",
]

MINIMUM: Final = 15
"""Characters: NIST's least for a password that stands alone. Every password here does so for a while, until the second
factor is enrolled, so one number holds for all."""
MAXIMUM: Final = 128


@dataclass(frozen=True, slots=True)
class Profile:
    """What a hash costs. Tests may bring a cheaper one as an object; no setting can."""

    hasher: PasswordHasher
    decoy: str

    @classmethod
    def of(cls, parameters: Parameters) -> "Profile":
        """The decoy is a hash of nothing, at the same price: it costs the same to check, and no password has it."""
        cost = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
        salt, tag = _noise(parameters.salt_len), _noise(parameters.hash_len)
        return cls(PasswordHasher.from_parameters(parameters), f"$argon2id$v={parameters.version}${cost}${salt}${tag}")


def _noise(size: int) -> str:
    return b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()


STANDARD: Final = Profile.of(RFC_9106_LOW_MEMORY)
"""RFC 9106's second recommended option: 64 MiB, three passes, four lanes; about a tenth of a second."""


_AT_ONCE: Final = BoundedSemaphore(3)
"""Each check holds 64 MiB and a core for a tenth of a second: a process of eight threads makes three at once, and answers others meanwhile."""
_WAITS: Final = 2.0
"""Seconds. Whoever would wait longer is told to come back, so that a flood of sign-ins does not take every thread."""


@contextmanager
def _in_turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_WAITS):
        raise Unavailable("Too many people sign in at this moment.", retry_after=2)
    try:
        yield
    finally:
        _AT_ONCE.release()


def hash_password(password: str, *, profile: Profile = STANDARD) -> str:
    """The text to store; it carries its parameters and salt. ValueError past MAXIMUM: check a new password first."""
    octets = _octets(password)
    if octets is None:
        raise ValueError(f"a password has at most {MAXIMUM} characters")
    with _in_turn():
        return profile.hasher.hash(octets)


def verify_password(stored: str | None, password: str, *, profile: Profile = STANDARD) -> bool:
    """Whether this is the password of that hash.

    Without a stored hash, or for a text too long to be a password, the answer is no and costs the same: whoever
    measures it does not learn which accounts exist.
    """
    octets = _octets(password)
    if stored is None or octets is None:
        stored, octets = profile.decoy, b""
    try:
        with _in_turn():
            return profile.hasher.verify(stored, octets)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str, *, profile: Profile = STANDARD) -> bool:
    """Whether the hash was made at another cost than today's: hash again at sign-in, when the password is at hand."""
    return profile.hasher.check_needs_rehash(stored)


def check_new_password(password: str, *, context: Iterable[str]) -> list[str]:
    """Why this password is not taken: `too-short too-long repetitive common context-word`; an empty list if it is.

    `context` are the words that an attacker would try first: the username, the names of the agency and of this service.
    There are no rules about kinds of characters: they make passwords worse.
    """
    if len(password) > 4 * MAXIMUM:
        return ["too-long"]
    text = unicodedata.normalize("NFC", password)
    if len(text) > MAXIMUM:
        return ["too-long"]
    codes = ["too-short"] if len(text) < MINIMUM else []
    found = weakness(text, context=context)
    return codes if found is None else [*codes, found]


def _octets(password: str) -> bytes | None:
    """One spelling (NFC) of what was typed, whatever the keyboard sent; None if it is longer than a password can be."""
    if len(password) > 4 * MAXIMUM:
        return None
    text = unicodedata.normalize("NFC", password)
    return text.encode("utf-8", "surrogatepass") if len(text) <= MAXIMUM else None
