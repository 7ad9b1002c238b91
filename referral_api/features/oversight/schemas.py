"""The log as JSON."""

from marshmallow import fields as f

from referral_api.api.fields import Body, Code, Day, Flag, Id, Limits, ListQuery, Moment, Nested, Text, Whole, many
from referral_api.features.oversight.questions import QUESTIONS
from referral_api.guard import FAMILIES

__all__ = [
    "CaseRefOut",
    "CheckpointQuery",
    "ConsistencyOut",
    "ConsistencyQuery",
    "Cosign",
    "CosignQuery",
    "CosignedOut",
    "EntryOut",
    "ExportQuery",
    "ListEntries",
    "MakeCaseRef",
    "AskQuestion",
    "FindingOut",
    "ProofOut",
    "QuestionOut",
    "RefusalsOut",
]


def _case() -> Text:
    return Text(
        64,
        load_default=None,
        pattern="case_[0-9a-z]{26}|[A-Za-z0-9_-]{24}",
        metadata={
            "machine": True,
            "description": "A case's id, or its `case_ref`.",
            "example": "case_01m86a7s04e5vtfdx32bwdvnvj",
        },
    )


class ListEntries(ListQuery):
    actor = Text(64, load_default=None, metadata={"description": "A member's or client's id."})
    agency = Id("agency", load_default=None)
    case = _case()
    subject = Text(64, load_default=None, metadata={"description": "The id of the thing acted on."})
    action = Text(64, load_default=None, pattern=r"[a-z_]+\.[a-z_]+", metadata={"example": "referral.accepted"})
    outcome = Code(among=("allowed", "denied", "refused"), load_default=None)
    since = Moment(data_key="from", load_default=None)
    until = Moment(data_key="to", load_default=None)


class ActorOut(Body):
    kind = Text()
    id = Text(allow_none=True)
    agency_id = Id("agency", allow_none=True)
    roles = many(Text())
    on_behalf_of = Id("member", allow_none=True)


class SubjectOut(Body):
    type = Text(allow_none=True)
    id = Text(allow_none=True)


class EntryOut(Body):
    id = Id("entry")
    index = Whole(0, 2**53, allow_none=True)
    at = Moment()
    actor = Nested(ActorOut)
    purpose = Code("purpose", allow_none=True)
    action = Text()
    subject = Nested(SubjectOut)
    case_ref = Text(64, allow_none=True)
    outcome = Code(among=("allowed", "denied", "refused"))
    reason_code = Text(allow_none=True)
    fields = many(Text(minimum=0), maximum=1_000)  # type: ignore[assignment]
    data_classes = many(Text())
    versions = f.Dict(keys=Text(), values=Whole(1, 2**31))
    basis = Text(allow_none=True)
    consent_id = Id("consent", allow_none=True)
    referral_id = Id("referral", allow_none=True)
    returned_ids = many(Text(), maximum=1_000)
    request_id = Text()
    client_address = Text(allow_none=True)


class QuestionOut(Body):
    name = Code(among=tuple(QUESTIONS), metadata={"example": "bulk_reads"})
    asks = Text()
    finds = Text(1_000)
    cannot_see = Text(1_000)
    of_a_case = Flag(metadata={"description": "It is asked with `case`."})


class AskQuestion(ListQuery):
    case = _case()
    since = Moment(data_key="from", load_default=None)
    until = Moment(data_key="to", load_default=None)


class FindingOut(Body):
    """An entry that answers a question; `count` says for how many acts it stands."""

    entry = Nested(EntryOut)
    count = Whole(1, 2**53)


class RefusalsOfADay(Body):
    day = Day()
    family = Code(among=tuple(FAMILIES), metadata={"example": "data-uri"})
    refused = Whole(1, 2**53)


class RefusalsOut(Body):
    counts = many(Nested(RefusalsOfADay), maximum=1_000)


class ProofOut(Body):
    index = Whole(0, 2**53)
    tree_size = Whole(1, 2**53)
    leaf_hash = Text(64)
    root_hash = Text(64)
    hashes = many(Text(64), maximum=64)
    checkpoint = Text(Limits.TEXT)


class ExportQuery(Body):
    form = Code(among=("ndjson", "csv", "fhir"), load_default="ndjson", data_key="format")
    since = Moment(data_key="from", load_default=None)
    until = Moment(data_key="to", load_default=None)


class CheckpointQuery(Body):
    cosigned = Code(
        among=("true", "false"),
        load_default="false",
        metadata={"description": "The newest checkpoint that a witness cosigned, with the cosignatures."},
    )


class CosignQuery(Body):
    size = Whole(
        1, 2**53, text=True, required=True, metadata={"description": "The size in the checkpoint's second line."}
    )


class Cosign(Body):
    """One cosignature a line, each line ended."""

    lines = Text(
        10_000,
        pattern=r"(— [^\s+]+ [A-Za-z0-9+/=]+\n)+",
        required=True,
        metadata={"machine": True, "example": "— witness.example.org 3DAnSGVsbG8gd29ybGQ=\n"},
    )


class CosignedOut(Body):
    tree_size = Whole(1, 2**53)
    witnesses = many(Text(255), maximum=100)


class ConsistencyQuery(Body):
    first_size = Whole(1, 2**53, text=True, data_key="from", required=True)
    second_size = Whole(1, 2**53, text=True, data_key="to", load_default=None)


class ConsistencyOut(Body):
    first_size = Whole(1, 2**53)
    second_size = Whole(1, 2**53)
    first_root = Text(64)
    second_root = Text(64)
    hashes = many(Text(64), maximum=128)


class MakeCaseRef(Body):
    agency_id = Id("agency", required=True)
    case_number = Text(64, required=True)
    reason = Text(Limits.TEXT, required=True)


class CaseRefOut(Body):
    case_ref = Text(64)
    case_refs = many(Text(64))
