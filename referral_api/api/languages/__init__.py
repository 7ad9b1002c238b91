"""What the service says to its callers, in Arabic, French and Spanish too; and in which language a call wants to hear it.

English stays where it is said, and is the key; the others are in JSON files, one for each theme, which a translator edits. Places in
braces and words between backticks are kept as they are. A test holds that whatever can be said has its three translations.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from flask import Response, request

from referral_api.kernel.codes import LANGUAGES
from referral_api.kernel.messages import Message

__all__ = ["TRANSLATIONS", "asked", "mark", "say"]


def _read() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.json")):
        found |= json.loads(path.read_text("utf-8"))
    return found


TRANSLATIONS: Mapping[str, Mapping[str, str]] = _read()


def asked() -> str:
    """The language that Accept-Language likes best of those we speak (RFC 9110, 12.5.4); English if it likes none of them.

    A narrower range stands for its language (RFC 4647, 3.4): werkzeug's own choice would answer `fr-CA, en;q=0.1` in English.
    """
    wanted: dict[str, float] = {}
    for tag, quality in request.accept_languages:
        wanted.setdefault(tag.partition("-")[0].lower(), quality)
    others = wanted.pop("*", 0)
    spoken = {language: quality for language, quality in wanted.items() if language in LANGUAGES}
    spoken |= {language: others for language in LANGUAGES if language not in wanted}
    return max(spoken, key=spoken.__getitem__) if any(spoken.values()) else LANGUAGES[0]


def say(text: str, language: str) -> str:
    """The same in another language, its values in their places; what nobody has translated stays English."""
    sentence = text.sentence if isinstance(text, Message) else text
    translated = TRANSLATIONS.get(sentence, {}).get(language)
    if translated is None:
        return text
    if not isinstance(text, Message) or not text.values:
        return translated
    values = {name: say(value, language) if isinstance(value, str) else value for name, value in text.values.items()}
    return translated.format_map(values)


def mark(response: Response, language: str) -> Response:
    """Say in which language this is, and that another call may get another."""
    response.headers["Content-Language"] = language
    response.vary.add("Accept-Language")
    return response
