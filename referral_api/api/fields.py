"""The fields that bodies and queries are made of: strict, bounded, and with an error code for each fault."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from referral_api.kernel import codes, ids
from referral_api.kernel.countries import COUNTRIES
from referral_api.kernel.languages import is_language
from referral_api.kernel.messages import Message

__all__ = [
    "Body",
    "Code",
    "Codes",
    "Country",
    "Day",
    "Email",
    "Flag",
    "Id",
    "Language",
    "Limits",
    "ListQuery",
    "Machine",
    "Moment",
    "Nested",
    "Text",
    "Whole",
    "many",
]

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CONTROL = "Control characters are not text."
_OVERRIDES = "\u202d\u202e"
_LENGTH = Message("Length must be between {min} and {max}.")
_BETWEEN = Message("Must be greater than or equal to {min} and less than or equal to {max}.")


class Limits:
    """Lengths in characters, counts in items."""

    CODE = 64
    LINE = 200
    TEXT = 4_000
    NOTES = 8_000
    ITEMS = 50


class Body(Schema):
    """A body or a query: an unknown member is refused, never ignored. An answer (`...Out`) always has all its members but `sometimes`."""

    sometimes: ClassVar[tuple[str, ...]] = ()

    class Meta:
        unknown = RAISE


class Text(fields.String):
    """Words of people. Not blank, bounded, no control characters but line ends and tabs. A pattern is of the whole text.

    A short one is a line: it has no line ends, and no sign that shows its letters in another order than they are in (UAX 9, overrides).
    """

    def __init__(
        self, maximum: int = Limits.LINE, *, minimum: int = 1, pattern: str | None = None, **kwargs: Any
    ) -> None:
        self.maximum, self.minimum, self.pattern = maximum, minimum, pattern
        self.line = maximum <= Limits.LINE
        checks: list[Any] = [_length(minimum, maximum)]
        if pattern:
            checks.append(validate.Regexp(rf"(?:{pattern})\Z"))
        super().__init__(validate=checks, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Not a string.")
        if any(ord(c) < 32 and (self.line or c not in "\n\r\t") for c in value):
            raise ValidationError("Line ends and control characters are not part of a line." if self.line else _CONTROL)
        if self.line and any(c in value for c in _OVERRIDES):
            raise ValidationError("A line is shown in the order in which it is written.")
        if self.minimum and not value.strip():
            raise ValidationError("Blank.")
        return value

    def _validate(self, value: Any) -> None:
        """One fault is told once: what has not the length has not the pattern either."""
        for check in self.validators:
            check(value)


class Machine(fields.String):
    """A typed machine string (a password, a token): bounded, parsed by its own grammar, never shown to another user, not scanned."""

    def __init__(self, maximum: int, **kwargs: Any) -> None:
        super().__init__(validate=[_length(1, maximum), _printable], **kwargs)


class Code(fields.String):
    """A code of a published value set. An unknown one is refused, never mapped to `other`."""

    def __init__(self, *names: str, among: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.choices = tuple(dict.fromkeys([*among, *(code for name in names for code in codes.values(name))]))
        self._known = frozenset(self.choices)
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self._known:
            raise ValidationError("Not a code of this value set.")
        return value


class Country(Code):
    """A country (ISO 3166-1 alpha-2)."""

    def __init__(self, **kwargs: Any) -> None:
        said = {"example": "KH", "description": "A country (ISO 3166-1 alpha-2).", **kwargs.pop("metadata", {})}
        super().__init__(among=COUNTRIES, metadata=said, **kwargs)


class Codes(fields.List[Any]):
    """Some codes of one value set, each once."""

    def __init__(
        self, *names: str, among: tuple[str, ...] = (), minimum: int = 0, maximum: int = Limits.ITEMS, **kwargs: Any
    ) -> None:
        super().__init__(Code(*names, among=among), validate=[_length(minimum, maximum), _each_once], **kwargs)


class Id(fields.Field[UUID]):
    """An id of one kind: a TypeID outside, a UUID inside."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> UUID:
        found = ids.read(self.kind, value) if isinstance(value, str) else None
        if found is None:
            raise ValidationError("There is no such thing.")
        return found


class Moment(fields.Field[datetime]):
    """An RFC 3339 time with a zone, kept as UTC in milliseconds."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _RFC3339.fullmatch(value):
            raise ValidationError("Not an RFC 3339 time.")
        try:
            moment = datetime.fromisoformat(value.upper().replace("Z", "+00:00")).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError("Not an RFC 3339 time.") from None
        if not 1900 <= moment.year <= 2200:
            raise ValidationError("Not a time that can be meant here.")
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class Day(fields.Field[date]):
    """A day, `YYYY-MM-DD`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        try:
            if not isinstance(value, str) or not _DAY.fullmatch(value):
                raise ValueError
            day = date.fromisoformat(value)
        except ValueError:
            raise ValidationError("Not a day.") from None
        if not 1900 <= day.year <= 2200:
            raise ValidationError("Not a day that can be meant here.")
        return day


class Language(Text):
    """A language, with its script and region where they matter (BCP 47). Nothing longer: what only looks like a tag can carry something else."""

    def __init__(self, **kwargs: Any) -> None:
        said = {
            "example": "km",
            "description": "A language (BCP 47): `km`, `zh-Hant-TW`.",
            **kwargs.pop("metadata", {}),
        }
        pattern = r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
        super().__init__(16, minimum=2, pattern=pattern, metadata=said, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        tag = super()._deserialize(value, attr, data, **kwargs)
        if not is_language(tag):
            raise ValidationError("Not a language.")
        return tag


class Email(Text):
    """An e-mail address (RFC 5321: 254 characters at most)."""

    def __init__(self, **kwargs: Any) -> None:
        said = {"example": "duty@example.org", **kwargs.pop("metadata", {})}
        super().__init__(254, pattern=r"[^@\s]{1,64}@[^@\s.]{1,63}(\.[^@\s.]{1,63}){1,8}", metadata=said, **kwargs)


class Flag(fields.Boolean):
    """True or false, as JSON says them."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Not true or false.")
        return value


class Whole(fields.Integer):
    """A whole number within bounds."""

    def __init__(self, minimum: int, maximum: int, *, text: bool = False, **kwargs: Any) -> None:
        self.text = text
        super().__init__(strict=not text, validate=validate.Range(min=minimum, max=maximum, error=_BETWEEN), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if self.text and isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 17:
            return int(value)
        if self.text or isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("Not a whole number.")
        return value


class Nested(fields.Nested):
    """An object within an object."""


class _Many(fields.List[Any]):
    """A list is replaced as a whole, by a merge patch too (RFC 7396), so its members are never partial."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        return super()._deserialize(value, attr, data, **{**kwargs, "partial": False})


def many(field: fields.Field[Any], *, minimum: int = 0, maximum: int = Limits.ITEMS, **kwargs: Any) -> fields.List[Any]:
    """A bounded list."""
    return _Many(field, validate=_length(minimum, maximum), **kwargs)


def _length(minimum: int, maximum: int) -> validate.Length:
    return validate.Length(min=minimum, max=maximum, error=_LENGTH)


def _printable(value: str) -> None:
    if any(ord(c) < 32 for c in value):
        raise ValidationError(_CONTROL)


def _each_once(values: list[str]) -> None:
    if len(set(values)) != len(values):
        raise ValidationError("A code comes twice.")


class ListQuery(Body):
    """What every list takes."""

    limit = Whole(1, 100, text=True, load_default=50, metadata={"description": "How many items, 1 to 100."})
    cursor = Machine(1_000, load_default=None, metadata={"description": "Where the page before ended (`next_cursor`)."})
