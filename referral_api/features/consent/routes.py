"""The addresses of consents."""

from uuid import UUID

from referral_api.access import Permission as P
from referral_api.api import paging
from referral_api.api.fields import ListQuery
from referral_api.api.rooms import REQUIRED, Call, Reply, Room
from referral_api.features.cases.queries import case_ref_of, find_case
from referral_api.features.consent import commands, queries
from referral_api.features.consent import schemas as s
from referral_api.features.consent.models import Consent

room = Room(
    "consent",
    "Consent: on what basis which data classes may go to whom, for which purpose, from when until when.",
    cases_of={"consent": case_ref_of(Consent)},
)


def _again(call: Call, consent_id: UUID) -> Reply:
    shown = queries.read_consent(call.actor, consent_id)
    return Reply(s.consent_out(call.actor, shown), etag=shown.etag(call.actor))


@room.post(
    "/v1/cases/{case_id}/consents",
    permission=P.CONSENT_GIVE, body=s.GiveConsent, answer=s.ConsentOut, status=201, purpose=True, idempotency=REQUIRED, again=_again, etag=True,
    problems=("illegal-step",),
)  # fmt: skip
def give_consent(call: Call) -> Reply:
    """Record a consent."""
    shown = commands.give_consent(call.actor, find_case(call.actor, call.id("case")), **call.body)
    return Reply(s.consent_out(call.actor, shown), etag=shown.etag(call.actor))


@room.get(
    "/v1/cases/{case_id}/consents",
    permission=P.CONSENT_READ,
    query=ListQuery,
    answer=s.ConsentOut,
    listed=True,
    purpose=True,
)
def list_consents(call: Call) -> Reply:
    """List the consents of a case; a receiver sees those on which it was told."""
    views, next_after = queries.list_consents(
        call.actor, find_case(call.actor, call.id("case")), limit=call.query["limit"], after=paging.after(call)
    )
    return paging.page(call, [s.consent_out(call.actor, view) for view in views], next_after)


@room.get("/v1/consents/{consent_id}", permission=P.CONSENT_READ, answer=s.ConsentOut, purpose=True, etag=True)
def read_consent(call: Call) -> Reply:
    """Read a consent."""
    return _again(call, call.id("consent"))
