"""The store, and what the database itself holds."""
