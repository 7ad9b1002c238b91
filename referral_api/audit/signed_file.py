"""A signed note beside a file: what its bytes were when the log's operator wrote it (C2SP signed-note, by the log's own key).

Its first line is no log's origin, so that nobody can take it for a checkpoint.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from referral_api.audit.note import Note, NoteError, SignerKey, VerifierKey, sign
from referral_api.audit.tampering import Fault, Verdict

__all__ = ["NotBelieved", "Written", "read_note", "sign_file", "verify_file"]

_FIRST: Final = "referral-audit-file/1"


def sign_file(signer: SignerKey, *, form: str, digest: str, entries: int, tree_size: int) -> Note:
    """Sign a file of the log: its form (ndjson, csv, fhir), SHA-256 in hexadecimal, entries, and the tree they are of."""
    return sign(f"{_FIRST}\n{signer.name}\n{form}\n{digest}\n{entries}\n{tree_size}\n", signer)


@dataclass(frozen=True, slots=True)
class Written:
    """What a note says of the file beside it."""

    form: str
    digest: str
    entries: int
    tree_size: int


def read_note(note: bytes, key: VerifierKey | None) -> Written:
    """What a note beside a file says. ValueError if it is of another format, NoteError (one too) if nobody known signed it."""
    parsed = Note.parse(note)
    first, origin, form, digest, entries, tree_size = parsed.text.removesuffix("\n").split("\n")
    if first != _FIRST or not entries.isdecimal() or not tree_size.isdecimal():
        raise ValueError("not a note beside a file of a log")
    if key is None:
        raise NotBelieved("cannot be checked without the log's key")
    try:
        parsed.verify([key])
    except NoteError as wrong:
        raise NotBelieved(f"is not to be believed: {wrong}") from wrong
    if origin != key.name:
        raise NotBelieved("is of another log")
    return Written(form, digest, int(entries), int(tree_size))


class NotBelieved(NoteError):
    """The note has the right form, and is not by whom it should be."""


def verify_file(note: bytes, parts: Iterable[bytes], key: VerifierKey | None) -> Verdict:
    """Check that a file, given in parts, is the one that was signed. Without a key nobody is believed."""
    try:
        said = read_note(note, key)
    except NotBelieved as wrong:
        return Verdict(f"The note beside the file {wrong}.", Fault.UNSIGNED)
    except ValueError:
        return Verdict("The note beside the file is not of this format.", Fault.UNREADABLE)
    found = sha256()
    for part in parts:
        found.update(part)
    if found.hexdigest() != said.digest:
        return Verdict("The file is not the one that was signed.", Fault.CHANGED)
    message = f"The file ({said.form}) is as it was signed: {said.entries} entries of the log of {said.tree_size}."
    return Verdict(message, tree_size=said.tree_size)
