"""When the child is seen under a referral, and whether it came."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from referral_api import vault
from referral_api import work as spine
from referral_api.access import Permission
from referral_api.features.referrals.messages import closed_to
from referral_api.features.referrals.models import Appointment
from referral_api.features.referrals.queries import ReferralFile
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import IllegalStep, NotFound, PreconditionFailed
from referral_api.store import session
from referral_api.store.pages import page_of
from referral_api.work import disclose, work

__all__ = ["change_appointment", "etag", "list_appointments", "make_appointment", "read_appointment"]

Shown = tuple[Appointment, dict[str, Any]]


def etag(actor: Actor, row: Appointment) -> str:
    return spine.etag(actor, "appointment", row.id, (row.version,))


def make_appointment(actor: Actor, file: ReferralFile, *, at: Any, place: str | None, note: str | None) -> Shown:
    """Set a time. The place and the note are sealed."""
    referral = file.referral
    with work(actor, Permission.APPOINTMENT_MAKE, on=referral, refused=closed_to(actor, file)) as w:
        if referral.state not in ("accepted", "in_progress"):
            raise IllegalStep(referral.state, referral.allowed_steps(actor))
        row = Appointment(
            id=ids.new(),
            referral_id=referral.id,
            case_id=referral.case_id,
            due_at=at,
            status="scheduled",
            version=1,
            member_id=actor.person_id,
            created_at=w.now,
            updated_at=w.now,
        )
        details = {"place": place, "note": note}
        row.details_sealed = w.seal_document(file.key(), details, row.place(), pointer="/note")
        w.add(row)
        w.record(referral, fields=["appointments"], consent_id=referral.consent_id)
        w.made = ("appointment", row.id)
    return row, details


def change_appointment(actor: Actor, file: ReferralFile, appointment_id: UUID, *, changes: Mapping[str, Any]) -> Shown:
    """Move an appointment, or say whether the child came."""
    referral = file.referral
    row = (
        session()
        .execute(select(Appointment).where(Appointment.id == appointment_id, Appointment.referral_id == referral.id))
        .scalar_one_or_none()
    )
    if row is None:
        raise NotFound(case_ref=referral.case_ref)
    key = file.key()
    details = vault.open_sealed_document(key, row.details_sealed, row.place())
    refused = closed_to(actor, file)
    with work(_without_match(actor), Permission.APPOINTMENT_CHANGE, on=referral, refused=refused) as w:
        wanted = actor.request.if_match or ()
        if "*" not in wanted and etag(actor, row) not in wanted:
            raise PreconditionFailed("Read it again, then decide again.")
        if referral.state not in ("accepted", "in_progress", "completed"):
            raise IllegalStep(referral.state, referral.allowed_steps(actor))
        row.version += 1
        row.updated_at = w.now
        row.due_at = changes.get("at", row.due_at)
        row.status = changes.get("status", row.status)
        details = {**details, **{name: changes[name] for name in ("place", "note") if name in changes}}
        row.details_sealed = w.seal_document(key, details, row.place(), said=dict(changes), pointer="/note")
        w.record(referral, fields=[f"appointments.{name}" for name in sorted(changes)], consent_id=referral.consent_id)
        w.made = ("appointment", row.id)
    return row, details


def _without_match(actor: Actor) -> Actor:
    """The If-Match of such a call is about the appointment, not about the referral around it."""
    return replace(actor, request=replace(actor.request, if_match=None))


def list_appointments(
    actor: Actor, file: ReferralFile, *, limit: int, after: UUID | None, only: UUID | None = None
) -> tuple[Sequence[Shown], UUID | None]:
    referral = file.referral
    if (refused := closed_to(actor, file)) is not None:
        raise refused
    query = select(Appointment.id, Appointment).where(Appointment.referral_id == referral.id)
    if only is not None:
        query = query.where(Appointment.id == only)
    page = page_of(session(), query, Appointment.id, limit=limit, after=after)
    if only is not None and not page.rows:
        raise NotFound(case_ref=referral.case_ref)
    key = file.key()
    shown = [(row[1], vault.open_sealed_document(key, row[1].details_sealed, row[1].place())) for row in page.rows]
    found = [ids.show("appointment", row.id) for row, _ in shown]
    disclose(
        actor,
        Permission.APPOINTMENT_LIST,
        referral,
        fields=["appointments"],
        consent_id=referral.consent_id,
        returned_ids=found,
    )
    return shown, page.next_after


def read_appointment(actor: Actor, file: ReferralFile, appointment_id: UUID) -> Shown:
    shown, _ = list_appointments(actor, file, limit=1, after=None, only=appointment_id)
    return shown[0]
