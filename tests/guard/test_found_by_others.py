"""What a team that knew only the contract got past the guard, and what it refused them wrongly."""

from __future__ import annotations

import base64
import hashlib
import random
import struct
from collections.abc import Callable

import pytest

from referral_api import guard

ORDINARY = {
    "two links with arguments": "Map: https://www.openstreetmap.org/?mlat=11.5564&mlon=104.9282#map=16/11.5564/104.9282 and the judgment "
    "https://hudoc.echr.coe.int/eng?i=001-144441",
    "vehicles": "Two cars: VIN WVWZZZ1JZXW724205 and VIN WVWZZZ1JZXW778246",
    "Italian tax codes": "codice fiscale RSSMRA85T10A562S, BNCGPP60A01H501X and VRDLGI75M12F205Z",
    "a travel document": "MRZ P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
    "an account of a messenger": "Session ID 05af345a692f3ade486377e8754d19994bbc49f1080d9820a319700236e85c4911",
    "a fingerprint": "SSH fingerprint SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDGrs0pIeRn5Z0zCIo",
    "a gap to be filled": "Reference xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx to be filled in",
    "Kabardian": "егъэзыгъэкІэ нэгъуэщІ щІыпІэ егъэзыгъэкІэ нэгъуэщІ",
    "Inuktitut": "ᖃᓄᖕᒐᓴᖅᑕᐅᖕᒋᓐᓂᖅ ᐊᒻᒪᓗ ᓴᐃᓕᒪᓂᖃᕐᓂᖅ ",
    "Shan": "လႄႈ တီႈလပ်ႉလင်ၶဝ်ၼၼ်ႉ လွတ်ႈလွတ်ႈလႅဝ်း လႅဝ်းယူႇ။",
    "Mon": "နူကဵုဘဝ ကမၠောန်ဟွံမွဲတံရ။\nဇၟာပ်မၞိဟ် ဟွံဒးဒုၚ်ပရေၚ်ပါ်ခြာ ",
    "Kabiyè": "Báa weení wánbɩɩzí ɩɖɛɛzɩná yíkowá na kezéńbíídi tɩwɛ bɔwʊ́tɩ",
    "Khmer": "ឬការប្រព្រឹត្ដិមកលើខ្លួន ឬទណ្ឌកម្មឃោរឃៅ អមនុស្សធម៌ ឬបន្ថោកបន្ទាបបានឡើយ។",
}
ORDINARY |= {
    "rows of exclamation marks": "Urgent!!!!!!!\n- rappeler la mère",
    "a chat with times": "ok!\n[22:57] (mia): see you later",
    "the head of a message": "Content-Transfer-Encoding: quoted-printable",
    "addresses of the internet": "\n".join(f"{byte}.20.52.{byte // 2}" for byte in range(95, 245, 15)),
}
FLAT = b"P6\n8 8\n255\n" + b"\xc8\x28\x5a" * 64
NOISE = random.Random(1).randbytes(300)
TIFF = b"II*\0" + struct.pack("<IH", 22, 1) + random.Random(2).randbytes(150)
LINKS = (
    "192.0.2.7/uploads/2024/05/DSC0001.png",
    "https://cdn dot example dot net/a/b/IMG_2031 dot jpg",
    "https://files . example . com/a/b/IMG_2031 . jpg",
    "192{.}0{.}2{.}7/x/a.png",
    "https://pastebin.com/AbCd1234",
    "https://telegra.ph/x-05-11",
)


def dump(data: bytes) -> str:
    rows = (data[at : at + 16] for at in range(0, len(data), 16))
    return "\n".join(f"{at * 16:08x}  {' '.join(f'{byte:02x}' for byte in row)}  |.|" for at, row in enumerate(rows))


WRITTEN: dict[str, Callable[[], str]] = {
    "one colour in lines of numbers": lambda: "\n".join(map(str, FLAT)),
    "one colour in percent signs": lambda: "".join(f"%{byte:02X}" for byte in FLAT),
    "one colour in backslashes": lambda: "".join(f"\\x{byte:02x}" for byte in FLAT),
    "one colour in octal": lambda: "".join(f"\\{byte:03o}" for byte in FLAT),
    "one colour in quoted-printable": lambda: "=\n".join(
        "".join(f"={byte:02X}" for byte in FLAT[at : at + 24]) for at in range(0, len(FLAT), 24)
    ),
    "one colour in entities": lambda: "".join(f"&#{byte};" for byte in FLAT),
    "one colour in pairs": lambda: ":".join(f"{byte:02X}" for byte in FLAT),
    "numbers that are counted": lambda: "\n".join(f"byte {at} = {byte}" for at, byte in enumerate(NOISE)),
    "all zeros and all ones among sentences": lambda: "\n".join(
        f"We meet on Thursday. {base64.b64encode(row).decode()} The aunt knows."
        for row in (bytes(18), b"\xff" * 18) * 8
    ),
    "drawings in letters and angles": lambda: " ".join(
        f"{byte:02x}" for byte in b"<svg xmlns='http://www.w3.org/2000/svg'>" * 4
    ),
    "a dump": lambda: dump(TIFF),
    "numbers below zero": lambda: ", ".join(str(byte - 256 if byte > 127 else byte) for byte in FLAT),
    "pairs with h": lambda: " ".join(f"{byte:02X}h" for byte in FLAT),
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY.keys())
def test_ordinary_text_is_accepted(text: str) -> None:
    assert guard.scan(text)[0] is None


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN.keys())
def test_files_are_refused(write: Callable[[], str]) -> None:
    assert guard.scan(write())[0] is not None
    assert guard.scan(f"The neighbour wrote: {write()} on Monday.")[0] is not None


@pytest.mark.parametrize("link", LINKS)
def test_links_to_media_are_refused(link: str) -> None:
    assert "media-link" == guard.scan(f"See {link} please.")[0]


def test_bits_and_numbers_of_members_are_refused() -> None:
    bits = [bool(byte >> bit & 1) for byte in NOISE for bit in range(8)]
    assert ["number-run"] == [each.family for each in guard.scan_document({"d": bits})]
    members = {"p": [{"x": at, "v": byte} for at, byte in enumerate(NOISE)]}
    assert ["number-run"] == [each.family for each in guard.scan_document(members)]


def test_names_that_only_count_say_nothing_and_all_others_do() -> None:
    answers = {f"q{number}": ("yes", "no", "no")[number**2 % 3] for number in range(40)}
    assert [] == guard.scan_document({"answers": answers})
    coded = {f"q{byte}": "yes" for byte in NOISE[:120]}
    assert [] != guard.scan_document({"answers": coded})


def test_a_digest_that_is_named_may_stand_in_many_notes() -> None:
    tail = guard.Tail.EMPTY
    for number in range(24):
        digest = hashlib.sha256(bytes([number])).hexdigest()
        family, tail = guard.scan(f"Report sealed and sent to the unit. SHA-256 {digest}.", tail)
        assert family is None


def test_numbers_of_members_and_endless_numbers_are_refused() -> None:
    assert [] != guard.scan_document({f"k{at}": byte for at, byte in enumerate(NOISE)})
    assert [] != guard.scan_document([{"id": int.from_bytes(NOISE[at : at + 4])} for at in range(0, 296, 4)])
    assert [] != guard.scan_document({"n": int.from_bytes(NOISE)})
    numerals = "、".join("".join("零一二三四五六七八九"[int(each)] for each in str(byte)) for byte in NOISE)
    assert "odd-glyphs" == guard.scan(numerals)[0]


def test_initials_of_sixteen_children_are_accepted() -> None:
    names = [
        "A.K.",
        "M.B.",
        "L.D.",
        "F.G.",
        "H.C.",
        "J.A.",
        "E.M.",
        "K.L.",
        "B.F.",
        "C.H.",
        "G.J.",
        "D.E.",
        "A.M.",
        "L.B.",
        "F.K.",
        "H.D.",
    ]
    assert [] == guard.scan_document({"children": names})


def test_a_tail_that_was_cut_never_silences_its_author() -> None:
    kept = "The archive stays with the unit and no copy of it is on this file. "
    for pad in range(64):
        tail = guard.Tail.EMPTY
        for number, times in ((1, 3), (2, 12), (3, 13)):
            digest = hashlib.sha256(bytes([number])).hexdigest()
            family, tail = guard.scan(f"Digest {digest}. {kept * times}{'a ' * (pad if number == 3 else 0)}", tail)
            assert family is None
        assert guard.scan("ok", tail)[0] is None
