"""Times in the database: what was written comes back as the same moment, aware and in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import literal, select

from referral_api.store import UtcDateTime
from referral_api.store.session import session

MOMENT = datetime(2026, 11, 24, 9, 0, 0, 123_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", [MOMENT, MOMENT.replace(microsecond=0), MOMENT.astimezone(timezone(timedelta(hours=7))), None]
)
def test_a_time_comes_back_as_it_was_in_utc(world, written):
    with world.app.app_context():
        found = session().execute(select(literal(written, UtcDateTime))).scalar_one()
        session().rollback()
    assert written == found
    assert written is None or found.tzinfo is UTC
