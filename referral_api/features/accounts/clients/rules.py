"""What a system's scope is worth: identities are opened by two people, for a year at a time."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from referral_api.access import Permission
from referral_api.identity.jwk import thumbprint

__all__ = ["CONFIRMED_FOR", "STATES", "identity_state", "in_force", "new_keys", "words"]

CONFIRMED_FOR = timedelta(days=365)
STATES = ("not_granted", "granted", "confirmed", "lapsed")


@lru_cache(maxsize=1024)
def words(scope: str) -> frozenset[str]:
    """The permissions that a scope names."""
    return frozenset(scope.split())


def identity_state(scope: str, confirmed_at: datetime | None, now: datetime) -> str:
    """How far the agency has come in letting a system be shown identities."""
    if Permission.IDENTITY_READ not in words(scope):
        return "not_granted"
    if confirmed_at is None:
        return "granted"
    return "confirmed" if now < confirmed_at + CONFIRMED_FOR else "lapsed"


def in_force(scope: frozenset[str], confirmed_at: datetime | None, now: datetime) -> frozenset[str]:
    """The scope as it counts now: without identities unless a second person agreed less than a year ago."""
    if confirmed_at is not None and now < confirmed_at + CONFIRMED_FOR:
        return scope
    return scope - {Permission.IDENTITY_READ}


def new_keys(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
    """Whether somebody could sign in with a key that could not before: for those who agreed, another system."""
    return not _names(new) <= _names(old)


def _names(jwks: Mapping[str, Any] | None) -> set[str]:
    keys: Iterable[Mapping[str, Any]] = jwks["keys"] if jwks else ()
    return {thumbprint(key) for key in keys}
