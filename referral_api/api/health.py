"""Whether this process lives, and whether it can do its work: for whoever restarts it or sends it calls. Neither says why not."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from alembic.script import ScriptDirectory
from flask import Flask, Response, current_app, g, json
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from referral_api import store
from referral_api.api.docs import READ_ONLY
from referral_api.audit.integrator import waiting_since
from referral_api.kernel.errors import Unavailable
from referral_api.store.session import db

__all__ = ["init_app"]

_LATE: Final = timedelta(minutes=1)
_ASK_AGAIN: Final = timedelta(seconds=1)


def init_app(app: Flask) -> None:
    app.add_url_rule("/livez", "health /livez", _livez, methods=READ_ONLY, provide_automatic_options=False)
    app.add_url_rule("/readyz", "health /readyz", _readyz, methods=READ_ONLY, provide_automatic_options=False)


def _livez() -> Response:
    return Response(json.dumps({"status": "live"}), content_type="application/json")


def _readyz() -> Response:
    """Everybody may ask, so the database is asked at most once a second."""
    now: datetime = g.request.now
    asked_at, ready = current_app.extensions.get("readiness", (None, False))
    if asked_at is None or not asked_at <= now < asked_at + _ASK_AGAIN:
        ready = _ready(now)
        current_app.extensions["readiness"] = (now, ready)
    if not ready:
        raise Unavailable("Not ready.", retry_after=5)
    return Response(json.dumps({"status": "ready"}), content_type="application/json")


def _ready(now: datetime) -> bool:
    """The database answers, is of this version, and its log's newest entries find their place in the tree."""
    try:
        with db.engine.connect() as connection:
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
            waiting = waiting_since(connection)
    except SQLAlchemyError:
        return False
    return version == _head() and (waiting is None or now - waiting < _LATE)


@cache
def _head() -> str | None:
    return ScriptDirectory(str(Path(store.__file__).parent / "migrations")).get_current_head()
