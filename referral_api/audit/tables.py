"""The log's entries for other programs: CSV for a spreadsheet, FHIR R4 AuditEvents for a hospital's or a ministry's audit repository.

Neither can be checked entry by entry as our own format can; each row has its place and leaf hash, so that a proof can be asked for,
and a file that the operator wrote has a signed note beside it (`signed_file`).
"""

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, Final

from referral_api.audit.export import Row

__all__ = ["COLUMNS", "audit_event", "csv_lines", "fhir_lines"]

COLUMNS: Final = (
    "index", "id", "at", "actor_kind", "actor_id", "agency_id", "roles", "on_behalf_of", "purpose", "action", "subject_type", "subject_id",
    "case_ref", "outcome", "reason_code", "fields", "data_classes", "versions", "basis", "consent_id", "referral_id", "returned_ids",
    "request_id", "client_address", "leaf_hash",
)  # fmt: skip
_OURS: Final = "urn:referral-exchange:"
_READ: Final = ("read", "listed", "introspected", "tried")
_CREATED: Final = (
    "opened",
    "given",
    "drafted",
    "created",
    "invited",
    "entered",
    "offered",
    "made",
    "broken",
    "asked",
    "issued",
)
_DELETED: Final = ("erased", "erased_again")


def csv_lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """A header and one line an entry (RFC 4180); lists have a space between their items."""
    yield _csv(COLUMNS)
    for row in rows:
        entry = json.loads(row.leaf)
        actor, subject = entry["actor"], entry["subject"]
        flat = {
            **entry,
            "index": row.index,
            "leaf_hash": row.leaf_hash.hex(),
            "actor_kind": actor["kind"],
            "actor_id": actor["id"],
            "agency_id": actor["agency_id"],
            "roles": actor["roles"],
            "on_behalf_of": actor["on_behalf_of"],
            "subject_type": subject["type"],
            "subject_id": subject["id"],
            "versions": [f"{name}:{version}" for name, version in sorted(entry["versions"].items())],
        }
        yield _csv([_cell(flat[name]) for name in COLUMNS])


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def _csv(cells: Iterable[str]) -> bytes:
    line = StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue().encode()


def fhir_lines(rows: Iterable[Row], origin: str) -> Iterator[bytes]:
    """One AuditEvent a line, as FHIR's bulk data has it (`application/fhir+ndjson`)."""
    for row in rows:
        yield json.dumps(audit_event(row, origin), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def audit_event(row: Row, origin: str) -> dict[str, Any]:
    """An entry as a FHIR R4 AuditEvent. Ids of ours are identifiers, never names; a FHIR id has no underscore."""
    entry = json.loads(row.leaf)
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": entry["id"].replace("_", "-"),
        "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"},
        "subtype": [{"system": f"{_OURS}action", "code": entry["action"]}],
        "action": _verb(entry["action"]),
        "recorded": entry["at"],
        "outcome": "0" if entry["outcome"] == "allowed" else "4",
        "agent": _agents(entry),
        "source": {"site": origin, "observer": {"display": origin}},
        "entity": _entities(entry, row),
    }
    if entry["outcome"] != "allowed":
        event["outcomeDesc"] = " ".join(filter(None, (entry["outcome"], entry["reason_code"])))
    if entry["purpose"]:
        event["purposeOfEvent"] = [{"coding": [{"system": f"{_OURS}purpose", "code": entry["purpose"]}]}]
    return event


def _verb(action: str) -> str:
    done = action.partition(".")[2]
    if done in _READ or done.endswith("_read"):
        return "R"
    return "C" if done in _CREATED else "D" if done in _DELETED else "U"


def _agents(entry: dict[str, Any]) -> list[dict[str, Any]]:
    actor = entry["actor"]
    agent: dict[str, Any] = {"requestor": True, "who": _what(actor["kind"], actor["id"] or "unknown")}
    if actor["roles"]:
        agent["role"] = [{"coding": [{"system": f"{_OURS}role", "code": role}]} for role in actor["roles"]]
    if entry["client_address"]:
        agent["network"] = {"address": entry["client_address"], "type": "2"}
    agents = [agent]
    for kind, value in (("member", actor["on_behalf_of"]), ("agency", actor["agency_id"])):
        if value:
            agents.append({"requestor": False, "who": _what(kind, value)})
    return agents


def _entities(entry: dict[str, Any], row: Row) -> list[dict[str, Any]]:
    told = {
        "index": row.index, "leaf_hash": row.leaf_hash.hex(), "case_ref": entry["case_ref"], "reason_code": entry["reason_code"],
        "basis": entry["basis"], "fields": entry["fields"], "data_classes": entry["data_classes"], "request_id": entry["request_id"],
        "versions": [f"{name}:{version}" for name, version in sorted(entry["versions"].items())],
    }  # fmt: skip
    details = [{"type": name, "valueString": cell} for name, value in told.items() if (cell := _cell(value))]
    subject = entry["subject"]
    first: dict[str, Any] = {"detail": details}
    if subject["type"] and subject["id"]:
        first = {"what": _what(subject["type"], subject["id"]), **first}
    others = [("consent", entry["consent_id"]), ("referral", entry["referral_id"])]
    others += [(shown.rpartition("_")[0], shown) for shown in entry["returned_ids"]]
    return [first, *({"what": _what(kind, value)} for kind, value in others if value)]


def _what(kind: str, value: str) -> dict[str, Any]:
    return {"identifier": {"system": f"{_OURS}{kind or 'case_ref'}", "value": value}}
