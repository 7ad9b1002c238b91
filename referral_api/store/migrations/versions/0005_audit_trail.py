"""The audit trail's questions and witnesses: columns to search entries by, cosignatures, and no replacing of the log's rows on SQLite."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

from referral_api.kernel import ids
from referral_api.store.columns import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "person_id": sa.Uuid(),
    "reason_code": sa.String(length=64),
    "consent_id": sa.Uuid(),
    "data_classes": sa.String(length=200),
}

POSTGRESQL = """
CREATE TRIGGER audit_cosignatures_append_only BEFORE UPDATE OR DELETE ON audit_cosignatures
  FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_cosignatures_no_truncate BEFORE TRUNCATE ON audit_cosignatures
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
SQLITE_TABLE = """CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
       BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
# INSERT OR REPLACE removes the old row without a DELETE trigger, so a key that exists is refused before the insert.
SQLITE_KEYS = {
    "audit_leaves": '"index" = NEW."index" OR entry_id = NEW.entry_id',
    "audit_nodes": 'level = NEW.level AND "index" = NEW."index"',
    "audit_checkpoints": "tree_size = NEW.tree_size",
    "audit_cosignatures": "tree_size = NEW.tree_size AND witness = NEW.witness AND key_id = NEW.key_id",
}
SQLITE_NO_REPLACE = """CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
       WHEN EXISTS (SELECT 1 FROM {table} WHERE {key})
       BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, kind in COLUMNS.items():
        op.add_column("audit_entries", sa.Column(name, kind, nullable=True))
    op.create_index("ix_audit_entries_person", "audit_entries", ["person_id", "id"])
    for name in ("reason_code", "consent_id"):
        given = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_audit_entries_{name}", "audit_entries", [name, "id"], postgresql_where=given, sqlite_where=given
        )
    op.create_table(
        "audit_cosignatures",
        sa.Column(
            "tree_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("witness", sa.String(length=255), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tree_size"],
            ["audit_checkpoints.tree_size"],
            name=op.f("fk_audit_cosignatures_tree_size_audit_checkpoints"),
        ),
        sa.PrimaryKeyConstraint("tree_size", "witness", "key_id", name=op.f("pk_audit_cosignatures")),
    )
    with _unlocked(sqlite):
        _fill(op.get_bind())
    if not sqlite:
        op.get_bind().exec_driver_sql(POSTGRESQL)
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(SQLITE_TABLE.format(table="audit_cosignatures", verb=verb))
    for table, key in SQLITE_KEYS.items():
        op.execute(SQLITE_NO_REPLACE.format(table=table, key=key))


@contextmanager
def _unlocked(sqlite: bool) -> Iterator[None]:
    """Let this migration alone fill the new columns; the leaves, which the signed tree covers, stay as they are."""
    if sqlite:
        op.execute("DROP TRIGGER audit_entries_no_UPDATE")
        yield
        op.execute(SQLITE_TABLE.format(table="audit_entries", verb="UPDATE"))
        return
    op.execute("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_append_only")
    yield
    op.execute("ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_append_only")


def _fill(bind: sa.Connection) -> None:
    """Say in the new columns what the leaves of earlier entries say."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(name, kind) for name, kind in COLUMNS.items()]
    entries = sa.table("audit_entries", sa.column("id", sa.Uuid()), sa.column("leaf"), *columns)
    update = (
        entries.update()
        .where(entries.c.id == sa.bindparam("entry_id"))
        .values({name: sa.bindparam(f"new_{name}") for name in COLUMNS})
    )
    after = None
    while True:
        page = sa.select(entries.c.id, entries.c.leaf).order_by(entries.c.id).limit(1000)
        rows = bind.execute(page if after is None else page.where(entries.c.id > after)).all()
        if not rows:
            return
        found = [_said(entry_id, json.loads(bytes(leaf))) for entry_id, leaf in rows]
        bind.execute(update, found)
        after = rows[-1].id


def _said(entry_id: object, entry: dict[str, Any]) -> dict[str, Any]:
    actor = entry["actor"]
    person = actor["id"] if actor["kind"] == "member" else actor["on_behalf_of"]
    consent = entry["consent_id"]
    return {
        "entry_id": entry_id,
        "new_person_id": ids.read("member", person) if person else None,
        "new_reason_code": entry["reason_code"],
        "new_consent_id": ids.read("consent", consent) if consent else None,
        "new_data_classes": f" {' '.join(entry['data_classes'])} " if entry["data_classes"] else None,
    }


def downgrade() -> None:
    raise RuntimeError("migrations go forward: a log that cannot be pruned is not taken back")
