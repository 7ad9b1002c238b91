"""What can be wrong, as facts. Each fact has one problem code; the doors give it a status, the spine says whether it is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from referral_api.kernel.messages import Message

__all__ = [
    "Archived", "CallError", "ConsentEnded", "ConsentMissing", "FieldError", "Forbidden", "IdempotencyInFlight", "IdempotencyKeyRequired",
    "IdempotencyKeyReused", "IdentityInOpenText", "IllegalStep", "ImageryRefused", "Invalid", "BodyTooLarge", "FactorRequired", "MalformedBody",
    "MethodNotAllowed", "NotFound", "PreconditionFailed", "PreconditionRequired", "PurposeNotAllowed", "PurposeRequired",
    "RateLimited", "Unauthenticated", "Unavailable", "UnsupportedMediaType",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong: a JSON Pointer (RFC 6901), a code, words that never echo the value."""

    pointer: str
    code: str
    detail: str


class CallError(Exception):
    """Base of all that a caller can get wrong. `outcome` is how the audit trail calls it; None leaves no entry.

    `case_ref`, `action`, `about` and `counted` are for the audit entry alone: what was tried, on what, how much. They never reach
    the caller.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    outcome: str | None = None

    def __init__(
        self,
        detail: str,
        *,
        reason: str | None = None,
        extra: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason = reason
        self.extra = dict(extra or {})
        self.retry_after = retry_after
        self.case_ref: str | None = None
        self.action: str | None = None
        self.about: tuple[str, UUID] | None = None
        self.counted: Mapping[str, int] = {}


class _WithFields(CallError):
    def __init__(self, errors: Sequence[FieldError], detail: str | None = None, *, reason: str | None = None) -> None:
        super().__init__(detail or self.title, reason=reason)
        self.errors = tuple(errors)
        self.extra["errors"] = [{"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in errors]


class MalformedBody(CallError):
    code, title = "malformed-json", "The body is not strict JSON"


class PurposeRequired(CallError):
    code, title = "purpose-required", "A purpose is required"


class IdempotencyKeyRequired(CallError):
    code, title = "idempotency-key-required", "An Idempotency-Key is required"


class Unauthenticated(CallError):
    code, title = "unauthenticated", "Sign in first"


class Forbidden(CallError):
    code, title, outcome = "forbidden", "You may not do this", "denied"


class FactorRequired(CallError):
    """Signed in with a password alone: enough to enrol a second factor, and for nothing else."""

    code, title, outcome = "factor-required", "Enrol a second factor first", "denied"


class PurposeNotAllowed(CallError):
    code, title, outcome = "purpose-not-allowed", "This purpose is not yours", "denied"


class NotFound(CallError):
    """Missing, or hidden from this actor: one answer for both. `case_ref` is for the audit entry alone."""

    code, title, outcome = "not-found", "There is no such thing", "denied"

    def __init__(self, *, case_ref: str | None = None, reason: str | None = None) -> None:
        super().__init__("There is no such thing, or you may not know of it.", reason=reason)
        self.case_ref = case_ref


class Archived(CallError):
    """What was looked for is of a month that lies in an archive. It is said of the month, whether there was such a thing or not."""

    code, title, outcome = "archived", "This month of the log is archived", "refused"

    def __init__(self, *, month: str) -> None:
        said = Message("Entries of {month} lie in an archive.").format(month=month)
        super().__init__(said, reason=month, extra={"month": month})


class MethodNotAllowed(CallError):
    code, title = "method-not-allowed", "This method is not allowed here"


class IllegalStep(CallError):
    """The thing's state does not allow this step. The answer tells the state and what is allowed now."""

    code, title, outcome = "illegal-step", "The state does not allow this step", "refused"

    def __init__(self, state: str, allowed_steps: Sequence[str], detail: str | None = None) -> None:
        super().__init__(
            detail or Message("In state {state} this step is not allowed.").format(state=state), reason=state
        )
        self.extra = {"state": state, "allowed_steps": list(allowed_steps)}


class ConsentMissing(CallError):
    code, title, outcome = "consent-missing", "No consent in force grants this", "refused"


class ConsentEnded(CallError):
    code, title, outcome = "consent-ended", "The consent is no longer in force", "refused"


class IdempotencyInFlight(CallError):
    code, title = "idempotency-in-flight", "An equal call is still being answered"


class PreconditionFailed(CallError):
    code, title = "precondition-failed", "The thing has changed since you read it"


class BodyTooLarge(CallError):
    code, title = "body-too-large", "The body is too large"


class UnsupportedMediaType(CallError):
    code, title = "unsupported-media-type", "This media type is not taken here"


class Invalid(_WithFields):
    code, title = "validation-failed", "Some fields are not valid"


class ImageryRefused(_WithFields):
    """Encoded or embedded media was seen. The content is never stored, logged or echoed."""

    code, title, outcome = "imagery-refused", "No imagery: this service takes text only", "refused"

    def __init__(self, errors: Sequence[FieldError], *, size: int) -> None:
        """The log's reason is the family of what was seen first; `size` is that of the refused texts, in characters."""
        super().__init__(errors, reason=errors[0].code)
        self.counted = {"size": size}


class IdentityInOpenText(_WithFields):
    """A text that is read before acceptance says who the child is."""

    code, title, outcome = "identity-in-open-text", "This text says who the child is", "refused"


class IdempotencyKeyReused(CallError):
    code, title = "idempotency-key-reused", "This Idempotency-Key was used for another body"


class PreconditionRequired(CallError):
    code, title = "precondition-required", "If-Match is required"


class RateLimited(CallError):
    code, title = "rate-limited", "Too many requests"


class Unavailable(CallError):
    code, title = "unavailable", "The service cannot answer now"
