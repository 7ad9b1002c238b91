"""The entries in which a marked address was shown, found at once: over ten million entries, looking into each took minutes."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WORDS = b'"contact.protected_location"'.hex()


def upgrade() -> None:
    op.create_index(
        "ix_audit_entries_protected",
        "audit_entries",
        ["id"],
        postgresql_where=sa.text(f"disclosed AND position('\\x{WORDS}'\\:\\:bytea IN leaf) > 0"),
        sqlite_where=sa.text(f"disclosed = 1 AND instr(leaf, X'{WORDS}') > 0"),
    )


def downgrade() -> None:
    raise RuntimeError("migrations go forward: a log that cannot be pruned is not taken back")
