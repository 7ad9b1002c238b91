"""Whom the one who checks believes, and whether checkpoints of one log can all be true."""

from collections.abc import Sequence
from dataclasses import dataclass

from referral_api.audit.checkpoint import Checkpoint, Opened, open_checkpoint
from referral_api.audit.note import Note, NoteError, VerifierKey
from referral_api.audit.tampering import Fault, Verdict, named

__all__ = ["NOBODY", "Trust", "clash"]


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the one who checks believes: the log's key, its witnesses, and checkpoints seen earlier.

    Without a key nothing is known of who signed: an export then only agrees with the key it brings itself.
    """

    key: VerifierKey | None = None
    origin: str | None = None
    witnesses: Sequence[VerifierKey] = ()
    quorum: int = 0
    known: Sequence[Checkpoint] = ()

    def open(self, note: str, *, quorum: int | None = None) -> Opened:
        """The checkpoint in a note; NoteError unless it is to be believed."""
        if self.key is None:
            raise NoteError("no key to check its signature with")
        wanted = self.quorum if quorum is None else quorum
        return open_checkpoint(
            Note.parse(note.encode()), self.key, origin=self.origin, witnesses=self.witnesses, quorum=wanted
        )


NOBODY = Trust()


def clash(final: Checkpoint, others: Sequence[Checkpoint]) -> Verdict | None:
    """What is wrong with a log that signed `final` and the others; None if nothing is."""
    if any(other.origin != final.origin for other in others):
        return Verdict("The checkpoints are of different logs.", Fault.UNSIGNED)
    roots = {final.size: final.root}
    for other in others:
        if other.size > final.size:
            return named(Fault.TRUNCATED, final.size, last=other.size - 1, tree_size=other.size)
        if roots.setdefault(other.size, other.root) != other.root:
            return Verdict(f"The log signed two different trees of {other.size} entries.", Fault.INCONSISTENT)
    return None
