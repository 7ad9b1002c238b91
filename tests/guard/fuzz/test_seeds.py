"""The kept seeds, and some changes of each, as ordinary tests."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.guard.fuzz.guarding import holds

SEEDS = sorted((Path(__file__).parent / "seeds").iterdir())


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_what_must_hold_holds_for_a_seed_and_its_changes(seed: Path) -> None:
    data, chance = seed.read_bytes(), random.Random(seed.name)
    holds(data)
    for _ in range(40):
        at, size = chance.randrange(len(data) + 1), chance.randint(0, 8)
        holds(data[:at] * chance.randint(1, 6) + chance.randbytes(size) + data[at + size :])
