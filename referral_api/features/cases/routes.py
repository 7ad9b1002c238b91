"""The addresses of cases."""

from uuid import UUID

from referral_api.access import Permission as P
from referral_api.api import paging
from referral_api.api.fields import ListQuery
from referral_api.api.rooms import OPTIONAL, REQUIRED, Call, Reply, Room
from referral_api.features.cases import commands, history, parties, queries, team
from referral_api.features.cases import schemas as s
from referral_api.features.cases.models import Case
from referral_api.features.cases.printed import CONTENT_POLICY
from referral_api.features.cases.queries import CaseView, find_case
from referral_api.kernel.actor import Actor
from referral_api.work import case_ref, etag

room = Room(
    "cases",
    "Cases: one child victim, child at risk or child witness, in data classes that are disclosed one by one.",
    cases_of={"case": case_ref},
)


def case_shown(actor: Actor, view: CaseView | Case) -> Reply:
    """The case as an answer; of an erased one nothing but that it is."""
    if isinstance(view, Case):
        return Reply(s.erased_out(view), etag=etag(actor, view.kind, view.id, (view.status,)))
    return Reply(s.case_out(view), etag=view.etag(actor))


def case_again(call: Call, case_id: UUID) -> Reply:
    """What a repeated call is answered: the case as it may be seen now."""
    return case_shown(call.actor, queries.read_case(call.actor, case_id))


@room.post(
    "/v1/cases",
    permission=P.CASE_OPEN,
    body=s.OpenCase,
    answer=s.CaseOut,
    status=201,
    purpose=True,
    idempotency=REQUIRED,
    again=case_again,
    etag=True,
)
def open_case(call: Call) -> Reply:
    """Open a case."""
    return case_shown(call.actor, commands.open_case(call.actor, **call.body))


@room.get("/v1/cases", permission=P.CASE_LIST, query=s.ListCases, answer=s.CaseOut, listed=True, purpose=True)
def list_cases(call: Call) -> Reply:
    """List the agency's cases: its own, and those that it was admitted to."""
    query = call.query
    page = queries.list_cases(
        call.actor,
        limit=query["limit"],
        after=paging.after(call),
        status=query["status"],
        risk_level=query["risk_level"],
    )
    return paging.page(
        call, [s.case_item(row, queries.number_in_list(call.actor, row)) for row in page.rows], page.next_after
    )


@room.get("/v1/cases/{case_id}", permission=P.CASE_READ, answer=s.CaseOut, purpose=True, etag=True)
def read_case(call: Call) -> Reply:
    """Read a case, as far as it is shown to you."""
    return case_shown(call.actor, queries.read_case(call.actor, call.id("case")))


@room.patch(
    "/v1/cases/{case_id}",
    permission=P.CASE_CHANGE,
    body=s.ChangeCase,
    answer=s.CaseOut,
    purpose=True,
    if_match=REQUIRED,
    etag=True,
    problems=("illegal-step",),
)
def change_case(call: Call) -> Reply:
    """Change a case by merge patch; earlier versions are kept."""
    reason = call.body.pop("change_reason", "update")
    return case_shown(
        call.actor,
        commands.change_case(call.actor, find_case(call.actor, call.id("case")), changes=call.body, reason=reason),
    )


@room.post(
    "/v1/cases/{case_id}/close",
    permission=P.CASE_CLOSE,
    body=s.CloseCase,
    answer=s.CaseOut,
    purpose=True,
    if_match=REQUIRED,
    idempotency=OPTIONAL,
    again=case_again,
    etag=True,
    problems=("illegal-step",),
)
def close_case(call: Call) -> Reply:
    """Close a case."""
    return case_shown(call.actor, commands.close_case(call.actor, find_case(call.actor, call.id("case")), **call.body))


@room.post(
    "/v1/cases/{case_id}/reopen",
    permission=P.CASE_REOPEN,
    body=s.Nothing,
    answer=s.CaseOut,
    purpose=True,
    if_match=REQUIRED,
    idempotency=OPTIONAL,
    again=case_again,
    etag=True,
    problems=("illegal-step",),
)
def reopen_case(call: Call) -> Reply:
    """Reopen a closed case."""
    return case_shown(call.actor, commands.reopen_case(call.actor, find_case(call.actor, call.id("case"))))


@room.get(
    "/v1/cases/{case_id}/parties",
    permission=P.CASE_READ,
    query=ListQuery,
    answer=s.PartyOut,
    listed=True,
    purpose=True,
)
def list_parties(call: Call) -> Reply:
    """List the parties of a case: the owner sees all, a receiver the owner and itself."""
    page = history.list_parties(
        call.actor, find_case(call.actor, call.id("case")), limit=call.query["limit"], after=paging.after(call)
    )
    return paging.page(call, [s.party_out(row) for row in page.rows], page.next_after)


@room.get(
    "/v1/cases/{case_id}/versions",
    permission=P.CASE_HISTORY,
    query=s.VersionsQuery,
    answer=s.VersionOut,
    listed=True,
    purpose=True,
)
def list_versions(call: Call) -> Reply:
    """List the versions of one data class, with what each said."""
    shown = history.list_versions(
        call.actor, find_case(call.actor, call.id("case")), data_class=call.query["data_class"]
    )
    return Reply({"items": [s.version_out(row, content) for row, content in shown], "next_cursor": None})


@room.get(
    "/v1/cases/{case_id}/timeline",
    permission=P.CASE_READ,
    query=ListQuery,
    answer=s.TimelineOut,
    listed=True,
    purpose=True,
)
def list_timeline(call: Call) -> Reply:
    """List what was done in a case, newest first: the owner sees all, a receiver its own acts."""
    page = history.list_timeline(
        call.actor, find_case(call.actor, call.id("case")), limit=call.query["limit"], after=paging.after(call)
    )
    return paging.page(call, [s.timeline_out(row) for row in page.rows], page.next_after)


@room.get(
    "/v1/cases/{case_id}/disclosures",
    permission=P.DISCLOSURE_LIST,
    query=ListQuery,
    answer=s.ReceiptOut,
    listed=True,
    purpose=True,
)
def list_disclosures(call: Call) -> Reply:
    """List the receipts: which classes and versions went to whom, when, why, under which consent."""
    page = history.list_disclosures(
        call.actor, find_case(call.actor, call.id("case")), limit=call.query["limit"], after=paging.after(call)
    )
    return paging.page(call, [s.receipt_out(row) for row in page.rows], page.next_after)


@room.get(
    "/v1/cases/{case_id}/disclosures/page",
    permission=P.DISCLOSURE_LIST,
    query=s.PrintReceipts,
    produces="text/html",
    purpose=True,
)
def print_disclosures(call: Call) -> Reply:
    """Print the receipts as a page for the child, or for a caregiver who may know.

    A caregiver who is suspected, of unknown involvement, without authority, or not to be told is refused. The page names no child and no shelter.
    """
    page = history.print_disclosures(call.actor, find_case(call.actor, call.id("case")), **call.query)
    return Reply(page, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": CONTENT_POLICY})


def _assignments(call: Call, assignment_id: UUID | None = None) -> Reply:
    rows = history.list_assignments(call.actor, find_case(call.actor, call.id("case")))
    items = [s.assignment_out(row) for row in rows if assignment_id in (None, row.id)]
    return Reply({"items": items, "next_cursor": None}) if assignment_id is None else Reply(items[0])


@room.get("/v1/cases/{case_id}/assignments", permission=P.CASE_READ, answer=s.AssignmentOut, listed=True, purpose=True)
def list_assignments(call: Call) -> Reply:
    """List who of your agency works, or worked, on a case."""
    return _assignments(call)


@room.post(
    "/v1/cases/{case_id}/assignments",
    permission=P.CASE_ASSIGN, body=s.AssignWorker, answer=s.AssignmentOut, status=201, purpose=True, idempotency=REQUIRED, again=_assignments,
)  # fmt: skip
def assign_worker(call: Call) -> Reply:
    """Assign a member of your agency to a case."""
    return Reply(s.assignment_out(team.assign_worker(call.actor, find_case(call.actor, call.id("case")), **call.body)))


@room.post(
    "/v1/cases/{case_id}/assignments/{assignment_id}/end",
    permission=P.CASE_ASSIGN, body=s.Nothing, answer=s.AssignmentOut, purpose=True, idempotency=OPTIONAL, again=_assignments,
)  # fmt: skip
def end_assignment(call: Call) -> Reply:
    """Take a member of your agency off a case."""
    file = find_case(call.actor, call.id("case"))
    return Reply(s.assignment_out(team.end_assignment(call.actor, file, call.id("assignment"))))


def _exclusions(call: Call, exclusion_id: UUID | None = None) -> Reply:
    rows = history.list_exclusions(call.actor, find_case(call.actor, call.id("case")))
    items = [s.exclusion_out(row) for row in rows if exclusion_id in (None, row.id)]
    return Reply({"items": items, "next_cursor": None}) if exclusion_id is None else Reply(items[0])


@room.get("/v1/cases/{case_id}/exclusions", permission=P.CASE_HISTORY, answer=s.ExclusionOut, listed=True, purpose=True)
def list_exclusions(call: Call) -> Reply:
    """List who is kept out of a case."""
    return _exclusions(call)


@room.post(
    "/v1/cases/{case_id}/exclusions",
    permission=P.CASE_EXCLUDE, body=s.ExcludeFromCase, answer=s.ExclusionOut, status=201, purpose=True, idempotency=REQUIRED, again=_exclusions,
)  # fmt: skip
def exclude_from_case(call: Call) -> Reply:
    """Keep a member or an agency out of a case."""
    return Reply(
        s.exclusion_out(team.exclude_from_case(call.actor, find_case(call.actor, call.id("case")), **call.body))
    )


@room.post(
    "/v1/cases/{case_id}/exclusions/{exclusion_id}/end",
    permission=P.CASE_EXCLUDE, body=s.Nothing, answer=s.ExclusionOut, purpose=True, idempotency=OPTIONAL, again=_exclusions,
)  # fmt: skip
def end_exclusion(call: Call) -> Reply:
    """Let somebody in again who was kept out of a case."""
    file = find_case(call.actor, call.id("case"))
    return Reply(s.exclusion_out(team.end_exclusion(call.actor, file, call.id("exclusion"))))


def _links(call: Call, link_id: UUID | None = None) -> Reply:
    rows = history.list_links(call.actor, find_case(call.actor, call.id("case")))
    items = [s.link_out(row) for row in rows if link_id in (None, row.id)]
    return Reply({"items": items, "next_cursor": None}) if link_id is None else Reply(items[0])


@room.get("/v1/cases/{case_id}/links", permission=P.CASE_HISTORY, answer=s.LinkOut, listed=True, purpose=True)
def list_links(call: Call) -> Reply:
    """List the cases that belong together with this one."""
    return _links(call)


@room.post(
    "/v1/cases/{case_id}/links",
    permission=P.CASE_LINK,
    body=s.LinkCases,
    answer=s.LinkOut,
    status=201,
    purpose=True,
    idempotency=REQUIRED,
    again=_links,
)
def link_cases(call: Call) -> Reply:
    """Link two cases of your agency."""
    row = parties.link_cases(
        call.actor, find_case(call.actor, call.id("case")), to_case_id=call.body["to_case_id"], kind=call.body["kind"]
    )
    return Reply(s.link_out(row))
