"""How much the guard refuses of what it must refuse, and how little of what it must accept: docs/guard.md shows these numbers."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator

from referral_api import guard
from tests.guard.carriers import CARRIERS, in_prose, refused_over_notes
from tests.guard.encodings import EXOTIC, PLAIN
from tests.guard.few_signs import FEW_SIGNS
from tests.guard.material import FORMATS
from tests.guard.ordinary import identifiers, ordinary
from tests.guard.prose import PROSE

IN_PIECES = ("base64", "base64url", "base32", "hex", "HEX", "z85", "decimal")


def files(turns: int, seed: str) -> Iterator[tuple[str, bytes]]:
    for name, make in FORMATS.items():
        for turn in range(turns):
            yield name, make(random.Random(f"{seed} {name} {turn}"))


def accepted(encodings: dict[str, Callable[[bytes], str]], turns: int) -> tuple[int, list[tuple[str, str, int]]]:
    """How many texts were made, and which of them the guard let through, alone or in prose."""
    made, through = 0, []
    for encoding, encode in encodings.items():
        for turn, (name, data) in enumerate(files(turns, encoding)):
            text = encode(data)
            value = text if turn % 2 else in_prose(text, random.Random(turn))
            made += 1
            if not guard.scan_document(value):
                through.append((encoding, name, len(data)))
    return made, through


def test_plain_formats_in_common_encodings_are_always_refused() -> None:
    made, through = accepted(PLAIN, turns=4)
    assert len(PLAIN) * len(FORMATS) * 4 == made
    assert [] == through


def test_exotic_encodings_are_refused_in_at_least_99_of_100_cases() -> None:
    made, through = accepted(EXOTIC, turns=2)
    assert len(through) * 100 <= made, through


def test_files_in_pieces_are_refused_in_at_least_99_of_100_cases() -> None:
    made, through = 0, []
    for carrier, carry in CARRIERS.items():
        for encoding in IN_PIECES:
            for name, data in files(1, f"{carrier} {encoding}"):
                made += 1
                if not guard.scan_document(carry(PLAIN[encoding](data), random.Random(made))):
                    through.append((carrier, encoding, name, len(data)))
    assert len(through) * 100 <= made, through


def test_files_over_consecutive_notes_are_refused_in_at_least_99_of_100_cases() -> None:
    made, through = 0, []
    for encoding in IN_PIECES:
        for name, data in files(2, f"notes {encoding}"):
            made += 1
            if not refused_over_notes(PLAIN[encoding](data), random.Random(made).choice((24, 40, 80))):
                through.append((encoding, name, len(data)))
    assert len(through) * 100 <= made, through


def test_ordinary_texts_are_accepted_in_at_least_999_of_1000_cases() -> None:
    texts = list(ordinary())
    refused = [name for name, text in texts if guard.scan(text)[0] is not None]
    assert 1_000 < len(texts)
    assert len(refused) * 1_000 <= len(texts), refused


def test_lists_of_identifiers_are_accepted_in_every_shape_of_a_document() -> None:
    refused = []
    for name, text in identifiers(random.Random(5)).items():
        items = text.replace(", ", "\n").replace("; ", "\n").split("\n")
        for document in (
            {"references": [{"kind": "other", "value": item} for item in items]},
            {"references": items},
            {"need": PROSE["ar"], "references": items, "note": PROSE["es"]},
        ):
            refused += [name for _ in guard.scan_document(document)]
    assert [] == refused


def test_dozens_of_digests_are_not_an_ordinary_list() -> None:
    digests = [hashlib.sha256(bytes([number])).hexdigest() for number in range(40)]
    assert [] == guard.scan_document({"references": digests[:3]})
    assert ["encoded-run"] == [finding.family for finding in guard.scan_document({"references": digests})]


def test_all_ordinary_notes_of_a_case_are_accepted_one_after_another() -> None:
    tail, families = guard.Tail.EMPTY, []
    for name, text in ordinary():
        if name.startswith(("prose", "mixed 1")):
            family, tail = guard.scan(text, tail)
            families.append(family)
    assert {None} == set(families)


def test_codes_with_few_signs_are_refused_for_files_of_a_hundred_bytes_in_at_least_98_of_100_cases() -> None:
    made, through = 0, []
    for encoding, encode in FEW_SIGNS.items():
        for turn in range(8):
            text = encode(random.Random(f"{encoding} {turn}").randbytes(100))
            made += 1
            if not guard.scan_document(in_prose(text, random.Random(turn)) if turn % 2 else text):
                through.append((encoding, turn))
    assert len(through) * 50 <= made, through
