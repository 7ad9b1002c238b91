"""The addresses of break-glass."""

from uuid import UUID

from referral_api.access import Permission as P
from referral_api.api import paging
from referral_api.api.rooms import NEVER, OPTIONAL, REQUIRED, Call, Reply, Room
from referral_api.features.break_glass import commands, queries
from referral_api.features.break_glass import schemas as s
from referral_api.features.break_glass.behind import case_of, find_behind
from referral_api.features.break_glass.models import Glass
from referral_api.features.break_glass.queries import GlassView
from referral_api.features.cases.queries import case_ref_of

room = Room(
    "break-glass",
    "Break-glass: in danger, a little of a case opens to one person for a short time, and others look at it after.",
    cases_of={"glass": case_ref_of(Glass)},
)


def _shown(call: Call, view: GlassView) -> Reply:
    return Reply(s.glass_out(view), etag=view.etag(call.actor))


def _again(call: Call, glass_id: UUID) -> Reply:
    return _shown(call, queries.read_glass(call.actor, glass_id))


@room.post(
    "/v1/cases/{case_id}/break-glass",
    permission=P.GLASS_BREAK, body=s.BreakGlass, answer=s.GlassOut, status=201, purpose=True, idempotency=REQUIRED, again=_again, etag=True,
)  # fmt: skip
def break_glass_of_case(call: Call) -> Reply:
    """Break the glass of a case that your agency knows."""
    behind = find_behind(call.actor, call.id("case"))
    return _shown(call, commands.break_glass(call.actor, behind, **call.body))


@room.post(
    "/v1/referrals/{referral_id}/break-glass",
    permission=P.GLASS_BREAK, body=s.BreakGlass, answer=s.GlassOut, status=201, purpose=True, idempotency=REQUIRED, again=_again, etag=True,
)  # fmt: skip
def break_glass_of_referral(call: Call) -> Reply:
    """Break the glass of the case of a referral that your agency received."""
    referral_id = call.id("referral")
    behind = find_behind(call.actor, case_of(call.actor, referral_id))
    return _shown(call, commands.break_glass(call.actor, behind, referral_id=referral_id, **call.body))


@room.get("/v1/break-glass", permission=P.GLASS_LIST, query=s.ListGlasses, answer=s.GlassOut, listed=True, purpose=True)
def list_glasses(call: Call) -> Reply:
    """List uses: your own, those on your agency's cases for a supervisor, and those in an auditor's scope."""
    query = {name: call.query[name] for name in ("limit", "overdue", "case_id")}
    shown, next_after = queries.list_glasses(call.actor, after=paging.after(call), **query)
    return paging.page(call, [s.glass_out(each) for each in shown], next_after)


@room.get("/v1/break-glass/{glass_id}", permission=P.GLASS_READ, answer=s.GlassOut, purpose=True, etag=True)
def read_glass(call: Call) -> Reply:
    """Read one use."""
    return _again(call, call.id("glass"))


@room.post(
    "/v1/break-glass/{glass_id}/end",
    permission=P.GLASS_END, body=s.EndGlass, answer=s.GlassOut, purpose=True, if_match=NEVER, idempotency=OPTIONAL, again=_again, etag=True,
    problems=("illegal-step",),
)  # fmt: skip
def end_glass(call: Call) -> Reply:
    """End it early, as whoever used it or as the owner's supervisor."""
    return _shown(call, commands.end_glass(call.actor, queries.find_glass(call.actor, call.id("glass"))))


@room.post(
    "/v1/break-glass/{glass_id}/review",
    permission=P.GLASS_REVIEW, body=s.ReviewGlass, answer=s.GlassOut, purpose=True, idempotency=OPTIONAL, again=_again, etag=True, problems=("illegal-step",),
)  # fmt: skip
def review_glass(call: Call) -> Reply:
    """Review it: the owner's supervisor, or an auditor of oversight where the owner's own member used it."""
    return _shown(
        call, commands.review_glass(call.actor, queries.find_glass(call.actor, call.id("glass")), **call.body)
    )
