"""Column types that keep a promise: times are UTC, text is scanned before it is written."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

from referral_api import guard
from referral_api.kernel.errors import FieldError, ImageryRefused

__all__ = ["GuardedJson", "GuardedText", "UtcDateTime", "choice"]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time. SQLite has no zones, so there it is kept naive and comes back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """From SQLite's text to an aware time in one step: a page of a list reads hundreds."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class _Refused(ImageryRefused, DontWrapMixin):
    """Comes to its caller as it is: an error of a statement would show the values of the statement."""


class GuardedText(TypeDecorator[str]):
    """Plain text that people wrote: the second gate of the imagery refusal stands here.

    It stands where a text is written. What is only compared with a column is looked for and not found, whatever it is;
    a `bindparam` that is compared names its type itself, `String`.
    """

    impl = String
    cache_ok = True

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> TypeEngine[Any]:
        return String()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and (family := guard.scan(value)[0]):
            raise _Refused([FieldError("", family, guard.FAMILIES[family])], size=len(value))
        return value


class GuardedJson(TypeDecorator[Any]):
    """A JSON document with words of people in it: keys and values pass the same second gate. None is SQL's NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is not None and (findings := guard.scan_document(value)):
            raise _Refused(
                [FieldError("", found.family, guard.FAMILIES[found.family]) for found in findings[:20]],
                size=sum(found.size for found in findings),
            )
        return value


def choice(length: int = 48) -> String:
    """A code from a closed set; the set is checked at the door and by the rules."""
    return String(length)
