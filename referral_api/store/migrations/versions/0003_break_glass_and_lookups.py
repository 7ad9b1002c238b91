"""Break-glass, and asking whether a child is known."""

import sqlalchemy as sa
from alembic import op

from referral_api.store.columns import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_parties", sa.Column("member_id", sa.Uuid(), nullable=True))
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("reason_code", sa.String(length=48), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("review_due", UtcDateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("review_outcome", sa.String(length=48), nullable=True),
        sa.Column("review_note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_break_glass_agency_id_agencies")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_break_glass_case_id_cases")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_break_glass_member_id_members")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_break_glass_referral_id_referrals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )
    with op.batch_alter_table("break_glass", schema=None) as batch_op:
        batch_op.create_index("ix_break_glass_agency", ["agency_id", "id"], unique=False)
        batch_op.create_index("ix_break_glass_case", ["case_id", "id"], unique=False)
        batch_op.create_index("ix_break_glass_member", ["member_id", "started_at"], unique=False)
        batch_op.create_index(
            "ix_break_glass_unreviewed",
            ["review_due"],
            unique=False,
            postgresql_where=sa.text("reviewed_at IS NULL"),
            sqlite_where=sa.text("reviewed_at IS NULL"),
        )

    op.create_table(
        "blind_index",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_blind_index_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_blind_index")),
    )
    with op.batch_alter_table("blind_index", schema=None) as batch_op:
        batch_op.create_index("ix_blind_index_value", ["value"], unique=False)

    op.create_table(
        "lookups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.LargeBinary(length=32), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_lookups_agency_id_agencies")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_lookups_case_id_cases")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_lookups_member_id_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookups")),
    )
    with op.batch_alter_table("lookups", schema=None) as batch_op:
        batch_op.create_index("ix_lookups_agency", ["agency_id", "id"], unique=False)
        batch_op.create_index("ix_lookups_member", ["member_id", "at"], unique=False)
        batch_op.create_index(
            "ix_lookups_waiting",
            ["id"],
            unique=False,
            postgresql_where=sa.text("value IS NOT NULL"),
            sqlite_where=sa.text("value IS NOT NULL"),
        )

    op.create_table(
        "lookup_holders",
        sa.Column("lookup_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("told_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=48), nullable=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_lookup_holders_agency_id_agencies")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_lookup_holders_case_id_cases")),
        sa.ForeignKeyConstraint(["lookup_id"], ["lookups.id"], name=op.f("fk_lookup_holders_lookup_id_lookups")),
        sa.PrimaryKeyConstraint("lookup_id", "agency_id", name=op.f("pk_lookup_holders")),
    )
    with op.batch_alter_table("lookup_holders", schema=None) as batch_op:
        batch_op.create_index("ix_lookup_holders_agency", ["agency_id", "lookup_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("migrations go forward: a log that cannot be pruned is not taken back")
