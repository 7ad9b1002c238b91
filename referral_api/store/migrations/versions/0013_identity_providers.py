"""Signing in through an agency's identity provider: providers, who is who there, and what was begun."""

import sqlalchemy as sa
from alembic import op

from referral_api.store.columns import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("client_id", sa.String(length=200), nullable=False),
        sa.Column("client_secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("redirect_uri", sa.String(length=200), nullable=False),
        sa.Column("factor_acr", sa.JSON(), nullable=False),
        sa.Column("factor_amr", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_confirmed(),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_identity_providers_agency_id_agencies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_providers")),
    )
    op.create_index("ix_identity_providers_agency", "identity_providers", ["agency_id", "id"])
    op.create_table(
        "identity_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("subject_hash", sa.LargeBinary(length=32), nullable=False),
        *_confirmed(),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_identity_links_agency_id_agencies")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["identity_providers.id"], name=op.f("fk_identity_links_provider_id_identity_providers")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_identity_links_member_id_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_links")),
    )
    op.create_index("ix_identity_links_agency", "identity_links", ["agency_id", "id"])
    op.create_index("ix_identity_links_subject", "identity_links", ["provider_id", "subject_hash"])
    op.create_table(
        "federated_starts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["identity_providers.id"], name=op.f("fk_federated_starts_provider_id_identity_providers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federated_starts")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_federated_starts_secret_hash")),
    )
    op.create_index(op.f("ix_federated_starts_expires_at"), "federated_starts", ["expires_at"])


def _confirmed() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    raise RuntimeError("migrations go forward: a log that cannot be pruned is not taken back")
