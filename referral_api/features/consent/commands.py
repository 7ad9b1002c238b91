"""Recording a consent."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from referral_api.access import Permission
from referral_api.features.agencies.queries import types_of
from referral_api.features.cases.queries import CaseFile, documents
from referral_api.features.consent import rules
from referral_api.features.consent.models import Consent, ConsentGrant
from referral_api.features.consent.queries import ConsentView, details_place, view_consent
from referral_api.features.consent.states import AGREEMENTS, DUTIES
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import IllegalStep, Invalid
from referral_api.work import work

__all__ = ["give_consent"]

_DETAILS = (
    "legal_reference",
    "maturity",
    "child_view",
    "restrictions",
    "explained_in",
    "explained_by",
    "explained_limits",
    "evidence_reference",
)
_A_YEAR = timedelta(days=365)


def give_consent(actor: Actor, file: CaseFile, *, grants: list[dict[str, Any]], **said: Any) -> ConsentView:
    """Record on what basis which data classes may go to whom. It acts at once, or waits for a second person where the rules say so."""
    case = file.case
    with work(actor, Permission.CONSENT_GIVE, on=case) as w:
        if case.status != "open":
            raise IllegalStep(case.status, ["reopen"] if case.status == "closed" else [])
        known = documents(file, ("family", "identity"))
        carers = known.get("family", {}).get("caregivers") or []
        consent = {**said, "grants": grants, **_times(said, actor)}
        caregiver = said.get("given_by_caregiver_id")
        consent["given_by_caregiver_id"] = ids.show("caregiver", caregiver) if caregiver else None
        recipients = {agency for grant in grants for agency in grant["recipients"]}
        problems = rules.problems_of(
            consent,
            carers=carers,
            identity=known.get("identity", {}),
            age_band=case.age_band,
            recipient_types=types_of(w.session, recipients),
            owner=case.owner_agency_id,
            now=w.now,
        )
        if found := list(problems):
            suspected = any(problem.code == "suspected" for problem in found)
            raise rules.SuspectDecides(found, reason="suspected") if suspected else Invalid(found)
        row = Consent(
            id=ids.new(),
            case_id=case.id,
            basis=said["basis"],
            state=rules.first_state(consent, carers),
            given_by=said.get("given_by"),
            given_by_caregiver_id=caregiver,
            details_version=1,
            valid_from=consent["valid_from"],
            valid_until=consent["valid_until"],
            recorded_by=actor.person_id,
            version=1,
            created_at=w.now,
            updated_at=w.now,
        )
        if said["basis"] in DUTIES or row.state == "pending_approval":
            row.review_due = w.now + rules.REVIEW_WITHIN
        row.details_sealed = w.seal_document(
            file.key(), {name: said.get(name) for name in _DETAILS}, details_place(row)
        )
        w.add(row)
        w.session.execute(insert(ConsentGrant.__table__), list(_lines(row, grants)))  # type: ignore[arg-type]
        row.case, row.full_view = case, True
        shown = view_consent(actor, row, file)
        w.record(row, basis=row.basis, reason_code=row.state, fields=["grants", "valid_from", "valid_until"])
    return shown


def _times(said: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    start = said.get("valid_from") or actor.now
    end = said.get("valid_until")
    if end is None and said["basis"] in AGREEMENTS:
        end = start + _A_YEAR
    if end is None and said["basis"] == "vital_interest":
        end = start + timedelta(hours=72)
    return {"valid_from": start, "valid_until": end}


def _lines(consent: Consent, grants: list[dict[str, Any]]) -> Any:
    for line, grant in enumerate(grants):
        for recipient in dict.fromkeys(grant["recipients"]):
            for purpose in grant["purposes"]:
                for data_class in grant["data_classes"]:
                    yield {
                        "consent_id": consent.id,
                        "line": line,
                        "recipient_agency_id": recipient,
                        "purpose": purpose,
                        "data_class": data_class,
                    }
