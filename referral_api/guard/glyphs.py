"""Characters that no living language writes in numbers: controls, hidden characters, rare ideographs, symbol alphabets."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from struct import unpack
from typing import Final

from referral_api.guard.signs import Beyond, Signs, one_of

_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\ufffe\uffff]")
_HIDDEN: Final = Signs(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\U000e0000-\U000e0fff]"
)
_HIDDEN_RUN: Final = re.compile(_HIDDEN.pattern.pattern + "{6,}+")
_HIDDEN_AMONG_LATIN: Final = re.compile(f"(?<=[A-Za-z0-9+/=,. ]){_HIDDEN.pattern.pattern}+(?=[A-Za-z0-9+/=,. ])")
_FLAG: Final = re.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{2,6}\U000e007f")
# As CLDR writes Arabic dates: a mark before each stroke.
_DATE_MARK: Final = re.compile(
    "(?<=[0-9\u0660-\u0669])[\u200e\u200f\u061c](?=[/.-])|(?<=[ /.-])[\u200e\u200f\u061c](?=[0-9\u0660-\u0669])"
)
_SPACES: Final = Signs("[\u2000-\u2008\u200a\u205f\u3000\u1680\u2800]")
_BRAILLE: Final = Signs("[\u2801-\u28ff]")
_BLOCKS: Final = Signs("[\u2580-\u259f\U0001fb00-\U0001fbaf\u2630-\u2637\u4dc0-\u4dff\U0001d300-\U0001d356]")
_LATIN: Final = Signs("[\u0080-\u02ff]")
_ACCENTED: Final = re.compile("(?:[\u0080-\u02ff][ \n]?){5,}+")
_IDEOGRAPHS: Final = Signs("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_NUMERALS: Final = Signs("[零〇一二三四五六七八九]")
_SYLLABLES: Final = Signs("[\uac00-\ud7a3]")
_HIRAGANA: Final = Signs("[\u3041-\u3096]")
_KATAKANA: Final = Signs("[\u30a1-\u30fa]")
_YI: Final = Signs("[\ua000-\ua48c]")
_VAI: Final = Signs("[\ua500-\ua62b]")
_KANA: Final = re.compile("[\u3040-\u30ff]")
_EMOJI: Final = Signs("[\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u2bff\U0001f000-\U0001fadf]")
_COMMON_HIRAGANA: Final = frozenset("いうかがきくけこさしすせそたっつてでとどなにのはまもやよらりるれをんあ")
_COMMON_KATAKANA: Final = frozenset(
    "アイウエオカキクコサシスセタチッツテトナニネノハフマムメモラリルレロワンードジスプバブ"
)
_STACKED: Final = re.compile("[\u0300-\u036f]{4,}+")
_STACKING: Final = Signs("[\u0300-\u036f]")
_POINTS: Final = re.compile("[、。，．：；！？「」『』（）\u3001-\u3011\uff01-\uff0f]|[,;.!?]")


_ITEM: Final = 6
_SPREAD: Final = 48
_AGAIN: Final = re.compile(r"(.)\1+")  # bars of a diagram are one sign many times
_NEAR: Final = 512  # code points in which bytes stand that were added to one
_TWINS: Final = re.compile(r"(.)(?=\1)", re.DOTALL)
_NOT_CHARACTERS: Final = ("Cn", "Co", "Cs")


_CANTONESE: Final = "佢哋啲嘅咗喺嚟唔冇嗰俾畀嘢咩乜嘥攞搵諗喎啱嚿噉咁瞓冚唪唥咪嘞囉啦㗎吖嘛喇呢嗱噃掟揸揼睇睩攰餸孖郁嬲屙屎吔噏嗌嗮晒躝嘈掂啖嗲嘩琴乸仔嚇埋哂"
_IN_NAMES: Final = (
    "喆堃赟贇珺玥曦焌彧淼焱垚鑫昉晟昱烨炜炘玮琨琰瑄瑾璟璐璇婷琳娅莎莉菲薇蕾晗昊睿钰铭锴髙邉邊濵濱﨑\U00020bb7"
)


def _decoded(codec: str, leads: range, trails: range) -> set[str]:
    return {
        letter
        for lead in leads
        for trail in trails
        for letter in bytes((lead, trail)).decode(codec, "ignore")
        if letter > "\u2fff"
    }


def _common_ideographs() -> set[str]:
    """The first levels of GB 2312, Big5 and JIS X 0208, which those standards chose by how often a character is used."""
    every = _decoded("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))
    every |= _decoded("big5", range(0xA4, 0xC7), range(0x40, 0xFF))
    every.update(_CANTONESE, _IN_NAMES)
    return every | _decoded("euc_jp", range(0xB0, 0xD0), range(0xA1, 0xFF))


_COMMON_IDEOGRAPHS: Final = _common_ideographs()
_COMMON_SYLLABLES: Final = _decoded("euc_kr", range(0xB0, 0xC9), range(0xA1, 0xFF))
# Classes that stay below U+10000 are looked up in one step; those beyond are not.
_UNUSED: Final = Signs(
    one_of(sign for sign in map(chr, range(0x80, 0x10000)) if unicodedata.category(sign) in _NOT_CHARACTERS)
)
_BEYOND: Final = Signs("[\U00010000-\U0010ffff]")


def raw(text: str) -> bool:
    """Whether a text holds control characters, which no keyboard writes into a note."""
    return len(_CONTROLS.findall(text)) > 3


def hidden(text: str, seen: Beyond) -> bool:
    """Whether invisible characters or odd spaces are many enough to hold a message of their own.

    `seen` is what the text has beyond ASCII.
    """
    if sum(map(seen.signs.count, _HIDDEN.kinds_in(seen))) > 16:
        text = _FLAG.sub("", text) if "\U0001f3f4" in text else text
        text = _DATE_MARK.sub("", text)
        found = _HIDDEN.all_in(text)
        if len(found) > 24:
            kinds = Counter(found).most_common(2)
            joined = len(kinds) > 1 and kinds[1][1] * 5 > len(found) and len(found) * 4 > len(text)
            if joined or len(_HIDDEN_AMONG_LATIN.findall(text)) > 24:
                return True
        if len(found) > 16 and sum(map(len, _HIDDEN_RUN.findall(text))) > (24 if len(found) > 24 else 16):
            return True
    spaces = _SPACES.found_in(seen)
    return len(spaces) > 32 and len(set(spaces)) > 3


def odd(text: str, seen: Beyond) -> bool:
    """Whether a text that is not ASCII holds a run of characters that no language writes together.

    `seen` is what the text has beyond ASCII.
    """
    beyond = _BEYOND.found_in(seen)
    unused = len(_UNUSED.found_in(seen)) + sum(unicodedata.category(each) in _NOT_CHARACTERS for each in beyond)
    if unused > 4:
        return True
    if len(braille := _BRAILLE.found_in(seen)) > 24 and (
        len(set(braille)) > 44 or sum(each > "\u283f" for each in braille) * 6 > len(braille)
    ):
        return True
    if len(blocks := _BLOCKS.found_in(seen)) > 48 and len(_AGAIN.sub(r"\1", blocks)) > 48:
        return True
    if len(_LATIN.found_in(seen)) > 32 and sum(map(len, _ACCENTED.findall(text))) > 32:
        return True
    if len(emoji := _EMOJI.found_in(seen)) > 40 and _drawn_by_chance(emoji, text):
        return True
    if _STACKING.stand_in(seen) and sum(map(len, _STACKED.findall(text))) > 48:
        return True
    hiragana, katakana, ideographs = _HIRAGANA.found_in(seen), _KATAKANA.found_in(seen), _IDEOGRAPHS.found_in(seen)
    japanese = len(hiragana) + len(katakana) + len(ideographs)
    if _rare(hiragana, _COMMON_HIRAGANA, japanese) or _rare(katakana, _COMMON_KATAKANA, japanese):
        return True
    yi, vai = _YI.found_in(seen), _VAI.found_in(seen)
    if len(yi) >= _SPREAD and (ord(max(yi)) - ord(min(yi)) < _NEAR or _spread(yi)):
        return True
    if len(vai) >= _SPREAD and _spread(vai):
        return True
    numerals = _NUMERALS.found_in(seen)
    if len(numerals) > 80 and len(numerals) * 2 > len(ideographs):
        return True
    return _by_chance(ideographs, _COMMON_IDEOGRAPHS, text) or _by_chance(
        _SYLLABLES.found_in(seen), _COMMON_SYLLABLES, text
    )


def _drawn_by_chance(emoji: str, text: str) -> bool:
    """Whether emoji are spread over many, and stand close: people have favourites and write words between, bytes have neither."""
    times = Counter(emoji)
    if len(times) > 4 and len(emoji) > 64 and len(emoji) * 2 > len(text):
        return True
    return len(times) > 20 and (len(emoji) * 8 > len(text) or _repetition(times.values(), len(emoji)) < 0.025)


def _rare(found: str, common: frozenset[str], japanese: int) -> bool:
    """Whether syllables are mostly not those that Japanese uses most, or very few of them very often.

    Among other Japanese letters (`japanese` in all) a word or two may say so by themselves, unless they are spread as bytes are.
    """
    if len(found) < 28:
        return False
    many, times = len(found), Counter(found)
    alone = many * 5 > japanese * 4
    if many >= 64 and 4 < len(times) <= 16:
        return alone
    uncommon = sum(often for sign, often in times.items() if sign in common) * 100 < many * 56
    return uncommon and (alone or _repetition(times.values(), many) < 0.03)


def _spread(found: str) -> bool:
    """Whether syllables of a large syllabary are as evenly spread as bytes are, but for the two that zeros and ones would be."""
    often = sorted(Counter(found).values())[:-2]
    return sum(often) < 8 or _repetition(often, sum(often)) < 0.009


def _by_chance(found: str, common: set[str], text: str) -> bool:
    """Whether ideographs or syllables are rare ones, or stand as chance puts them: each alone, or beside its neighbour."""
    many = len(found)
    if many < 20:
        return False
    times = Counter(found)
    if max(times.values()) * 5 > many:  # a picture of one colour
        found = _AGAIN.sub(r"\1", found)
        many, times = len(found), Counter(found)
    if many < 8:
        return False
    if ord(max(times)) - ord(min(times)) < _NEAR and len(times) > 7:
        return True
    if sum(often for sign, often in times.items() if sign not in common) * 4 > many:
        return True
    if many < 80:
        return False
    alone = _repetition(times.values(), many)
    # In lists of names nothing but the names' ends repeats.
    if many >= 200 and _unordered(found, alone) and (len(_POINTS.findall(text)) + text.count("\n")) * _ITEM < many:
        return True
    # Language repeats its frequent characters; a code that spreads bytes over thousands of them does not.
    return (
        many * 2 >= len(text) and alone < 0.0012 and len(_POINTS.findall(text)) * 40 < many and not _KANA.search(text)
    )


def _unordered(found: str, alone: float) -> bool:
    """Whether two neighbours repeat hardly more often than each of them does by itself (`alone`), as if they stood there by chance.

    Chinese, Japanese and Korean texts have 17 times as many and more, lists of names 8 times, bytes written as characters once to five times.
    """
    # Two neighbours are one number, those that begin at even places and those at odd ones: ten times as fast as two letters.
    data, many = found.encode("utf-32-le"), len(found) - 1
    even = unpack(f"<{(many + 1) // 2}Q", data[: (many + 1) // 2 * 8])
    uneven = unpack(f"<{many // 2}Q", data[4 : 4 + many // 2 * 8])
    twins = len(_TWINS.findall(found))
    again, many = many - len({*even, *uneven}) - twins, many - twins
    limit = 4 * alone**2
    if many <= 100 or 2 * again >= limit * many * (many - 1):  # those that stand there again are pairs at least
        return False
    pairs = Counter(chain(even, uneven))
    times = [times for pair, times in pairs.items() if times > 1 and pair >> 32 != pair & 0xFFFFFFFF]
    return _repetition(times, many) < limit


def _repetition(times: Iterable[int], many: int) -> float:
    """How often two of `many` characters taken at random are the same (the index of coincidence; W. F. Friedman, 1922)."""
    return sum(each * (each - 1) for each in times) / (many * (many - 1))
