"""What must hold for any bytes whatever: the guard answers soon, with a known family, an accepted text moves the tail, and no text hides a file."""

from __future__ import annotations

import base64
import random
import time
from typing import Final

from referral_api import guard
from referral_api.guard import strict_json
from tests.guard.material import png

PICTURE: Final = png(random.Random(6))
HIDDEN: Final = (base64.b64encode(PICTURE).decode(), PICTURE.hex(), ", ".join(map(str, PICTURE)))
SOON: Final = 1.0  # seconds of CPU for a text of 4 KB, which takes a thousandth of it


def holds(data: bytes) -> None:
    """Raises AssertionError, or whatever the guard raised."""
    began = time.process_time()
    text = data.decode("utf-8", "ignore")
    family, tail = guard.scan(text)
    assert family is None or family in guard.FAMILIES
    assert guard.Tail.from_bytes(tail.to_bytes()).seen == tail.seen
    half = len(text) // 2
    for finding in guard.scan_document({text[:half]: [text[half:], {"text": text}]}):
        assert finding.family in guard.FAMILIES
    for hidden in HIDDEN:
        assert guard.scan(f"{text} {hidden}")[0] is not None
        assert guard.scan(f"{text[:half]}\n{hidden}\n{text[half:]}")[0] is not None
        assert guard.scan(hidden, tail)[0] is not None
    assert time.process_time() - began < SOON
    try:
        document = strict_json.loads(data)
    except strict_json.MalformedJson:
        return
    assert bool(guard.scan_document(document)) == bool(guard.scan_document(document, skip=lambda pointer: False))
