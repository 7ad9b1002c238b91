"""A referral as JSON, in and out."""

from typing import Any

from referral_api.api.fields import Body, Code, Codes, Flag, Id, Language, Limits, ListQuery, Moment, Nested, Text, many
from referral_api.features.cases.schemas import AccessNeeds, Area, Contact, SafeContact, area_out
from referral_api.features.consent.rules import in_force
from referral_api.features.referrals.queries import ReferralView
from referral_api.features.referrals.states import CASE_SHOWN, TOLD, machine_of
from referral_api.kernel import clock, deadlines, ids
from referral_api.kernel.actor import Actor


def _note() -> Text:
    return Text(Limits.NOTES, allow_none=True, load_default=None)


class CreateReferral(Body):
    kind = Code("referral_kind", load_default="service_request")
    case_id = Id("case", required=True)
    consent_id = Id(
        "consent", allow_none=True, load_default=None, metadata={"description": "May be left out of a draft."}
    )
    to_agency_id = Id("agency", required=True, metadata={"description": "An agency, never one named person."})
    service_id = Id("service", allow_none=True, load_default=None)
    service_type = Code("service_type", required=True)
    urgency = Code("urgency", required=True)
    need = Text(
        Limits.TEXT,
        required=True,
        metadata={
            "description": "What is asked, in words, without saying who the child is.",
            "example": "Weekly counselling.",
        },
    )
    questioning = Code("questioning", load_default="do_not_question_about_incident")
    send = Flag(load_default=False)


class ChangeReferral(Body):
    consent_id = Id("consent", allow_none=True)
    to_agency_id = Id("agency")
    service_id = Id("service", allow_none=True)
    service_type = Code("service_type")
    urgency = Code("urgency")
    need = Text(Limits.TEXT)
    questioning = Code("questioning")


class ListReferrals(ListQuery):
    box = Code("box", load_default=None)
    state = Code("referral_state", load_default=None)
    urgency = Code("urgency", load_default=None)
    overdue = Code("overdue", load_default=None)
    service_type = Code("service_type", load_default=None)
    case_id = Id("case", load_default=None)


class Nothing(Body):
    """A step that says nothing more than itself."""


class Accept(Body):
    no_conflict = Flag(
        load_default=True, metadata={"description": "The person who accepts has no conflict of interest."}
    )
    note = _note()


class Decline(Body):
    reason_code = Code("decline_reason", required=True)
    declined_by = Code("declined_by", load_default="provider")
    note = _note()


class Complete(Body):
    outcome = Code(
        among=(
            "service_completed",
            "partially_completed",
            "ongoing_transferred",
            "child_withdrew",
            "could_not_contact",
            "no_longer_needed",
        ),
        required=True,
    )
    note = _note()
    feedback_code = Code("feedback_code", allow_none=True, load_default=None)


class Fail(Body):
    reason_code = Code("decline_reason", required=True)
    note = _note()


class Withdraw(Body):
    reason_code = Code("withdraw_reason", allow_none=True, load_default=None)
    note = _note()


class Redirect(Body):
    to_agency_id = Id("agency", required=True)
    reason_code = Code("redirect_reason", required=True)
    note = _note()


class Suspend(Body):
    reason_code = Code("suspend_reason", required=True)
    note = _note()


class Resume(Body):
    consent_id = Id("consent", required=True)


class MarkInError(Body):
    reason = Text(Limits.TEXT, required=True)


class Acknowledged(Body):
    acknowledged = Flag(
        required=True, metadata={"description": "The rules of safe contact were read and will be kept."}
    )


class SendMessage(Body):
    text = Text(Limits.NOTES, required=True)
    kind = Code("message_kind", load_default="message")


class MakeAppointment(Body):
    at = Moment(required=True)
    place = Text(500, allow_none=True, load_default=None)
    note = _note()


class ChangeAppointment(Body):
    at = Moment()
    place = Text(500, allow_none=True)
    note = Text(Limits.NOTES, allow_none=True)
    status = Code("appointment_status")


class Minimum(Body):
    """What the receiver of a sent referral is shown of the child: nothing that says who it is."""

    age_band = Code("age_band")
    language = Language(allow_none=True)
    area = Nested(Area, allow_none=True)
    access_needs = Nested(AccessNeeds, allow_none=True)
    risk_level = Code("risk_level")
    risk_flags = Codes("risk_flag")


class StepOut(Body):
    step = Text()
    state = Code("referral_state")
    at = Moment()
    agency_id = Id("agency", allow_none=True)
    reason_code = Text(allow_none=True)
    declined_by = Code("declined_by", allow_none=True)
    note = Text(Limits.NOTES, allow_none=True)


class Alternative(Body):
    agency_id = Id("agency")
    service_id = Id("service", allow_none=True)


class ReferralOut(Body):
    sometimes = ("need", "warnings", "alternatives", "history")

    id = Id("referral")
    kind = Code("referral_kind")
    state = Code("referral_state")
    case_id = Id("case", allow_none=True)
    consent_id = Id("consent", allow_none=True)
    from_agency_id = Id("agency")
    to_agency_id = Id("agency")
    parent_referral_id = Id("referral", allow_none=True)
    onward_referral_id = Id("referral", allow_none=True)
    service_id = Id("service", allow_none=True)
    service_type = Code("service_type")
    urgency = Code("urgency")
    need = Text(Limits.TEXT, allow_none=True)
    questioning = Code("questioning")
    subject = Nested(Minimum, allow_none=True)
    acknowledge_by = Moment(allow_none=True)
    answer_by = Moment(allow_none=True)
    expire_by = Moment(allow_none=True)
    deadline_policy = Text(64, allow_none=True)
    overdue = Code("overdue", allow_none=True)
    outcome = Code("outcome", allow_none=True)
    feedback_code = Code("feedback_code", allow_none=True)
    report_receipt_number = Text(24, allow_none=True)
    warnings = many(Text(64))
    alternatives = many(Nested(Alternative))
    allowed_steps = many(Text(20))
    history = many(Nested(StepOut), maximum=1_000)
    created_at = Moment()
    updated_at = Moment()


class MessageOut(Body):
    id = Id("message")
    at = Moment()
    agency_id = Id("agency")
    member_id = Id("member", allow_none=True)
    kind = Code("message_kind")
    text = Text(Limits.NOTES)


class AppointmentOut(Body):
    id = Id("appointment")
    at = Moment()
    place = Text(500, allow_none=True)
    note = Text(Limits.NOTES, allow_none=True)
    status = Code("appointment_status")
    created_at = Moment()
    updated_at = Moment()


class ContactOut(Body):
    safe_contact = Nested(SafeContact, allow_none=True)
    contact = Nested(Contact, allow_none=True)
    receipt_id = Id("receipt")


def referral_out(actor: Actor, view: ReferralView) -> dict[str, Any]:
    """The referral as this end is shown it."""
    r, case = view.referral, view.referral.case
    return {
        **_row(actor, r, sender=view.sender, told=view.told),
        "need": view.need,
        "subject": {**_minimum(case), "access_needs": view.access_needs} if view.told else None,
        "warnings": view.warnings,
        **({"alternatives": view.alternatives} if view.warnings else {}),
        "allowed_steps": view.allowed_steps,
        "history": [_step_out(step, note) for step, note in view.history],
    }


def referral_item(actor: Actor, row: Any) -> dict[str, Any]:
    """A line of an inbox or outbox: ids, states, dates, and the minimum that needs no opening."""
    sender = row.case_owner_agency_id == actor.agency_id
    told = sender or (
        row.state in TOLD
        and row.consent_state is not None
        and in_force(row.consent_state, row.valid_from, row.valid_until, actor.now)
    )
    sides = {"sender"} if sender else set()
    if sender and "supervisor" in actor.roles:
        sides.add("sender_supervisor")
    if row.to_agency_id == actor.agency_id and row.sent_at is not None:
        sides.add("receiver")
    subject = {
        "age_band": row.case_age_band,
        "language": row.case_language,
        "area": {"country": row.case_area_country, "subdivision": row.case_area_subdivision}
        if row.case_area_country
        else None,
        "risk_level": row.case_risk_level,
        "risk_flags": row.case_risk_flags,
    }
    return {
        **_row(actor, row, sender=sender, told=told),
        "subject": subject if told else None,
        "allowed_steps": machine_of(row.referral_kind).allowed(row.state, sides),
    }


def _row(actor: Actor, r: Any, *, sender: bool, told: bool) -> dict[str, Any]:
    opened = r.referral_kind == "protection_report" or r.state in CASE_SHOWN
    open_to_viewer = sender or (told and opened)
    return {
        "id": ids.show("referral", r.id),
        "kind": r.referral_kind,
        "state": r.state,
        "case_id": ids.show("case", r.case_id) if open_to_viewer else None,
        "consent_id": _id("consent", r.consent_id) if open_to_viewer else None,
        "from_agency_id": ids.show("agency", r.from_agency_id),
        "to_agency_id": ids.show("agency", r.to_agency_id),
        "parent_referral_id": _id("referral", r.parent_id) if sender else None,
        "onward_referral_id": _id("referral", r.onward_id),
        "service_id": _id("service", r.service_id),
        "service_type": r.service_type,
        "urgency": r.urgency,
        "questioning": r.questioning,
        "acknowledge_by": _moment(r.acknowledge_by),
        "answer_by": _moment(r.answer_by),
        "expire_by": _moment(r.expire_by),
        "deadline_policy": r.deadline_policy,
        "overdue": deadlines.overdue(r.state, r.acknowledge_by, r.answer_by, actor.now) if r.answer_by else None,
        "outcome": r.outcome,
        "feedback_code": r.feedback_code,
        "report_receipt_number": r.report_receipt_number if sender else None,
        "created_at": clock.show(r.created_at),
        "updated_at": clock.show(r.updated_at),
    }


def _minimum(case: Any) -> dict[str, Any]:
    return {
        "age_band": case.age_band,
        "language": case.language,
        "area": area_out(case),
        "risk_level": case.risk_level,
        "risk_flags": case.risk_flags,
    }


def _step_out(step: Any, note: str | None) -> dict[str, Any]:
    return {
        "step": step.step,
        "state": step.state,
        "at": clock.show(step.at),
        "agency_id": _id("agency", step.agency_id),
        "reason_code": step.reason_code,
        "declined_by": step.declined_by,
        "note": note,
    }


def message_out(row: Any, text: str) -> dict[str, Any]:
    return {
        "id": ids.show("message", row.id),
        "at": clock.show(row.at),
        "agency_id": ids.show("agency", row.agency_id),
        "member_id": _id("member", row.member_id),
        "kind": row.message_kind,
        "text": text,
    }


def appointment_out(row: Any, details: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": ids.show("appointment", row.id),
        "at": clock.show(row.due_at),
        "place": details.get("place"),
        "note": details.get("note"),
        "status": row.status,
        "created_at": clock.show(row.created_at),
        "updated_at": clock.show(row.updated_at),
    }


def _id(kind: str, value: Any) -> str | None:
    return ids.show(kind, value) if value is not None else None


def _moment(value: Any) -> str | None:
    return clock.show(value) if value is not None else None
