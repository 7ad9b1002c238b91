"""What a team that knew only the contract got past the guard after the fourth one, and what it refused them wrongly."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from typing import Final

import pytest

from referral_api import guard

NOISE: Final = random.Random(5).randbytes(320)
FLAT: Final = b"P6\n8 8\n255\n" + b"\xce\xa0\x43\x3b\x47\x9f\xe1\xb7\xf9\xfc\x7f\x18" * 12
BMP: Final = (
    b"BMn"
    + bytes(7)
    + b">"
    + bytes(3)
    + b"("
    + bytes(3)
    + b"\x10"
    + bytes(3)
    + b"\x0c"
    + bytes(3)
    + b"\1\0\1"
    + NOISE[:60]
)
SVG: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="3" height="4" fill="#dee"/></svg>'
)
PNG: Final = b"\x89PNG\r\n\x1a\n" + NOISE[:90]
NUMBER: Final = str(int.from_bytes(NOISE))


def rows(text: str, size: int, before: str = "") -> str:
    return "\n".join(before + text[at : at + size] for at in range(0, len(text), size))


WRITTEN: Final[dict[str, Callable[[], str]]] = {
    "bytes as ideographs that follow one another": lambda: "".join(chr(0x4E00 + byte) for byte in BMP),
    "bytes as syllables that follow one another": lambda: "".join(chr(0xAC00 + byte) for byte in BMP),
    "three digits for each byte": lambda: rows("".join(f"{byte:03}" for byte in SVG), 24),
    "three digits for each byte among words": lambda: (
        rows("".join(f"{byte:03}" for byte in NOISE), 12, "seen | ") + " | seen"
    ),
    "numbers of 16 bits": lambda: " ".join(str(int.from_bytes(PNG[at : at + 2])) for at in range(0, 98, 2)),
    "pairs of few colours, cut anywhere": lambda: rows(FLAT.hex(" "), 40, '  - "'),
    "a number after each dash": lambda: rows(NUMBER, 10, "- "),
    "a number after each number": lambda: "\n".join(f"{at}) {NUMBER[at * 14 : at * 14 + 14]}" for at in range(1, 54)),
    "a number glued to each dash": lambda: rows(NUMBER, 5, "-"),
    "decimals in a log": lambda: "\n".join(
        f"2026-03-04T09:00:{at:02}Z desk[812]: {', '.join(map(str, NOISE[at * 7 : at * 7 + 7]))}" for at in range(40)
    ),
}


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN.keys())
def test_files_are_refused(write: Callable[[], str]) -> None:
    assert guard.scan(write())[0] is not None
    assert guard.scan(f"The neighbour wrote this on Monday.\n{write()}\nThe aunt knows.")[0] is not None


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("[[./photo91.png]]", "embedding"),
        (r"\\server\share\photo95.jpg", "media-link"),
        ("a . example / clip48 . jpg", "media-link"),
        ("https://snapchat.com/t/kFEO3eaFSX", "media-link"),
        ("lbry://@x/clip91", "media-link"),
    ],
)
def test_markup_and_links_are_refused(text: str, family: str) -> None:
    assert family == guard.scan(f"See {text} please.")[0]


def lines(write: Callable[[random.Random], str], many: int) -> str:
    chance = random.Random(7)
    return "\n".join(write(chance) for _ in range(many))


def clock(chance: random.Random) -> str:
    return f"{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"


ORDINARY: Final[dict[str, str]] = {
    "results of a test": "SI 15; VC 11; IN 9; CO 15; BD 6; VP 6; MR 11; FW 4; FS 8; AR 5; DS 15; PS 13; LN 13; CD 14; SS 14; CA 13. FSIQ 79",
    "vehicles that are told": lines(
        lambda chance: f"grey van, VIN VF1{''.join(chance.choices('ABCDEFGHJKLMNPRSTUVWXYZ0123456789', k=14))}", 20
    ),
    "bookings": lines(
        lambda chance: f"PNR {''.join(chance.choices('ABCDEFGHJKLMNPQRSTUVWXYZ23456789', k=6))} BA{chance.randrange(2000)} CMN-BCN 01/09/2026", 20
    ),
    "hops of a message": lines(
        lambda chance: f"Received: from mx1.example by in1.example with ESMTPS id {base64.b32encode(chance.randbytes(8)).decode()[:13]}; Tue, 4 Mar 2025",
        8,
    ),
    "plates of Spain and France": lines(
        lambda chance: f"{chance.randrange(10**4):04} {''.join(chance.choices('BCDFGHJKLMNPRSTVWXYZ', k=3))}, AB-{chance.randint(100, 999)}-XWB", 30
    ),
    "a way": lines(lambda chance: f"{clock(chance)} 48.8{chance.randrange(10**5):05} 2.35{chance.randrange(10**4):04}", 60),
    "days": ", ".join(f"{day % 28 + 1:02}/{day % 12 + 1:02}/202{day % 7}" for day in range(60)),
    "bars": lines(lambda chance: f"| seen alone | high | {'█' * chance.randint(3, 9)}{'░' * chance.randint(1, 6)} |", 12),
    "answers in digits": " ".join(random.Random(3).choices("012", k=113)),
    "a log of accounts": lines(lambda chance: f"{clock(chance)} login ok acct=id{chance.randrange(10**9)}", 30),
    "addresses with ports": lines(lambda chance: f"2001:db8:85a3::{chance.randrange(9999)}:{chance.randrange(65536)} login", 30),
    "laughter": "\u0647" * 60 + " toy en ksa",
    "S'gaw Karen": "\u1015\u103e\u102f\u1062 \u1000\u1060\u102d\u1062 \u101e\u1036\u1063 " * 20,
}  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY.keys())
def test_ordinary_text_is_accepted(text: str) -> None:
    assert guard.scan(text)[0] is None


LATER: Final[dict[str, Callable[[], str]]] = {
    "pieces of a number in a chat": lambda: "\n".join(
        f"[12/03/2026, 14:{at:02}] Sam: {NUMBER[at * 20 : at * 20 + 20]}" for at in range(30)
    ),
    "pieces of a number in quotes": lambda: " ".join(f"«{NUMBER[at * 20 : at * 20 + 20]}»" for at in range(30)),
    "signs of few kinds": lambda: "**,*********3*5*B*" + ")))***+" * 30,
    "emoji of few colours": lambda: "🍐🌶🌊🌸🌠" + "🏿🏿🏿🌀🌀🌀" * 30,
    "syllables of one colour": lambda: "됀띢걨갷웄먃썀셇싰믤맇왎목뇓앝뗯벶뙱쨮쬌숵쇒뤃" + "가" * 200,
    "fours of few colours": lambda: "UDYK_MTMg_MTIK_MjU1_Ct" + "DQ_0NDQ_0N" * 20,
}


@pytest.mark.parametrize("write", LATER.values(), ids=LATER.keys())
def test_what_a_sixth_team_got_past_the_guard_is_refused(write: Callable[[], str]) -> None:
    assert guard.scan(write())[0] is not None


@pytest.mark.parametrize("low", [0xA000, 0xA500])
def test_syllables_that_are_spread_as_bytes_are_are_refused(low: int) -> None:
    assert "odd-glyphs" == guard.scan("".join(chr(low + byte) for byte in NOISE[:160]))[0]


def test_what_a_sixth_team_was_refused_is_accepted() -> None:
    chance = random.Random(6)
    serials = (f"phone, S/N {base64.b32encode(chance.randbytes(8)).decode()[:12]}" for _ in range(12))
    katakana = "欠落は、どのパッケージにも提供されていないパッケージ名の数を表します。全ディストリビューションにアクセスできないパッケージです。"
    accounts = (f"IBAN {account}" for account in ["DE89370400440532013000", "FR1420041010050500013M02606"] * 8)
    vai = "ꕉꕜꕮ ꔔꘋ ꖸ ꔰ ꗋꘋ ꕮꕨ ꔔꘋ ꖸ ꕎ ꕉꖸꔊ ꕴꖃ ꕃꔤꘂ ꗱ ꕉꖷ ꗪꗡ ꔻꔤ ꗏꗒꗡ ꕎ ꗪ ꕉꖸꔊ ꖏꕎ ꕉꕜꕮ ꔔꘋ ꖸ ꔰ ꗋꘋ "
    for text in ("\n".join(serials), katakana * 3, "\n".join(accounts), vai):
        assert guard.scan(text)[0] is None
