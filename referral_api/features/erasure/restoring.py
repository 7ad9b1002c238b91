"""What was erased stays erased when a backup is restored: a signed list of erasures, and carrying them out again.

One erasure a line, then one line with a signed note over their number and hash, by the log's key. The list holds ids, dates and
codes. Applying it needs none of the conditions of an erasure, since they were judged once; it runs before the service does.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import select

from referral_api.access import Permission
from referral_api.audit.note import Note, NoteError, SignerKey, VerifierKey, sign
from referral_api.features.cases.clockwork import clockwork, for_clockwork
from referral_api.features.cases.models import Case
from referral_api.features.cases.queries import lock_case
from referral_api.features.erasure.commands import LIVING_REFERRALS, carry_out
from referral_api.features.erasure.models import Erasure
from referral_api.features.referrals.models import Referral
from referral_api.kernel import clock, ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.clock import Clock
from referral_api.store import session
from referral_api.work import Work, work

__all__ = ["Erased", "erase_again", "erased_list", "read_list"]


@dataclass(frozen=True, slots=True)
class Erased:
    """One line of the list."""

    erasure_id: UUID
    case_id: UUID
    reason_code: str
    requested_by: UUID
    requested_at: datetime
    confirmed_by: UUID
    confirmed_at: datetime

    def line(self) -> bytes:
        members = {
            "erasure_id": ids.show("erasure", self.erasure_id),
            "case_id": ids.show("case", self.case_id),
            "reason_code": self.reason_code,
            "requested_by": ids.show("member", self.requested_by),
            "requested_at": clock.show(self.requested_at),
            "confirmed_by": ids.show("member", self.confirmed_by),
            "confirmed_at": clock.show(self.confirmed_at),
        }
        return json.dumps(members).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> Self:
        said: dict[str, Any] = json.loads(line)
        return cls(
            _id("erasure", said["erasure_id"]),
            _id("case", said["case_id"]),
            str(said["reason_code"]),
            _id("member", said["requested_by"]),
            datetime.fromisoformat(said["requested_at"]),
            _id("member", said["confirmed_by"]),
            datetime.fromisoformat(said["confirmed_at"]),
        )


def _id(kind: str, text: str) -> UUID:
    if (found := ids.read(kind, text)) is None:
        raise ValueError(f"not the id of a {kind}")
    return found


def erased_list(signer: SignerKey) -> Iterator[bytes]:
    """The lines of the list as of now."""
    rows = session().execute(select(Erasure).where(Erasure.state == "erased").order_by(Erasure.id)).scalars()
    lines = [
        Erased(
            row.id, row.case_id, row.reason_code, row.requested_by, row.requested_at, row.confirmed_by, row.confirmed_at
        ).line()
        for row in rows
        if row.confirmed_by is not None and row.confirmed_at is not None
    ]
    yield from lines
    note = sign(_text(signer.name, lines), signer)
    yield json.dumps({"note": str(note)}).encode() + b"\n"


def read_list(data: bytes, key: VerifierKey) -> list[Erased]:
    """The erasures of a list that this log signed, whole and unchanged. NoteError for any other."""
    lines = data.splitlines(keepends=True)
    try:
        note = Note.parse(json.loads(lines[-1])["note"].encode())
        found = [Erased.parse(line) for line in lines[:-1]]
    except (ValueError, LookupError, TypeError, AttributeError) as wrong:
        raise NoteError("this is not a list of erasures") from wrong
    note.verify([key])
    if note.text != _text(key.name, lines[:-1]):
        raise NoteError("the list is not the one that was signed")
    return found


def _text(name: str, lines: Sequence[bytes]) -> str:
    digest = b64encode(hashlib.sha256(b"".join(lines)).digest()).decode()
    return f"{name}/erasures\n{len(lines)}\n{digest}\n"


def erase_again(time: Clock, erased: Erased) -> bool:
    """Erase a case that a backup brought back. False if there is nothing of it here, or it is erased already."""
    actor = clockwork(time)
    lock_case(erased.case_id)
    case = for_clockwork(erased.case_id)
    done = case is not None and case.status != "erased"
    if case is not None and done:
        _carry_out_again(actor, case, erased)
    session().rollback()
    return done


def _carry_out_again(actor: Actor, case: Case, erased: Erased) -> None:
    with work(actor, Permission.ERASURE_APPLY, on=case) as w:
        _end_referrals(w, case)
        pending = select(Erasure).where(Erasure.case_id == case.id, Erasure.state != "refused")
        erasure = w.session.execute(pending).scalar_one_or_none()
        if erasure is None:
            erasure = Erasure(id=erased.erasure_id, case_id=case.id, state="requested")
            w.session.add(erasure)
        erasure.reason_code = erased.reason_code
        erasure.requested_by, erasure.requested_at = erased.requested_by, erased.requested_at
        erasure.confirmed_by, erasure.confirmed_at = erased.confirmed_by, erased.confirmed_at
        erasure.case = case
        carry_out(w, erasure)


def _end_referrals(w: Work, case: Case) -> None:
    """The backup is older than the steps that ended these."""
    living = select(Referral).where(Referral.case_id == case.id, Referral.state.in_(LIVING_REFERRALS))
    for referral in w.session.execute(living.order_by(Referral.id).with_for_update()).scalars().all():
        referral.case = case
        name = "close" if referral.state in ("completed", "failed") else "withdraw"
        w.add(referral.step(name, w, sides=frozenset({"sender"}), reason_code="circumstances_changed"))
