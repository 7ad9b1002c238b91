"""Checks exports and archives entry by entry, and names the first that is wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from referral_api.audit.checkpoint import Checkpoint
from referral_api.audit.merkle import verify_inclusion
from referral_api.audit.note import NoteError
from referral_api.audit.reading import Export, Unreadable, read_export
from referral_api.audit.tampering import Fault, Hashes, Verdict, first_departure, first_misnumbered, named
from referral_api.audit.trust import NOBODY, Trust, clash

__all__ = ["verify_export"]


def verify_export(lines: Iterable[bytes], trust: Trust = NOBODY, archives: Sequence[Iterable[bytes]] = ()) -> Verdict:
    """Check an export, or name the first entry that was changed, removed, inserted or put elsewhere.

    With archives, given by their lines, each entry that the export shows by its hash alone must be in one of them.
    """
    whole = _read_and_check(lines, trust)
    if isinstance(whole, Verdict):
        return whole
    export, judge, verdict = whole
    if not archives or not verdict.valid:
        return verdict
    seen = bytearray(len(export.indices))
    for archive in archives:
        part = _read_and_check(archive, replace(judge, quorum=0))
        if isinstance(part, Verdict) or not part[2].valid:
            wrong = part if isinstance(part, Verdict) else part[2]
            return replace(wrong, message=f"An archive does not hold. {wrong.message}")
        if fault := _mark(export, part[0], judge, seen):
            return fault
    lacking = next((place for place in export.archived if not seen[place]), None)
    if lacking is not None:
        message = f"Entry {lacking} is archived, and is in none of the archives given."
        return Verdict(message, Fault.REMOVED, lacking, lacking, verdict.tree_size)
    message = f"All {verdict.tree_size} entries are as they were signed, {verdict.archived} of them in archives."
    return replace(verdict, message=message)


def _mark(export: Export, archive: Export, judge: Trust, seen: bytearray) -> Verdict | None:
    """Note which entries of the whole log are in this archive; a verdict if it is not of the same log."""
    found, signed = Hashes(archive.found), Hashes(export.found)
    checkpoint = judge.open(archive.checkpoints[-1], quorum=0).checkpoint
    final = judge.open(export.checkpoints[-1], quorum=0).checkpoint
    if wrong := clash(final, [checkpoint]):
        return wrong
    hidden = set(archive.archived)
    for place, index in enumerate(archive.indices):
        if found[place] != signed[index]:
            return Verdict(f"The archive shows another entry {index} than the log.", Fault.INCONSISTENT, index, index)
        seen[index] |= place not in hidden
    return None


def _read_and_check(lines: Iterable[bytes], trust: Trust) -> Verdict | tuple[Export, Trust, Verdict]:
    try:
        export = read_export(lines)
        judge = trust if trust.key else replace(trust, key=export.key)
        final = judge.open(export.checkpoints[-1]).checkpoint
        earlier = [judge.open(note, quorum=0).checkpoint for note in export.checkpoints[:-1]]
    except Unreadable as wrong:
        return Verdict(str(wrong), *((Fault.TRUNCATED, wrong.entries) if wrong.cut else (Fault.UNREADABLE,)))
    except NoteError as wrong:
        return Verdict(f"A checkpoint is not to be believed: {wrong}.", Fault.UNSIGNED)
    if export.origin != final.origin:
        return Verdict("The header names another log than the checkpoint.", Fault.UNREADABLE)
    verdict = clash(final, [*earlier, *trust.known])
    if verdict is None:
        verdict = _complete(export, final, [*earlier, *trust.known]) if export.complete else _selection(export, final)
    if verdict.valid and export.counted != len(export.indices):
        verdict = Verdict(f"The last line counts {export.counted} entries.", Fault.UNREADABLE)
    if verdict.valid and trust.key is None:
        verdict = replace(verdict, message=verdict.message + " The key was the file's own: who signed is not shown.")
    return export, judge, verdict


def _complete(export: Export, final: Checkpoint, others: Sequence[Checkpoint]) -> Verdict:
    found, stated = Hashes(export.found), Hashes(export.stated)
    ordered = sorted([*others, final], key=lambda checkpoint: checkpoint.size)
    roots = found.roots({checkpoint.size for checkpoint in ordered})
    wrong = next((c for c in ordered if roots.get(c.size) != c.root), None)
    misnumbered = first_misnumbered(export.indices)
    if wrong is None and misnumbered is None and len(found) == final.size:
        return _all_signed(final.size, len(export.archived))
    # The tiles tell exactly what happened, if they are themselves what was signed.
    if len(stated) == final.size and stated.roots({final.size}) == {final.size: final.root}:
        if departure := first_departure(found, stated):
            return named(*departure, tree_size=final.size)
        if wrong is not None:
            message = f"The tree of {wrong.size} entries that was signed earlier is not part of this log."
            return Verdict(message, Fault.INCONSISTENT)
    if misnumbered:
        return named(*misnumbered, tree_size=final.size)
    if wrong is None:
        return named(Fault.INSERTED, final.size, tree_size=final.size)
    if wrong.size > len(found):
        return named(Fault.TRUNCATED, len(found), last=final.size - 1, tree_size=final.size)
    first = max((c.size for c in ordered if c.size < wrong.size), default=0)
    return named(Fault.CHANGED, first, last=wrong.size - 1, tree_size=final.size)


def _all_signed(size: int, archived: int) -> Verdict:
    message = f"All {size} entries are as they were signed."
    if archived:
        message = (
            f"All {size} entries are as they were signed; {archived} of them are archived, and here as hashes only."
        )
    return Verdict(message, tree_size=size, archived=archived)


def _selection(export: Export, final: Checkpoint) -> Verdict:
    found, previous = Hashes(export.found), -1
    for place, (index, proof) in enumerate(zip(export.indices, export.proofs, strict=True)):
        if index <= previous:
            return named(Fault.REORDERED, index, tree_size=final.size)
        if not verify_inclusion(
            leaf_hash=found[place], index=index, tree_size=final.size, proof=proof, root=final.root
        ):
            return named(Fault.UNPROVED, index, tree_size=final.size)
        previous = index
    message = f"All {len(found)} entries shown are in the log of {final.size}; whether others belong here is not shown."
    return Verdict(message, tree_size=final.size)
