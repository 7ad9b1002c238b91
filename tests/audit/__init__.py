"""The audit trail: its format, its tree in the database, and those who check it."""
