"""Tokens bound to a key (DPoP): which systems and agencies want no others, and the proofs that were used."""

import sqlalchemy as sa
from alembic import op

from referral_api.store.columns import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "clients", sa.Column("dpop_bound_access_tokens", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("agencies", sa.Column("dpop_required", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "used_proofs",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_proofs")),
    )
    op.create_index(op.f("ix_used_proofs_expires_at"), "used_proofs", ["expires_at"], unique=False)


def downgrade() -> None:
    raise RuntimeError("migrations go forward: a log that cannot be pruned is not taken back")
