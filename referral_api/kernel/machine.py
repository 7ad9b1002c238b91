"""State machines as tables: a step is legal from some states, leads to one, and belongs to one side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from referral_api.kernel.errors import IllegalStep

__all__ = ["Machine", "Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a step table. `to` is None where the way back is remembered by the thing itself."""

    name: str
    sources: frozenset[str]
    to: str | None
    sides: frozenset[str]


class Machine:
    """The whole table. It answers what is allowed, and refuses the rest with the state and the steps allowed now."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = {step.name: step for step in steps}

    def allowed(self, state: str, sides: Iterable[str]) -> list[str]:
        """The steps that somebody on these sides may take now."""
        held = frozenset(sides)
        return [step.name for step in self.steps.values() if state in step.sources and step.sides & held]

    def target(self, name: str, state: str, sides: Sequence[str]) -> str | None:
        """Where the step leads; IllegalStep if it does not start here."""
        step = self.steps[name]
        if state not in step.sources:
            raise IllegalStep(state, self.allowed(state, sides))
        return step.to
