"""The tree as it is kept: the hashes of complete subtrees, which never change once they are there.

Subtree (level, index) spans the leaves from index * 2**level up to (index + 1) * 2**level; level 0 is the leaves.
Growing by a batch, and each proof, looks up at most about twice the tree's height in nodes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from referral_api.audit.merkle import EMPTY_ROOT, node_hash, split_point

__all__ = ["Frontier", "NodeAt", "Subtree", "consistency_path", "inclusion_path", "look_ups", "root_at"]

NodeAt = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree (level, index)."""


@dataclass(frozen=True, slots=True)
class Subtree:
    """A complete subtree and its hash."""

    level: int
    index: int
    hash: bytes


def _complete(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees that make up the leaves from start to end, widest first; the first is aligned to start."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _fold(hashes: Sequence[bytes]) -> bytes:
    computed = hashes[-1]
    for left in reversed(hashes[:-1]):
        computed = node_hash(left, computed)
    return computed


def _span_root(node: NodeAt, start: int, end: int) -> bytes:
    return _fold([node(level, index) for level, index in _complete(start, end)])


def root_at(node: NodeAt, size: int) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return _span_root(node, 0, size) if size else EMPTY_ROOT


def inclusion_path(node: NodeAt, index: int, tree_size: int) -> list[bytes]:
    """The inclusion proof of a leaf, as `merkle.inclusion_proof` makes it. ValueError out of range."""
    if not 0 <= index < tree_size:
        raise ValueError("no such leaf in a tree of this size")
    start, end, path = 0, tree_size, list[bytes]()
    while end - start > 1:
        middle = start + split_point(end - start)
        if index < middle:
            path.append(_span_root(node, middle, end))
            end = middle
        else:
            path.append(_span_root(node, start, middle))
            start = middle
    return path[::-1]


def consistency_path(node: NodeAt, first_size: int, second_size: int) -> list[bytes]:
    """The consistency proof between two sizes, as `merkle.consistency_proof` makes it. ValueError out of range."""
    if not 0 < first_size <= second_size:
        raise ValueError("no consistency between trees of these sizes")
    start, end, path = 0, second_size, list[bytes]()
    while first_size != end:
        middle = start + split_point(end - start)
        if first_size <= middle:
            path.append(_span_root(node, middle, end))
            end = middle
        else:
            path.append(_span_root(node, start, middle))
            start = middle
    if start:
        path.append(_span_root(node, start, end))
    return path[::-1]


def look_ups(build: Callable[[NodeAt], object]) -> list[tuple[int, int]]:
    """Which subtrees `build` asks for, to fetch all of them at once: what it asks for never depends on a hash."""
    asked: list[tuple[int, int]] = []

    def blank(level: int, index: int) -> bytes:
        asked.append((level, index))
        return b""

    build(blank)
    return asked


class Frontier:
    """The right edge of a growing tree: enough to add leaves and to know the root, in the memory of its height."""

    def __init__(self, node: NodeAt | None = None, size: int = 0) -> None:
        """An empty tree, or the tree of the first `size` leaves, whose edge is looked up with `node`."""
        if size and node is None:
            raise ValueError("a tree with leaves needs its nodes")
        self.size = size
        self._edge = [node(level, index) for level, index in _complete(0, size)] if node else []

    def append(self, leaf: bytes) -> list[Subtree]:
        """Add one leaf hash; returns the subtrees it completes, the leaf itself first."""
        level, index = 0, self.size
        completed = [Subtree(level, index, leaf)]
        while index & 1:
            leaf = node_hash(self._edge.pop(), leaf)
            level, index = level + 1, index >> 1
            completed.append(Subtree(level, index, leaf))
        self._edge.append(leaf)
        self.size += 1
        return completed

    def root(self) -> bytes:
        return _fold(self._edge) if self._edge else EMPTY_ROOT
