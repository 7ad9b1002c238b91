"""The log of a peopled world, put into its tree."""

from collections.abc import Callable

import pytest

from referral_api.audit.integrator import integrate
from referral_api.audit.note import SignerKey
from referral_api.store.session import db
from tests.world import World


@pytest.fixture
def log_key(world: World) -> SignerKey:
    return SignerKey.parse(world.app.extensions["settings"].log_key.strip())


@pytest.fixture
def grow(world: World, log_key: SignerKey) -> Callable[[], int]:
    """Give every entry its place, as the worker does."""

    def integrated() -> int:
        with world.app.app_context():
            return integrate(db.engine, log_key, now=world.clock())

    return integrated
