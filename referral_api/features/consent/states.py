"""The life of a consent, as a table."""

from referral_api.kernel.machine import Machine, Step

__all__ = ["AGREEMENTS", "AGREEMENT_STEPS", "DUTIES", "DUTY_STEPS", "OWN_VOICE", "steps_of"]

AGREEMENTS = frozenset({"consent", "assent_and_guardian_consent"})
DUTIES = frozenset(
    {"mandatory_reporting", "statutory_task", "court_order", "vital_interest", "best_interests_documented"}
)

OWN_VOICE = frozenset({"child", "survivor"})
"""Who gives for themselves."""

_OWNER = frozenset({"owner"})


def _step(name: str, sources: str, to: str | None) -> Step:
    return Step(name, frozenset(sources.split()), to, _OWNER)


AGREEMENT_STEPS = Machine(
    [
        _step("approve", "pending_approval withdrawal_requested", None),
        _step("refuse", "pending_approval withdrawal_requested", None),
        _step("withdraw", "active withdrawal_requested pending_approval", None),
    ]
)
# A duty acts before a second person looked: `reviewed` is active after that, so that it is judged once. It is never shown.
DUTY_STEPS = Machine(
    [
        _step("approve", "pending_approval active", "active"),
        _step("refuse", "pending_approval active", "refused"),
        _step("end", "active reviewed", "ended"),
    ]
)


def steps_of(basis: str) -> Machine:
    return AGREEMENT_STEPS if basis in AGREEMENTS else DUTY_STEPS
