"""Sealed content of a case: its data classes by version, its number. The only file that knows where a case's texts lie."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from referral_api import vault
from referral_api.features.cases.blind import index_identity
from referral_api.features.cases.models import Case, CaseData
from referral_api.vault import Place
from referral_api.work import Work

__all__ = ["case_number", "key_of", "open_class", "seal_case_number", "write_class", "write_first_classes"]


def key_of(w: Work, case: Case) -> bytes:
    """The case's key, for this unit of work only."""
    return vault.case_key(w.session, vault.ring(), case.id)


def _place(case_id: UUID, data_class: str, version: int) -> Place:
    return Place("case_data", data_class, case_id, case_id, version)


def open_class(key: bytes, case_id: UUID, data_class: str, version: int, sealed: bytes) -> dict[str, Any]:
    document: dict[str, Any] = vault.open_sealed_document(key, sealed, _place(case_id, data_class, version))
    return document


_data = CaseData.__table__.c
_SUPERSEDE = (
    update(CaseData.__table__)  # type: ignore[arg-type]
    .where(_data.case_id == bindparam("of_case"), _data.data_class == bindparam("of_class"), _data.current)
    .values(current=False)
)
_WRITE = insert(CaseData.__table__)  # type: ignore[arg-type]


def write_class(
    w: Work,
    case: Case,
    key: bytes,
    data_class: str,
    content: Mapping[str, Any],
    *,
    version: int,
    reason: str | None,
    said: Any = None,
) -> None:
    """Write the next version of a class beside the earlier ones; `said` is what is new in it."""
    if version > 1:
        w.session.execute(_SUPERSEDE, {"of_case": case.id, "of_class": data_class})
    w.session.execute(_WRITE, _row(w, case, key, data_class, content, version=version, reason=reason, said=said))
    if data_class == "identity":
        index_identity(w, case.id, content)


def write_first_classes(w: Work, case: Case, key: bytes, contents: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the first version of each class that says something, all in one statement."""
    rows = [_row(w, case, key, name, content, version=1, reason=None) for name, content in contents.items() if content]
    if rows:
        w.session.execute(_WRITE, rows)
    if contents.get("identity"):
        index_identity(w, case.id, contents["identity"])


def _row(
    w: Work,
    case: Case,
    key: bytes,
    data_class: str,
    content: Mapping[str, Any],
    *,
    version: int,
    reason: str | None,
    said: Any = None,
) -> dict[str, Any]:
    return {
        "case_id": case.id,
        "data_class": data_class,
        "version": version,
        "current": True,
        "sealed": w.seal_document(
            key, dict(content), _place(case.id, data_class, version), said=said, pointer=_pointer(data_class)
        ),
        "change_reason": reason,
        "at": w.now,
        "agency_id": w.actor.agency_id,
        "member_id": w.actor.person_id,
    }


def _pointer(data_class: str) -> str:
    return "/safe_contact" if data_class == "safe_contact" else f"/subject/{data_class}"


def seal_case_number(w: Work, case: Case, key: bytes, number: str) -> None:
    """Keep the owner's number sealed, and a keyed hash of it for exact search."""
    case.case_number_sealed = w.seal(
        key, number, Place("cases", "case_number", case.id, case.id), pointer="/case_number"
    )
    case.case_number_hash = vault.ring().digest("search", number.strip().casefold().encode())


def case_number(key: bytes, case: Case | Any) -> str | None:
    if case.case_number_sealed is None:
        return None
    return vault.open_sealed(key, case.case_number_sealed, Place("cases", "case_number", case.id, case.id))
