"""What another team that knew only the contract got past the guard, and what it refused them wrongly."""

from __future__ import annotations

import base64
import codecs
import hashlib
import random
import uuid
from collections.abc import Callable
from ipaddress import IPv6Address
from typing import Any, Final

import pytest

from referral_api import guard
from tests.guard.encodings import PLAIN
from tests.guard.material import FORMATS

PNG: Final = FORMATS["png"](random.Random(4))
NOISE: Final = random.Random(4).randbytes(120)
RTF: Final = (
    b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0\\fs24 Page 1\\par{\\pict\\pngblip\\picw4\\pich4 "
    + NOISE.hex().encode()
    + b"}}"
)
MIDI: Final = bytes.fromhex(
    "4d546864000000060000000100604d54726b0000004000ff510307a12000c00000903a5060803c0000903a5030803c0000"
    "9038508170803c0000903e508170803c00009031503080 3c0000904a5060803c0000ff2f00"
)
TGA: Final = bytes(2) + b"\2" + bytes(9) + b"\4\0\4\0\x18" + b"\x6f\xd5\xc2" * 12 + b"TRUEVISION-XFILE."


def decimals(data: bytes, between: str = ", ") -> str:
    return between.join(map(str, data))


def pairs(data: bytes, between: str = " ") -> str:
    return between.join(f"{byte:02x}" for byte in data)


def octal_dump(data: bytes) -> str:
    rows = (data[at : at + 16] for at in range(0, len(data), 16))
    return "\n".join(f"{16 * at:07o} {' '.join(f'{byte:03o}' for byte in row)}" for at, row in enumerate(rows))


def arabic(numbers: str) -> str:
    return numbers.translate(str.maketrans("0123456789,", "٠١٢٣٤٥٦٧٨٩،"))


WRITTEN: Final[dict[str, Callable[[], str]]] = {
    f"the letters of {name} as {how}": lambda name=name, write=write: write(PLAIN[name](PNG).encode())  # type: ignore[misc]
    for name in ("base64", "base32", "hex")
    for how, write in (
        ("decimals", decimals),
        ("decimals apart", lambda data: decimals(data, " ")),
        ("Arabic decimals", lambda data: arabic(decimals(data))),
        ("a program", lambda data: f"String.fromCharCode({decimals(data, ',')})"),
        ("an octal dump", octal_dump),
        ("pairs", pairs),
    )
}
WRITTEN |= {
    "the letters of base85 as decimals": lambda: decimals(base64.b85encode(PNG)),
    "RTF as decimals": lambda: decimals(RTF),
    "RTF as decimals that are labelled": lambda: "\n".join(
        f"Exhibit {at}, reference {decimals(RTF[at * 9 : at * 9 + 9])}" for at in range(20)
    ),
    "RTF as addresses of the internet": lambda: "\n".join(decimals(RTF[at : at + 4], ".") for at in range(0, 120, 4)),
    "MIDI as pairs": lambda: pairs(MIDI, ":"),
    "a flat picture as decimals": lambda: decimals(TGA, " "),
    "hexadecimal in katakana": lambda: "".join("アイウエオカキクケコサシスセソタ"[int(each, 16)] for each in NOISE.hex()),
    "base64 with capitals exchanged, of few colours": lambda: base64.b64encode(b"\xfe\x19\x0e\xf8\x03\xa0\xe4\xff\xff" * 30).decode().swapcase(),
    "base64 of one colour in fours": lambda: " ".join(["AAAA"] * 60),
    "base85 between its marks": lambda: base64.a85encode(TGA, adobe=True).decode(),
    "uuencode after a sentence": lambda: codecs.encode(NOISE, "uu").decode().split("\n", 1)[1],  # type: ignore[arg-type]
    "a path": lambda: "M75 76 L94 48 L74 39 L11 83 L26 35 L41 64 L66 20 L68 85 L22 70 L9 86 Z",
    "shadows": lambda: "box-shadow:" + ",".join(f"{at % 8}px {at // 8}px #{at * 61:03x}" for at in range(64)),
    "vertical tabs": lambda: "UÇ\x0bUÇ\x0bUÇ\x0bUÇ\x0bUÇ\x0b",
}  # fmt: skip


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN.keys())
def test_files_are_refused(write: Callable[[], str]) -> None:
    assert guard.scan(write())[0] is not None
    assert guard.scan(f"The neighbour wrote this on Monday.\n{write()}\nThe aunt knows.")[0] is not None


@pytest.mark.parametrize(
    "document",
    [
        {"ids": [int.from_bytes(PNG[at : at + 6]) for at in range(0, 90, 6)]},
        {"values": [byte - 256 if byte > 127 else byte for byte in NOISE[:60]]},
        {"scores": [byte / 255 for byte in NOISE[:60]]},
        {"points": [{"x": NOISE[at], "y": NOISE[at + 1]} for at in range(0, 60, 2)]},
        {"letters": list(base64.b64encode(NOISE)[:60])},
    ],
    ids=["of 48 bits", "below zero", "parts of one", "of two names", "of letters"],
)
def test_numbers_of_json_are_refused(document: dict[str, Any]) -> None:
    assert ["number-run"] == [each.family for each in guard.scan_document(document)]


@pytest.mark.parametrize(
    "text",
    [
        "t.me/+29LgvD3OHQe3CotU",
        "hxxps://t[.]me/joinchat/8eshbCBz0llKp7Qd2MGeDE",
        "https://sync.com/dl/afb5d99b",
        "proton.me/drive/urls/R9sGEn2DDm",
        "vimeo.com/979661389",
        "infohash d2bb49fb377e301a1eebaac7822f7f2f9fcb61e8",
        "content://media/external/images/media/8518",
    ],
)
def test_links_to_where_media_are_handed_round_are_refused(text: str) -> None:
    assert "media-link" == guard.scan(f"See {text} please.")[0]


@pytest.mark.parametrize(
    "text", ['<body background="x">', '<a:blip r:embed="rId1"/>', '#image("x")', "!\\[x](https://agency.example/q)"]
)
def test_markup_that_embeds_is_refused(text: str) -> None:
    assert "embedding" == guard.scan(f"See {text} please.")[0]


def lines(write: Callable[[random.Random], str], many: int = 40) -> str:
    chance = random.Random(7)
    return "\n".join(write(chance) for _ in range(many))


def address_6(chance: random.Random) -> str:
    return str(IPv6Address(chance.choice((0x2001_0DB8, 0x2A02_8108)) << 96 | chance.getrandbits(90)))


def hosts(chance: random.Random) -> str:
    return ".".join(str(chance.randint(1, 223)) for _ in range(4))


def card(chance: random.Random) -> str:
    return ":".join(f"{chance.randrange(256) & (0xFE if at == 0 else 0xFF):02x}" for at in range(6))


def docket(chance: random.Random) -> str:
    return f"FD26P{chance.randrange(10**5):05}"


def vehicle(chance: random.Random) -> str:
    return f"WVW{''.join(chance.choices('ABCDEFGHJKLMNPRSTUVWXYZ0123456789', k=8))}{chance.randrange(10**6):06}"


SAID: Final = "ok yes where are you now come home please wait school tomorrow mum said call me later bus stop"
ORDINARY: Final[dict[str, str]] = {
    "a log of addresses": lines(lambda chance: f"2026-11-12 14:03:22 {address_6(chance)} logged in"),
    "a log of connections": lines(lambda chance: f"{hosts(chance)}:{chance.randrange(65536)} -> {hosts(chance)}:443 at 14h03"),
    "network cards": lines(card),
    "vehicles": lines(vehicle),
    "dockets": lines(docket),
    "identifiers of no version": f"ref {uuid.UUID(int=1 << 127 | 77 << 60)} see also {uuid.UUID(int=15 << 76 | 99 << 90)}",
    "a profile of DNA": "D3S1358 15 16 vWA 12 10 D16S539 19 8 CSF1PO 20 TPOX 11 D8S1179 13 7 D21S11 D18S51 2 D2S441 14 D19S433 9 TH01 17 "
    "FGA 3 D22S1045 4 D5S818 D13S317 5 D7S820 SE33",
    "visits as French writes times": lines(
        lambda chance: f"{chance.randint(7, 21)}h{chance.randrange(60):02}-{chance.randint(7, 21)}h{chance.randrange(60):02}\tLéa d'Arcy"
    ),
    "a statement of an account": lines(
        lambda chance: f"{chance.randint(1, 28):02}/11/2026  CARD  {chance.choice(('AMINA KARIM', 'LUIS ORTEGA'))}  {chance.randrange(10**5) / 100:>9.2f}"
    ),
    "plates": lines(lambda chance: f"LK{chance.randint(50, 75)} X{chance.choice('ABDEFG')}{chance.choice('WVD')} grey van"),
    "doses": lines(lambda chance: f"Amoxicillin {chance.choice((125, 250, 500))} mg 3x/d {chance.randint(3, 14)} d"),
    "diagnoses": lines(lambda chance: f"{chance.choice('FTYZ')}{chance.randint(10, 99)}.{chance.randrange(9)} to be confirmed"),
    "a chat": lines(lambda chance: f"[22:{chance.randrange(60):02}] mia: {' '.join(chance.sample(SAID.split(), 4))} {''.join(chance.choices('😀😂😭👍🙏😡😱🥺😘🔥🎂🙈👋', k=2))}"),
    "Cantonese": "佢哋琴日嚟咗屋企，個細路女話佢好驚，唔想返去嗰度。佢阿媽喺度喊，成日瞓唔着。",
    "a passport and a log": "Passport P<GBR, 562190130; 2026-09-03T10:39:50Z src=192.0.2.217 dst=192.0.2.59 port=443",
    "a program": "She was learning C: #include <math.h> and #include <complex.h>",
    "growth": "Heights 97 99 101 103 105 107 109 111 113 115 117 119 120 121 122 122 123 124 125 126 127 128 129 130; weights "
    "15 15 16 16 17 17 18 18 19 19 20 20 21 21 22 22 23 23 24 24 25 25 26 26",
    "blood pressure": lines(lambda chance: f"{chance.randint(1, 28):02}/11 {chance.randint(95, 126)}/{chance.randint(55, 85)}"),
}  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY.keys())
def test_ordinary_text_is_accepted(text: str) -> None:
    assert guard.scan(text)[0] is None


@pytest.mark.parametrize("write", [address_6, card, vehicle, docket])
def test_an_author_of_identifiers_is_never_silenced(write: Callable[[random.Random], str]) -> None:
    chance, tail = random.Random(8), guard.Tail.EMPTY
    for _ in range(60):
        family, tail = guard.scan(f"Seen again: {write(chance)}", tail)
        assert family is None


@pytest.mark.parametrize(
    "named", ["Digest of exhibit 7 (SHA-256):", "Empreinte de la pièce 7 :", "بصمة المضبوط السابع:"]
)
def test_a_digest_may_be_named_in_the_words_of_its_language(named: str) -> None:
    tail = guard.Tail.EMPTY
    for number in range(24):
        family, tail = guard.scan(f"{named} {hashlib.sha256(bytes([number])).hexdigest()}", tail)
        assert family is None


def test_bytes_as_addresses_are_not_hosts() -> None:
    data = random.Random(9).randbytes(240)
    sixes = "\n".join(str(IPv6Address(data[at : at + 16])) for at in range(0, 240, 16))
    cards = "\n".join(pairs(data[at : at + 6], ":") for at in range(0, 240, 6))
    assert ["encoded-run", "number-run"] == [guard.scan(sixes)[0], guard.scan(cards)[0]]
