"""Erasure: its certificates, legal holds with their reasons, warnings given, and key-encryption keys that must not be used again."""

import sqlalchemy as sa
from alembic import op

from referral_api.store.columns import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A process that still holds an old key ring must not wrap a new case's key under a key-encryption key that was dropped meanwhile.
POSTGRESQL = """
CREATE FUNCTION case_keys_refuse_retired() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.wrapped IS NOT NULL AND EXISTS (SELECT 1 FROM retired_keks WHERE kek_id = NEW.kek_id) THEN
    RAISE EXCEPTION USING MESSAGE = 'this key-encryption key is retired', ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER case_keys_refuse_retired BEFORE INSERT OR UPDATE ON case_keys FOR EACH ROW EXECUTE FUNCTION case_keys_refuse_retired();
"""
SQLITE = """CREATE TRIGGER case_keys_refuse_retired_{verb} BEFORE {verb} ON case_keys
       WHEN NEW.wrapped IS NOT NULL AND EXISTS (SELECT 1 FROM retired_keks WHERE kek_id = NEW.kek_id)
       BEGIN SELECT RAISE(ABORT, 'this key-encryption key is retired'); END"""


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason_code", sa.String(length=48), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("refused_by", sa.Uuid(), nullable=True),
        sa.Column("refused_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("kek_id", sa.String(length=48), nullable=True),
        sa.Column("backups_gone_on", sa.Date(), nullable=True),
        sa.Column("rows_destroyed", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_erasures_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.create_index("ix_erasures_case", ["case_id", "id"], unique=False)
        batch_op.create_index(
            "uq_erasures_living",
            ["case_id"],
            unique=True,
            postgresql_where=sa.text("state <> 'refused'"),
            sqlite_where=sa.text("state <> 'refused'"),
        )

    op.create_table(
        "case_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_holds_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_holds")),
    )
    with op.batch_alter_table("case_holds", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_case_holds_case_id"), ["case_id"], unique=False)

    op.create_table(
        "retention_warnings",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("retention_until", UtcDateTime(timezone=True), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_retention_warnings_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "retention_until", "days_before", name=op.f("pk_retention_warnings")),
    )

    op.create_table(
        "retired_keks",
        sa.Column("kek_id", sa.String(length=48), nullable=False),
        sa.Column("retired_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kek_id", name=op.f("pk_retired_keks")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(POSTGRESQL)
        return
    for verb in ("INSERT", "UPDATE"):
        op.execute(SQLITE.format(verb=verb))


def downgrade() -> None:
    raise RuntimeError("migrations go forward: a log that cannot be pruned is not taken back")
