"""What the database itself holds: the log is append-only, each entry waits for its place in the tree, and the join of disclosure."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_entries", "audit_leaves", "audit_nodes", "audit_checkpoints")

# domain.md, "The join": over a receiver's own referrals of the case in accepted, in_progress or completed, what that referral's
# consent grants it. A protection report carries what its duty grants from when it is sent.
JOIN = """
CREATE VIEW case_disclosures AS
SELECT r.case_id, r.to_agency_id AS agency_id, g.purpose, g.data_class, c.basis, c.id AS consent_id, r.id AS referral_id,
       c.valid_from, c.valid_until, c.state AS consent_state
  FROM referrals r
  JOIN consents c ON c.id = r.consent_id AND c.case_id = r.case_id
  JOIN consent_grants g ON g.consent_id = c.id AND g.recipient_agency_id = r.to_agency_id
 WHERE r.state IN ('accepted', 'in_progress', 'completed')
    OR (r.referral_kind = 'protection_report' AND r.state IN ('sent', 'acknowledged'))
"""

POSTGRESQL = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION audit_await_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_pending (entry_id, at) VALUES (NEW.id, NEW.at);
  RETURN NULL;
END $$;
CREATE TRIGGER audit_entries_await_place AFTER INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_await_place();
"""
POSTGRESQL_TABLE = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

# INSERT OR REPLACE removes the old row without a DELETE trigger, so an id that exists is refused before the insert.
SQLITE = [
    """CREATE TRIGGER audit_entries_no_replace BEFORE INSERT ON audit_entries
       WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END""",
    """CREATE TRIGGER audit_entries_await_place AFTER INSERT ON audit_entries
       BEGIN INSERT INTO audit_pending (entry_id, at) VALUES (NEW.id, NEW.at); END""",
]
SQLITE_TABLE = """CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
       BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""


def upgrade() -> None:
    op.execute(JOIN)
    if op.get_bind().dialect.name == "postgresql":
        for statement in (POSTGRESQL, *(POSTGRESQL_TABLE.format(table=table) for table in APPEND_ONLY)):
            op.get_bind().exec_driver_sql(statement)
        return
    for statement in (
        *SQLITE,
        *(SQLITE_TABLE.format(table=t, verb=v) for t in APPEND_ONLY for v in ("UPDATE", "DELETE")),
    ):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward: a log that cannot be pruned is not taken back")
