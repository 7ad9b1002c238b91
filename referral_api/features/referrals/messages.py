"""What the two ends write to each other about a referral."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from referral_api import vault
from referral_api.access import Permission
from referral_api.features.referrals.commands import refuse_identity
from referral_api.features.referrals.models import Message, Referral
from referral_api.features.referrals.queries import ReferralFile, is_told, may_read_words
from referral_api.features.referrals.states import TOLD
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden, IllegalStep
from referral_api.store import session
from referral_api.store.pages import page_of
from referral_api.work import disclose, work

__all__ = ["closed_to", "list_messages", "send_message"]


def closed_to(actor: Actor, file: ReferralFile) -> Forbidden | None:
    """Why this viewer is not shown the words of a referral, if so."""
    if not is_told(actor, file):
        reason = "consent_ended"
    elif not may_read_words(actor, file.referral):
        reason = "not_assigned"
    else:
        return None
    error = Forbidden("What is written here is not open to you now.", reason=reason)
    error.case_ref = file.referral.case_ref
    return error


def send_message(actor: Actor, file: ReferralFile, *, text: str, kind: str) -> tuple[Message, str]:
    """Write to the other end, or note a call. Before acceptance the text must not say who the child is."""
    referral = file.referral
    with work(actor, Permission.MESSAGE_SEND, on=referral, refused=closed_to(actor, file)) as w:
        if referral.state not in TOLD:
            raise IllegalStep(referral.state, referral.allowed_steps(actor))
        if referral.state in ("sent", "acknowledged"):
            refuse_identity(w, referral.case, file.key(), text, "/text")
        row = Message(
            id=ids.new(),
            referral_id=referral.id,
            case_id=referral.case_id,
            agency_id=actor.agency_id,
            member_id=actor.person_id,
            message_kind=kind,
            at=w.now,
        )
        row.text_sealed = w.seal(file.key(), text, row.place(), pointer="/text")
        w.add(row)
        w.record(referral, fields=["messages"], consent_id=referral.consent_id, reason_code=kind)
        w.made = ("message", row.id)
    return row, text


def list_messages(
    actor: Actor, file: ReferralFile, *, limit: int, after: UUID | None, only: UUID | None = None
) -> tuple[Sequence[tuple[Message, str]], UUID | None]:
    referral: Referral = file.referral
    if (refused := closed_to(actor, file)) is not None:
        raise refused
    query = select(Message.id, Message).where(Message.referral_id == referral.id)
    if only is not None:
        query = query.where(Message.id == only)
    page = page_of(session(), query, Message.id, limit=limit, after=after)
    key = file.key()
    shown = [(row[1], vault.open_sealed(key, row[1].text_sealed, row[1].place())) for row in page.rows]
    disclose(
        actor,
        Permission.MESSAGE_LIST,
        referral,
        fields=["messages"],
        consent_id=referral.consent_id,
        returned_ids=[ids.show("message", m.id) for m, _ in shown],
    )
    return shown, page.next_after
