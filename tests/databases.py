"""A peopled database for one test after the other, each time as it was built.

Tests that come one after the other in a process have the same engine: it knows the statements and, on PostgreSQL, has its connections.
What a test listens to on its engine ends with its application.
"""

import shutil
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Final
from uuid import uuid4

from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from referral_api.store.session import db
from tests import postgres

__all__ = ["OnPostgresql", "OnSqlite", "Peopled"]


class Peopled(ABC):
    """Where a test finds its database."""

    url: str
    _engine: Engine | None = None

    @abstractmethod
    def fresh(self) -> str:
        """The address of the database, as it was built."""

    def lend(self, app: Flask) -> None:
        """Let an application over the fresh database use the engine that those before it used."""
        with app.app_context():
            self._engine = self._engine or db.engine
            db.engines[None] = self._engine.execution_options()  # type: ignore[index]

    def take_back(self, app: Flask) -> None:
        with app.app_context():
            db.session.remove()


class OnSqlite(Peopled):
    """A copy of a file, always in the same place."""

    def __init__(self, template: Path, folder: Path) -> None:
        self._template, self._file = template, folder / "test.sqlite3"
        self.url = f"sqlite:///{self._file}"

    def fresh(self) -> str:
        for old in self._file.parent.glob(f"{self._file.name}*"):
            old.unlink()
        shutil.copy(self._template, self._file)
        return self.url

    def take_back(self, app: Flask) -> None:
        super().take_back(app)
        with app.app_context():
            db.engine.dispose()


class OnPostgresql(Peopled):
    """A copy of a database that is put back after each test, for as long as only its rows were touched; otherwise copied anew."""

    _TURNS: Final = 50
    """Then there are so many dead rows that a new copy is cheaper."""

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template, self._name = server, template, f"test_{uuid4().hex}"
        self.url, self._turns = postgres.address_of(server, self._name), self._TURNS
        postgres.sql(server, _KEEP, database=template)

    def fresh(self) -> str:
        self._turns += 1
        if self._turns >= self._TURNS or not self._put_back():
            if self._engine:
                self._engine.dispose()
            postgres.sql(self._server, f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')
            postgres.fresh_database(self._server, self._name, template=self._template)
            self._turns = 0
        return self.url

    def close(self) -> None:
        if self._engine:
            self._engine.dispose()

    def _put_back(self) -> bool:
        if self._engine is None or self._engine.pool.checkedout():  # type: ignore[attr-defined]
            return False
        try:
            with self._engine.begin() as connection:
                ours = self._engine.pool.checkedin() + 1  # type: ignore[attr-defined]
                return connection.execute(text("SELECT kept.put_back(:ours)"), {"ours": ours}).scalar_one()
        except OperationalError:
            return False


_KEEP: Final = """
CREATE SCHEMA kept;
CREATE VIEW kept.tables AS
  SELECT oid FROM pg_class WHERE relkind = 'r' AND pg_relation_size(oid) > 0
  AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^(pg_|information_schema$|kept$)');
DO $$ DECLARE peopled oid; BEGIN
  FOR peopled IN SELECT * FROM kept.tables LOOP
    EXECUTE format('CREATE TABLE kept.%I AS TABLE %s', peopled, peopled::regclass);
  END LOOP;
END $$;
CREATE FUNCTION kept.put_back(ours integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  touched regclass;
  original name;
BEGIN
  IF EXISTS (SELECT FROM kept.altered)
    OR ours < (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend')
  THEN
    RETURN false;
  END IF;
  -- Without the log's triggers and the foreign keys, in this transaction only: no test sees it.
  SET LOCAL session_replication_role = replica;
  SET LOCAL lock_timeout = '1s';
  FOR touched IN SELECT * FROM kept.tables LOOP
    EXECUTE 'DELETE FROM ' || touched;
  END LOOP;
  FOR original IN SELECT relname FROM pg_class WHERE relnamespace = 'kept'::regnamespace AND relname ~ '^[0-9]+$' LOOP
    EXECUTE format('INSERT INTO %s SELECT * FROM kept.%I', original::text::oid::regclass, original);
  END LOOP;
  RETURN true;
END $$;
CREATE TABLE kept.altered (command text);
CREATE FUNCTION kept.note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO kept.altered VALUES (tg_tag);
END $$;
CREATE EVENT TRIGGER kept_ddl ON ddl_command_end EXECUTE FUNCTION kept.note();
CREATE EVENT TRIGGER kept_drop ON sql_drop EXECUTE FUNCTION kept.note();
"""
"""Copies of the rows under the numbers of their tables, which a copy of the database keeps; and a note of whatever alters more than rows."""
