"""What goes on beside the requests: the log's tree grows, events are numbered, deadlines and consents run out."""

import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import click
import structlog
from flask import Flask
from sqlalchemy.orm import Session

from referral_api import outbox, replay
from referral_api.audit.integrator import integrate
from referral_api.audit.months import make_ahead
from referral_api.audit.nodes import LogDamaged
from referral_api.audit.note import SignerKey
from referral_api.cli.installation import Installation
from referral_api.features.accounts.sessions.sweeping import sweep_sessions
from referral_api.features.cases.clockwork import unassign_leavers
from referral_api.features.erasure.clockwork import warn_of_retention
from referral_api.features.lookups.passing_on import pass_on_lookups
from referral_api.features.referrals.clockwork import run_deadlines
from referral_api.features.withdrawal.expiry import expire_consents
from referral_api.features.withdrawal.majority import cut_at_majority
from referral_api.features.withdrawal.suspicion import review_suspected
from referral_api.kernel.clock import Clock, system_clock
from referral_api.store.session import db

__all__ = ["Chore", "chores", "run", "worker"]

_TICK = 1.0
_LOG = structlog.get_logger("worker")


@dataclass
class Chore:
    """Something that is done again every so many seconds. It returns how many things it did."""

    name: str
    every: float
    act: Callable[[], int]
    due: float = field(default=0.0)


def chores(signer: SignerKey, clock: Clock) -> list[Chore]:
    """All that the service does without being asked. Each is bounded, so that the worker can stop within a second."""
    return [
        Chore("integrate", _TICK, lambda: integrate(db.engine, signer, now=clock(), limit=1000)),
        Chore("number_events", _TICK, _number_events),
        Chore("lookups", _TICK, lambda: pass_on_lookups(clock, limit=100)),
        Chore("deadlines", 5, lambda: run_deadlines(clock, limit=50)),
        Chore("consents", 5, lambda: expire_consents(clock, limit=50)),
        Chore("suspicions", 5, lambda: review_suspected(clock, limit=50)),
        Chore("majorities", 60, _Majorities(clock)),
        Chore("leavers", 5, lambda: unassign_leavers(clock, limit=50)),
        Chore("months", 3600, lambda: make_ahead(db.engine, clock())),
        Chore("retention", 3600, lambda: warn_of_retention(clock)),
        Chore("forget_old_keys", 3600, lambda: _forget_old_keys(clock())),
        Chore("overwrite_old_pages", 3600, _overwrite_old_pages),
    ]


class _Majorities:
    """Each identity that was changed is looked at in the round after: the first round looks back a week."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: datetime | None = None

    def __call__(self) -> int:
        began = self._clock()
        done = cut_at_majority(self._clock, since=self._since)
        # An act that is being committed is dated a little earlier.
        self._since = began - timedelta(minutes=1)
        return done


def _number_events() -> int:
    with db.engine.begin() as connection:
        return outbox.number_events(connection)


def _forget_old_keys(now: datetime) -> int:
    with Session(db.engine) as session, session.begin():
        replay.forget_old(session, now)
        replay.forget_old_proofs(session, now)
        sweep_sessions(session, now)
    return 0


def _overwrite_old_pages() -> int:
    """SQLite's log of pages still holds what was erased from the tables, until it is taken over into them and cut."""
    if db.engine.dialect.name == "sqlite":
        raw = db.engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            raw.close()
    return 0


def run(app: Flask, work: Iterable[Chore], stop: threading.Event) -> None:
    """Do each chore when it is due, until told to stop. What fails is logged and tried again; one failure stops nothing else."""
    kept = list(work)
    while not stop.is_set():
        busy = False
        for chore in kept:
            if stop.is_set() or time.monotonic() < chore.due:
                continue
            chore.due = time.monotonic() + chore.every
            busy |= _done(app, chore) >= 1000
        stop.wait(0 if busy else _TICK)


def _done(app: Flask, chore: Chore) -> int:
    try:
        with app.app_context():
            return chore.act()
    except LogDamaged as damage:
        _LOG.critical("log_damaged", chore=chore.name, damage=str(damage), see="referral audit verify")
    except Exception as error:
        _LOG.error("chore_failed", chore=chore.name, exc_info=error)
    return 0


@click.command()
@click.pass_obj
def worker(installation: Installation) -> None:
    """Integrate the log, number events, run deadlines and expiry, until told to stop. `serve` runs it too."""
    app = installation.app()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    signer = SignerKey.parse(installation.settings.log_key.strip())
    run(app, chores(signer, system_clock), stop)
