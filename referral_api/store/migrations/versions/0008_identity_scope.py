"""Systems that are shown identities: who gave them that, and who agreed when."""

import sqlalchemy as sa
from alembic import op

from referral_api.store.columns import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clients", sa.Column("identity_granted_by", sa.Uuid(), nullable=True))
    op.add_column("clients", sa.Column("identity_confirmed_by", sa.Uuid(), nullable=True))
    op.add_column("clients", sa.Column("identity_confirmed_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise RuntimeError("migrations go forward: a log that cannot be pruned is not taken back")
