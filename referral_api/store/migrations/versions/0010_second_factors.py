"""Second factors: an app's secret that waits for its first code, recovery codes, what each session was opened with."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from referral_api.store.columns import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    members: tuple[sa.Column[Any], ...] = (
        sa.Column("totp_enrolled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("totp_pending_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_pending_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("codes_missed", sa.Integer(), nullable=False, server_default="0"),
    )
    sessions: tuple[sa.Column[Any], ...] = (
        sa.Column("last_used_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("factor", sa.String(length=16), nullable=True),
        sa.Column("network", sa.String(length=64), nullable=True),
    )
    for table, columns in (("members", members), ("sessions", sessions)):
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_recovery_codes_member_id_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.create_index("ix_recovery_codes_member", ["member_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("migrations go forward: a log that cannot be pruned is not taken back")
