from accounts.office import empty_office, office

__all__ = ["empty_office", "office"]
