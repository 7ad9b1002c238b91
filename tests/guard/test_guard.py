from __future__ import annotations

import base64
import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_api import guard
from referral_api.guard.verdict import judge
from tests.guard.hostile import TEXTS
from tests.guard.material import png
from tests.guard.prose import PROSE

PICTURE = base64.b64encode(png(random.Random(7)) + random.Random(8).randbytes(80)).decode()

ADDRESSES = {
    "data-uri": (
        "data:image/png;base64,iVBOR",
        "DATA:IMAGE/SVG+XML;UTF8,abc",
        "d a t a : image/png ; base64 , AAAA",
        "data&#58;image/png;base64,AAAA",
        "data%3Aimage%2Fpng%3Bbase64%2CAAAA",
        "\uff44\uff41\uff54\uff41:image/gif;base64,AAAA",
        "da\u200bta:image/gif;base64,AAAA",
        "\\u0064ata:video/mp4;base64,AAAA",
    ),
    "embedding": (
        "<img src=x>",
        "<IMG\nSRC='x'>",
        "< img src=x>",
        "<svg><circle r=1></svg>",
        "<iframe src=https://a.example>",
        "<object data=x>",
        "<embed src=x>",
        "<video controls>",
        "<audio>",
        "<picture>",
        "<source srcset=a>",
        "<style>a{}</style>",
        "<p style='background:url(x)'>",
        "<a:img b>",
        "&lt;img src=x&gt;",
        "%3Cimg%20src=x%3E",
        "background: url(https://a.example/x)",
        "![a photo](x)",
        "![a][b]\n\n[b]: https://a.example/x",
        "![a photo]\n\n[a photo]: https://a.example/x",
        "![[x.png]]",
        "[img]x[/img]",
        "[[File:x.png]]",
        ".. image:: x.png",
        "\\includegraphics{x}",
    ),
    "media-link": (
        "https://a.example/x.jpg",
        "see https://a.example/y/x.PNG?size=2",
        "hxxps://a[.]example/x.mp4",
        "a.example/x.webp",
        "//a.example/x.gif",
        "https://www.dropbox.com/s/abc/x",
        "https://drive.google.com/file/d/1",
        "mega.nz/file/x",
        "https://we.tl/t-abc",
        "https://youtu.be/abc",
        "magnet:?xt=urn:btih:abc",
        "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
        "https://ipfs.io/ipfs/Qmabc",
        "expyuzz4wqqyqhjn.onion",
        "http://expyuzz4wqqyqhjnaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.onion/x",
        "blob:https://a.example/1",
        "cid:part1@a.example",
    ),
}


@pytest.mark.parametrize(("family", "text"), [(family, text) for family, texts in ADDRESSES.items() for text in texts])
def test_addresses_and_markup_of_imagery_are_refused_by_family(family: str, text: str) -> None:
    assert family == guard.scan(f"The unit wrote: {text} on Monday.")[0]


def test_every_family_says_where_such_material_must_go() -> None:
    assert all("national" in help_text and "ICSE" in help_text for help_text in guard.FAMILIES.values())


@pytest.mark.parametrize(
    ("text", "family"),
    [
        (PICTURE, "file-signature"),
        (base64.b64encode(random.Random(1).randbytes(90)).decode(), "encoded-run"),
        ("".join(f"%{byte:02X}" for byte in random.Random(1).randbytes(60)), "escaped-bytes"),
        (" ".join(map(str, random.Random(1).randbytes(60))), "number-run"),
        (random.Random(1).randbytes(60).decode("latin-1"), "raw-bytes"),
        ("".join(chr(0x4E00 + each * 80) for each in random.Random(1).randbytes(60)), "odd-glyphs"),
        ("ok" + "\u200b\u200c" * 40, "hidden-characters"),
    ],
)
def test_what_was_seen_is_named_by_its_family(text: str, family: str) -> None:
    assert family == guard.scan(text)[0]


def test_findings_point_to_the_field_and_name_its_size() -> None:
    document = {"need": PROSE["en"], "subject": {"a/b~c": [PROSE["fr"], PICTURE]}}
    assert [guard.Finding("/subject/a~1b~0c/1", "file-signature", len(PICTURE))] == guard.scan_document(document)


def test_what_is_split_over_a_list_is_found_at_the_list() -> None:
    parts = [PICTURE[at : at + 6] for at in range(0, len(PICTURE), 6)]
    document = {
        "need": PROSE["en"],
        "subject": {"name": PROSE["fr"]},
        "flags": [*["seen"] * 400, *parts],
        "note": PROSE["es"],
    }
    assert ["/flags"] == [finding.pointer for finding in guard.scan_document(document)]
    third = len(PICTURE) // 3 + 1
    over_fields = {
        "need": PROSE["en"],
        "a": PICTURE[:third],
        "b": PICTURE[third : 2 * third],
        "c": PICTURE[2 * third :],
    }
    assert guard.scan_document(over_fields)[0].pointer in {"/a", "/b", "/c"}


def test_a_key_is_scanned_as_a_value_is() -> None:
    assert ["/" + PICTURE.replace("/", "~1")] == [finding.pointer for finding in guard.scan_document({PICTURE: 1})]


def test_what_is_skipped_is_not_scanned_but_its_neighbours_are() -> None:
    document = {"jwks": {"keys": [{"n": PICTURE}]}, "name": "Unit"}
    assert [] == guard.scan_document(document, skip=lambda pointer: pointer == "/jwks")
    assert ["/jwks/keys/0/n"] == [finding.pointer for finding in guard.scan_document(document)]
    assert ["/note"] == [
        finding.pointer for finding in guard.scan_document({**document, "note": PICTURE}, skip=lambda at: at == "/jwks")
    ]


def test_numbers_in_lists_are_refused_when_many_or_bytes() -> None:
    assert [] == guard.scan_document({"ages": list(range(4, 18)), "monthly": [3, 9, 12, 40, 8, 7, 11, 2, 5, 6, 9, 10]})
    assert [guard.Finding("/a", "number-run", 80)] == guard.scan_document({"a": list(range(80))})
    assert [guard.Finding("/a", "number-run", 40)] == guard.scan_document({"a": list(png(random.Random(1))[:40])})
    assert ["number-run"] == [each.family for each in guard.scan_document([[1.5, 2.5] for _ in range(40)])]


def test_pairs_of_names_and_texts_are_scanned_together() -> None:
    half = len(PICTURE) // 2
    assert [] == guard.scan_texts([("username", "maria.santos"), ("next", "/v1/cases?limit=50")])
    findings = guard.scan_texts([("a", "seen"), ("b", PICTURE[:half]), ("c", PICTURE[half:])])
    assert findings[0].pointer == "b"
    assert [] == guard.scan_texts([])


def test_long_blanks_at_either_end_of_a_text_are_read_as_blanks() -> None:
    text = " " * 2_000 + PROSE["en"] + "\n" * 2_000
    assert [] == guard.scan_document({"need": text, "note": text})
    assert None is guard.scan(text, guard.scan(text)[1])[0]


def test_a_refusal_leaves_the_tail_as_it_was() -> None:
    _, tail = guard.scan(PROSE["en"])
    assert ("file-signature", tail) == guard.scan(PICTURE, tail)


def test_a_tail_survives_sealing_and_stays_small() -> None:
    tail = guard.Tail.EMPTY
    for text in PROSE.values():
        tail = guard.scan(text, tail)[1]
    assert sum(map(len, PROSE.values())) == tail.seen
    assert len(tail.to_bytes()) <= 2_057
    assert tail == guard.Tail.from_bytes(tail.to_bytes())


@pytest.mark.parametrize("data", [b"", b"\x02" + bytes(8), bytes(3_000), b"\x01" + bytes(8) + b"\xff"])
def test_bytes_that_are_no_tail_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"tail|utf-8"):
        guard.Tail.from_bytes(data)


def test_what_is_longer_than_any_field_is_judged_in_blocks_that_overlap() -> None:
    ordinary = ((PROSE["en"] + "\n") * 2_000)[: guard.MOST - len("need") - len(PICTURE)]
    assert [] == guard.scan_document({"need": ordinary})
    for at in (0, 32_700, 33_700, 60_000, len(ordinary) - 5):
        text = ordinary[:at] + PICTURE + ordinary[at:]
        assert [("/need", len(text))] == [(each.pointer, each.size) for each in guard.scan_document({"need": text})]


def test_more_text_than_any_request_carries_is_refused_without_being_read_to_its_end() -> None:
    rest = ((PROSE["en"] + "\n") * 9_000)[: guard.MOST]
    assert [guard.Finding("/need", "excess", len("need") + guard.MOST)] == guard.scan_document({"need": rest})
    assert ("excess", guard.Tail.EMPTY) == guard.scan(rest + ".")
    many = {"need": rest[:100], "flags": [rest[at : at + 1_000] for at in range(0, guard.MOST, 1_000)]}
    assert ["excess"] == [each.family for each in guard.scan_document(many)]
    assert ["/need"] == [each.pointer for each in guard.scan_document({"need": PICTURE, "rest": [rest, PICTURE]})]


@pytest.mark.parametrize("make", TEXTS.values(), ids=TEXTS.keys())
def test_the_cost_grows_with_the_size_and_no_faster(make: Callable[[int], str]) -> None:
    def cost(size: int) -> float:
        text = make(size)
        best = 1e9
        for _ in range(2):
            start = time.process_time()
            judge(text)
            best = min(best, time.process_time() - start)
        return best

    # Eight times the size: a square would cost sixty-four times as much. What is longer is judged in blocks of this size.
    assert cost(32_000) < max(cost(4_000), 0.004) * 24


def test_many_short_items_and_deep_nests_are_answered_soon() -> None:
    nest: list[object] = []
    for _ in range(100_000):
        nest = [nest]
    start = time.process_time()
    guard.scan_document(nest)
    guard.scan_document(["seen"] * 100_000)
    assert time.process_time() - start < 2


@settings(max_examples=150)
@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_gets_an_answer_and_only_an_accepted_one_moves_the_tail(first: str, second: str) -> None:
    family, tail = guard.scan(first)
    assert (tail == guard.Tail.EMPTY) == (family is not None or not first)
    assert family is None or family in guard.FAMILIES
    again, after = guard.scan(second, tail)
    assert (after == tail) if again else (after.seen == tail.seen + len(second))
    assert guard.Tail.from_bytes(after.to_bytes()).seen == after.seen


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
        max_leaves=20,
    )
)
def test_any_json_value_gets_an_answer(value: object) -> None:
    assert all(finding.family in guard.FAMILIES for finding in guard.scan_document(value))
    assert bool(guard.scan_document(value)) == bool(guard.scan_document(value, skip=lambda pointer: False))


def test_a_finding_never_shows_what_was_found() -> None:
    finding = guard.scan_document({"need": PICTURE})[0]
    assert PICTURE[:8] not in repr(finding)
