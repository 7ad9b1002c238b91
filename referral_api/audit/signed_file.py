"""A signed note beside a file: what its bytes were when the log's operator wrote it (C2SP signed-note, by the log's own key).

Its first line is no log's origin, so that nobody can take it for a checkpoint.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from referral_api.audit.note import Note, NoteError, SignerKey, VerifierKey, sign
from referral_api.audit.tampering import Fault, Verdict

__all__ = ["sign_file", "verify_file"]

_FIRST: Final = "referral-audit-file/1"


def sign_file(signer: SignerKey, *, form: str, digest: str, entries: int, tree_size: int) -> Note:
    """Sign a file of the log: its form (ndjson, csv, fhir), SHA-256 in hexadecimal, entries, and the tree they are of."""
    return sign(f"{_FIRST}\n{signer.name}\n{form}\n{digest}\n{entries}\n{tree_size}\n", signer)


def verify_file(note: bytes, parts: Iterable[bytes], key: VerifierKey | None) -> Verdict:
    """Check that a file, given in parts, is the one that was signed. Without a key nobody is believed."""
    try:
        parsed = Note.parse(note)
        first, origin, form, digest, entries, tree_size = parsed.text.removesuffix("\n").split("\n")
        if first != _FIRST or not entries.isdecimal() or not tree_size.isdecimal():
            raise ValueError
    except ValueError:
        return Verdict("The note beside the file is not of this format.", Fault.UNREADABLE)
    if key is None:
        return Verdict("The note beside the file cannot be checked without the log's key.", Fault.UNSIGNED)
    try:
        parsed.verify([key])
    except NoteError as wrong:
        return Verdict(f"The note beside the file is not to be believed: {wrong}.", Fault.UNSIGNED)
    if origin != key.name:
        return Verdict("The note beside the file is of another log.", Fault.UNSIGNED)
    found = sha256()
    for part in parts:
        found.update(part)
    if found.hexdigest() != digest:
        return Verdict("The file is not the one that was signed.", Fault.CHANGED)
    message = f"The file ({form}) is as it was signed: {entries} entries of the log of {tree_size}."
    return Verdict(message, tree_size=int(tree_size))
