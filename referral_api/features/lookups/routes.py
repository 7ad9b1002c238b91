"""The addresses of lookups."""

from uuid import UUID

from referral_api.access import Permission as P
from referral_api.api import paging
from referral_api.api.rooms import OPTIONAL, REQUIRED, Call, Reply, Room
from referral_api.features.cases.queries import find_case
from referral_api.features.lookups import commands, queries
from referral_api.features.lookups import schemas as s
from referral_api.features.lookups.queries import LookupView

room = Room(
    "lookups", "Lookups: whether the child of an own case is known elsewhere, told only by those who choose to say so."
)


def _shown(call: Call, view: LookupView) -> Reply:
    return Reply(s.lookup_out(view), etag=view.etag(call.actor))


def _again(call: Call, lookup_id: UUID) -> Reply:
    return _shown(call, queries.read_lookup(call.actor, lookup_id))


@room.post(
    "/v1/cases/{case_id}/lookups",
    permission=P.LOOKUP_ASK, body=s.AskLookup, answer=s.LookupOut, status=201, purpose=True, idempotency=REQUIRED, again=_again, etag=True,
    problems=("illegal-step",),
)  # fmt: skip
def ask_lookup(call: Call) -> Reply:
    """Ask whether the child of your case is known to others; they choose whether to answer."""
    file = find_case(call.actor, call.id("case"))
    return _shown(call, commands.ask_lookup(call.actor, file, queries.asking(call.actor, file.case.id), **call.body))


@room.get("/v1/lookups", permission=P.LOOKUP_LIST, query=s.ListLookups, answer=s.LookupOut, listed=True, purpose=True)
def list_lookups(call: Call) -> Reply:
    """List what your agency asked, and what it is asked."""
    shown, next_after = queries.list_lookups(
        call.actor, limit=call.query["limit"], after=paging.after(call), box=call.query["box"]
    )
    return paging.page(call, [s.lookup_out(each) for each in shown], next_after)


@room.get("/v1/lookups/{lookup_id}", permission=P.LOOKUP_READ, answer=s.LookupOut, purpose=True, etag=True)
def read_lookup(call: Call) -> Reply:
    """Read a lookup from your side of it."""
    return _again(call, call.id("lookup"))


@room.post(
    "/v1/lookups/{lookup_id}/answer",
    permission=P.LOOKUP_ANSWER, body=s.AnswerLookup, answer=s.LookupOut, purpose=True, idempotency=OPTIONAL, again=_again, etag=True,
    problems=("illegal-step",),
)  # fmt: skip
def answer_lookup(call: Call) -> Reply:
    """Answer, as an agency that is asked, or say that you do not."""
    return _shown(
        call, commands.answer_lookup(call.actor, queries.find_lookup(call.actor, call.id("lookup")), **call.body)
    )
