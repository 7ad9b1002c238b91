"""What an installation decides: read once from the environment into a frozen object, and refused where it would be unsafe."""

from config.settings import Settings, UnsafeSettings, database_url, from_environment

__all__ = ["Settings", "UnsafeSettings", "database_url", "from_environment"]
