"""The tree as files that monitors of other logs read too (C2SP tlog-tiles): hashes alone, without the entries, which are not public.

A tile holds up to 256 hashes of one height, 8 levels above those of the tiles below. A full tile never changes.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from referral_api.audit.export import TILE
from referral_api.audit.models import AuditLeaf, AuditNode

__all__ = ["hashes_of", "tile_path", "tiles"]

_LEVELS = TILE.bit_length() - 1


def tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, number and width of each tile of a tree of this size, the lowest level first."""
    level, hashes = 0, size
    while hashes:
        for number in range(-(-hashes // TILE)):
            yield level, number, min(TILE, hashes - number * TILE)
        level, hashes = level + 1, hashes >> _LEVELS


def tile_path(level: int, number: int, width: int) -> str:
    """`tile/0/x001/234`, or `tile/0/x001/234.p/17` for one that is not full."""
    groups = f"{number:0{-(-len(str(number)) // 3) * 3}}"
    parts = [groups[start : start + 3] for start in range(0, len(groups), 3)]
    path = "/".join(["tile", str(level), *(f"x{part}" for part in parts[:-1]), parts[-1]])
    return path if width == TILE else f"{path}.p/{width}"


def hashes_of(connection: Connection, level: int, number: int, width: int) -> bytes:
    """A tile's hashes, end to end."""
    first, height = number * TILE, level * _LEVELS
    place, stored = (AuditNode.index, AuditNode.hash) if height else (AuditLeaf.index, AuditLeaf.leaf_hash)
    query = select(stored).where(place >= first, place < first + width).order_by(place)
    if height:
        query = query.where(AuditNode.level == height)
    return b"".join(map(bytes, connection.execute(query).scalars()))
