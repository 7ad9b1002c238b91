"""What a verified JWT says (RFC 7519), read strictly: a claim of the wrong type or length makes the token wrong."""

from datetime import UTC, datetime
from typing import Final

from referral_api.guard import strict_json
from referral_api.identity.jws import InvalidToken

__all__ = ["ClaimSet"]

_YEAR_10000: Final = 253_402_300_800


class ClaimSet:
    """The claims of one token. `text` and `moment` require the claim; the others give None where it is absent."""

    def __init__(self, payload: bytes, *, most: int = 64, depth: int = 4) -> None:
        try:
            claims = strict_json.loads(payload, max_depth=depth, max_items=most)
        except ValueError:
            raise InvalidToken("claims") from None
        if not isinstance(claims, dict):
            raise InvalidToken("claims")
        self._claims: dict[str, object] = claims

    def text(self, name: str, *, longest: int = 255) -> str:
        """A text of one character to `longest`."""
        value = self._claims.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            raise InvalidToken("claims")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or one alone, as an audience may be written (RFC 7519, 4.1.3)."""
        value = self._claims.get(name)
        texts = value if isinstance(value, list) else [value]
        if not all(isinstance(text, str) and 0 < len(text) <= 255 for text in texts):
            raise InvalidToken("claims")
        return tuple(str(text) for text in texts)

    def texts_if_any(self, name: str) -> tuple[str, ...] | None:
        return self.texts(name) if name in self._claims else None

    def moment(self, name: str) -> datetime:
        """A NumericDate: seconds since 1970, a fraction allowed."""
        value = self._claims.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _YEAR_10000:
            raise InvalidToken("claims")
        return datetime.fromtimestamp(value, UTC)

    def text_if_any(self, name: str) -> str | None:
        return self.text(name) if name in self._claims else None

    def moment_if_any(self, name: str) -> datetime | None:
        return self.moment(name) if name in self._claims else None

    def words_if_any(self, name: str) -> frozenset[str] | None:
        """A list of words in one text, as OAuth writes scopes (RFC 6749, 3.3)."""
        if name not in self._claims:
            return None
        value = self._claims[name]
        if not isinstance(value, str):
            raise InvalidToken("claims")
        return frozenset(value.split(" ")) - {""}

    def members_if_any(self, name: str) -> dict[str, str] | None:
        """An object of texts, such as `cnf` (RFC 7800)."""
        if name not in self._claims:
            return None
        value = self._claims[name]
        if not isinstance(value, dict) or not value or not all(isinstance(member, str) for member in value.values()):
            raise InvalidToken("claims")
        return value
