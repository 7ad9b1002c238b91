"""The families of material that text fields never hold, and where such material must go instead."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from referral_api.kernel.messages import Message

_INSTEAD: Final = "This service holds text only. Such material must go to the national specialised unit, which enters it in ICSE; write its reference here."


def _seen(what: str) -> Message:
    return Message("{seen} {instead}").format(seen=what, instead=_INSTEAD)


FAMILIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "data-uri": _seen("A data: address, which carries a file inside the text, was seen."),
        "embedding": _seen("Markup that shows a picture, a sound, a video or another document was seen."),
        "media-link": _seen(
            "A link to a media file, a file-sharing host or an address made to hand files round was seen."
        ),
        "file-signature": _seen("The beginning of a picture, sound, video, document or archive file was seen."),
        "encoded-run": _seen("A long run that is neither language nor a short identifier was seen."),
        "escaped-bytes": _seen("Bytes written as escapes (percent signs, entities, backslashes) were seen."),
        "number-run": _seen("A long run of numbers that could be the bytes of a file was seen."),
        "raw-bytes": _seen("Control characters or bytes that are not text were seen."),
        "odd-glyphs": _seen("A long run of characters that no language writes together was seen."),
        "excess": _seen("More text than all fields of a request take together was seen, and not read to its end."),
        "hidden-characters": _seen("Many invisible characters, which can hide a message, were seen."),
    }
)
