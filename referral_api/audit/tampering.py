"""Where a log first departs from the hashes it should have, and how: an entry changed, removed, inserted, moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from referral_api.audit.merkle import HASH_SIZE
from referral_api.audit.subtrees import Frontier

__all__ = ["Fault", "Hashes", "Verdict", "first_departure", "first_misnumbered", "named"]


class Fault(StrEnum):
    """What is wrong with a log, an export or a proof."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    INCONSISTENT = "inconsistent"
    """Two checkpoints of this log cannot both be true: its history was rewritten and signed again."""
    UNPROVED = "unproved"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. With a fault, it first shows at entry `index`, or somewhere from `index` to `last`.

    `archived` is how many entries were shown by their hashes alone.
    """

    message: str
    fault: Fault | None = None
    index: int | None = None
    last: int | None = None
    tree_size: int | None = None
    archived: int = 0

    @property
    def valid(self) -> bool:
        return self.fault is None


_SAYS = {
    Fault.CHANGED: "is not as it was signed",
    Fault.REMOVED: "was removed",
    Fault.INSERTED: "was never signed there",
    Fault.REORDERED: "is not in its place",
    Fault.TRUNCATED: "and all after it are missing",
    Fault.UNPROVED: "is not shown to be in the log",
}


def named(fault: Fault, index: int, *, tree_size: int, last: int | None = None) -> Verdict:
    """The verdict on one entry, or on some entry from `index` to `last` where the file does not tell which."""
    last = index if last is None else last
    which = f"Entry {index}" if last == index else f"One of the entries {index} to {last}"
    message = f"{which} {_SAYS[fault]}. The log has {tree_size} entries, counted from 0."
    return Verdict(message, fault, index, last, tree_size)


class Hashes:
    """Leaf hashes end to end: 32 bytes an entry, so that a log of millions fits in memory."""

    def __init__(self, data: bytearray) -> None:
        self._data = data

    def __len__(self) -> int:
        return len(self._data) // HASH_SIZE

    def __getitem__(self, index: int) -> bytes:
        return bytes(self._data[index * HASH_SIZE : (index + 1) * HASH_SIZE])

    def has(self, wanted: bytes, *, after: int) -> bool:
        """Whether this hash stands anywhere after the place `after`."""
        at = (after + 1) * HASH_SIZE
        while (at := self._data.find(wanted, at)) != -1:
            if at % HASH_SIZE == 0:
                return True
            at += 1
        return False

    def roots(self, sizes: set[int]) -> dict[int, bytes]:
        """The roots of the trees of these sizes, as far as there are enough leaves."""
        tree, found = Frontier(), dict[int, bytes]()
        for size in range(len(self) + 1):
            if size in sizes:
                found[size] = tree.root()
            if size < len(self):
                tree.append(self[size])
        return found


def first_departure(found: Hashes, signed: Hashes) -> tuple[Fault, int] | None:
    """The place of the first entry that is not what was signed there, and what became of it; None if all are."""
    both = min(len(found), len(signed))
    index = next((i for i in range(both) if found[i] != signed[i]), both)
    if index == len(found) == len(signed):
        return None
    if index == len(found):
        return Fault.TRUNCATED, index
    if index == len(signed):
        return Fault.INSERTED, index
    comes_later = found.has(signed[index], after=index)
    belongs_later = signed.has(found[index], after=index)
    if comes_later and belongs_later:
        return Fault.REORDERED, index
    if comes_later:
        return Fault.INSERTED, index
    return (Fault.REMOVED if belongs_later else Fault.CHANGED), index


def first_misnumbered(indices: Sequence[int]) -> tuple[Fault, int] | None:
    """Where the stated numbers first leave 0, 1, 2 and so on: a gap is an entry removed, all else a wrong order."""
    for place, index in enumerate(indices):
        if index != place:
            return (Fault.REMOVED if index > place and place not in indices else Fault.REORDERED), place
    return None
