"""Two roles on PostgreSQL: the owner migrates and archives, the runtime role works and can neither change nor remove a log entry.

SQLite has no roles: there the triggers alone stand between the program and the log.
"""

import re

from sqlalchemy import Connection, text

__all__ = ["grant_runtime", "owns_the_log"]

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
_LOG = {
    "audit_entries": "SELECT, INSERT",
    "audit_pending": "SELECT, INSERT, DELETE",
    "audit_leaves": "SELECT, INSERT",
    "audit_nodes": "SELECT, INSERT",
    "audit_checkpoints": "SELECT, INSERT",
    "audit_cosignatures": "SELECT, INSERT",
    "audit_archives": "SELECT",
}


def owns_the_log(connection: Connection) -> bool:
    """Whether this connection's role could drop the triggers of the log: it owns the table, or is a superuser."""
    if connection.dialect.name != "postgresql":
        return False
    owner = text(
        "SELECT pg_has_role(current_user, c.relowner, 'USAGE') FROM pg_class c "
        "WHERE c.oid = to_regclass('audit_entries') AND c.relkind IN ('r', 'p')"
    )
    return bool(connection.execute(owner).scalar())


def grant_runtime(connection: Connection, role: str) -> None:
    """Give an existing role what the service needs at run time, and nothing more. Run by the owner after each migration."""
    if not _NAME.fullmatch(role):
        raise ValueError("a role is named in lower case letters, digits and underscores")
    connection.execute(text(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"))
    for table, rights in _LOG.items():
        connection.execute(text(f"REVOKE ALL ON {table} FROM {role}"))
        connection.execute(text(f"GRANT {rights} ON {table} TO {role}"))
    connection.execute(text(f"GRANT EXECUTE ON FUNCTION audit_make_month(timestamptz) TO {role}"))
    connection.execute(text(f"REVOKE ALL ON alembic_version FROM {role}"))
    connection.execute(text(f"GRANT SELECT ON alembic_version TO {role}"))
