"""${message}"""

import sqlalchemy as sa
from alembic import op

from referral_api.store import GuardedText, UtcDateTime

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    raise RuntimeError("migrations go forward: a log that cannot be pruned is not taken back")
