from tests.accounts.office import office, postgresql_office, sqlite_office, statements

__all__ = ["office", "postgresql_office", "sqlite_office", "statements"]
