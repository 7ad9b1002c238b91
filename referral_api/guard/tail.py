"""What the guard remembers of the texts that an actor wrote before, so that a file cut over several notes is still seen."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import ClassVar, Final

KEPT_BYTES: Final = 2048
_HEAD: Final = struct.Struct(">BII")
_VERSION: Final = 1
_CUT: Final = re.compile(r"\S{1,160}\s")
_MOST: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Tail:
    """The last 2 KiB of accepted text and its counters: a value that the caller seals beside the case.

    `seen` counts accepted characters and `odd` the bits among them that did not look like language.
    """

    EMPTY: ClassVar[Tail]

    text: str = ""
    seen: int = 0
    odd: int = 0

    def after(self, text: str, odd: int) -> Tail:
        """The tail once `text` has been accepted."""
        kept = self.text + "\n" + text if self.text else text
        whole = kept[-KEPT_BYTES - 1 :].encode("utf-8", "replace")
        if len(whole) > KEPT_BYTES:
            kept = whole[-KEPT_BYTES:].decode("utf-8", "ignore")
            # A word that was cut, such as a digest, would be another one.
            cut = _CUT.match(kept)
            kept = kept[cut.end() :] if cut else kept
        return Tail(kept, min(self.seen + len(text), _MOST), min(self.odd + odd, _MOST))

    def to_bytes(self) -> bytes:
        """The tail as bytes, for sealing: at most 2,057 of them."""
        return _HEAD.pack(_VERSION, self.seen, self.odd) + self.text.encode("utf-8", "replace")

    @classmethod
    def from_bytes(cls, data: bytes) -> Tail:
        """Read what `to_bytes` wrote; raises ValueError for anything else."""
        if not _HEAD.size <= len(data) <= _HEAD.size + KEPT_BYTES or data[0] != _VERSION:
            raise ValueError("not a tail")
        _, seen, odd = _HEAD.unpack_from(data)
        return cls(data[_HEAD.size :].decode("utf-8"), seen, odd)


Tail.EMPTY = Tail()
