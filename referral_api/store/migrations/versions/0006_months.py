"""The log by months: on PostgreSQL `audit_entries` is partitioned by its ids, whose first bits are their time; what was archived is kept count of.

The months lie in a schema of their own, in which the runtime role has no rights: it reaches them through `audit_entries` alone.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from referral_api.store.columns import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The worker makes the months ahead as the runtime role, which owns nothing: hence SECURITY DEFINER, with a fixed search path. A month is
# attached, not created in place, since that lets others read and write meanwhile.
MAKE_MONTH = """
CREATE SCHEMA audit_months;
CREATE FUNCTION audit_make_month(moment timestamptz) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  first timestamp := date_trunc('month', moment AT TIME ZONE 'UTC');
  month text := 'audit_months.entries_' || to_char(first, 'YYYY_MM');
BEGIN
  PERFORM pg_advisory_xact_lock(7163384641474063459);
  IF to_regclass(month) IS NOT NULL THEN
    RETURN false;
  END IF;
  EXECUTE 'CREATE TABLE ' || month || ' (LIKE public.audit_entries INCLUDING ALL)';
  EXECUTE 'ALTER TABLE public.audit_entries ATTACH PARTITION ' || month || ' FOR VALUES FROM ('
    || quote_literal(public.audit_first_id(first)) || ') TO ('
    || quote_literal(public.audit_first_id(first + interval '1 month')) || ')';
  EXECUTE 'CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ' || month
    || ' FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse()';
  RETURN true;
END $$;
CREATE FUNCTION audit_first_id(moment timestamp) RETURNS uuid LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;
REVOKE EXECUTE ON FUNCTION audit_make_month(timestamptz) FROM PUBLIC;
"""
SET_ASIDE = """
ALTER TABLE audit_entries RENAME TO audit_entries_whole;
CREATE TABLE audit_entries (LIKE audit_entries_whole) PARTITION BY RANGE (id);
"""
MOVE = """
INSERT INTO audit_entries SELECT * FROM audit_entries_whole;
DROP TABLE audit_entries_whole;
ALTER TABLE audit_entries ADD CONSTRAINT pk_audit_entries PRIMARY KEY (id);
CREATE INDEX ix_audit_entries_action ON audit_entries (action, id);
CREATE INDEX ix_audit_entries_actor ON audit_entries (actor_id, id);
CREATE INDEX ix_audit_entries_agency ON audit_entries (agency_id, id);
CREATE INDEX ix_audit_entries_at ON audit_entries (at);
CREATE INDEX ix_audit_entries_case_ref ON audit_entries (case_ref, id);
CREATE INDEX ix_audit_entries_subject ON audit_entries (subject_id, id);
CREATE INDEX ix_audit_entries_person ON audit_entries (person_id, id);
CREATE INDEX ix_audit_entries_reason_code ON audit_entries (reason_code, id) WHERE reason_code IS NOT NULL;
CREATE INDEX ix_audit_entries_consent_id ON audit_entries (consent_id, id) WHERE consent_id IS NOT NULL;
CREATE TRIGGER audit_entries_await_place AFTER INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_await_place();
"""
POSTGRESQL_TABLE = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
SQLITE = (
    """CREATE TRIGGER audit_archives_no_UPDATE BEFORE UPDATE ON audit_archives
       BEGIN SELECT RAISE(ABORT, 'audit_archives is append-only'); END""",
    """CREATE TRIGGER audit_archives_no_DELETE BEFORE DELETE ON audit_archives
       BEGIN SELECT RAISE(ABORT, 'audit_archives is append-only'); END""",
    """CREATE TRIGGER audit_archives_no_replace BEFORE INSERT ON audit_archives
       WHEN EXISTS (SELECT 1 FROM audit_archives WHERE id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'audit_archives is append-only'); END""",
)
AHEAD = 3
"""Months beyond this one, as the worker keeps them (`audit/months.py`)."""


def upgrade() -> None:
    op.create_table(
        "audit_archives",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_archives")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE:
            op.execute(statement)
        return
    _part(op.get_bind())
    for table in ("audit_entries", "audit_archives"):
        op.get_bind().exec_driver_sql(POSTGRESQL_TABLE.format(table=table))


def _part(bind: sa.Connection) -> None:
    """Move what is there into months. Leaves, nodes and checkpoints name entries by id, and stay as they are."""
    for statement in (MAKE_MONTH, SET_ASIDE):
        bind.exec_driver_sql(statement)
    now = datetime.now(UTC)
    oldest, newest = bind.exec_driver_sql(
        "SELECT (SELECT id FROM audit_entries_whole ORDER BY id LIMIT 1), (SELECT id FROM audit_entries_whole ORDER BY id DESC LIMIT 1)"
    ).one()
    first = min(now, _time_of(oldest) if oldest else now)
    last = max(now, _time_of(newest) if newest else now)
    # One month more at the beginning: the clocks of several machines never agree quite.
    month = (first.replace(day=1) - timedelta(days=1)).replace(day=1)
    ahead = AHEAD
    while ahead >= 0:
        bind.execute(sa.text("SELECT audit_make_month(:moment)"), {"moment": month})
        ahead -= (month.year, month.month) >= (last.year, last.month)
        month = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    bind.exec_driver_sql(MOVE)


def _time_of(entry_id: object) -> datetime:
    return datetime.fromtimestamp((int(str(entry_id).replace("-", ""), 16) >> 80) / 1000, UTC)


def downgrade() -> None:
    raise RuntimeError("migrations go forward: a log that cannot be pruned is not taken back")
