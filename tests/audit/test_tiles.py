"""The tree as tiles: each hash of the tree stands where C2SP tlog-tiles says, and the root comes out of them."""

import pytest

from referral_api.audit import merkle
from referral_api.audit.export import TILE
from referral_api.audit.merkle import HASH_SIZE
from referral_api.audit.proofs import latest
from referral_api.audit.subtrees import root_at
from referral_api.audit.tiles import hashes_of, tile_path, tiles

from .test_tree_in_the_database import filled


@pytest.mark.parametrize(
    ("level", "number", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 999, 256, "tile/0/999"),
        (0, 1000, 256, "tile/0/x001/000"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (1, 5, 17, "tile/1/005.p/17"),
    ],
)
def test_a_tile_has_its_published_path(level, number, width, path):
    assert path == tile_path(level, number, width)


@pytest.mark.parametrize(
    ("size", "found"),
    [
        (0, []),
        (1, [(0, 0, 1)]),
        (256, [(0, 0, 256), (1, 0, 1)]),
        (600, [(0, 0, 256), (0, 1, 256), (0, 2, 88), (1, 0, 2)]),
        (65_536, [*((0, number, 256) for number in range(256)), (1, 0, 256), (2, 0, 1)]),
    ],
)
def test_a_tree_has_a_tile_for_each_256_hashes_of_each_eighth_level(size, found):
    assert found == list(tiles(size))


def test_the_root_comes_out_of_the_tiles(engine):
    filled(engine, 600)
    with engine.connect() as connection:
        kept = {tile[:2]: hashes_of(connection, *tile) for tile in tiles(600)}
        size, root, _ = latest(connection)

    def node(height, index):
        """A subtree's hash, folded from the tile at its height or below."""
        level, wide = height // 8, 1 << height % 8
        tile, at = divmod(index * wide, TILE)
        hashes = kept[level, tile][at * HASH_SIZE : (at + wide) * HASH_SIZE]
        return merkle.root([hashes[start : start + HASH_SIZE] for start in range(0, len(hashes), HASH_SIZE)])

    assert (600, root) == (size, root_at(node, 600))
