"""The verdict on one text: the family of what was seen, or none."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from referral_api.guard import fold, links, markup

_LONG: Final = re.compile(r"[A-Za-z0-9+/=_\-]{40,}")
_CHANGES: Final = re.compile(r"[a-z][A-Z]|[A-Za-z][0-9]|[0-9][A-Za-z]")
_UUID: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9A-Za-z])")
_DIGEST: Final = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9A-Za-z])", re.IGNORECASE)
_TYPEID: Final = re.compile(r"_0[0-9a-hjkmnp-tv-z]{25}(?![0-9A-Za-z])")


class Verdict(NamedTuple):
    """What was seen in a text (None: nothing but language), and how many bits of it did not look like language."""

    family: str | None
    odd: int


def judge(text: str) -> Verdict:
    """Judge one text; linear in its length, never raises."""
    lowered = text.lower()
    if markup.data_uri(lowered):
        return Verdict("data-uri", 0)
    if markup.embedding(lowered):
        return Verdict("embedding", 0)
    if links.media_link(text, lowered):
        return Verdict("media-link", 0)
    rest = _DIGEST.sub(" ", _UUID.sub(" ", _TYPEID.sub(" ", fold.plain(text))), count=8)
    for run in _LONG.findall(rest):
        if len(_CHANGES.findall(run)) * 6 > len(run):
            return Verdict("encoded-run", len(run))
    return Verdict(None, 0)
