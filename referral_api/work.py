"""The spine: a unit of work is permission, transaction, audit entry and outbox event together. The only commit of the program.

    with work(actor, Permission.REFERRAL_ACCEPT, on=referral) as w:
        referral.step("accept", by=actor)
        w.record(referral)

decides first (deny by default), and leaving the block without a record rolls back. `disclose` is the same for reading: it decides
and writes the entry before anything is returned. `deny` writes the one entry of a denial or refusal, after everything else was
rolled back. One transaction a request, begun by whatever is looked up first.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from referral_api import audit, outbox, replay, vault
from referral_api.access import Permission, Subject, decide
from referral_api.guard import Tail
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import CallError, PreconditionFailed, Unavailable
from referral_api.kernel.words import Relation
from referral_api.store.session import only_here, session

__all__ = [
    "NothingRecorded",
    "OfTheService",
    "OwnAgency",
    "Thing",
    "Untold",
    "Work",
    "answer_again",
    "case_ref",
    "deny",
    "disclose",
    "etag",
    "use_up",
    "work",
]

_CLAIM = "idempotency_claim"


class NothingRecorded(RuntimeError):
    """A unit of work ended without saying what was done: a programming error, rolled back."""


class Thing(Subject, Protocol):
    """What can be worked on: it knows its kind and id, how it stands to an actor, and whom its events concern."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> UUID: ...
    @property
    def state(self) -> str | None: ...
    def concerns(self) -> Iterable[UUID]: ...
    def shown_versions(self, actor: Actor) -> Sequence[object] | None: ...


class Untold:
    """What no event tells of, nobody is assigned to, and is not read before it is changed."""

    __slots__ = ()

    def assigned(self, actor: Actor) -> bool:
        return False

    def concerns(self) -> Iterable[UUID]:
        return ()

    def shown_versions(self, actor: Actor) -> Sequence[object] | None:
        return None


class OfTheService(Untold):
    """What the service itself does before anybody is known."""

    __slots__ = ()

    def relations(self, actor: Actor) -> frozenset[Relation]:
        return frozenset({Relation.CLOCKWORK})


@dataclass(frozen=True, slots=True)
class OwnAgency(Untold):
    """The actor's agency as the thing acted on, where there is no other yet: opening a case, listing, inviting."""

    id: UUID
    kind: str = "agency"
    state: str | None = None
    case_ref: str | None = None

    def relations(self, actor: Actor) -> frozenset[Relation]:
        return frozenset({Relation.OWN_AGENCY}) if actor.agency_id == self.id else frozenset({Relation.NONE})


def case_ref(case_id: UUID) -> str:
    """The log's pseudonym of a case: an HMAC of its id under the log's key."""
    return base64.urlsafe_b64encode(vault.ring().digest("log", case_id.bytes)[:18]).decode()


def etag(actor: Actor, kind: str, thing_id: UUID, versions: Sequence[object]) -> str:
    """A strong validator of what this viewer is shown (RFC 9110, 8.8.3): keyed, so that it tells nothing of what is not shown."""
    text = f"{kind}\0{thing_id.hex}\0{actor.agency_id}\0{actor.purpose}\0{versions!r}"
    return f'"{base64.urlsafe_b64encode(vault.ring().digest("etag", text.encode())[:15]).decode()}"'


@dataclass(slots=True)
class Work:
    """An open unit of work."""

    actor: Actor
    permission: Permission
    session: Session
    made: tuple[str, UUID] | None = None
    _tails: dict[UUID, tuple[bytes, Tail]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The one time of the request."""
        return self.actor.now

    def add(self, *rows: Any) -> None:
        """Write new rows now, in this order."""
        for row in rows:
            self.session.add(row)
            self.session.flush()

    def seal(self, key: bytes, text: str, place: vault.Place, *, pointer: str = "") -> bytes:
        """Seal what the actor says of a child: scanned together with what it wrote before in this case, then encrypted."""
        sealed, tail = vault.seal(key, text, place, tail=self._tail(key, place.case), pointer=pointer)
        self._tails[place.case] = (key, tail)
        return sealed

    def seal_document(
        self, key: bytes, document: Any, place: vault.Place, *, said: Any = None, pointer: str = ""
    ) -> bytes:
        """The same for a JSON document; `said` is the part of it that is new."""
        tail = self._tail(key, place.case)
        sealed, tail = vault.seal_document(key, document, place, tail=tail, said=said, pointer=pointer)
        self._tails[place.case] = (key, tail)
        return sealed

    def _tail(self, key: bytes, case_id: UUID) -> Tail:
        if case_id in self._tails:
            return self._tails[case_id][1]
        return vault.tail_of(self.session, key, case_id, self._author, self.now) if self._author else Tail.EMPTY

    @property
    def _author(self) -> UUID | None:
        return self.actor.person_id or self.actor.id

    def keep_tails(self) -> None:
        """Remember for a day the end of what the actor wrote in each case: accepted text only, and only if the act is kept."""
        for case_id, (key, tail) in self._tails.items():
            if self._author is not None:
                vault.keep_tail(self.session, key, case_id, self._author, tail, self.now)

    def record(
        self, thing: Thing, event: str | None = None, *, tell: Iterable[UUID] | None = None, **said: Any
    ) -> UUID:
        """Write the audit entry of what was done to `thing`, and an outbox event for each agency concerned. Returns the entry's id.

        The event is the permission's own unless another is named; the first thing recorded is what the unit made.
        """
        event = event or self.permission.event
        self.made = self.made or (thing.kind, thing.id)
        said.setdefault("referral_id", thing.id if thing.kind == "referral" else None)
        said.setdefault("consent_id", thing.id if thing.kind == "consent" else None)
        entry = audit.Entry(action=event, subject_type=thing.kind, subject_id=thing.id, case_ref=thing.case_ref, **said)
        entry_id = audit.append(self.session, self.actor, entry)
        told = thing.concerns() if tell is None else tell
        outbox.put(
            self.session,
            to=told,
            at=self.now,
            type=event,
            subject_type=thing.kind,
            subject_id=thing.id,
            state=thing.state,
        )
        return entry_id


@contextmanager
def work(actor: Actor, permission: Permission, *, on: Thing, refused: CallError | None = None) -> Iterator[Work]:
    """Do something: decided, written, recorded and committed together, or not at all.

    `refused` is why this actor may not, beyond what the policy knows: said after the policy's no, and before If-Match is judged.
    """
    current = session()
    _decided(actor, permission, on, check_match=True, refused=refused)
    unit = Work(actor, permission, current)
    with only_here(current):
        try:
            yield unit
            if unit.made is None:
                raise NothingRecorded(f"{permission} was done and not recorded")
            unit.keep_tails()
            current.flush()
            claimed: tuple[replay.Claim, int] | None = current.info.pop(_CLAIM, None)
            if claimed:
                replay.settle(current, claimed[0], status=claimed[1], kind=unit.made[0], thing_id=unit.made[1])
            current.commit()
        except BaseException as error:
            current.rollback()
            if isinstance(error, CallError):
                _placed(error, permission, on)
            raise


def disclose(
    actor: Actor,
    permission: Permission,
    thing: Thing,
    *,
    data_classes: Sequence[str] = (),
    versions: Mapping[str, int] | None = None,
    returned_ids: Sequence[str] = (),
    **said: Any,
) -> None:
    """Read something: decided and recorded before anything is returned."""
    _decided(actor, permission, thing, check_match=False)
    current = session()
    said.setdefault("referral_id", thing.id if thing.kind == "referral" else None)
    said.setdefault("consent_id", thing.id if thing.kind == "consent" else None)
    entry = audit.Entry(
        action=permission.event,
        subject_type=thing.kind,
        subject_id=thing.id,
        case_ref=thing.case_ref,
        data_classes=data_classes,
        versions=versions or {},
        returned_ids=returned_ids,
        **said,
    )
    with only_here(current):
        current.info.pop(_CLAIM, None)
        audit.append(current, actor, entry)
        current.commit()


def _decided(
    actor: Actor, permission: Permission, thing: Thing, *, check_match: bool, refused: CallError | None = None
) -> None:
    try:
        decide(actor, permission, thing)
        if refused is not None:
            raise refused
        if check_match and actor.request.if_match is not None and (versions := thing.shown_versions(actor)) is not None:
            wanted = actor.request.if_match
            if "*" not in wanted and etag(actor, thing.kind, thing.id, versions) not in wanted:
                raise PreconditionFailed("Read it again, then decide again.")
    except CallError as error:
        _placed(error, permission, thing)
        raise


def _placed(error: CallError, permission: Permission, thing: Thing) -> None:
    """Say for the log what was tried and on what, unless whoever raised the error knew better."""
    error.case_ref = error.case_ref or thing.case_ref
    error.action = error.action or permission.event
    error.about = error.about or (thing.kind, thing.id)


def deny(
    actor: Actor,
    error: CallError,
    *,
    action: str,
    subject_type: str | None,
    subject_id: UUID | None,
    subject_hash: str | None = None,
    find_case: Callable[[], str | None] = lambda: None,
) -> None:
    """Roll back, then write and commit the one entry that says what was denied or refused. No entry, no answer: 503.

    `find_case` is asked for the case if the error does not know it, as when the call was refused before anything was looked up.
    """
    current = session()
    current.rollback()
    current.info.pop(_CLAIM, None)
    if error.outcome is None:
        return
    try:
        entry = audit.Entry(
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            subject_hash=subject_hash,
            case_ref=error.case_ref or find_case(),
            outcome=error.outcome,
            reason_code=error.reason or error.code,
            fields=sorted({f["pointer"] for f in error.extra.get("errors", ())}),
            versions=error.counted,
        )
        with only_here(current):
            audit.append(current, actor, entry)
            current.commit()
    except SQLAlchemyError as failure:
        current.rollback()
        raise Unavailable("The log cannot be written, so nothing is answered.", retry_after=5) from failure


def use_up(digest: bytes, *, until: datetime) -> bool:
    """Write down a proof that counts once; False if it was seen before. Committed before anything else: a call that fails has used it up too."""
    current = session()
    with only_here(current):
        first = replay.first_use(current, digest, until=until)
        current.commit()
    return first


def answer_again(actor: Actor, *, route: str, key: str, body_hash: bytes, status: int) -> replay.Claim | None:
    """Take an idempotency key for this call; or find that an equal call was answered, and by what."""
    current = session()
    caller = actor.id
    if caller is None:
        raise ValueError("only somebody signed in has idempotency keys")
    with only_here(current):
        claimed = replay.claim(current, actor_id=caller, route=route, key=key, body_hash=body_hash, now=actor.now)
    if not claimed.first:
        return claimed
    current.info[_CLAIM] = (claimed, status)
    return None
