"""Markup that would make a reader's program show a picture, a sound or another document, and data: addresses."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

_BLANK: Final = b" \t\r\n\x0b\x0c"
_MIME: Final = r"(?:image|video|audio|application|text|font|model|multipart|message|x-[a-z]{1,12})/[a-z0-9.+*-]{1,64}"
_DATA: Final = re.compile(
    rf"data:(?:{_MIME}(?:;[^,;]{{0,48}}){{0,4}},|{_MIME};(?:charset|base64)|(?:;[^,;]{{1,48}}){{0,4}};base64|;base64|,[^,.;]{{24}})"
    rf"|;base64,"
)
_TAG: Final = re.compile(
    r"<[\s/!?]{0,8}(?:[a-z][a-z0-9]{0,15}:)?(?:img|image|svg|iframe|frame|frameset|object|embed|applet|video|audio|picture|source|track"
    r"|canvas|style|link|script|base|meta\s[^<>]{0,80}(?:refresh|image)|portal|param|bgsound|math|use|foreignobject|feimage|animate|figure|imagedata|xml-stylesheet"
    r"|input[^<>]{0,200}type\s{0,8}=[\s\"']{0,8}image)(?![a-z0-9.-])"
    r"|<[a-z!/][a-z0-9:-]{0,30}[\s\"'/](?:[^<>]{0,400}[\s\"'/])?(?:src|srcset|srcdoc|poster|background|xlink:href|data|lowsrc|dynsrc|r:embed)"
    r"\s{0,8}=\s{0,8}(?:[\"'][^\s\"'<>]|[^\s\"'<>]{3})"
    r"|<[a-z!/][^<>]{0,400}[\s\"'/]style\s{0,8}=[^<>]{0,400}url\s{0,8}\("
)
_CSS: Final = re.compile(
    r"(?<![a-z0-9])(?:url|image-set)\([\s\"']{0,8}(?:[a-z]{2,10}:|//|[./#]{0,8}[^\s()\"']{1,200}\.[a-z0-9]{2,5}[\"')?#])"
    r"|@import\s{0,8}(?:url|[\"'])|(?<![a-z-])(?:box-shadow\s{0,4}:|(?:conic|linear|radial)-gradient\()"
)
_MARKDOWN: Final = re.compile(r"!\\?[ \t]?\[[^\[\]]{0,300}\][ \t]?(?:\(\s{0,4}[^\s()]|\[)|!\[\[[^\[\]\n]{1,200}\]\]")
_NAMED_IMAGE: Final = re.compile(r"!\[[^\[\]]{1,300}\]")
_NAMED_TARGET: Final = re.compile(r"\n\s{0,3}\[[^\[\]]{1,300}\]:")
_NEAR: Final = 2_000
_OTHER: Final = re.compile(
    r"\[img(?:[=\s][^\[\]\n]{0,120})?\]\s{0,8}\S|\[/(?:img|image|video|audio|media|flash|youtube|embed)\]"
    r"|\[\[[^\[\]\n]{1,200}\.(?:png|jpe?g|gif|webp|bmp|svg|mp4|mov|webm|mp3|wav|ogg)\]|\[\[(?:file|image|media|fichier|imagen|archivo|datei|bild|ملف|صورة):[^\[\]\n]{1,200}\]\]"
    r"|\.\.\s{1,4}(?:image|figure|video|raw)::\s{0,8}\S|(?<![a-z])(?:image|video|audio)::?[^\s\[\]:]{1,200}\[|\\includegraphics|\\graphicspath|\\begin\s{0,8}\{tikzpicture|#\[?image\]?\("
    r"|<!\[cdata\[|<!entity|<!doctype|\{\\\\?(?:rtf1|\*?\\\\?shppict|pict[\\{])|(?<![a-z])begin-base64 \d{3}|=ybegin "
    r"|content-transfer-encoding:\s{0,8}(?:base64|binary)|(?<![a-z:-])content-type:\s{0,8}(?:(?:image|video|audio)/|application/(?:octet|pdf|zip|gzip|x-|vnd|msword))"
)


_DIGITS_AS_ZERO: Final = bytes(ord("0") if chr(each) in "0123456789" else each for each in range(256))
_MOVES: Final = (b"m0", b"m 0", b"m-0", b"m -0")
_NUMBER: Final = rb"-?\d{1,5}+(?:\.\d{1,6}+)?+"
_PATH: Final = re.compile(
    rb"m ?"
    + _NUMBER
    + rb"[ ,]{1,2}"
    + _NUMBER
    + rb"(?:[ ,]{0,2}+[lhvcsqta] ?(?:"
    + _NUMBER
    + rb"[ ,]{0,2}+){1,7}+){7}+"
)
_CSS_SIGNS: Final = (b"url(", b"image-set(", b"@import", b"-gradient(", b"box-shadow")
_OTHER_SIGNS: Final = (
    (b":", (b"::", b"image:", b"video:", b"audio:")),
    (b"#", (b"#image(",)),
    (b"-", (b"begin-base64", b"content-t")),
    (b"=", (b"=ybegin",)),
)


def data_uri(lowered: str, plain: bytes) -> bool:
    """Whether the text carries a data: address, also one broken by spaces or line ends (RFC 2397).

    `plain` is the text in small letters with question marks for what it has beyond ASCII.
    """
    if b":" not in plain and b"base64" not in plain:
        return False
    joined = plain.translate(None, _BLANK)
    if b"data:" not in joined and b";base64," not in joined:
        return False
    return _DATA.search(lowered) is not None or _DATA.search(joined.decode("ascii")) is not None


def embedding(lowered: str, plain: bytes) -> bool:
    """Whether the text carries markup that embeds (HTML, SVG, CSS, Markdown, wiki, reStructuredText, BBCode, TeX, MIME)."""
    if b"<" in plain and _TAG.search(lowered):
        return True
    if (
        (b"(" in plain or b"@" in plain or b"#" in plain)
        and any(map(plain.__contains__, _CSS_SIGNS))
        and _CSS.search(lowered)
    ):
        return True
    if b"!" in plain and b"[" in plain and (_MARKDOWN.search(lowered) or _named_image(lowered)):
        return True
    return (_may_be_other(plain) and _OTHER.search(lowered) is not None) or _drawn(plain)


def _drawn(plain: bytes) -> bool:
    """Whether a text draws lines as SVG's paths do: a move, then more places to go to than an address has numbers."""
    shape = plain.translate(_DIGITS_AS_ZERO)
    return any(map(shape.__contains__, _MOVES)) and _PATH.search(plain) is not None


def _may_be_other(plain: bytes) -> bool:
    if b"[" in plain or b"\\" in plain or b"<!" in plain:
        return True
    return any(sign in plain and any(map(plain.__contains__, words)) for sign, words in _OTHER_SIGNS)


def _named_image(lowered: str) -> bool:
    """Whether a picture is named here and its address is told below (Markdown's reference links)."""
    targets = [found.start() for found in _NAMED_TARGET.finditer(lowered)]
    if not targets:
        return False
    for found in _NAMED_IMAGE.finditer(lowered):
        below = bisect_left(targets, found.end())
        if below < len(targets) and targets[below] - found.end() <= _NEAR:
            return True
    return False
