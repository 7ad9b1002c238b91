"""Destroying what is kept of a case, in the transaction that says so.

The tables are found in the metadata, so that a room which comes later is not forgotten: whatever is sealed under a case's key lies
in a column `sealed` or `..._sealed`, of a table with a `case_id` or with a foreign key to one that has it.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Table, delete, or_, select, update

from referral_api.features.cases.models import Case, CaseParty, CaseWorker
from referral_api.features.consent.models import Consent
from referral_api.store import Base
from referral_api.vault import CaseKey
from referral_api.work import Work

__all__ = ["destroy", "of_this_case"]

_REMOVED = frozenset(
    {
        "blind_index",
        "caregiver_suspicions",
        "case_data",
        "case_links",
        "contact_acknowledgements",
        "guard_tails",
        "referral_appointments",
        "referral_messages",
    }
)
"""Rows that are nothing without their content, or are about the child by being there."""
_ALSO_EMPTIED = {"cases": ("case_number_hash",), "consents": ("given_by_caregiver_id",), "lookups": ("value",)}
"""Columns that are not sealed and still say something of the child."""
_LIVING_CONSENTS = ("active", "withdrawal_requested", "pending_approval")


def destroy(w: Work, case: Case) -> tuple[str, int]:
    """Destroy the case's key and its content; what stays is ids, dates and codes. Returns the key's KEK, and how many rows went or were emptied."""
    key = w.session.execute(select(CaseKey).where(CaseKey.case_id == case.id).with_for_update()).scalar_one()
    key.wrapped, key.destroyed_at = None, w.now
    _forget_minimum(w, case)
    _end_relations(w, case.id)
    w.session.flush()
    gone = sum(_destroy_in(w, table, case.id) for table in Base.metadata.sorted_tables if not table.info.get("view"))
    w.session.expire(case, ["case_number_sealed", "case_number_hash", "close_note_sealed"])
    return key.kek_id, gone + 1


def _forget_minimum(w: Work, case: Case) -> None:
    case.identification_status, case.subject_role, case.intake_channel = "unidentified", "victim", None
    case.risk_level, case.risk_flags, case.language, case.age_band = "unknown", [], None, "unknown"
    case.area_country, case.area_subdivision, case.close_reason = None, None, None
    case.status, case.legal_hold, case.lead_agency_id = "erased", False, case.owner_agency_id
    case.version += 1
    case.minimum_version += 1
    case.updated_at = w.now


def _end_relations(w: Work, case_id: UUID) -> None:
    quietly = {"synchronize_session": False}
    for rows in (CaseParty, CaseWorker):
        living = or_(rows.until.is_(None), rows.until > w.now)
        ended = update(rows).where(rows.case_id == case_id, living).values(until=w.now)
        w.session.execute(ended, execution_options=quietly)
    over = update(Consent).where(Consent.case_id == case_id, Consent.state.in_(_LIVING_CONSENTS))
    w.session.execute(
        over.values(state="ended", ended_at=w.now, ended_because="erased", review_due=None), execution_options=quietly
    )


def _destroy_in(w: Work, table: Table, case_id: UUID) -> int:
    here = of_this_case(table, case_id)
    if here is None:
        return 0
    if table.name in _REMOVED:
        return _rows(w, delete(table).where(here))
    emptied = {
        column.name: None if column.nullable else b""
        for column in table.columns
        if (isinstance(column.type, LargeBinary) and (column.name == "sealed" or column.name.endswith("_sealed")))
        or column.name in _ALSO_EMPTIED.get(table.name, ())
    }
    return _rows(w, update(table).where(here).values(emptied)) if emptied else 0


def of_this_case(table: Table, case_id: UUID) -> ColumnElement[bool] | None:
    """Which rows of a table are this case's; None for a table that is not about cases."""
    if table is Case.__table__:
        return table.c.id == case_id
    if "case_id" in table.c:
        here = table.c.case_id == case_id
        return or_(here, table.c.to_case_id == case_id) if "to_case_id" in table.c else here
    for link in sorted(table.foreign_keys, key=lambda link: link.parent.name):
        if "case_id" in link.column.table.c:
            return link.parent.in_(select(link.column).where(link.column.table.c.case_id == case_id))
    return None


def _rows(w: Work, statement: object) -> int:
    result = w.session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
    found: int = result.rowcount
    return found
