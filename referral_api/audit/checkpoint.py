"""What the log signs: its size and root at one moment (C2SP tlog-checkpoint), and what witnesses add to it.

A witness that saw the tree only grow signs the same text with its own time (C2SP tlog-cosignature/v1), so that the log
cannot show one history here and another there.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from referral_api.audit.merkle import EMPTY_ROOT, HASH_SIZE
from referral_api.audit.note import Kind, Note, NoteError, Signature, Signed, SignerKey, VerifierKey, sign, unbase64

__all__ = ["Checkpoint", "Opened", "cosign", "open_checkpoint", "sign_checkpoint", "with_cosignature"]

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_MAX_SIZE: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree of the log `origin` when it had `size` entries; `extensions` are lines that only other logs write."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a note's text as a checkpoint, strictly. NoteError if it is not one."""
        lines = text.removesuffix("\n").split("\n")
        if not text.endswith("\n") or len(lines) < 3 or not all(lines) or not _SIZE.fullmatch(lines[1]):
            raise NoteError("a checkpoint is an origin, a size, a root and no empty line")
        checkpoint = cls(lines[0], int(lines[1]), unbase64(lines[2]), tuple(lines[3:]))
        if checkpoint.size > _MAX_SIZE or len(checkpoint.root) != HASH_SIZE:
            raise NoteError("a checkpoint's size or root is out of range")
        if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
            raise NoteError("an empty tree has another root")
        return checkpoint

    def text(self) -> str:
        return "\n".join((self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)) + "\n"


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkpoint whose log signature was checked, and the cosignatures of known witnesses."""

    checkpoint: Checkpoint
    cosignatures: tuple[Signed, ...]


def sign_checkpoint(signer: SignerKey, *, size: int, root: bytes) -> Note:
    """Sign the log's tree head; the log's origin is the name of its key."""
    if signer.kind is not Kind.ED25519:
        raise NoteError("a log does not sign with a witness's key")
    return sign(Checkpoint(signer.name, size, root).text(), signer)


def cosign(note: Note, witness: SignerKey, *, timestamp: int) -> Note:
    """Add a witness's cosignature. The witness has checked consistency with what it cosigned before; this does not."""
    Checkpoint.parse(note.text)
    return Note(note.text, (*note.signatures, witness.sign(note.text, timestamp=timestamp)))


def with_cosignature(note: Note, line: str, witness: VerifierKey) -> Note:
    """Add a line that a witness sent for this checkpoint, if it holds. The same line twice is there once.

    NoteError for anything but this witness's cosignature of exactly this checkpoint.
    """
    signature = Signature.parse(line.removesuffix("\n"))
    if witness.kind is not Kind.COSIGNATURE or (signature.name, signature.key_id) != (witness.name, witness.id):
        raise NoteError("not a cosignature of this witness")
    witness.verify(note.text, signature.signature)
    return note if signature in note.signatures else Note(note.text, (*note.signatures, signature))


def open_checkpoint(
    note: Note,
    key: VerifierKey,
    *,
    origin: str | None = None,
    witnesses: Sequence[VerifierKey] = (),
    quorum: int = 0,
) -> Opened:
    """Check a checkpoint: signed by the log's key, of the log it claims, cosigned by `quorum` of the witnesses or more.

    The origin must be the key's name unless another is given. NoteError for whatever does not hold.
    """
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != (key.name if origin is None else origin):
        raise NoteError("the checkpoint is of another log")
    if key.kind is not Kind.ED25519 or any(w.kind is not Kind.COSIGNATURE for w in witnesses):
        raise NoteError("a log key and witness keys are of different types")
    note.verify([key])
    # A log that is its own witness, or one witness under two names, would make a quorum of nobody.
    others = {w.public: w for w in witnesses if w.public != key.public}
    cosignatures = tuple(s for s in note.verify([key, *others.values()]) if s.key != key)
    if len(cosignatures) < quorum:
        raise NoteError(f"the checkpoint has {len(cosignatures)} of the {quorum} cosignatures asked for")
    return Opened(checkpoint, cosignatures)
