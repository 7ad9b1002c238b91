"""The refusal of imagery: text fields hold human language and short identifiers, and a long run that is neither is refused.

Pure: no framework, no storage, no clock. `scan` judges one text together with what was accepted before it, `scan_document`
a parsed JSON value, `scan_texts` form fields, query arguments, path segments and headers. None of them raises, and none
repeats what it saw. docs/guard.md explains the idea and its limits.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import nlargest
from itertools import accumulate, takewhile
from typing import Final

from referral_api.guard.document import Numbers, Piece, gather, walk
from referral_api.guard.families import FAMILIES
from referral_api.guard.numbers import looks_like_bytes, number_list
from referral_api.guard.tail import Tail
from referral_api.guard.verdict import EXCESS, MOST, Verdict, judge, judged, strewn

__all__ = ["FAMILIES", "MOST", "Finding", "Tail", "scan", "scan_document", "scan_texts"]


_SHORTEST: Final = 8  # below this a text is judged only together with its neighbours
_CRUMB: Final = 4
_CRUMBS: Final = 64
_WORTH: Final = 16_384  # characters in which it is worth to look for the place
_LOOKED_AT: Final = 1_000  # texts in which it is worth to look for one that is refused alone
_ROW: Final = 7  # numbers of one name, one in each member of a list
_FINDINGS: Final = 20  # as many as an answer shows
_LONG: Final = 1_024  # bytes of UTF-8 in which a text shows by itself what it is
_NOTHING: Final = Verdict(None, 0)
_WORD: Final = 40
_SEAM: Final = 128  # bytes at both ends of a long text which may be one run with its neighbours


@dataclass(frozen=True, slots=True)
class Finding:
    """Where something was refused (a JSON Pointer, RFC 6901), its family, and its size in characters; never the content."""

    pointer: str
    family: str
    size: int


def scan(text: str, tail: Tail = Tail.EMPTY) -> tuple[str | None, Tail]:
    """Judge a text together with the ones accepted before it: (family or None, the new tail).

    A refusal returns the tail that was given, so that refused material leaves no trace.
    """
    alone = judged(text)
    if alone.family is not None:
        return alone.family, tail
    # A long text without an odd word, after others without one, has no run to be put together.
    if tail.text and (alone.odd or tail.odd or not _is_long(text)):
        before, after = (_end(tail.text), _beginning(text)) if _is_long(text) else (tail.text, text)
        while (family := judge(f"{before}\n{after}").family) is not None:
            # What was cut off before it may make a tail odd by itself; that must not silence its author.
            if len(before) < _SEAM or judge(before).family is None:
                return family, tail
            before = before[len(before) // 2 :].partition(" ")[2]
    if strewn(tail.odd + alone.odd, tail.seen + len(text)):
        return "encoded-run", tail
    return None, tail.after(text, alone.odd)


def scan_document(value: object, *, skip: Callable[[str], bool] | None = None) -> list[Finding]:
    """Judge a parsed JSON value: keys and values, alone and together, and numbers in lists.

    `skip(pointer)` says that the value there is a typed machine string which its own grammar checks.
    """
    texts, numbers, members = gather(value)
    told = _Told()
    together = _together(texts, told)
    in_rows = [number for row in members.values() if len(row) > _ROW for number in row]
    bytes_in_members = any(map(number_list, members.values())) or looks_like_bytes(in_rows)
    if together is None and not number_list(numbers) and not bytes_in_members:
        return []
    # Pointers cost more than the scan itself, so they are asked for only when something was seen.
    found = list(walk(value, skip))
    pieces = [each for each in found if isinstance(each, Piece)]
    if len(pieces) < len(texts):
        together = _together([piece.text for piece in pieces], told)
    lists = [each for each in found if isinstance(each, Numbers)]
    findings = [] if together is None else _located(pieces, together, told)
    findings += [Finding(each.pointer, "number-run", len(each.values)) for each in lists if number_list(each.values)]
    if not findings and number_list([number for each in lists for number in each.values]):
        findings = [Finding(lists[0].pointer, "number-run", sum(len(each.values) for each in lists))]
    if not findings and bytes_in_members:
        findings = [Finding("", "number-run", sum(map(len, members.values())))]
    return findings


def scan_texts(texts: Iterable[tuple[str, str]]) -> list[Finding]:
    """Judge (pointer, text) pairs, alone and together."""
    pieces = [Piece(pointer, text) for pointer, text in texts]
    told = _Told()
    together = _together([piece.text for piece in pieces], told)
    return [] if together is None else _located(pieces, together, told)


class _Told(dict[str, Verdict]):
    """What was said of the texts of one document, so that none is judged twice."""

    def __missing__(self, text: str) -> Verdict:
        verdict = self[text] = judged(text)
        return verdict


def _located(pieces: list[Piece], together: str, told: _Told) -> list[Finding]:
    """Where it stands: the texts that are refused alone, or else the place that holds what was only seen together.

    Of very many texts the longest are looked at, until enough is found for an answer.
    """
    if together == EXCESS:
        longest = max(pieces, key=lambda piece: len(piece.text))
        return [Finding(longest.pointer, EXCESS, sum(len(piece.text) for piece in pieces))]
    read = list(zip(pieces, _within([piece.text for piece in pieces]), strict=False))
    if len(read) > _LOOKED_AT:
        chosen = nlargest(_LOOKED_AT, range(len(read)), key=lambda index: len(read[index][1]))
        read = [read[index] for index in sorted(chosen)]
    alone: list[tuple[Piece, Verdict]] = []
    findings: dict[str, Finding] = {}
    for piece, text in read:
        seen = told[text] if len(text) >= _SHORTEST else _NOTHING
        alone.append((piece, seen))
        if seen.family is not None:
            findings[piece.pointer] = Finding(piece.pointer, seen.family, len(piece.text))
            if len(findings) == _FINDINGS:
                break
    if findings:
        return list(findings.values())
    pointer = _where(pieces, together, told)
    if pointer is None:
        pointer = max(alone, key=lambda each: (each[1].odd, len(each[0].text)))[0].pointer
    return [Finding(pointer, together, sum(len(piece.text) for piece in pieces))]


def _where(pieces: list[Piece], family: str, told: _Told) -> str | None:
    """The place that holds all of what was only seen together: the list or object of the fewest neighbours that are refused."""
    if sum(len(piece.text) for piece in pieces) > _WORTH:
        return None

    def refused(start: int, end: int) -> bool:
        return _together([piece.text for piece in pieces[start:end]], told) == family

    end = _first(len(pieces), lambda size: refused(0, size))
    start = end - _first(end, lambda size: refused(end - size, end))
    parts = list(zip(*(piece.pointer.split("/") for piece in pieces[start:end]), strict=False))
    shared = "/".join(part[0] for part in takewhile(lambda part: len(set(part)) == 1, parts))
    return shared or None


def _first(most: int, holds: Callable[[int], bool]) -> int:
    """The least size up to `most` for which something holds that goes on holding for larger ones."""
    return bisect_left(range(1, most), True, key=holds) + 1


def _together(texts: list[str], told: _Told) -> str | None:
    """The family of what texts hold in a row; once more without the repeated ones, which only hold the others apart.

    A long text is judged by itself; only its ends are judged with its neighbours, and not even those if it has no odd word.
    What is more than MOST is not read, and refused for that if nothing else is.
    """
    excess = EXCESS if sum(map(len, texts)) > MOST else None
    texts = _within(texts) if excess else texts
    odd, parts = 0, []
    for text in texts:
        if _is_long(text):
            alone = told[text]
            if alone.family is not None:
                return alone.family
            odd += alone.odd
            text = _ends(text) if alone.odd else ""
        parts.append(text)
    verdict = judge("\n".join(parts))
    if verdict.family is not None:
        return verdict.family
    if odd and strewn(2 * odd, sum(map(len, texts))):
        return "encoded-run"
    short = "".join([text for text in texts if len(text) <= _CRUMB])
    if len(short) > _CRUMBS and sum(map(str.isdigit, short)) * 4 > len(short) and (family := judge(short).family):
        return family
    if verdict.odd:
        once = [part for part, times in Counter(parts).items() if times == 1]
        if len(once) < len(parts) and (family := judge("\n".join(once)).family):
            return family
    return excess


def _within(texts: list[str]) -> list[str]:
    """The texts up to the character with which they are MOST together."""
    lengths = accumulate(map(len, texts), initial=0)
    return [text[: MOST - before] for text, before in zip(texts, lengths, strict=False) if before < MOST]


def _is_long(text: str) -> bool:
    return len(text) * 4 > _LONG and len(_utf8(text)) > _LONG


def _ends(text: str) -> str:
    return f"{_beginning(text)}\n{_end(text)}"


def _beginning(text: str) -> str:
    """The first bytes of a text; a word that would be cut, such as an identifier, is left out."""
    whole = _utf8(text[: _SEAM + _WORD])[: _SEAM + _WORD].decode("utf-8", "ignore")
    return (whole.rsplit(None, 1) or [""])[0]


def _end(text: str) -> str:
    whole = _utf8(text[-_SEAM - _WORD :])[-_SEAM - _WORD :].decode("utf-8", "ignore")
    return (whole.split(None, 1) or [""])[-1]


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
