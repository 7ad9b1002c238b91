"""The step table of a referral (domain.md)."""

from referral_api.kernel.machine import Machine, Step

__all__ = ["OPEN", "REPORT_STEPS", "SERVICE_STEPS", "TOLD", "machine_of"]

OPEN = ("sent", "acknowledged", "accepted", "in_progress")
TOLD = (*OPEN, "completed")
"""States in which the receiver is shown the need and the minimum."""

CASE_SHOWN = ("accepted", "in_progress", "completed")
"""States in which the receiver of a service request is shown which case it is; a protection report shows it from the start."""

_STATES = (
    "draft", "sent", "acknowledged", "accepted", "in_progress", "completed", "failed", "declined", "redirected", "suspended", "closed", "withdrawn", "expired",
)  # fmt: skip


def _step(name: str, sources: str, to: str | None, *sides: str) -> Step:
    return Step(name, frozenset(sources.split()), to, frozenset(sides))


_SHARED = (
    _step("send", "draft", "sent", "sender"),
    _step("acknowledge", "sent", "acknowledged", "receiver"),
    _step("accept", "sent acknowledged", "accepted", "receiver"),
    _step("redirect", "sent acknowledged", "redirected", "receiver"),
    _step("start", "accepted", "in_progress", "receiver"),
    _step("complete", "accepted in_progress", "completed", "receiver"),
    _step("fail", "accepted in_progress", "failed", "receiver"),
    _step("close", "completed failed suspended", "closed", "sender"),
    _step("withdraw", "draft sent acknowledged accepted in_progress suspended", "withdrawn", "sender"),
    _step("suspend", " ".join(OPEN), "suspended", "sender", "system"),
    _step("suspend", "accepted in_progress", "suspended", "receiver"),
    _step("resume", "suspended", None, "sender"),
    _step("mark-in-error", " ".join(_STATES), "entered_in_error", "sender_supervisor"),
)
SERVICE_STEPS = Machine(
    [
        *_SHARED,
        _step("decline", "sent acknowledged", "declined", "receiver"),
        _step("expire", "sent acknowledged", "expired", "system"),
    ]
)
REPORT_STEPS = Machine(_SHARED)
"""A report to police or a child-protection authority is never declined and never expires: it is redirected, or escalates."""


def machine_of(referral_kind: str) -> Machine:
    return REPORT_STEPS if referral_kind == "protection_report" else SERVICE_STEPS
