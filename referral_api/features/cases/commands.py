"""What can be done to a case."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from referral_api import vault
from referral_api import work as spine
from referral_api.access import Permission
from referral_api.features.cases import rules, sealed
from referral_api.features.cases.caregivers import note_suspects, plain, with_caregiver_ids
from referral_api.features.cases.history import holders_of
from referral_api.features.cases.models import Case
from referral_api.features.cases.parties import admit, assign
from referral_api.features.cases.protections import taken_back
from referral_api.features.cases.queries import CaseFile, CaseView, view, view_now
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, Forbidden, IllegalStep, Invalid, NotFound
from referral_api.kernel.words import Relation
from referral_api.vault import Place
from referral_api.work import OwnAgency, Work, work

__all__ = ["change_case", "close_case", "open_case", "reopen_case"]

_MINIMUM = ("risk_level", "risk_flags", "language", "area", "age_band")
_ROW = (*_MINIMUM, "identification_status", "subject_role", "intake_channel")


def open_case(
    actor: Actor,
    *,
    case_number: str,
    identification_status: str,
    subject: Mapping[str, Any],
    safe_contact: Mapping[str, Any] | None,
    **row: Any,
) -> CaseView:
    """Open a case: the agency owns it, and whoever opens it is assigned."""
    agency = actor.agency_id
    if agency is None:
        raise NotFound()
    _refuse_future(actor, subject)
    if row.get("age_band") is None:
        row["age_band"] = _band(actor, subject)
    with work(actor, Permission.CASE_OPEN, on=OwnAgency(agency)) as w:
        case_id = ids.new()
        key = secrets.token_bytes(32)
        case = Case(
            id=case_id,
            case_ref=spine.case_ref(case_id),
            owner_agency_id=agency,
            lead_agency_id=agency,
            status="open",
            retention_until=rules.retention_from(w.now),
            legal_hold=rules.calls_for_hold(subject),
            version=1,
            minimum_version=1,
            created_at=w.now,
            updated_at=w.now,
        )
        _set_row(case, {**row, "identification_status": identification_status})
        sealed.seal_case_number(w, case, key, case_number)
        w.add(case, vault.wrap_case_key(vault.ring(), case_id, key, w.now))
        written = with_caregiver_ids({**subject, "safe_contact": safe_contact})
        sealed.write_first_classes(w, case, key, written)
        note_suspects(w, case, written.get("family") or {})
        admit(w, case, agency, as_=Relation.OWNER, because=("case", case.id))
        if actor.person_id is not None:
            assign(w, case, agency, actor.person_id, kind="lead", no_conflict=True)
        opened = view_now(actor, case_id)
        w.record(
            case,
            fields=["case_number", "identification_status", *sorted(row), *sorted(written)],
            data_classes=sorted(opened.subject),
            versions=opened.versions,
        )
    return opened


def change_case(actor: Actor, file: CaseFile, *, changes: Mapping[str, Any], reason: str) -> CaseView:
    """Change a case by merge patch (RFC 7396). A data class is changed only by who is shown it; the version before is kept."""
    case = file.case
    before = view(actor, file)
    subject = dict(changes.get("subject") or {})
    if "safe_contact" in changes:
        subject["safe_contact"] = changes["safe_contact"]
    row = {name: changes[name] for name in _ROW if name in changes}
    _refuse_future(actor, subject)
    current = {**before.subject, "safe_contact": before.safe_contact or {}}
    merged = with_caregiver_ids(
        {name: _merged(current.get(name, {}), patch) for name, patch in subject.items()}, current
    )
    refused = _refusal(before, row, subject, merged, number="case_number" in changes)
    with work(actor, Permission.CASE_CHANGE, on=case, refused=refused) as w:
        if case.status != "open":
            raise IllegalStep(case.status, ["reopen"] if case.status == "closed" else [])
        key = file.key()
        for data_class, content in merged.items():
            version = file.rows[data_class][0] + 1 if data_class in file.rows else 1
            sealed.write_class(
                w,
                case,
                key,
                data_class,
                content,
                version=version,
                reason=reason,
                said=plain(subject[data_class] or {}),
            )
        if "family" in merged:
            note_suspects(w, case, merged["family"], current.get("family"))
        if changes.get("case_number"):
            sealed.seal_case_number(w, case, key, changes["case_number"])
        _set_row(case, row)
        if held := rules.calls_for_hold(subject):
            case.legal_hold = True
        if row or held or "case_number" in changes:
            case.version += 1
            case.updated_at = w.now
        if "access_needs" in merged or any(name in row for name in _MINIMUM):
            case.minimum_version += 1
        w.session.flush()
        after = view_now(actor, case.id)
        w.record(
            case,
            fields=sorted(
                [
                    *row,
                    *(["case_number"] if "case_number" in changes else []),
                    *(["legal_hold"] if held else []),
                    *(f"{c}.{name}" for c, patch in subject.items() for name in patch or ()),
                ]
            ),
            data_classes=sorted(after.subject),
            versions=after.versions,
            reason_code=reason,
            tell=[case.owner_agency_id, *holders_of(case, merged)],
        )
    return after


def close_case(actor: Actor, file: CaseFile, *, reason_code: str, note: str | None = None) -> CaseView:
    """Close a case. Its referrals go on or are closed by their own steps; its data stays until the retention date."""
    case = file.case
    with work(actor, Permission.CASE_CLOSE, on=case) as w:
        if case.status != "open":
            raise IllegalStep(case.status, ["reopen"] if case.status == "closed" else [])
        case.status, case.close_reason, case.closed_at = "closed", reason_code, w.now
        case.close_note_sealed = (
            w.seal(file.key(), note, Place("cases", "close_note", case.id, case.id, case.version + 1), pointer="/note")
            if note
            else None
        )
        case.retention_until = rules.retention_from(w.now)
        return _touched(w, case, fields=["status", "close_reason"], reason_code=reason_code)


def reopen_case(actor: Actor, file: CaseFile) -> CaseView:
    """Take a closed case up again."""
    case = file.case
    with work(actor, Permission.CASE_REOPEN, on=case) as w:
        if case.status != "closed":
            raise IllegalStep(case.status, ["close"] if case.status == "open" else [])
        case.status, case.close_reason, case.closed_at, case.close_note_sealed = "open", None, None, None
        return _touched(w, case, fields=["status"])


def _touched(w: Work, case: Case, **said: Any) -> CaseView:
    case.version += 1
    case.updated_at = w.now
    w.session.flush()
    after = view_now(w.actor, case.id)
    w.record(case, data_classes=sorted(after.subject), versions=after.versions, **said)
    return after


def _refusal(
    before: CaseView,
    row: Mapping[str, Any],
    subject: Mapping[str, Any],
    merged: Mapping[str, Mapping[str, Any]],
    *,
    number: bool,
) -> Forbidden | None:
    """Why this viewer may not make this change, if so."""
    shown = before.shown.classes | ({"safe_contact"} if before.shown.safe_contact else set())
    if any(c not in shown or c in before.shown.by_glass for c in subject):
        return Forbidden("You may change only what is shown to you.", reason="not_disclosed")
    if before.relation is Relation.OWNER:
        return None
    takes_away = any(patch is None for patch in subject.values())
    if row or number or takes_away or "safe_contact" in subject:
        return Forbidden(
            "Only the owner changes the minimum and the safe contact, and takes a data class away.", reason="not_owner"
        )
    if undone := taken_back(before.subject, merged):
        detail = "Only the owner takes back what protects the child. Add what you learned, and tell the owner."
        errors = [{"pointer": pointer, "code": "not-owner", "detail": detail} for pointer in undone]
        return Forbidden(detail, reason="not_owner", extra={"errors": errors})
    return None


def _set_row(case: Case, row: Mapping[str, Any]) -> None:
    for name, value in row.items():
        if name == "area":
            case.area_country = value["country"] if value else None
            case.area_subdivision = value.get("subdivision") if value else None
        elif name == "risk_flags":
            case.risk_flags = list(value or [])
        else:
            setattr(case, name, value)


def _refuse_future(actor: Actor, subject: Mapping[str, Any]) -> None:
    """A day that is over somewhere on earth is not in the future: no time zone is more than 14 hours ahead."""
    today = (actor.now + timedelta(hours=14)).date()
    days = [("identity", "date_of_birth"), ("protection_concern", "first_reported_on")]
    told = [(c, name) for c, name in days if (day := (subject.get(c) or {}).get(name)) is not None and day > today]
    if told:
        raise Invalid([FieldError(f"/subject/{c}/{name}", "future", "This day is still to come.") for c, name in told])


def _band(actor: Actor, subject: Mapping[str, Any]) -> str:
    born = (subject.get("identity") or {}).get("date_of_birth")
    return rules.age_band_of(born, actor.now.date()) if born else "unknown"


def _merged(target: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return {} if patch is None else patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            result[name] = _merged(result.get(name), value)
        else:
            result[name] = value
    return result
