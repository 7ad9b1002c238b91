"""The steps of an erasure. What is erased stays erased."""

from referral_api.kernel.machine import Machine, Step

__all__ = ["STEPS"]

STEPS = Machine(
    [
        Step("confirm", frozenset({"requested"}), "erased", frozenset({"owner"})),
        Step("refuse", frozenset({"requested"}), "refused", frozenset({"owner"})),
    ]
)
