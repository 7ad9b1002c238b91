"""The addresses of the audit trail."""

from typing import Any

from flask import current_app

from referral_api import work
from referral_api.access import Permission as P
from referral_api.api import paging
from referral_api.api.rates import LISTS
from referral_api.api.rooms import LINES, Call, Reply, Room
from referral_api.audit import cosignatures, proofs
from referral_api.audit.note import SignerKey
from referral_api.features.agencies.queries import find_agency
from referral_api.features.oversight import commands, queries
from referral_api.features.oversight import schemas as s
from referral_api.features.oversight.access import queries as access
from referral_api.features.oversight.access.schemas import AccessAt, AccessOut, access_out
from referral_api.features.oversight.questions import QUESTIONS
from referral_api.kernel import ids
from referral_api.kernel.errors import FieldError, Invalid, NotFound
from referral_api.store import session

room = Room("audit", "The audit trail: who did what, when, why, and the proof that nothing was changed since.")


@room.get(
    "/v1/audit/entries", permission=P.AUDIT_READ, query=s.ListEntries, answer=s.EntryOut, listed=True, purpose=True
)
def list_entries(call: Call) -> Reply:
    """List audit entries, newest first."""
    query = call.query
    items, next_after = queries.list_entries(
        call.actor,
        limit=query["limit"],
        after=paging.after(call),
        filters=_filters(query),
        since=query["since"],
        until=query["until"],
    )
    return paging.page(call, items, next_after)


def _filters(query: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: query[name] for name in ("action", "outcome") if query[name] is not None}
    if query["agency"] is not None:
        found["agency_id"] = query["agency"]
    for name, column in (("actor", "actor_id"), ("subject", "subject_id")):
        if query[name] is not None:
            found[column] = _uuid(name, query[name])
    if query["case"] is not None:
        found["case_ref"] = _case_ref(query["case"])
    return found


def _case_ref(case: str) -> str:
    case_id = ids.read("case", case)
    return work.case_ref(case_id) if case_id is not None else case


def _uuid(name: str, text: str) -> Any:
    found = ids.read(text.rpartition("_")[0], text)
    if found is None:
        raise Invalid([FieldError(f"/{name}", "invalid", "Not an id.")])
    return found


@room.get(
    "/v1/audit/entries/{entry_id}",
    permission=P.AUDIT_READ,
    answer=s.EntryOut,
    purpose=True,
    etag=True,
    problems=("archived",),
)
def read_entry(call: Call) -> Reply:
    """Read one audit entry. Of a month that was archived, it is 410 and lies in a file."""
    entry_id = call.id("entry")
    entry = queries.read_entry(call.actor, entry_id)
    return Reply(entry, etag=work.etag(call.actor, "entry", entry_id, [entry["index"]]))


@room.get(
    "/v1/audit/entries/{entry_id}/proof",
    permission=P.AUDIT_READ,
    answer=s.ProofOut,
    purpose=True,
    problems=("archived", "unavailable"),
)
def prove_entry(call: Call) -> Reply:
    """Prove that an entry is in the log as of its latest checkpoint."""
    return Reply(queries.prove_entry(call.actor, call.id("entry")))


_MEDIA = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8", "fhir": "application/fhir+ndjson"}
_FILES = {"ndjson": "log.ndjson", "csv": "log.csv", "fhir": "log-fhir.ndjson"}


@room.get(
    "/v1/audit/export",
    permission=P.AUDIT_EXPORT,
    query=s.ExportQuery,
    bucket=LISTS,
    produces="application/x-ndjson, text/csv, application/fhir+ndjson",
    purpose=True,
    problems=("unavailable",),
)
def export_entries(call: Call) -> Reply:
    """Take the entries along that have their place in the signed log, oldest first.

    `ndjson` can be checked anywhere, entry by entry: whole for an oversight body that names no times, else each entry with its proof.
    `csv` and `fhir` (R4 AuditEvent, one a line) are for other programs.
    """
    key = SignerKey.parse(current_app.extensions["settings"].log_key.strip()).verifier
    query = call.query
    lines = queries.export_entries(call.actor, key, form=query["form"], since=query["since"], until=query["until"])
    file = {"Content-Disposition": f'attachment; filename="{_FILES[query["form"]]}"'}
    return Reply(lines, content_type=_MEDIA[query["form"]], headers=file)


@room.get("/v1/audit/questions", answer=s.QuestionOut, listed=True)
def list_questions(call: Call) -> Reply:
    """List the questions that auditors can ask: what each finds, and what it cannot see. It leaves no entry."""
    names = ("name", "asks", "finds", "cannot_see", "of_a_case")
    items = [{name: getattr(question, name) for name in names} for question in QUESTIONS.values()]
    return Reply({"items": items, "next_cursor": None})


@room.get(
    "/v1/audit/questions/{name}",
    permission=P.AUDIT_READ,
    query=s.AskQuestion,
    answer=s.FindingOut,
    listed=True,
    purpose=True,
)
def ask_question(call: Call) -> Reply:
    """Ask the audit trail a question by name, newest entries first."""
    question = QUESTIONS.get(call.path["name"])
    if question is None:
        raise NotFound()
    query = call.query
    if question.of_a_case and query["case"] is None:
        raise Invalid([FieldError("/case", "required", "This question is about one case.")])
    items, next_after = queries.ask(
        call.actor,
        question,
        limit=query["limit"],
        after=paging.after(call),
        since=query["since"],
        until=query["until"],
        case_ref=None if query["case"] is None else _case_ref(query["case"]),
    )
    return paging.page(call, items, next_after)


@room.get("/v1/audit/checkpoint", query=s.CheckpointQuery, produces="text/plain", problems=("unavailable",))
def read_checkpoint(call: Call) -> Reply:
    """Read the latest checkpoint, a signed note (C2SP tlog-checkpoint).

    With `cosigned=true` it is the newest one that a witness cosigned, with all its cosignatures.
    """
    note = cosignatures.cosigned_note if call.query["cosigned"] == "true" else proofs.checkpoint_note
    return Reply(note(session()), content_type="text/plain; charset=utf-8")


@room.post(
    "/v1/audit/cosignatures",
    permission=P.AUDIT_COSIGN,
    media=LINES,
    body=s.Cosign,
    query=s.CosignQuery,
    answer=s.CosignedOut,
)
def cosign_checkpoint(call: Call) -> Reply:
    """Bring a witness's cosignatures of a checkpoint (C2SP tlog-cosignature).

    The witness has checked that the log only grew since what it cosigned before. Its key is known to the operator.
    """
    size = call.query["size"]
    names = commands.cosign_checkpoint(call.actor, size=size, lines=call.body["lines"])
    return Reply({"tree_size": size, "witnesses": names})


@room.get("/v1/audit/consistency", query=s.ConsistencyQuery, answer=s.ConsistencyOut, problems=("unavailable",))
def prove_consistency(call: Call) -> Reply:
    """Prove that the log of one size only adds to the log of a smaller one."""
    try:
        return Reply(proofs.consistency_proof(session(), call.query["first_size"], call.query["second_size"]))
    except ValueError as error:
        raise Invalid([FieldError("/from", "invalid", str(error))]) from None


@room.get("/v1/agencies/{agency_id}/refusals", permission=P.REFUSAL_COUNT, answer=s.RefusalsOut)
def count_refusals(call: Call) -> Reply:
    """Count the refusals of imagery to an agency's people and systems in the last 90 days, by day (UTC) and family.

    It tells neither who, nor where, nor what: auditors read the entries.
    """
    return Reply({"counts": queries.count_refusals(call.actor, find_agency(call.id("agency")))})


@room.get(
    "/v1/cases/{case_id}/access",
    permission=P.ACCESS_READ,
    query=AccessAt,
    answer=AccessOut,
    purpose=True,
)
def read_access(call: Call) -> Reply:
    """Read who could read the case at a moment, and on what ground.

    It is told by the histories of parties, referrals and consents. It holds ids, codes and times, and no word about the child.
    """
    case_id = call.id("case")
    return Reply(access_out(case_id, access.read_access(call.actor, case_id, at=call.query["at"])))


@room.post(
    "/v1/audit/case-refs",
    permission=P.CASE_REF_MAKE,
    body=s.MakeCaseRef,
    answer=s.CaseRefOut,
    purpose=True,
    problems=("not-found",),
)
def make_case_ref(call: Call) -> Reply:
    """Turn a complaint's case number into the pseudonym that the log uses."""
    found = commands.make_case_ref(call.actor, **call.body)
    return Reply({"case_ref": found[0], "case_refs": found})
