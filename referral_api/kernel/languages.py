"""The languages of the world, by their codes (ISO 639), as Unicode's CLDR knows them through Babel."""

from functools import cache

from babel.core import get_global

__all__ = ["is_language"]


def is_language(tag: str) -> bool:
    """Whether a tag (BCP 47) begins with a language that there is."""
    return tag.partition("-")[0].lower() in _languages()


@cache
def _languages() -> frozenset[str]:
    """CLDR says of nearly every language how it is written most likely, and has newer names for some codes that people still use (`tl`, `prs`)."""
    return frozenset(
        tag.partition("_")[0] for name in ("likely_subtags", "language_aliases") for tag in get_global(name)
    )
