"""State machines as tables: a step is legal from some states, for some sides, and leads to one state."""

from collections.abc import Iterable
from dataclasses import dataclass

from referral_api.kernel.errors import IllegalStep

__all__ = ["Machine", "Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a step table. `to` is None where the thing itself knows where the step leads."""

    name: str
    sources: frozenset[str]
    to: str | None
    sides: frozenset[str]


class Machine:
    """The whole table. It answers what is allowed, and refuses the rest with the state and the steps allowed now."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = tuple(steps)

    def allowed(self, state: str, sides: Iterable[str]) -> list[str]:
        """The steps that somebody on these sides may take now."""
        held = frozenset(sides)
        return list(dict.fromkeys(step.name for step in self.steps if state in step.sources and step.sides & held))

    def target(self, name: str, state: str, sides: Iterable[str]) -> str | None:
        """Where the step leads; IllegalStep if it does not start here for these sides."""
        held = frozenset(sides)
        for step in self.steps:
            if step.name == name and state in step.sources and step.sides & held:
                return step.to
        raise IllegalStep(state, self.allowed(state, held))
