"""A case as JSON, in and out. The only place that knows its shape."""

from typing import Any

from marshmallow import ValidationError, validates_schema
from marshmallow import fields as f

from referral_api.api.fields import (
    Body,
    Code,
    Codes,
    Country,
    Day,
    Email,
    Flag,
    Id,
    Language,
    Limits,
    ListQuery,
    Moment,
    Nested,
    Text,
    Whole,
    many,
)
from referral_api.features.cases.models import Case
from referral_api.features.cases.queries import CaseView
from referral_api.kernel import clock, ids
from referral_api.kernel.codes import LANGUAGES
from referral_api.kernel.words import DATA_CLASSES

_SUBDIVISION = r"[A-Z]{2}-[A-Z0-9]{1,3}"


def _line(example: str | None = None, maximum: int = Limits.LINE, **kwargs: Any) -> Text:
    return Text(maximum, allow_none=True, metadata={"example": example} if example else {}, **kwargs)


def _text(maximum: int = Limits.TEXT) -> Text:
    return Text(maximum, allow_none=True)


class Area(Body):
    country = Country(required=True)
    subdivision = Text(
        6,
        allow_none=True,
        pattern=_SUBDIVISION,
        metadata={"example": "KH-12", "description": "ISO 3166-2; the finest area that is shared."},
    )

    @validates_schema
    def _within(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("subdivision") and not data["subdivision"].startswith(f"{data.get('country')}-"):
            raise ValidationError("A subdivision of another country.", "subdivision")


class Reference(Body):
    kind = Code("reference_kind", required=True)
    value = Text(required=True, metadata={"example": "ID 0412-77"})


class Identity(Body):
    given_names = _line("Sokha")
    family_names = _line("Chan")
    preferred_name = _line()
    date_of_birth = Day(allow_none=True, metadata={"example": "2013-05-04"})
    date_of_birth_estimated = Flag(allow_none=True)
    sex = Code("sex", allow_none=True)
    nationalities = many(Country(), maximum=10, allow_none=True)
    references = many(Nested(Reference), maximum=20, allow_none=True)


class Contact(Body):
    address = _text()
    protected_location = Flag(
        allow_none=True, metadata={"description": "The address opens to named assigned workers only."}
    )
    phones = many(Text(40), maximum=10, allow_none=True)
    email = Email(allow_none=True, metadata={"example": "name@example.org"})
    living_with = _line()


class Caregiver(Body):
    id = Id("caregiver", allow_none=True, metadata={"description": "Given by the server.", "example": None})
    name = _line()
    relationship = Code("relationship", allow_none=True)
    legal_authority = Flag(allow_none=True)
    informed = Code("informed", load_default="unknown")
    suspected_involved = Code("suspected_involved", load_default="unknown")
    phone = _line(maximum=40)


class Family(Body):
    caregivers = many(Nested(Caregiver), maximum=10, allow_none=True)
    summary = _text()


class ProtectionConcern(Body):
    concerns = Codes("concern", allow_none=True)
    summary = _text()
    immediate_safety_concern = Flag(allow_none=True)
    first_reported_on = Day(allow_none=True, metadata={"example": "2026-11-02"})


class AccessNeeds(Body):
    spoken = many(Language(), maximum=10, allow_none=True)
    interpreter = Flag(allow_none=True)
    interpreter_sex = Code("sex", allow_none=True)
    worker_sex = Code("sex", allow_none=True)
    sign_language = _line()
    disabilities = _text()
    support_person = _line()


class Summary(Body):
    summary = _text()


class Education(Body):
    enrolled = Flag(allow_none=True)
    school = _line()
    summary = _text()


class Interview(Body):
    kind = Code("interview_kind", required=True)
    at = Moment(allow_none=True)
    agency_id = Id("agency", allow_none=True)
    language = Language(allow_none=True)
    recorded = Flag(allow_none=True)
    reference = _line()


class JusticeStatus(Body):
    police_reference = _line()
    stage = Code("stage", allow_none=True)
    special_measures = _text()
    interviews = many(Nested(Interview), maximum=20, allow_none=True)


class Investigation(Body):
    icse_references = many(
        Text(64),
        maximum=20,
        allow_none=True,
        metadata={"description": "Reference numbers only: never an image, a hash list or a link."},
    )
    summary = _text()


class Notes(Body):
    text = _text(Limits.NOTES)


class Subject(Body):
    """What is known of the child, in data classes that are disclosed one by one."""

    identity = Nested(Identity, allow_none=True)
    contact = Nested(Contact, allow_none=True)
    family = Nested(Family, allow_none=True)
    protection_concern = Nested(ProtectionConcern, allow_none=True)
    access_needs = Nested(AccessNeeds, allow_none=True)
    health_need = Nested(Summary, allow_none=True)
    clinical = Nested(Summary, allow_none=True)
    education = Nested(Education, allow_none=True)
    justice_status = Nested(JusticeStatus, allow_none=True)
    investigation = Nested(Investigation, allow_none=True)
    notes = Nested(Notes, allow_none=True)


class SafeContact(Body):
    """How this child may be contacted without putting it in danger."""

    allowed_channels = Codes("contact_channel", allow_none=True)
    safe_times = _line("weekdays 14:00 to 16:00")
    safe_person = _line()
    may_leave_message = Flag(allow_none=True)
    may_name_agency = Flag(allow_none=True)
    caregiver_may_know = Code("caregiver_may_know", allow_none=True)
    device_may_be_monitored = Flag(allow_none=True)
    cover_wording = _text(1_000)
    do_not_contact = many(Text(), maximum=20, allow_none=True)
    last_confirmed_on = Day(allow_none=True, metadata={"example": "2026-11-20"})


class OpenCase(Body):
    case_number = Text(
        64, required=True, metadata={"description": "The owner's own number.", "example": "PNP-2026-0147"}
    )
    identification_status = Code("identification", required=True)
    subject_role = Code("subject_role", load_default="victim")
    intake_channel = Code("intake_channel", allow_none=True, load_default=None)
    risk_level = Code("risk_level", load_default="unknown")
    risk_flags = Codes("risk_flag", load_default=list)
    language = Language(allow_none=True, load_default=None)
    area = Nested(Area, allow_none=True, load_default=None)
    age_band = Code("age_band", allow_none=True, load_default=None)
    subject = Nested(Subject, load_default=dict)
    safe_contact = Nested(SafeContact, allow_none=True, load_default=None)


class ChangeCase(Body):
    """A merge patch (RFC 7396): what is null is taken away, what is absent stays."""

    case_number = Text(64)
    identification_status = Code("identification")
    subject_role = Code("subject_role")
    intake_channel = Code("intake_channel", allow_none=True)
    risk_level = Code("risk_level")
    risk_flags = Codes("risk_flag")
    language = Language(allow_none=True)
    area = Nested(Area, allow_none=True)
    age_band = Code("age_band")
    subject = Nested(Subject)
    safe_contact = Nested(SafeContact, allow_none=True)
    change_reason = Code("change_reason", load_default="update")


class CloseCase(Body):
    reason_code = Code("case_close", required=True)
    note = Text(Limits.TEXT, load_default=None, allow_none=True)


class ListCases(ListQuery):
    status = Code("case_status", load_default=None)
    risk_level = Code("risk_level", load_default=None)


class AssignWorker(Body):
    member_id = Id("member", required=True)
    kind = Code("worker_kind", load_default="worker")
    no_conflict = Flag(required=True, metadata={"description": "The person has no conflict of interest in this case."})


class ExcludeFromCase(Body):
    member_id = Id("member", load_default=None)
    agency_id = Id("agency", load_default=None)
    reason_code = Code("exclusion", required=True)


class LinkCases(Body):
    to_case_id = Id("case", required=True)
    kind = Code("link_kind", required=True)


class VersionsQuery(ListQuery):
    data_class = Code(among=(*DATA_CLASSES, "safe_contact"), required=True)


class PrintReceipts(Body):
    caregiver_id = Id(
        "caregiver", load_default=None, metadata={"description": "For this caregiver; left out: for the child."}
    )
    language = Code(
        among=LANGUAGES, load_default=None, metadata={"description": "Left out: the child's, if it is one of these."}
    )


class Withheld(Body):
    data_class = Code(among=DATA_CLASSES)
    reason = Code("withhold_reason")


class CaseOut(Body):
    sometimes = (
        "case_number", "versions", "subject", "withheld", "safe_contact", "assigned_to_you",
        # An erased case is its id and status, for its owner.
        "owner_agency_id", "lead_agency_id", "your_relation", "identification_status", "subject_role", "intake_channel", "risk_level",
        "risk_flags", "language", "area", "age_band", "retention_until", "legal_hold", "created_at", "updated_at",
    )  # fmt: skip

    id = Id("case")
    case_number = Text(64, allow_none=True)
    owner_agency_id = Id("agency")
    lead_agency_id = Id("agency")
    your_relation = Code("relation")
    status = Code("case_status")
    identification_status = Code("identification")
    subject_role = Code("subject_role")
    intake_channel = Code("intake_channel", allow_none=True)
    risk_level = Code("risk_level")
    risk_flags = Codes("risk_flag")
    language = Language(allow_none=True)
    area = Nested(Area, allow_none=True)
    age_band = Code("age_band", allow_none=True)
    retention_until = Moment()
    legal_hold = Flag()
    versions = f.Dict(
        keys=Code(among=(*DATA_CLASSES, "safe_contact")),
        values=Whole(1, 1_000_000),
        metadata={"description": "Data class -> version shown."},
    )
    created_at = Moment()
    updated_at = Moment()
    subject = Nested(Subject)
    withheld = many(Nested(Withheld))
    safe_contact = Nested(SafeContact, allow_none=True)
    assigned_to_you = Flag(metadata={"description": "In a list."})


class AssignmentOut(Body):
    id = Id("assignment")
    member_id = Id("member")
    agency_id = Id("agency")
    kind = Code("worker_kind")
    since = Moment()
    until = Moment(allow_none=True)


class ExclusionOut(Body):
    id = Id("exclusion")
    member_id = Id("member", allow_none=True)
    agency_id = Id("agency", allow_none=True)
    reason_code = Code("exclusion")
    since = Moment()
    until = Moment(allow_none=True)


class LinkOut(Body):
    id = Id("link")
    to_case_id = Id("case")
    kind = Code("link_kind")
    at = Moment()


class PartyOut(Body):
    agency_id = Id("agency")
    relation = Code("relation")
    since = Moment()
    until = Moment(allow_none=True)


class Nothing(Body):
    """A step that says nothing more than itself."""


class SubjectRef(Body):
    type = Text(allow_none=True)
    id = Text(allow_none=True)


class TimelineOut(Body):
    id = Id("entry")
    at = Moment()
    agency_id = Id("agency", allow_none=True)
    action = Text()
    subject = Nested(SubjectRef)
    reason_code = Text(allow_none=True)


class ReceiptOut(Body):
    id = Id("receipt")
    at = Moment()
    to_agency_id = Id("agency")
    member_id = Id("member", allow_none=True)
    purpose = Code("purpose")
    consent_id = Id("consent", allow_none=True)
    referral_id = Id("referral", allow_none=True)
    data_classes = Codes(among=DATA_CLASSES)
    versions = f.Dict(keys=Text(), values=Whole(1, 1_000_000))
    fields = many(Text())  # type: ignore[assignment]


class VersionOut(Body):
    data_class = Code(among=(*DATA_CLASSES, "safe_contact"))
    version = Whole(1, 1_000_000)
    at = Moment()
    agency_id = Id("agency")
    member_id = Id("member", allow_none=True)
    change_reason = Code("change_reason", allow_none=True)
    content = f.Dict()


def case_out(view: CaseView) -> dict[str, Any]:
    """The case as this viewer is shown it."""
    case = view.case
    return {
        "id": ids.show("case", case.id),
        "case_number": view.case_number,
        "your_relation": view.relation,
        **_row(case),
        "versions": view.versions,
        "updated_at": clock.show(view.updated_at),
        "subject": view.subject,
        "withheld": [{"data_class": data_class, "reason": reason} for data_class, reason in view.withheld],
        "safe_contact": view.safe_contact,
    }


def erased_out(case: Case) -> dict[str, Any]:
    """All that is left of an erased case, for its owner."""
    return {"id": ids.show("case", case.id), "status": case.status}


def case_item(row: Any, number: str | None) -> dict[str, Any]:
    """A line of the work list."""
    relations = row.relations.split(",")
    order = ("owner", "receiving", "plan_member", "break_glass")
    return {
        "id": ids.show("case", row.id),
        "case_number": number,
        "your_relation": next(r for r in order if r in relations),
        **_row(row),
        "updated_at": clock.show(row.updated_at),
        "assigned_to_you": bool(row.assigned),
    }


def area_out(row: Any) -> dict[str, Any] | None:
    return {"country": row.area_country, "subdivision": row.area_subdivision} if row.area_country else None


def _row(case: Any) -> dict[str, Any]:
    return {
        "owner_agency_id": ids.show("agency", case.owner_agency_id),
        "lead_agency_id": ids.show("agency", case.lead_agency_id),
        "status": case.status,
        "identification_status": case.identification_status,
        "subject_role": case.subject_role,
        "intake_channel": case.intake_channel,
        "risk_level": case.risk_level,
        "risk_flags": case.risk_flags,
        "language": case.language,
        "area": area_out(case),
        "age_band": case.age_band,
        "retention_until": clock.show(case.retention_until),
        "legal_hold": case.legal_hold,
        "created_at": clock.show(case.created_at),
    }


def party_out(row: Any) -> dict[str, Any]:
    return {"agency_id": ids.show("agency", row.agency_id), "relation": row.relation, **_span(row)}


def assignment_out(row: Any) -> dict[str, Any]:
    who = {
        "id": ids.show("assignment", row.id),
        "member_id": ids.show("member", row.member_id),
        "agency_id": ids.show("agency", row.agency_id),
    }
    return {**who, "kind": row.worker_kind, **_span(row)}


def exclusion_out(row: Any) -> dict[str, Any]:
    return {
        "id": ids.show("exclusion", row.id),
        "member_id": ids.show("member", row.member_id) if row.member_id else None,
        "agency_id": ids.show("agency", row.agency_id) if row.agency_id else None,
        "reason_code": row.reason_code,
        **_span(row),
    }


def link_out(row: Any) -> dict[str, Any]:
    return {
        "id": ids.show("link", row.id),
        "to_case_id": ids.show("case", row.to_case_id),
        "kind": row.link_kind,
        "at": clock.show(row.at),
    }


def version_out(row: Any, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "data_class": row.data_class,
        "version": row.version,
        "at": clock.show(row.at),
        "agency_id": ids.show("agency", row.agency_id),
        "member_id": ids.show("member", row.member_id) if row.member_id else None,
        "change_reason": row.change_reason,
        "content": content,
    }


def receipt_out(entry: dict[str, Any]) -> dict[str, Any]:
    """A receipt is the audit entry of a disclosure, seen from the case: the same UUID under another prefix."""
    return {
        "id": "receipt_" + entry["id"].removeprefix("entry_"),
        "at": entry["at"],
        "to_agency_id": entry["actor"]["agency_id"],
        "member_id": entry["actor"]["id"] if entry["actor"]["kind"] == "member" else entry["actor"]["on_behalf_of"],
        **{
            name: entry[name] for name in ("purpose", "consent_id", "referral_id", "data_classes", "versions", "fields")
        },
    }


def timeline_out(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": entry["id"],
        "at": entry["at"],
        "agency_id": entry["actor"]["agency_id"],
        "action": entry["action"],
        "subject": entry["subject"],
        "reason_code": entry["reason_code"],
    }


def _span(row: Any) -> dict[str, Any]:
    return {"since": clock.show(row.since), "until": clock.show(row.until) if row.until else None}
