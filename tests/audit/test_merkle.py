"""RFC 6962 by its published vectors, and by properties that no vector list covers."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_api.audit import merkle, subtrees
from referral_api.audit.merkle import verify_consistency, verify_inclusion

# The eight leaves, nodes, roots and proofs that Certificate Transparency's reference implementations publish.
LEAVES = [bytes.fromhex(leaf) for leaf in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
L1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
L4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
L6 = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
N23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
INCLUSION = [
    (0, 1, []),
    (0, 8, [L1, N23, N47]),
    (5, 8, [L4, N67, ROOTS[4]]),
    (2, 3, [ROOTS[2]]),
    (1, 5, [ROOTS[1], N23, L4]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [L1, N23, N47]),
    (2, 5, [N23, L4]),
    (2, 8, [N23, N47]),
    (6, 7, [N45, L6, ROOTS[4]]),
    (6, 8, [N45, N67, ROOTS[4]]),
]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def hexed(proof):
    return [step.hex() for step in proof]


def leaves_of(count):
    return [merkle.leaf_hash(b"%d" % number) for number in range(count)]


def nodes_of(hashes):
    """All complete subtrees, as the database keeps them, grown leaf by leaf."""
    frontier, nodes = subtrees.Frontier(), {}
    for leaf in hashes:
        nodes |= {(done.level, done.index): done.hash for done in frontier.append(leaf)}
    return nodes, frontier


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size):
    assert ROOTS[size] == merkle.root(HASHES[:size]).hex()


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index, size, proof):
    assert proof == hexed(merkle.inclusion_proof(HASHES, index, size))


@pytest.mark.parametrize(("first", "second", "proof"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(first, second, proof):
    assert proof == hexed(merkle.consistency_proof(HASHES, first, second))


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_published_inclusion_proofs_verify(index, size, proof):
    steps = [bytes.fromhex(step) for step in proof]
    assert verify_inclusion(
        leaf_hash=HASHES[index], index=index, tree_size=size, proof=steps, root=bytes.fromhex(ROOTS[size])
    )


@pytest.mark.parametrize(("first", "second", "proof"), CONSISTENCY)
def test_published_consistency_proofs_verify(first, second, proof):
    steps = [bytes.fromhex(step) for step in proof]
    roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    assert verify_consistency(
        first_size=first, second_size=second, first_root=roots[0], second_root=roots[1], proof=steps
    )


def test_a_leaf_never_hashes_like_a_node():
    assert sha256(b"\x00ab").digest() == merkle.leaf_hash(b"ab")
    assert sha256(b"\x01ab").digest() == merkle.node_hash(b"a", b"b")


@given(st.integers(1, 80), st.data())
def test_a_proof_of_inclusion_holds_for_its_own_leaf_place_and_root_only(size, data):
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves_of(size)
    proof, root = merkle.inclusion_proof(hashes, index, size), merkle.root(hashes)
    right = {"leaf_hash": hashes[index], "index": index, "tree_size": size, "proof": proof, "root": root}
    assert verify_inclusion(**right)
    other = merkle.leaf_hash(b"other")
    wrong = [{"leaf_hash": other}, {"root": other}, {"proof": [*proof, other]}]
    wrong += [{"index": i} for i in range(size) if i != index]
    wrong += [{"proof": proof[:-1]}, {"proof": [other, *proof[1:]]}, {"proof": proof[1:]}] if proof else []
    assert [False] * len(wrong) == [verify_inclusion(**(right | change)) for change in wrong]


@given(st.integers(1, 80), st.data())
def test_a_proof_of_consistency_holds_for_its_own_trees_only(second, data):
    first = data.draw(st.integers(1, second))
    hashes = leaves_of(second)
    proof = merkle.consistency_proof(hashes, first, second)
    right = {
        "first_size": first,
        "second_size": second,
        "first_root": merkle.root(hashes[:first]),
        "second_root": merkle.root(hashes),
        "proof": proof,
    }
    assert verify_consistency(**right)
    other = merkle.leaf_hash(b"other")
    wrong = [{"first_root": other}, {"second_root": other}, {"proof": [*proof, other]}]
    wrong += [{"proof": proof[:-1]}, {"proof": [*proof[:-1], other]}, {"proof": [other, *proof]}] if proof else []
    wrong += [{"first_size": second, "second_size": first}] if first != second else []
    assert [False] * len(wrong) == [verify_consistency(**(right | change)) for change in wrong]


@pytest.mark.parametrize(
    "change",
    [
        {"tree_size": 0}, {"tree_size": -8}, {"tree_size": 8.0}, {"tree_size": "8"}, {"tree_size": True},
        {"tree_size": 2**63}, {"tree_size": None}, {"index": -1}, {"index": 8}, {"index": False}, {"index": 0.0},
        {"leaf_hash": HASHES[0][:31]}, {"leaf_hash": HASHES[0] + b"\0"}, {"leaf_hash": HASHES[0].hex()},
        {"leaf_hash": bytearray(HASHES[0])}, {"root": b""}, {"root": None}, {"proof": None}, {"proof": b"\0" * 96},
        {"proof": "abc"}, {"proof": [b"", b"", b""]}, {"proof": [L1, N23, N47]}, {"proof": [HASHES[1]] * 70},
    ],
)  # fmt: skip
def test_malformed_inclusion_arguments_are_no_proof(change):
    proof = merkle.inclusion_proof(HASHES, 0, 8)
    right = {"leaf_hash": HASHES[0], "index": 0, "tree_size": 8, "proof": proof, "root": merkle.root(HASHES)}
    assert (True, False) == (verify_inclusion(**right), verify_inclusion(**(right | change)))


@pytest.mark.parametrize(
    "change",
    [
        {"first_size": 0}, {"first_size": -6}, {"first_size": 6.0}, {"first_size": True}, {"second_size": 0},
        {"second_size": 2**64}, {"second_size": "8"}, {"second_size": 5}, {"first_root": b""}, {"second_root": None},
        {"first_root": ROOTS[6]}, {"proof": []}, {"proof": None}, {"proof": ()}, {"proof": [b"short"]},
        {"first_size": 8}, {"second_size": 6}, {"second_size": 16},
    ],
)  # fmt: skip
def test_malformed_consistency_arguments_are_no_proof(change):
    right = {
        "first_size": 6,
        "second_size": 8,
        "first_root": bytes.fromhex(ROOTS[6]),
        "second_root": bytes.fromhex(ROOTS[8]),
        "proof": merkle.consistency_proof(HASHES, 6, 8),
    }
    assert (True, False) == (verify_consistency(**right), verify_consistency(**(right | change)))


def test_no_proof_can_be_made_of_a_true_size_given_as_a_boolean():
    root = HASHES[0]
    assert not verify_consistency(first_size=True, second_size=True, first_root=root, second_root=root, proof=[])


@pytest.mark.parametrize(("index", "size"), [(-1, 8), (8, 8), (0, 9), (0, 0)])
def test_no_inclusion_proof_is_made_out_of_range(index, size):
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_proof(HASHES, index, size)


@pytest.mark.parametrize(("first", "second"), [(0, 8), (-1, 8), (8, 7), (1, 9)])
def test_no_consistency_proof_is_made_out_of_range(first, second):
    with pytest.raises(ValueError, match="no consistency"):
        merkle.consistency_proof(HASHES, first, second)


def test_stored_subtrees_give_every_root_and_proof_of_the_plain_form():
    hashes = leaves_of(65)
    nodes, frontier = nodes_of(hashes)

    def node(level, index):
        return nodes[level, index]

    for size in range(len(hashes) + 1):
        assert merkle.root(hashes[:size]) == subtrees.root_at(node, size)
        for other in range(size):
            assert merkle.inclusion_proof(hashes, other, size) == subtrees.inclusion_path(node, other, size)
            assert merkle.consistency_proof(hashes, other + 1, size) == subtrees.consistency_path(node, other + 1, size)
    assert merkle.root(hashes) == frontier.root()


@given(st.integers(0, 300), st.integers(0, 40))
def test_a_tree_grown_again_from_its_stored_nodes_is_the_tree_grown_at_once(size, more):
    hashes = leaves_of(size + more)
    nodes, _ = nodes_of(hashes[:size])
    frontier = subtrees.Frontier(lambda level, index: nodes[level, index], size)
    for leaf in hashes[size:]:
        frontier.append(leaf)
    assert (merkle.root(hashes), size + more) == (frontier.root(), frontier.size)


@given(st.integers(1, 2**40), st.data())
def test_a_proof_looks_up_no_more_than_twice_the_height_of_the_tree(size, data):
    index = data.draw(st.integers(0, size - 1))
    height = (size - 1).bit_length()
    inclusion = subtrees.look_ups(lambda node: subtrees.inclusion_path(node, index, size))
    consistency = subtrees.look_ups(lambda node: subtrees.consistency_path(node, index + 1, size))
    assert max(len(inclusion), len(consistency)) <= 2 * height + 1
    assert all((place + 1) << level <= size for level, place in inclusion + consistency)


@pytest.mark.parametrize(("index", "size"), [(-1, 8), (8, 8), (0, 0)])
def test_no_inclusion_path_is_made_out_of_range(index, size):
    with pytest.raises(ValueError, match="no such leaf"):
        subtrees.inclusion_path(lambda level, place: b"", index, size)


@pytest.mark.parametrize(("first", "second"), [(0, 8), (-1, 8), (8, 7)])
def test_no_consistency_path_is_made_out_of_range(first, second):
    with pytest.raises(ValueError, match="no consistency"):
        subtrees.consistency_path(lambda level, place: b"", first, second)


def test_a_tree_with_leaves_cannot_be_taken_up_without_its_nodes():
    with pytest.raises(ValueError, match="needs its nodes"):
        subtrees.Frontier(size=3)
