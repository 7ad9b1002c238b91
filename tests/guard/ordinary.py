"""Ordinary texts in many scripts: notes, identifiers, lists, tables and links, which the guard must let through."""

from __future__ import annotations

import datetime
import hashlib
import random
import uuid
from collections.abc import Iterator
from functools import cache

from babel import Locale
from babel.dates import format_date, format_datetime
from typeid import TypeID

from tests.guard.prose import PROSE
from tests.guard.train_letters import texts

LOCALES = [
    "af",
    "am",
    "ar",
    "as",
    "az",
    "be",
    "bg",
    "bn",
    "bs",
    "ca",
    "ceb",
    "cs",
    "cy",
    "da",
    "de",
    "el",
    "en",
    "es",
    "et",
    "eu",
    "fa",
    "fi",
    "fil",
    "fr",
    "ga",
    "gl",
    "gu",
    "ha",
    "he",
    "hi",
    "hr",
    "hu",
    "hy",
    "id",
    "ig",
    "is",
    "it",
    "ja",
    "jv",
    "ka",
    "kk",
    "km",
    "kn",
    "ko",
    "ky",
    "lo",
    "lt",
    "lv",
    "mk",
    "ml",
    "mn",
    "mr",
    "ms",
    "my",
    "nb",
    "ne",
    "nl",
    "or",
    "pa",
    "pl",
    "ps",
    "pt",
    "ro",
    "ru",
    "sd",
    "si",
    "sk",
    "sl",
    "so",
    "sq",
    "sr",
    "sv",
    "sw",
    "ta",
    "te",
    "th",
    "ti",
    "tk",
    "tr",
    "uk",
    "ur",
    "uz",
    "vi",
    "yo",
    "zh",
    "zh_Hant",
    "zu",
]


@cache
def words(locale: str) -> list[str]:
    """What CLDR calls things in a locale, read once: it is much, and Babel takes the months and days away when it formats a date."""
    return [text for text in texts(locale) if "{" not in text and len(text) > 3]


def sentences(locale: str, chance: random.Random) -> str:
    """A text in the words that CLDR has for a locale: names, places, days and dates."""
    called = words(locale)
    known = Locale.parse(locale)
    dated = [format_date(each, "full", locale=known) for each in _days(chance)] + [
        format_datetime(each, "short", locale=known) for each in _days(chance)
    ]
    parts = [*chance.sample(called, 30), *dated]
    chance.shuffle(parts)
    return ". ".join(", ".join(parts[at : at + 6]) for at in range(0, len(parts), 6)) + "."


def _days(chance: random.Random) -> Iterator[datetime.datetime]:
    for _ in range(3):
        yield datetime.datetime(2026, chance.randint(1, 12), chance.randint(1, 28), chance.randint(0, 23), 30)


def identifiers(chance: random.Random) -> dict[str, str]:
    """Lists of what people write to name cases, persons, places and things."""

    def number(low: int, high: int) -> int:
        return chance.randint(low, high)

    def digest(length: int) -> str:
        return hashlib.sha512(chance.randbytes(9)).hexdigest()[:length]

    return {
        "uuids": "\n".join(str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(40)),
        "typeids": ", ".join(str(TypeID("case")) for _ in range(60)),
        "sha-256": f"Exhibit 12, SHA-256 {digest(64)}, is held by the unit.",
        "six digests": "; ".join(f"exhibit {each}: {digest(64)}" for each in range(6)),
        "md5 and sha-1": f"MD5 {digest(32)}, SHA-1 {digest(40)}",
        "dockets": "\n".join(
            f"PNP-{chance.choice(('RTC', 'NBI', 'CIDG'))}-{number(2019, 2026)}-{number(1, 9999):04d}" for _ in range(60)
        ),
        "case codes": "\n".join(f"CASE-{chance.getrandbits(32):08X}" for _ in range(60)),
        "short codes": ", ".join(f"REF-{chance.getrandbits(16):04x}-{chance.getrandbits(16):04x}" for _ in range(40)),
        "phones": "\n".join(f"+855 {number(10, 99)} {number(100, 999)} {number(100, 999)}" for _ in range(80)),
        "local phones": ", ".join(f"0{number(900, 999)}-{number(100, 999)}-{number(1000, 9999)}" for _ in range(80)),
        "passports": ", ".join(
            f"{chance.choice('NPKX')}{number(10**6, 10**7 - 1)}{chance.choice(('', 'A', 'B'))}" for _ in range(40)
        ),
        "plates": ", ".join(
            f"{number(1, 9)}{chance.choice('ABC')}{chance.choice('ABCDEFG')}-{number(1000, 9999)}" for _ in range(30)
        ),
        "table": "\n".join(
            f"{day}\t{number(1, 90)}\t{number(1, 300)}\t{number(0, 50)}"
            for day in ("Mon", "Tue", "Wed", "Thu", "Fri") * 4
        ),
        "markdown table": "| Agency | Cases |\n|---|---|\n"
        + "\n".join(f"| Unit {each} | {number(1, 99)} |" for each in range(20)),
        "dates": ", ".join(f"{number(1, 28)}/{number(1, 12)}/2026" for _ in range(40)),
        "times": "\n".join(f"2026-11-{number(10, 28)}T{number(10, 23)}:15:00Z seen at home" for _ in range(20)),
        "ages": "Ages: " + " ".join(str(number(4, 17)) for _ in range(60)),
        "postcodes": " ".join(str(number(1000, 9999)) for _ in range(40)),
        "account": f"IBAN FR76 3000 6000 0112 3456 7890 {number(100, 999)}, IMEI 490154203237518, 192.168.1.12",
        "wallet": "Payments went to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, as the bank has said.",
        "network": "2001:0db8:85a3::8a2e:0370:7334 and AA:BB:CC:DD:EE:0F were seen",
        "handles": "@xX_Dark99_Xx, sk8er_boi2009, MrCool_123, lil.ana.07, user8827364, gamer#4421, t.me/group_abc",
        "message id": "Message-ID: <CAJ8kHf3=mBq7Wn0vX2c_LzT5rYp-Qd4sGa9uEo1iKjN6tVbwRA@mail.gmail.com>",
        "travel document": "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "e-mails": ", ".join(
            f"{a}.{b}@{c}"
            for a in ("maria", "sokha")
            for b in ("santos", "chan")
            for c in ("police.gov.ph", "unicef.org")
        ),
    }


FIXED: dict[str, str] = {
    "law": (
        "R.A. No. 9775, Sec. 4(a)-(e); R.A. 11930; Art. 34 CRC; [2019] EWCA Civ 1234; 18 U.S.C. § 2256(8)(B); Dir. 2011/93/EU, Art. 5(2)-(6);"
        " Case C-345/17; Art. 227-23 C. pén.; G.R. No. 221697; S.O. 2004/1267; OJ L 335, 17.12.2011, pp. 1–14"
    ),
    "links": (
        "https://www.unicef.org/cambodia/child-protection?lang=km&id=12 https://www.interpol.int/en/Crimes/Crimes-against-children"
        " https://lawphil.net/statutes/repacts/ra2009/ra_9775_2009.html https://www.icmec.org/wp-content/uploads/CSAM-Model-Law-9th-Ed.pdf"
        " https://km.wikipedia.org/wiki/%E1%9E%80%E1%9E%98%E1%9F%92%E1%9E%96%E1%9E%BB%E1%9E%87%E1%9E%B6"
    ),
    "capitals": "THE CHILD WAS SEEN BY THE UNIT ON TUESDAY. HER MOTHER ASKED FOR HELP. PNP WCPD, DSWD, NBI-CCD AND ICMEC WERE TOLD.",
    "emoji": "Thank you 🙏🙏🏽 the child is safe 😊👨‍👩‍👧‍👦 🇰🇭 🇵🇭 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "marked arabic": "يُرْجَى التَّوَاصُلُ مَعَ الوَحْدَةِ ‏24‏/11‏/2026 قبل الساعة ٣:٣٠ م.",
    "about pictures": (
        "Exhibit 12: photo IMG_2034.jpg, video VID_20260112_WA0003.mp4 and Photo_1.png are held by the unit; the data: image and audio of"
        " the interview are sealed. The suspect used Dropbox, mega.nz and an .onion site. <redacted>"
    ),
    "about links": (
        "The image (IMG_2034.jpg) and the video (VID_1.mp4) are with the unit. He wrote on https://character.ai/ and the URL"
        " (https://www.unicef.org) was given; [image] withheld, <b>note</b>, 5 < 6 and data = 300, Content-Type: text/plain"
    ),
    "signs": "The form has <b>bold</b> & <i>italic</i> text; 5 < 6 & 7 > 3. AT&T; R&D; 100% of 50% and C:\\Users\\unit\\Desktop\\IMG_2034.jpg",
    "settings": "status=open; risk_level=high; next_step: call at 14:00 (safe); do_not_contact=[stepfather, uncle]",
    "alphabet": "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z",
    "long words": "Rechtsschutzversicherungsgesellschaften, Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch, Straßenverkehrszulassungsordnung",
    "names": (
        "Her name is Nguyễn Thị Ngọc Bích; father Mbwana Ng'ang'a; school: Gymnázium Ždár; Wojciech Szczęsny; Þórdís Guðmundsdóttir;"
        " Xiuhtecuhtli; Hrvoje Vrhovnik; Tsz-Kwan Ng; Krzysztof"
    ),
    "shouting": "sos!!!!! plz help???? ......... -------- ======== ******** aaaaargh nooooooo hahahahahaha wtf omg brb ttyl idk smh ngl tbh",
    "numbering": "1. a) b) c) (i) (ii) (iii) iv) v) □ yes ☑ no ☒ n/a ✓ ✗ → ←",
    "clinic": "½ cup, 37.5 °C, 120/80 mmHg, SpO₂ 98 %, BMI 17.2 kg/m², HIV−, β-hCG neg, CD4 512",
    "meeting": "https://zoom.us/j/91234567890?pwd=QkFsZ1JtV3p4eXh3dGdLMm9pbXhzdz09 https://meet.google.com/abc-defg-hij",
    "years": "Reports of "
    + ", ".join(f"{year}" for turn in range(4) for year in range(1998, 2027) if (year + turn) % 4),
    "postcodes of Canada": "\n".join(
        f"Unit {each}, {each}2 Main Street, ON K{each % 10}A {each % 7}B{each % 9}, ext. x{each}31"
        for each in range(30)
    ),
    "accounts": "\n".join(
        f"{name} | {account} | {name.lower()}.{town.lower()}@bank.example | {town}"
        for name, account, town in (
            ("Amara", "GB82WEST12345698765432", "London"),
            ("Sokha", "DE89370400440532013000", "Berlin"),
            ("Lucia", "FR1420041010050500013M02606", "Paris"),
            ("Nadia", "NL91ABNA0417164300", "Utrecht"),
            ("Maria", "ES9121000418450200051332", "Madrid"),
            ("Elena", "it60x0542811101000000123456", "Roma"),
            ("Hanna", "NO9386011117947", "Oslo"),
            ("Tomas", "PT50000201231234567890154", "Lisboa"),
            ("Ioana", "RO49AAAA1B31007593840000", "Cluj"),
            ("Agnes", "HU42117730161111101800000000", "Budapest"),
        )
    ),
    "Ossetian": "Раст ныв бавгӕн. Ды цы файл бавгӕдтай, уый кӕнӕ ныв нӕ уыд, кӕнӕ хӕлд ныв уыд. Дыууӕ паролы ӕмхуызӕн не сты.",
    "names in rows": "\n".join(
        ["Hồng Lê", "Ngọc Trần", "Duyên Mai", "Xuân Mai", "Bảo Phạm", "Lan Vũ", "Mai Trần", "Hương Đặng"] * 12
    ),
    "a meta tag": 'Remove the <meta name="referrer" content="no-referrer"> tag; the answer is Content-Type: application/json.',
    "a form": "\n".join(f"{each}. seen: yes no unsure | safe: yes no | school: yes no" for each in range(1, 60)),
    "codes": "km, en, fr, ar, es, th, vi, zh, hi, bn, ta, my, am, sw, so, ti, uk, ru, tr, fa, ur, ps, ku, KH, PH, TH, VN, LA, MM, MY, SG, ID, BN, TL",
    "cid": "CID: 1234, contact cid@police.gov.ph, see (image) and ![sic] in the record",
}


def ordinary() -> Iterator[tuple[str, str]]:
    """Every ordinary text, with a name."""
    chance = random.Random(20261124)
    for name, text in PROSE.items():
        yield f"prose {name}", text
    yield "all prose", "\n".join(PROSE.values())
    for name, text in FIXED.items():
        yield name, text
    for turn in range(4):
        for name, text in identifiers(chance).items():
            yield f"{name} {turn}", text
            yield f"{name} {turn} in prose", f"{PROSE['en']}\n{text}\n{PROSE['fr']}"
    for locale in LOCALES:
        for turn in range(6):
            yield f"{locale} {turn}", sentences(locale, chance)
    names = list(PROSE)
    for turn in range(250):
        pieces = [sentence for name in chance.sample(names, 2) for sentence in PROSE[name].split(" ")]
        yield f"mixed {turn}", " ".join(pieces[chance.randint(0, 9) :])
