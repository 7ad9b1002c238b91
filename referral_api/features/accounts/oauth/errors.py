"""OAuth's own errors: systems read these, not problem documents (RFC 6749, 5.2)."""

__all__ = ["OAuthRefused"]


class OAuthRefused(Exception):
    """`error` is a code of RFC 6749; the description never tells whether a client exists."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status
