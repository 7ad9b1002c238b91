"""Runs the migrations of the application's own metadata, on either database, in one transaction each."""

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def _include(thing: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
    """Views are written by hand in a migration; they are not tables to be made."""
    return not (kind == "table" and getattr(thing, "info", {}).get("view"))


def run() -> None:
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_object=_include,
            render_as_batch=connection.dialect.name == "sqlite",
            transaction_per_migration=True,
            compare_type=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
