"""Identifiers that people write among their words, as short as they are: what is measured as language is measured without them.

Of each kind so many are left out as a case has. A file that is written as well-formed identifiers passes up to that number (docs/guard.md, Known limits).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from referral_api.guard.signatures import starts_a_file
from referral_api.guard.spelled import spelled

_EXEMPT: Final = 100
_EXEMPT_GUIDS: Final = 4  # of no version that is told
_EXEMPT_PLACES: Final = 16
_EXEMPT_TOLD: Final = 50
_EXEMPT_TRAVEL: Final = 12
_EXEMPT_MAILBOXES: Final = 24
_EXEMPT_WALLETS: Final = 8
_EXEMPT_ARGUMENTS: Final = 2
_EXEMPT_DIGESTS: Final = 8
_EXEMPT_NAMED_DIGESTS: Final = 32

_TYPEID: Final = re.compile(r"_0[0-9a-hjkmnp-tv-z]{25}(?![0-9A-Za-z])")
_UUID: Final = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[089abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
)
_GUID: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])")
_LENGTHS: Final = "|".join(f"[0-9a-fA-F]{{{signs}}}" for signs in (128, 96, 64, 40, 32))
_FINGERPRINT: Final = 43  # letters of base64 for a SHA-256
_DIGEST: Final = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_LENGTHS}|05[0-9a-fA-F]{{64}})(?![0-9A-Za-z])"
    rf"|(?<=SHA256:)[A-Za-z0-9+/]{{{_FINGERPRINT}}}(?![A-Za-z0-9+/])"
)
# Four in a row, or a row whose last line is shorter, are the lines of a file and not digests.
_DIGEST_ROW: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{32,128}(?![0-9A-Za-z])[^0-9A-Za-z]{1,4}){1,3}(?:[0-9a-fA-F]{32,128}|[0-9a-fA-F]{9,31})(?![0-9A-Za-z])"
)
# Numbers that authorities give: vehicles (ISO 3779), Italian tax codes.
_GIVEN: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[A-HJ-NPR-Z0-9]{11}\d{6}|[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z])(?![0-9A-Za-z])"
)
# The lines of a travel document that machines read (ICAO 9303).
_TRAVEL: Final = re.compile(
    r"(?<![0-9A-Za-z<])(?:[PVIAC][A-Z<][A-Z]{3}[A-Z<]{25,39}|[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}[A-Z0-9<]{0,14}\d{0,2}"
    r"|[IAC][A-Z0-9<][A-Z<]{3}[A-Z0-9<]{9}\d[A-Z0-9<]{15}|\d{7}[MFX<]\d{7}[A-Z<]{3}[A-Z0-9<]{11}\d)(?![0-9A-Za-z<])"
)
_PLATE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[A-Z]{1,3}[ -]?\d{2,4}[ -]?[A-Z]{1,3}|\d{3,4}[ -]?[A-Z]{2,3})(?![0-9A-Za-z])"
)
# What is told to be a vehicle, a booking, an account of a messenger or the hop of a message.
_TOLD: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:VIN\W{1,3}[A-HJ-NPR-Z0-9]{17}|PNR\W{1,3}[A-Z0-9]{6}|live:\.cid\.[0-9a-f]{8,16}|wxid_[0-9a-z]{12,14}"
    r"|(?:S/N|SN|N/S|[Ss]erial(?: n(?:umber|o\.?))?|n° de série)\W{1,3}[A-Z0-9-]{6,20}|(?:E?SMTPS?A?|LMTP) id [0-9A-Za-z._-]{6,24})(?![0-9A-Za-z])"
)
_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d)?")
_CLOCK: Final = re.compile(r"(?<![0-9A-Za-z])\d{1,2}[hH](?:[0-5]\d)?(?![0-9A-Za-z])")  # as French writes it
_NAMED: Final = re.compile(r"\W*([A-Za-z]{2,12})[-_/.:#=]([A-Za-z0-9]{1,12}(?:[-_/.:][A-Za-z0-9]{1,8}){0,4})\W*")
_CODE: Final = re.compile(
    r"\W*(?:[A-Za-z]{0,4}\d{5,14}[A-Za-z]{0,2}|\d{0,3}[A-Z]{1,3}-\d{3,5}|(?:[A-Z]\d){2,3}|[A-Z]\d[A-Z]|\d[A-Z]\d|[A-Z]\d{2,3}(?:\.\d{1,2})?|[A-Z]{1,3}\d{1,2}[A-Z]\d{2,6}|\d{4}[A-Z]{2}|x\d{2,6})\W*"
)
_MAILBOX: Final = re.compile(r"(?<![\w.+-])[A-Za-z][a-z0-9._-]{1,11}@(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,12}(?![\w-])")
_ACCOUNT: Final = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{2}\d\d[0-9A-Za-z]{11,30}(?![0-9A-Za-z])")
_MESSAGE_ID: Final = re.compile(r"<[A-Za-z0-9.+=_-]{8,80}@[A-Za-z0-9.-]{3,60}>")
_WALLET: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[13][1-9A-HJ-NP-Za-km-z]{25,33}|0x[0-9a-fA-F]{40}|bc1[a-z0-9]{39})(?![0-9A-Za-z])"
)
_ARGUMENT: Final = re.compile(r"(?<=[A-Za-z0-9/._-])[?&][A-Za-z_]{1,12}=[A-Za-z0-9_.-]{1,44}(?![A-Za-z0-9_.%=+/-])")
_NAMED_DIGEST: Final = re.compile(
    r"(?:SHA-?(?:1|256|384|512)|[Ss]ha-?(?:1|256|384|512)|MD5|[Mm]d5|[Hh]ash|[Dd]igest|[Cc]hecksum|mpreinte|[Hh]achage|[Hh]uella|[Rr]esumen|\u0628\u0635\u0645\u0629)"
    rf"[^\n0-9a-fA-F]{{1,4}}(?:[^\n]{{0,40}}[^0-9A-Za-z\n])?(?:{_LENGTHS})(?![0-9A-Za-z])"
)
_PLACE: Final = re.compile(
    r"(?<![\w.-])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?::\d{1,5})?(?![\w-]|\.\d)"
)
_PLACE_6: Final = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?::\d{1,5})?(?![\w:])")
_CARD: Final = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")
PARTED: Final = bytes(
    ord("x") if (chr(each).isalnum() and each < 128) or each == 63 else ord(" ") for each in range(256)
)
_LONG_CODE: Final = b"x" * 15  # the shortest account number
_DIGITS_AS_HEX: Final = bytes(ord("h") if chr(each) in "0123456789abcdefABCDEF" else each for each in range(256))


def ids_removed(text: str) -> str:
    """The text without TypeIDs, which are this service's own identifiers."""
    return _TYPEID.sub(" ", text, count=_EXEMPT) if "_0" in text else text


def stamps_removed(text: str) -> str:
    """The text without well-formed UUIDs (RFC 9562), times (RFC 3339), and addresses of hosts on networks."""
    shape = text.encode("ascii", "replace").translate(_DIGITS_AS_HEX)
    if shape.count(b"h.h") > 2:
        text = _places_removed(text)
    between = shape.translate(None, b"h")
    if b"::" in shape or b":" * 7 in between:
        text = _places_6_removed(text)
    if b":" * 5 in between or b"-" * 5 in between:
        text = _cards_removed(text)
    if b"-hhhh-hhhh-hhhh-" in shape:
        text = _GUID.sub(" ", _UUID.sub(" ", text, count=_EXEMPT), count=_EXEMPT_GUIDS)
    return _STAMP.sub(" ", text) if b"hhhh-hh-hh" in shape else text


def _places_removed(text: str) -> str:
    """The text without addresses of hosts (RFC 791): of some, or of many if all are of the kind that a single host has.

    Of bytes that are written as addresses, some are of the other kinds, or begin a file.
    """
    places = [found.group().partition(":")[0].split(".") for found in _PLACE.finditer(text)]
    together = [int(byte) for place in places for byte in place]
    if starts_a_file(bytes(together)) or spelled(together):
        return text
    hosts = all(0 < first < 224 for first in together[::4])
    return _PLACE.sub(" ", text, count=_EXEMPT if hosts else _EXEMPT_PLACES)


def _places_6_removed(text: str) -> str:
    """The same for the longer ones (RFC 4291)."""
    found = {each: place for each in _PLACE_6.findall(text) if (place := _place_6(each)) is not None}
    if not 0 < len(found) <= _EXEMPT or not all(map(_has_a_host, found.values())):
        return text
    return _PLACE_6.sub(lambda each: " " if each.group() in found else each.group(), text)


def _cards_removed(text: str) -> str:
    """The same for the addresses of network cards (IEEE 802), of which half of all bytes would be a group's."""
    if any(int(card.group()[1], 16) & 1 for card in _CARD.finditer(text)):
        return text
    return _CARD.sub(" ", text, count=_EXEMPT)


def _place_6(text: str) -> IPv6Address | None:
    for written in (text, text.rpartition(":")[0]):  # with a port
        with suppress(AddressValueError):
            return IPv6Address(written)
    return None


def _has_a_host(place: IPv6Address) -> bool:
    return int(place) >> 125 == 1 or place.is_private or place.is_link_local


def long_removed(text: str) -> str:
    """The text without long identifiers: mailboxes, accounts, vehicles and their plates, travel documents, a few digests and wallets, times of day."""
    if "@" in text:
        text = _MAILBOX.sub(" ", _MESSAGE_ID.sub(" ", text, count=1), count=_EXEMPT_MAILBOXES)
    text = _TOLD.sub(" ", text, count=_EXEMPT_TOLD)
    if _has_a_long_code(text):
        text = _TRAVEL.sub(" ", _GIVEN.sub(" ", text, count=_EXEMPT), count=_EXEMPT_TRAVEL)
        text = _ACCOUNT.sub(_account, text)
    if "://" in text:
        text = _ARGUMENT.sub(" ", text, count=_EXEMPT_ARGUMENTS)
    if _has_a_long_code(text):
        text = _WALLET.sub(" ", text, count=_EXEMPT_WALLETS)
        if not any(map(_are_lines, _DIGEST_ROW.findall(text))):
            text = _NAMED_DIGEST.sub(" ", text, count=_EXEMPT_NAMED_DIGESTS)
            text = _DIGEST.sub(_digest, text, count=_EXEMPT_DIGESTS)
    return _PLATE.sub(" ", _CLOCK.sub(" ", text, count=_EXEMPT), count=_EXEMPT)


def _has_a_long_code(text: str) -> bool:
    return _LONG_CODE in text.encode("ascii", "replace").translate(PARTED)


def short_removed(chunks: Iterable[str]) -> Iterator[str]:
    """The chunks of a text that are no short codes: docket numbers, plates, postcodes, and what has a prefix in common with one before."""
    prefixes: set[str] = set()
    exempt: set[str] = set()
    for chunk in chunks:
        named = _NAMED.fullmatch(chunk)
        if (named is not None and named[1] in prefixes) or _CODE.fullmatch(chunk):
            exempt.add(chunk)
        if named is not None:
            prefixes.add(named[1])
        if chunk not in exempt or len(exempt) > _EXEMPT:
            yield chunk


def _are_lines(row: str) -> bool:
    lengths = list(map(len, re.findall(r"[0-9a-fA-F]+", row)))
    return len(lengths) > 3 or lengths[-1] < 32


def _account(found: re.Match[str]) -> str:
    """Nothing for an account number whose check digits are right (IBAN, ISO 13616)."""
    digits = "".join(str(int(sign, 36)) for sign in found.group()[4:] + found.group()[:4])
    return " " if int(digits) % 97 == 1 else found.group()


def _digest(found: re.Match[str]) -> str:
    if len(found.group()) == _FINGERPRINT:
        return " "
    data = bytes.fromhex(found.group())
    return " " if max(data) > 127 and data.count(0) < 3 else found.group()
