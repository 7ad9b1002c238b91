"""Texts that are read before acceptance must not say who the child is: the case's own names, phones, addresses and references."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["says_who"]

_WORDS = re.compile(r"[^\W_]+", re.UNICODE)
_NAMES = ("given_names", "family_names", "preferred_name")


def says_who(text: str, documents: Mapping[str, Mapping[str, Any]], case_number: str | None = None) -> bool:
    """True if the text holds something that identifies the child of these documents (data class -> content)."""
    words = _folded(text)
    joined = f" {' '.join(words)} "
    digits = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit())
    if any(f" {' '.join(name)} " in joined for name in _names(documents) if name):
        return True
    for value in _exact(documents, case_number):
        folded = _folded(value)
        if folded and f" {' '.join(folded)} " in joined:
            return True
    return any(phone in digits for phone in _phones(documents))


def _folded(text: str) -> list[str]:
    """Words without case, accents and Arabic marks, so that spelling does not hide a name."""
    plain = "".join(
        c
        for c in unicodedata.normalize("NFKD", text).casefold()
        if not unicodedata.combining(c) and unicodedata.category(c) != "Cf"
    )
    return _WORDS.findall(plain)


def _names(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[list[str]]:
    identity = documents.get("identity", {})
    people = [identity.get(key) for key in _NAMES]
    people += [carer.get("name") for carer in documents.get("family", {}).get("caregivers") or []]
    for name in people:
        folded = _folded(name or "")
        yield folded
        yield from ([word] for word in folded if len(word) >= 4)


def _exact(documents: Mapping[str, Mapping[str, Any]], case_number: str | None) -> Iterable[str]:
    contact, identity = documents.get("contact", {}), documents.get("identity", {})
    justice, investigation = documents.get("justice_status", {}), documents.get("investigation", {})
    found = [contact.get("address"), contact.get("email"), justice.get("police_reference"), case_number]
    found += [documents.get("education", {}).get("school"), *_places(contact.get("address") or "")]
    found += [reference.get("value") for reference in identity.get("references") or []]
    found += list(investigation.get("icse_references") or [])
    return [value for value in found if value and len(value) >= 4]


def _places(address: str) -> Iterator[str]:
    """The parts of an address that tell a house or a street: those with a number. A town alone tells little."""
    for part in re.split(r"[,;\n]", address):
        if any(c.isdigit() for c in part) and len(part.split()) > 1:
            yield part


def _phones(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    phones = list(documents.get("contact", {}).get("phones") or [])
    phones += [carer.get("phone") for carer in documents.get("family", {}).get("caregivers") or []]
    for phone in phones:
        digits = "".join(c for c in phone or "" if c.isdigit())
        if len(digits) >= 7:
            yield digits[-8:]
