"""The Merkle tree of RFC 6962 and RFC 9162, section 2.1: its hashes, its proofs, and how anybody checks them.

Everything here works on bytes and on nothing else. The builders take all leaf hashes and say what a proof is, word for
word as the RFC does; `subtrees` builds the same proofs from a few stored nodes.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

__all__ = [
    "EMPTY_ROOT",
    "HASH_SIZE",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "root",
    "split_point",
    "verify_consistency",
    "verify_inclusion",
]

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
_MAX_SIZE: Final = 2**63 - 1


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry; its prefix keeps a leaf from passing for a node (second preimage)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return sha256(b"\x01" + left + right).digest()


def split_point(size: int) -> int:
    """The largest power of two smaller than `size`: how many leaves the left side of a tree of that size holds."""
    if size < 2:
        raise ValueError("a tree of fewer than two leaves has no sides")
    return 1 << ((size - 1).bit_length() - 1)


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """MTH(D[n]): the root over all these leaves."""
    if not leaf_hashes:
        return EMPTY_ROOT
    if len(leaf_hashes) == 1:
        return leaf_hashes[0]
    k = split_point(len(leaf_hashes))
    return node_hash(root(leaf_hashes[:k]), root(leaf_hashes[k:]))


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int, tree_size: int) -> list[bytes]:
    """PATH(m, D[n]): shows that leaf `index` is in the tree of the first `tree_size` leaves. ValueError if not."""
    if not 0 <= index < tree_size <= len(leaf_hashes):
        raise ValueError("no such leaf in a tree of this size")
    return _path(leaf_hashes[:tree_size], index)


def consistency_proof(leaf_hashes: Sequence[bytes], first_size: int, second_size: int) -> list[bytes]:
    """PROOF(m, D[n]): what shows that the tree of the second size only adds to the first. ValueError out of range."""
    if not 0 < first_size <= second_size <= len(leaf_hashes):
        raise ValueError("no consistency between trees of these sizes")
    return _subproof(leaf_hashes[:second_size], first_size, whole=True)


def _path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split_point(len(leaves))
    if index < k:
        return [*_path(leaves[:k], index), root(leaves[k:])]
    return [*_path(leaves[k:], index - k), root(leaves[:k])]


def _subproof(leaves: Sequence[bytes], first: int, *, whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    k = split_point(len(leaves))
    if first <= k:
        return [*_subproof(leaves[:k], first, whole=whole), root(leaves[k:])]
    return [*_subproof(leaves[k:], first - k, whole=False), root(leaves[:k])]


def _is_hash(value: object) -> bool:
    return type(value) is bytes and len(value) == HASH_SIZE


def _are_hashes(proof: object) -> bool:
    return isinstance(proof, list | tuple) and len(proof) <= _MAX_SIZE.bit_length() + 1 and all(map(_is_hash, proof))


def _is_size(value: object) -> bool:
    return type(value) is int and 0 < value <= _MAX_SIZE


def verify_inclusion(*, leaf_hash: bytes, index: int, tree_size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows this leaf at this place under this root (RFC 9162, 2.1.3.2).

    False for whatever does not hold, malformed arguments included; it never raises.
    """
    if not (_is_hash(leaf_hash) and _is_hash(root) and _is_size(tree_size) and _are_hashes(proof)):
        return False
    if type(index) is not int or not 0 <= index < tree_size:
        return False
    place, last, computed = index, tree_size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            computed = node_hash(sibling, computed)
            place, last = _climb(place, last)
        else:
            computed = node_hash(computed, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and computed == root


def verify_consistency(
    *, first_size: int, second_size: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the second tree only adds to the first (RFC 9162, 2.1.4.2).

    Two trees of one size are consistent if their roots are equal and the proof is empty. Nothing is shown about an
    empty tree. False for whatever does not hold, malformed arguments included; it never raises.
    """
    if not (_is_hash(first_root) and _is_hash(second_root) and _are_hashes(proof)):
        return False
    if not (_is_size(first_size) and _is_size(second_size) and first_size <= second_size):
        return False
    if first_size == second_size:
        return not proof and first_root == second_root
    hashes = [first_root, *proof] if first_size & (first_size - 1) == 0 else list(proof)
    if not hashes:
        return False
    place, last = first_size - 1, second_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            place, last = _climb(place, last)
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _climb(place: int, last: int) -> tuple[int, int]:
    # A node at the ragged right edge has no sibling for some levels: it rises through them unhashed.
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last
