"""What must hold for any bytes whatever: the guard answers, with a known family, and an accepted text moves the tail.

For hours of it: install atheris beside the service and run  python -m tests.guard.fuzz.guarding SEEDS -max_total_time=3600
"""

from __future__ import annotations

import sys

from referral_api import guard
from referral_api.guard import strict_json


def holds(data: bytes) -> None:
    """Raises AssertionError, or whatever the guard raised."""
    text = data.decode("utf-8", "ignore")
    family, tail = guard.scan(text)
    assert family is None or family in guard.FAMILIES
    assert guard.Tail.from_bytes(tail.to_bytes()).seen == tail.seen
    half = len(text) // 2
    for finding in guard.scan_document({text[:half]: [text[half:], {"text": text}]}):
        assert finding.family in guard.FAMILIES
    try:
        document = strict_json.loads(data)
    except strict_json.MalformedJson:
        return
    assert bool(guard.scan_document(document)) == bool(guard.scan_document(document, skip=lambda pointer: False))


if __name__ == "__main__":
    import atheris

    atheris.Setup(sys.argv, holds)
    atheris.Fuzz()
