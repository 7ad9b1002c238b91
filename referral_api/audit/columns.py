"""What an entry is searched by, held against what its leaf says: the tree covers the leaves alone.

Who changes a column changes no hash, yet hides the entry from whoever searches by it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from referral_api.audit.export import PAGE, Read
from referral_api.audit.models import AuditEntry, AuditLeaf
from referral_api.kernel import clock, ids

__all__ = ["first_departure", "said_by"]


def said_by(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that an entry's leaf calls for, ids in their outer spelling."""
    actor, classes = entry["actor"], entry["data_classes"]
    return {
        "id": entry["id"],
        "at": entry["at"],
        "actor_kind": actor["kind"],
        "actor_id": actor["id"],
        "agency_id": actor["agency_id"],
        "action": entry["action"],
        "subject_type": entry["subject"]["type"],
        "subject_id": entry["subject"]["id"],
        "case_ref": entry["case_ref"],
        "outcome": entry["outcome"],
        "disclosed": bool(classes) and entry["outcome"] == "allowed",
        "person_id": actor["id"] if actor["kind"] == "member" else actor["on_behalf_of"],
        "reason_code": entry["reason_code"],
        "consent_id": entry["consent_id"],
        "data_classes": f" {' '.join(classes)} " if classes else None,
    }


def first_departure(read: Read, size: int) -> tuple[int, str] | None:
    """The first entry among `size`, and its first column, where column and leaf do not say the same. None if all do."""
    for index, stored in _entries(read, size):
        said = said_by(json.loads(stored["leaf"]))
        # A user name that does not exist is kept as a hash in the leaf alone.
        if stored["subject_id"] is None and ids.read(said["subject_type"] or "", said["subject_id"] or "") is None:
            said["subject_id"] = None
        found = _shown(stored)
        for name, value in said.items():
            if found[name] != value:
                return index, name
    return None


def _entries(read: Read, size: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
    columns = AuditEntry.__table__.c
    for start in range(0, size, PAGE):
        query = (
            select(AuditLeaf.index.label("place"), *columns)
            .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
            .where(AuditLeaf.index >= start, AuditLeaf.index < min(size, start + PAGE))
            .order_by(AuditLeaf.index)
        )
        with read() as connection:
            found = connection.execute(query).mappings().all()
        for row in found:
            yield row["place"], {str(name): value for name, value in row.items()}


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {
        "id": "entry",
        "actor_id": row["actor_kind"],
        "agency_id": "agency",
        "subject_id": row["subject_type"],
        "person_id": "member",
        "consent_id": "consent",
    }
    shown = {name: None if row[name] is None else ids.show(kind or "", row[name]) for name, kind in kinds.items()}
    return {**row, **shown, "at": clock.show(row["at"])}
