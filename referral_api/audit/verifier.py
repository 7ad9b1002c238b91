"""Checks an export, a proof or a checkpoint of an audit log without the server that made it.

It shares nothing with the server but the format (docs/audit-format.md), so it reads other programs' logs as well:

    python -m referral_api.audit.verifier FILE --key 'example.org/log+1a2b3c4d+AX...'

Exit status: 0 what was checked holds, 1 it does not, 2 the command was wrong.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from referral_api.audit.canonical import NotCanonical, loads
from referral_api.audit.checking import verify_export
from referral_api.audit.checkpoint import Checkpoint
from referral_api.audit.merkle import leaf_hash, verify_consistency, verify_inclusion
from referral_api.audit.note import Note, NoteError, VerifierKey
from referral_api.audit.reading import Unreadable, hash_list
from referral_api.audit.signed_file import verify_file
from referral_api.audit.tampering import Fault, Verdict
from referral_api.audit.trust import NOBODY, Trust, clash

__all__ = ["Trust", "beside", "main", "verify_checkpoint", "verify_export", "verify_proof", "verify_written"]


def verify_checkpoint(note: str, trust: Trust) -> Verdict:
    """Check a checkpoint's signatures, and that it does not contradict those seen earlier."""
    try:
        opened = trust.open(note)
    except NoteError as wrong:
        return Verdict(f"The checkpoint is not to be believed: {wrong}.", Fault.UNSIGNED)
    size, witnesses = opened.checkpoint.size, len(opened.cosignatures)
    message = f"The log had {size} entries when this was signed; {witnesses} known witnesses say so too."
    return clash(opened.checkpoint, trust.known) or Verdict(message, tree_size=size)


def verify_proof(proof: Mapping[str, Any], trust: Trust = NOBODY, *, leaf: bytes | None = None) -> Verdict:
    """Check an inclusion or consistency proof in the JSON of the HTTP interface; `leaf` is the entry it is about."""
    try:
        return _consistency(proof, trust) if "first_size" in proof else _inclusion(proof, trust, leaf)
    except KeyError as wrong:
        return Verdict(f"The proof lacks {wrong}.", Fault.UNREADABLE)
    except Unreadable as wrong:
        return Verdict(f"This is not a proof: {wrong}.", Fault.UNREADABLE)
    except NoteError as wrong:
        return Verdict(f"The proof is not to be believed: {wrong}.", Fault.UNSIGNED)


def _inclusion(proof: Mapping[str, Any], trust: Trust, leaf: bytes | None) -> Verdict:
    index, size = proof["index"], proof["tree_size"]
    stated, root = hash_list([proof["leaf_hash"], proof["root_hash"]])
    if not verify_inclusion(leaf_hash=stated, index=index, tree_size=size, proof=hash_list(proof["hashes"]), root=root):
        return Verdict("The hashes do not lead from the entry to the root.", Fault.UNPROVED)
    if leaf is not None and leaf_hash(leaf) != stated:
        return Verdict("The proof is about another entry.", Fault.UNPROVED)
    if trust.key is None:
        return Verdict(f"The hashes lead from entry {index} to the root; who signed is not shown.", tree_size=size)
    note = proof["checkpoint"]
    if not isinstance(note, str):
        raise Unreadable("its checkpoint is not a text")
    checkpoint = trust.open(note).checkpoint
    if (checkpoint.size, checkpoint.root) != (size, root):
        return Verdict("The checkpoint is of another tree.", Fault.UNPROVED)
    return clash(checkpoint, trust.known) or Verdict(f"Entry {index} is in the log of {size}.", tree_size=size)


def _consistency(proof: Mapping[str, Any], trust: Trust) -> Verdict:
    first, second = proof["first_size"], proof["second_size"]
    first_root, second_root = hash_list([proof["first_root"], proof["second_root"]])
    if not verify_consistency(
        first_size=first,
        second_size=second,
        first_root=first_root,
        second_root=second_root,
        proof=hash_list(proof["hashes"]),
    ):
        return Verdict("The second tree does not only add to the first.", Fault.INCONSISTENT)
    seen = {checkpoint.size: checkpoint.root for checkpoint in trust.known}
    if seen.get(first, first_root) != first_root or seen.get(second, second_root) != second_root:
        return Verdict("The proof is about another tree than the one seen earlier.", Fault.INCONSISTENT)
    return Verdict(f"The tree of {second} entries only adds to that of {first}.", tree_size=second)


def beside(path: Path) -> Path:
    """Where the note of a written file is."""
    return path.with_name(path.name + ".note")


def verify_written(
    path: Path, lines: Iterable[bytes], trust: Trust = NOBODY, archives: Sequence[Iterable[bytes]] = ()
) -> Verdict:
    """Check a file that was written with a note beside it, or an export alone. `lines` are the file's own.

    An export is checked entry by entry, and then whole by its note; CSV and FHIR have nothing but the note.
    """
    note = beside(path)
    with path.open("rb") as file:
        export = b'"format"' in file.readline()
    found = verify_export(lines, trust, archives) if export or not note.is_file() else None
    if note.is_file() and trust.key is not None and (found is None or found.valid):
        with path.open("rb") as file:
            whole = verify_file(note.read_bytes(), lines if found is None else file, trust.key)
        return whole if found is None or not whole.valid else found
    return found or verify_file(note.read_bytes(), lines, trust.key)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: says what was found, and returns the exit status."""
    parser = argparse.ArgumentParser(prog="verifier", description="Check an export, a proof or a checkpoint offline.")
    parser.add_argument("file", type=Path, help="an export (NDJSON), a proof (JSON) or a checkpoint (signed note)")
    parser.add_argument("--key", type=VerifierKey.parse, help="the log's verifier key: name+id+base64")
    parser.add_argument("--origin", help="the log's origin, if it is not the name of its key")
    parser.add_argument("--witness", type=VerifierKey.parse, action="append", default=[], help="a witness's key")
    parser.add_argument("--quorum", type=int, default=0, help="how many of the witnesses must have cosigned")
    parser.add_argument("--known", type=Path, action="append", default=[], help="a checkpoint kept from earlier")
    parser.add_argument("--leaf", type=Path, help="the entry that a proof is about, in its canonical bytes")
    parser.add_argument("--archive", type=Path, action="append", default=[], help="an archive of the log")
    options = parser.parse_args(arguments)
    trust = Trust(options.key, options.origin, options.witness, options.quorum)
    try:
        known = [Checkpoint.parse(Note.parse(path.read_bytes()).text) for path in options.known]
        leaf = options.leaf.read_bytes() if options.leaf else None
        with ExitStack() as files:
            archives = [files.enter_context(path.open("rb")) for path in options.archive]
            verdict = _read(options.file, replace(trust, known=known), leaf, archives)
    except (OSError, ValueError) as wrong:
        parser.error(str(wrong))
    sys.stdout.write(f"{verdict.fault or 'valid'}: {verdict.message}\n")
    return 0 if verdict.valid else 1


def _read(path: Path, trust: Trust, leaf: bytes | None, archives: Sequence[Iterable[bytes]]) -> Verdict:
    with path.open("rb") as file:
        start = file.readline()
        file.seek(0)
        if b'"format"' in start or beside(path).is_file():
            return verify_written(path, file, trust, archives)
        if not start.startswith(b"{"):
            return verify_checkpoint(file.read().decode(), trust)
        try:
            return verify_proof(loads(file.read()), trust, leaf=leaf)
        except NotCanonical as wrong:
            return Verdict(f"This is not a proof: {wrong}.", Fault.UNREADABLE)


if __name__ == "__main__":
    raise SystemExit(main())
