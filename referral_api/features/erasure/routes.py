"""The addresses of holds, retention and erasure."""

from collections.abc import Callable
from uuid import UUID

from referral_api.access import Permission as P
from referral_api.api import paging
from referral_api.api.fields import ListQuery
from referral_api.api.rooms import OPTIONAL, Call, Reply, Room
from referral_api.features.cases.queries import case_ref_of, find_case
from referral_api.features.cases.routes import case_again, case_shown
from referral_api.features.cases.schemas import CaseOut
from referral_api.features.erasure import commands, queries
from referral_api.features.erasure import schemas as s
from referral_api.features.erasure.models import Erasure
from referral_api.kernel.actor import Actor

room = Room(
    "erasure",
    "Legal holds, retention dates, and erasure by two people with a certificate.",
    cases_of={"erasure": case_ref_of(Erasure)},
)


def _shown(call: Call, erasure: Erasure, reason: str | None) -> Reply:
    return Reply(s.erasure_out(erasure, reason), etag=queries.etag(call.actor, erasure))


def _again(call: Call, erasure_id: UUID) -> Reply:
    return _shown(call, *queries.read_erasure(call.actor, erasure_id))


@room.post(
    "/v1/cases/{case_id}/hold",
    permission=P.CASE_HOLD, body=s.HoldCase, answer=CaseOut, purpose=True, idempotency=OPTIONAL, again=case_again, etag=True,
    problems=("illegal-step",),
)  # fmt: skip
def hold_case(call: Call) -> Reply:
    """Set or lift the legal hold on a case."""
    return case_shown(call.actor, commands.hold_case(call.actor, find_case(call.actor, call.id("case")), **call.body))


@room.get(
    "/v1/cases/{case_id}/holds",
    permission=P.CASE_HISTORY,
    answer=s.HoldOut,
    listed=True,
    purpose=True,
    problems=("illegal-step",),
)
def list_holds(call: Call) -> Reply:
    """List when a case was held and released, and why."""
    shown = queries.list_holds(call.actor, find_case(call.actor, call.id("case")))
    return Reply({"items": [s.hold_out(row, reason) for row, reason in shown], "next_cursor": None})


@room.post(
    "/v1/cases/{case_id}/erase",
    permission=P.CASE_ERASE, body=s.RequestErasure, answer=s.ErasureOut, status=201, purpose=True, idempotency=OPTIONAL, again=_again,
    etag=True, problems=("illegal-step",),
)  # fmt: skip
def request_erasure(call: Call) -> Reply:
    """Ask that a closed case be erased; a second person confirms it."""
    file = find_case(call.actor, call.id("case"))
    return _shown(call, *commands.request_erasure(call.actor, file, **call.body))


@room.get(
    "/v1/erasures", permission=P.ERASURE_LIST, query=s.ListErasures, answer=s.ErasureOut, listed=True, purpose=True
)
def list_erasures(call: Call) -> Reply:
    """List the agency's erasures, asked for and carried out."""
    page = queries.list_erasures(
        call.actor, limit=call.query["limit"], after=paging.after(call), state=call.query["state"]
    )
    return paging.page(call, [s.erasure_out(row[1]) for row in page.rows], page.next_after)


@room.get("/v1/erasures/{erasure_id}", permission=P.ERASURE_READ, answer=s.ErasureOut, purpose=True, etag=True)
def read_erasure(call: Call) -> Reply:
    """Read the certificate of an erasure, or the request for one."""
    return _again(call, call.id("erasure"))


def _decided(name: str, permission: P, act: Callable[[Actor, Erasure], Erasure], summary: str) -> None:
    def decide(call: Call) -> Reply:
        return _shown(call, act(call.actor, queries.find_erasure(call.actor, call.id("erasure"))), None)

    decide.__name__, decide.__doc__ = f"{name}_erasure", summary
    room.post(
        f"/v1/erasures/{{erasure_id}}/{name}",
        permission=permission, body=s.Nothing, answer=s.ErasureOut, purpose=True, idempotency=OPTIONAL, again=_again, etag=True,
        problems=("illegal-step",),
    )(decide)  # fmt: skip


_decided("confirm", P.ERASURE_CONFIRM, commands.confirm_erasure, "Carry an erasure out, as a second person.")
_decided("refuse", P.ERASURE_REFUSE, commands.refuse_erasure, "Refuse an erasure, or take the request back.")


@room.get(
    "/v1/retention", permission=P.RETENTION_LIST, query=ListQuery, answer=s.RetentionOut, listed=True, purpose=True
)
def list_retention(call: Call) -> Reply:
    """List the agency's cases whose retention date is near or over."""
    page = queries.list_retention(call.actor, limit=call.query["limit"], after=paging.after(call))
    return paging.page(call, [s.retention_out(row, call.now) for row in page.rows], page.next_after)
