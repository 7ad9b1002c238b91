"""The addresses of referrals."""

from typing import Any
from uuid import UUID

from referral_api.access import Permission as P
from referral_api.api import paging
from referral_api.api.fields import Body, ListQuery
from referral_api.api.rooms import OPTIONAL, REQUIRED, Call, Reply, Room
from referral_api.features.cases.queries import case_ref_of
from referral_api.features.referrals import appointments, commands, contact, messages, queries, steps
from referral_api.features.referrals import schemas as s
from referral_api.features.referrals.models import Referral
from referral_api.features.referrals.queries import ReferralFile, ReferralView
from referral_api.kernel import ids
from referral_api.kernel.errors import NotFound

room = Room(
    "referrals",
    "Referrals: one agency asks another to take over one need of one case, under one consent.",
    cases_of={"referral": case_ref_of(Referral)},
)


def _shown(call: Call, view: ReferralView) -> Reply:
    return Reply(s.referral_out(call.actor, view), etag=view.etag(call.actor))


def _again(call: Call, referral_id: UUID) -> Reply:
    return _shown(call, queries.read_referral(call.actor, referral_id))


def _found(call: Call) -> ReferralFile:
    return queries.find_referral(call.actor, call.id("referral"))


@room.post(
    "/v1/referrals",
    permission=P.REFERRAL_CREATE, body=s.CreateReferral, answer=s.ReferralOut, status=201, purpose=True, idempotency=REQUIRED, again=_again, etag=True,
    problems=("consent-missing", "consent-ended", "illegal-step", "identity-in-open-text"),
)  # fmt: skip
def create_referral(call: Call) -> Reply:
    """Make a referral: a draft, or sent at once."""
    return _shown(call, commands.create_referral(call.actor, **call.body))


@room.get(
    "/v1/referrals", permission=P.REFERRAL_LIST, query=s.ListReferrals, answer=s.ReferralOut, listed=True, purpose=True
)
def list_referrals(call: Call) -> Reply:
    """List the agency's referrals: inbox, outbox, overdue."""
    query = {name: value for name, value in call.query.items() if name != "cursor"}
    page = queries.list_referrals(call.actor, after=paging.after(call), **query)
    return paging.page(call, [s.referral_item(call.actor, row) for row in page.rows], page.next_after)


@room.get("/v1/referrals/{referral_id}", permission=P.REFERRAL_READ, answer=s.ReferralOut, purpose=True, etag=True)
def read_referral(call: Call) -> Reply:
    """Read a referral from one of its ends."""
    return _again(call, call.id("referral"))


@room.patch(
    "/v1/referrals/{referral_id}",
    permission=P.REFERRAL_CHANGE, body=s.ChangeReferral, answer=s.ReferralOut, purpose=True, if_match=REQUIRED, etag=True,
    problems=("illegal-step", "identity-in-open-text"),
)  # fmt: skip
def change_referral(call: Call) -> Reply:
    """Change a draft."""
    return _shown(call, commands.change_referral(call.actor, _found(call), changes=call.body))


def _step(name: str, permission: P, body: type[Body], summary: str, *problems: str) -> None:
    def take(call: Call) -> Reply:
        if name == "send":
            return _shown(call, commands.send_referral(call.actor, _found(call)))
        return _shown(call, steps.take_step(call.actor, _found(call), name, **call.body))

    take.__name__, take.__doc__ = f"{name.replace('-', '_')}_referral", summary
    room.post(
        f"/v1/referrals/{{referral_id}}/{name}",
        permission=permission,
        body=body,
        answer=s.ReferralOut,
        purpose=True,
        if_match=REQUIRED,
        idempotency=OPTIONAL,
        again=_again,
        etag=True,
        problems=("illegal-step", *problems),
    )(take)


_CONSENT = ("consent-missing", "consent-ended")
_step("send", P.REFERRAL_SEND, s.Nothing, "Send a draft.", *_CONSENT, "identity-in-open-text")
_step("acknowledge", P.REFERRAL_ACKNOWLEDGE, s.Nothing, "Say that the referral was received.")
_step(
    "accept",
    P.REFERRAL_ACCEPT,
    s.Accept,
    "Accept: the agency joins the case and may read what the consent allows.",
    *_CONSENT,
)
_step("decline", P.REFERRAL_DECLINE, s.Decline, "Decline, with a reason.")
_step("start", P.REFERRAL_START, s.Nothing, "Say that work has begun.")
_step("complete", P.REFERRAL_COMPLETE, s.Complete, "Report the outcome.")
_step("fail", P.REFERRAL_FAIL, s.Fail, "Say that it cannot be done, with a reason.")
_step("close", P.REFERRAL_CLOSE, s.Nothing, "Close what is finished, failed or suspended.")
_step("withdraw", P.REFERRAL_WITHDRAW, s.Withdraw, "Take the request back.")
_step("redirect", P.REFERRAL_REDIRECT, s.Redirect, "Name a better agency.")
_step("suspend", P.REFERRAL_SUSPEND, s.Suspend, "Pause, with a reason.")
_step("resume", P.REFERRAL_RESUME, s.Resume, "Go on under a consent in force.", *_CONSENT)
_step("mark-in-error", P.REFERRAL_MARK_IN_ERROR, s.MarkInError, "Mark a mistake; it is kept.")


@room.post(
    "/v1/referrals/{referral_id}/contact",
    permission=P.CONTACT_REVEAL,
    body=s.Acknowledged,
    answer=s.ContactOut,
    purpose=True,
    opens=True,
    problems=("consent-missing",),
)
def reveal_contact(call: Call) -> Reply:
    """Acknowledge how the child may safely be contacted, and be shown its contact data."""
    shown = contact.reveal_contact(call.actor, _found(call), **call.body)
    return Reply(
        {
            "safe_contact": shown.safe_contact,
            "contact": shown.contact,
            "receipt_id": ids.show("receipt", shown.receipt_id),
        }
    )


def _message_again(call: Call, message_id: UUID) -> Reply:
    shown, _ = messages.list_messages(call.actor, _found(call), limit=1, after=None, only=message_id)
    if not shown:
        raise NotFound()
    return Reply(s.message_out(*shown[0]))


@room.get(
    "/v1/referrals/{referral_id}/messages",
    permission=P.MESSAGE_LIST,
    query=ListQuery,
    answer=s.MessageOut,
    listed=True,
    purpose=True,
)
def list_messages(call: Call) -> Reply:
    """List the messages of a referral, newest first."""
    shown, next_after = messages.list_messages(
        call.actor, _found(call), limit=call.query["limit"], after=paging.after(call)
    )
    return paging.page(call, [s.message_out(*each) for each in shown], next_after)


@room.post(
    "/v1/referrals/{referral_id}/messages",
    permission=P.MESSAGE_SEND, body=s.SendMessage, answer=s.MessageOut, status=201, purpose=True, idempotency=REQUIRED, again=_message_again,
    problems=("illegal-step", "identity-in-open-text"),
)  # fmt: skip
def send_message(call: Call) -> Reply:
    """Write to the other end, or note a call."""
    return Reply(s.message_out(*messages.send_message(call.actor, _found(call), **call.body)))


def _appointment(call: Call, shown: tuple[Any, dict[str, Any]]) -> Reply:
    return Reply(s.appointment_out(*shown), etag=appointments.etag(call.actor, shown[0]))


def _appointment_again(call: Call, appointment_id: UUID) -> Reply:
    return _appointment(call, appointments.read_appointment(call.actor, _found(call), appointment_id))


@room.get(
    "/v1/referrals/{referral_id}/appointments",
    permission=P.APPOINTMENT_LIST,
    query=ListQuery,
    answer=s.AppointmentOut,
    listed=True,
    purpose=True,
)
def list_appointments(call: Call) -> Reply:
    """List the appointments of a referral."""
    shown, next_after = appointments.list_appointments(
        call.actor, _found(call), limit=call.query["limit"], after=paging.after(call)
    )
    return paging.page(call, [s.appointment_out(*each) for each in shown], next_after)


@room.post(
    "/v1/referrals/{referral_id}/appointments",
    permission=P.APPOINTMENT_MAKE, body=s.MakeAppointment, answer=s.AppointmentOut, status=201, purpose=True, idempotency=REQUIRED, again=_appointment_again,
    etag=True, problems=("illegal-step",),
)  # fmt: skip
def make_appointment(call: Call) -> Reply:
    """Set an appointment."""
    return _appointment(call, appointments.make_appointment(call.actor, _found(call), **call.body))


@room.get(
    "/v1/referrals/{referral_id}/appointments/{appointment_id}",
    permission=P.APPOINTMENT_LIST,
    answer=s.AppointmentOut,
    purpose=True,
    etag=True,
)
def read_appointment(call: Call) -> Reply:
    """Read an appointment."""
    return _appointment_again(call, call.id("appointment"))


@room.patch(
    "/v1/referrals/{referral_id}/appointments/{appointment_id}",
    permission=P.APPOINTMENT_CHANGE, body=s.ChangeAppointment, answer=s.AppointmentOut, purpose=True, if_match=REQUIRED, etag=True, problems=("illegal-step",),
)  # fmt: skip
def change_appointment(call: Call) -> Reply:
    """Move an appointment, or say whether the child came."""
    return _appointment(
        call, appointments.change_appointment(call.actor, _found(call), call.id("appointment"), changes=call.body)
    )
