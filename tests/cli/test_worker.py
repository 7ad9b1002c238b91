import threading

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from referral_api.audit.models import AuditPending
from referral_api.audit.nodes import LogDamaged
from referral_api.audit.note import SignerKey
from referral_api.cli.installation import Installation
from referral_api.cli.worker import Chore, chores, run
from referral_api.kernel.clock import system_clock
from referral_api.store import session

from .conftest import quick_app

FOUND = ("platform", "found", "--name", "Secretariat", "--country", "FR", "--username", "root")


@pytest.fixture
def app(shell):
    shell.done(*FOUND)
    return Installation(shell.environ, quick_app).app()


def until_told(app, *work):
    """Run these chores; one of them says when to stop."""
    stop = threading.Event()

    def told():
        stop.set()
        return 0

    with capture_logs() as lines:
        run(app, [*work, Chore("tell", 1, told)], stop)
    return lines


def failing(error):
    def act():
        raise error

    return act


def test_what_waits_gets_its_place_in_the_log(app, shell):
    signer = SignerKey.parse(Installation(shell.environ, quick_app).settings.log_key.strip())

    assert [] == until_told(app, *chores(signer, system_clock))

    with app.app_context():
        assert 0 == session().execute(select(func.count()).select_from(AuditPending)).scalar_one()
    assert "valid: All 2 entries are as they were signed.\n" == shell.done("audit", "verify")


def test_a_chore_that_fails_is_logged_without_its_words_and_stops_nothing_else(app):
    done = []
    lines = until_told(
        app, Chore("deadlines", 1, failing(ValueError("a name"))), Chore("next", 1, lambda: done.append(1) or 0)
    )

    assert [1] == done
    assert ["chore_failed"] == [line["event"] for line in lines]
    assert "deadlines" == lines[0]["chore"]


def test_a_damaged_log_is_said_loudly_and_the_worker_goes_on(app):
    done = []
    lines = until_told(
        app,
        Chore("integrate", 1, failing(LogDamaged("the tree is not the one that was signed last"))),
        Chore("next", 1, lambda: done.append(1) or 0),
    )

    assert [1] == done
    assert [("log_damaged", "critical")] == [(line["event"], line["log_level"]) for line in lines]


def test_a_log_signed_by_another_key_is_damage(app, shell):
    until_told(app, *chores(SignerKey.generate("other.example/log"), system_clock))
    shell("agency", "create", "--as", "root", "--name", "X", "--type", "court", "--country", "KH")
    with app.app_context():
        from referral_api.features.accounts.founding import found_platform
        from referral_api.kernel.actor import Actor, Request
        from referral_api.kernel.errors import Forbidden
        from referral_api.work import deny

        request = Request(id="again", now=system_clock(), changing=True)
        with pytest.raises(Forbidden) as refused:
            found_platform(request, name="Again", country="FR", username="root2")
        deny(
            Actor("anonymous", None, None, request),
            refused.value,
            action="agency.created",
            subject_type=None,
            subject_id=None,
        )
    signer = SignerKey.parse(Installation(shell.environ, quick_app).settings.log_key.strip())

    lines = until_told(app, *chores(signer, system_clock))

    assert ["log_damaged"] == [line["event"] for line in lines]


def test_a_worker_that_is_told_to_stop_begins_nothing_more(app):
    stop = threading.Event()
    stop.set()
    done = []

    run(app, [Chore("next", 1, lambda: done.append(1) or 0)], stop)

    assert [] == done
