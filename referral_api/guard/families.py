"""The families of material that text fields never hold, and where such material must go instead."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_INSTEAD: Final = "This service holds text only. Such material must go to the national specialised unit, which enters it in ICSE; write its reference here."

FAMILIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "data-uri": f"A data: address, which carries a file inside the text, was seen. {_INSTEAD}",
        "embedding": f"Markup that shows a picture, a sound, a video or another document was seen. {_INSTEAD}",
        "media-link": (
            f"A link to a media file, a file-sharing host or an address made to hand files round was seen. {_INSTEAD}"
        ),
        "file-signature": f"The beginning of a picture, sound, video, document or archive file was seen. {_INSTEAD}",
        "encoded-run": f"A long run that is neither language nor a short identifier was seen. {_INSTEAD}",
        "escaped-bytes": f"Bytes written as escapes (percent signs, entities, backslashes) were seen. {_INSTEAD}",
        "number-run": f"A long run of numbers that could be the bytes of a file was seen. {_INSTEAD}",
        "raw-bytes": f"Control characters or bytes that are not text were seen. {_INSTEAD}",
        "odd-glyphs": f"A long run of characters that no language writes together was seen. {_INSTEAD}",
        "hidden-characters": f"Many invisible characters, which can hide a message, were seen. {_INSTEAD}",
    }
)
