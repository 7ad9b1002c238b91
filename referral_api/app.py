"""The roof: puts the service together. The only file that knows every room."""

from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from flask_migrate import Migrate

from config import Settings, UnsafeSettings
from referral_api import vault
from referral_api.api import docs, door, health, metrics, rates
from referral_api.api.matrix import room as access
from referral_api.api.proxies import NamedProxies
from referral_api.features.accounts.queries import identify
from referral_api.features.accounts.routes import room as accounts
from referral_api.features.agencies.routes import room as agencies
from referral_api.features.break_glass.routes import room as break_glass
from referral_api.features.cases.routes import room as cases
from referral_api.features.consent.routes import room as consent
from referral_api.features.directory.routes import room as directory
from referral_api.features.erasure.routes import room as erasure
from referral_api.features.lookups.routes import room as lookups
from referral_api.features.oversight.routes import room as oversight
from referral_api.features.referrals.routes import room as referrals
from referral_api.features.webhooks.routes import room as webhooks
from referral_api.features.withdrawal.routes import room as withdrawal
from referral_api.identity.keys import SigningKeys
from referral_api.identity.ring_file import RingFile
from referral_api.kernel.clock import Clock, system_clock
from referral_api.store.roles import owns_the_log
from referral_api.store.session import configure_engine, db
from referral_api.vault import KeyFile, KeyRing

__all__ = ["ROOMS", "create_app", "refuse_owner"]

ROOMS = (
    accounts,
    agencies,
    directory,
    cases,
    consent,
    referrals,
    withdrawal,
    erasure,
    lookups,
    break_glass,
    webhooks,
    oversight,
    access,
)


def create_app(settings: Settings, *, clock: Clock = system_clock) -> Flask:
    """The service over these settings. The clock is the only thing that a test may replace."""
    app = Flask("referral_api", static_folder=None)
    app.config.update(
        DEBUG=False,  # Flask would take it from FLASK_DEBUG.
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        MAX_CONTENT_LENGTH=settings.body_limit,
        MAX_FORM_MEMORY_SIZE=settings.body_limit,
        PUBLIC_URL=settings.public_url,
        CLOCK=clock,
    )
    app.extensions["settings"] = settings
    app.extensions["log"] = structlog.get_logger("referral_api")
    app.extensions["signing_keys"] = RingFile(
        SigningKeys.parse(settings.signing_keys),
        settings.signing_keys_file,
        unusable=lambda error: app.extensions["log"].error("signing_keys_unusable", error=error),
    )
    kms = KeyFile.parse(settings.kms_key) if settings.kms_key else None
    vault.init_app(app, KeyRing.parse(settings.vault_keys, kms))
    db.init_app(app)
    Migrate(app, db, directory=str(Path(__file__).parent / "store" / "migrations"))
    with app.app_context():
        configure_engine(db.engine)
    rates.init_app(
        app,
        storage=settings.rate_storage,
        per_minute=settings.rate_per_minute,
        sign_in_per_minute=settings.sign_in_per_minute,
    )
    door.init_app(app, identify=identify)
    door.open_rooms(app, ROOMS)
    for pages in (docs, health, metrics):
        pages.init_app(app)
    if settings.trusted_proxies:
        app.wsgi_app = NamedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def refuse_owner(app: Flask) -> Flask:
    """Refuse to serve in production as a role that could change the log. Migrating is the owner's; serving is another role's."""
    settings: Settings = app.extensions["settings"]
    if settings.production:
        with app.app_context(), db.engine.connect() as connection:
            if owns_the_log(connection):
                raise UnsafeSettings(
                    "The database role of REFERRAL_DATABASE_URL owns the log's tables and could change them. "
                    "Let the owner migrate (`referral db upgrade`, `referral db grant ROLE`) and serve as another role."
                )
    return app


def _engine_options(settings: Settings) -> dict[str, Any]:
    if settings.database_url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False, "timeout": 30}}
    return {"pool_size": 8, "max_overflow": 8, "pool_timeout": 10, "pool_pre_ping": True, "pool_recycle": 1800}
