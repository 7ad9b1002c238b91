"""Making a referral, changing its draft, and sending it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from referral_api import vault
from referral_api.access import Permission
from referral_api.features.agencies.models import Agency
from referral_api.features.agencies.queries import active_agency
from referral_api.features.cases import open_text, sealed
from referral_api.features.cases.models import Case, CaseData
from referral_api.features.cases.parties import admit, excluded_agencies, is_excluded
from referral_api.features.cases.queries import CaseFile, find_case
from referral_api.features.consent.models import Consent, ConsentGrant
from referral_api.features.consent.queries import lock_consent
from referral_api.features.directory.queries import offers, open_alternatives
from referral_api.features.referrals import rules
from referral_api.features.referrals.models import Referral
from referral_api.features.referrals.queries import ReferralFile, ReferralView, view_now
from referral_api.kernel import deadlines, hours, ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, IdentityInOpenText, IllegalStep, Invalid, NotFound
from referral_api.kernel.words import Relation
from referral_api.store import session
from referral_api.work import Work, work

__all__ = [
    "change_referral", "create_referral", "dispatch", "must_carry", "receiver_grants", "refuse_identity", "send_referral", "set_deadlines",
]  # fmt: skip

_TELLING = ("identity", "contact", "family", "education", "justice_status", "investigation")


def create_referral(actor: Actor, *, case_id: UUID, send: bool, need: str, **row: Any) -> ReferralView:
    """Ask another agency for help with one need of one case: a draft, or sent at once."""
    file = _case_named(actor, case_id)
    with work(actor, Permission.REFERRAL_SEND if send else Permission.REFERRAL_CREATE, on=_Creating(file.case)) as w:
        if file.case.status != "open":
            raise IllegalStep(file.case.status, ["reopen"] if file.case.status == "closed" else [])
        _check_names(w, file.case, row)
        refuse_identity(w, file.case, file.key(), need, "/need")
        referral = Referral(
            id=ids.new(),
            referral_kind=row.pop("kind"),
            case_id=file.case.id,
            from_agency_id=file.case.owner_agency_id,
            need_version=1,
            state="draft",
            steps_taken=0,
            version=1,
            created_by=actor.person_id,
            created_at=w.now,
            updated_at=w.now,
            **row,
        )
        referral.case = file.case
        referral.need_sealed = w.seal(file.key(), need, referral.need_place(), pointer="/need")
        w.add(referral)
        warnings, alternatives = dispatch(w, referral) if send else ([], [])
        w.session.flush()
        shown = view_now(actor, referral.id, warnings=warnings, alternatives=alternatives)
        w.record(referral, consent_id=referral.consent_id, fields=["need", *sorted(row)])
    return shown


class _Creating:
    """The case as that on which a referral is made: whoever may not open it is told that its id is not valid here."""

    kind = "case"

    def __init__(self, case: Case) -> None:
        self._case = case
        self.id, self.state, self.case_ref = case.id, case.status, case.case_ref

    def relations(self, actor: Actor) -> frozenset[Relation]:
        found = self._case.relations(actor)
        return found | {Relation.SENDER} if Relation.OWNER in found else found

    def assigned(self, actor: Actor) -> bool:
        return self._case.assigned(actor)

    def concerns(self) -> tuple[UUID, ...]:
        return ()

    def shown_versions(self, actor: Actor) -> None:
        return None


def _case_named(actor: Actor, case_id: UUID) -> CaseFile:
    try:
        return find_case(actor, case_id)
    except NotFound:
        raise Invalid([FieldError("/case_id", "not-found", "There is no such thing.")]) from None


def change_referral(actor: Actor, file: ReferralFile, *, changes: Mapping[str, Any]) -> ReferralView:
    """Change a draft. What was sent stays as it was sent."""
    referral = file.referral
    with work(actor, Permission.REFERRAL_CHANGE, on=referral) as w:
        if referral.state != "draft":
            raise IllegalStep(referral.state, referral.allowed_steps(actor))
        row = {name: value for name, value in changes.items() if name != "need"}
        kept = {name: getattr(referral, name) for name in ("consent_id", "to_agency_id", "service_id", "questioning")}
        _check_names(w, referral.case, {**kept, "kind": referral.referral_kind, **row})
        for name, value in row.items():
            setattr(referral, name, value)
        if "need" in changes:
            refuse_identity(w, referral.case, file.key(), changes["need"], "/need")
            referral.need_version += 1
            referral.need_sealed = w.seal(file.key(), changes["need"], referral.need_place(), pointer="/need")
        referral.version += 1
        referral.updated_at = w.now
        w.session.flush()
        shown = view_now(actor, referral.id)
        w.record(referral, fields=sorted(changes), consent_id=referral.consent_id)
    return shown


def send_referral(actor: Actor, file: ReferralFile) -> ReferralView:
    """Send a draft: the consent must be in force, name the receiver, and the need must not say who the child is."""
    referral = file.referral
    with work(actor, Permission.REFERRAL_SEND, on=referral) as w:
        if referral.case.status != "open":
            raise IllegalStep(referral.case.status, ["reopen"] if referral.case.status == "closed" else [])
        need = vault.open_sealed(file.key(), referral.need_sealed, referral.need_place())
        if referral.state == "draft":
            refuse_identity(w, referral.case, file.key(), need, "/need")
            _check_names(
                w,
                referral.case,
                {n: getattr(referral, n) for n in ("consent_id", "to_agency_id", "service_id", "questioning")}
                | {"kind": referral.referral_kind},
            )
        warnings, alternatives = dispatch(w, referral)
        w.session.flush()
        shown = view_now(actor, referral.id, warnings=warnings, alternatives=alternatives)
        w.record(referral, consent_id=referral.consent_id, fields=["state"])
    return shown


def dispatch(
    w: Work, referral: Referral, *, sides: frozenset[str] | None = None
) -> tuple[list[str], list[dict[str, str | None]]]:
    """Take the step `send`: the join is judged, the deadlines begin, a report opens what its duty grants. Returns warnings and alternatives."""
    step = referral.step("send", w, sides=sides)
    if referral.parent_id is not None:
        # Whoever redirected is not shown to the new receiver: that a child was first sent to a clinic says something of it.
        step.agency_id, step.member_id = referral.from_agency_id, None
    consent, recipients = receiver_grants(w, referral)
    must_carry(consent, recipients, referral, w.now)
    referral.sent_at = w.now
    receiver = set_deadlines(w, referral)
    if referral.referral_kind == "protection_report":
        referral.report_receipt_number = rules.receipt_number(w.now)
        admit(w, referral.case, referral.to_agency_id, as_=Relation.RECEIVING, because=("referral", referral.id))
    w.add(step)
    if (
        referral.urgency == "high"
        and not receiver.answers_24_7
        and not receiver.duty_contacts
        and not hours.is_open(receiver.opening_hours, receiver.time_zone, w.now)
    ):
        return ["receiver_closed"], open_alternatives(
            w.session,
            referral.service_type,
            referral.case.area_country,
            w.now,
            but={receiver.id, referral.case.owner_agency_id, *excluded_agencies(w.session, referral.case_id)},
            but_types=rules.NO_RECEIVERS,
        )
    return [], []


def set_deadlines(w: Work, referral: Referral) -> Agency:
    """Begin the deadlines, by the receiver's policy; the version of the policy is stored with them."""
    receiver = active_agency(w.session, referral.to_agency_id)
    if receiver is None:
        raise Invalid([FieldError("/to_agency_id", "not-found", "There is no such thing.")])
    due = deadlines.compute(
        referral.urgency,
        w.now,
        hours=receiver.opening_hours,
        zone=receiver.time_zone,
        answers_24_7=receiver.answers_24_7,
        override=receiver.deadline_policy,
    )
    referral.acknowledge_by, referral.answer_by, referral.deadline_policy = (
        due.acknowledge_by,
        due.answer_by,
        due.policy,
    )
    referral.expire_by = None if referral.referral_kind == "protection_report" else due.expire_by
    referral.escalated_at = None
    return receiver


_CONSENT = select(Consent).where(Consent.id == bindparam("consent_id"), Consent.case_id == bindparam("case_id"))
_NAMED = (
    select(ConsentGrant.recipient_agency_id)
    .where(
        ConsentGrant.consent_id == bindparam("consent_id"),
        ConsentGrant.recipient_agency_id == bindparam("receiver"),
    )
    .limit(1)
)


def receiver_grants(
    w: Work, referral: Referral, consent_id: UUID | None = None, receiver: UUID | None = None
) -> tuple[Consent | None, set[UUID]]:
    """The consent that a referral names, locked, and whom of interest it grants something."""
    wanted = consent_id or referral.consent_id
    if wanted is None:
        return None, set()
    lock_consent(wanted)
    consent = w.session.execute(
        _CONSENT,
        {"consent_id": wanted, "case_id": referral.case_id},
        execution_options={"populate_existing": True},
    ).scalar_one_or_none()
    named = {"consent_id": wanted, "receiver": receiver or referral.to_agency_id}
    return consent, set(w.session.connection().execute(_NAMED, named).scalars())


def must_carry(consent: Consent | None, recipients: Collection[UUID], referral: Referral, now: datetime) -> None:
    """The join, at sending, accepting and resuming: the consent is in force and names the receiver."""
    state, since, until = (consent.state, consent.valid_from, consent.valid_until) if consent else (None, None, None)
    rules.consent_carries(state, since, until, recipients, referral.to_agency_id, now)


def refuse_identity(w: Work, case: Case, key: bytes, text: str, pointer: str) -> None:
    """A text that is read before acceptance must not hold the case's own names, phones, addresses or references."""
    rows = w.session.execute(
        select(CaseData.data_class, CaseData.version, CaseData.sealed).where(
            CaseData.case_id == case.id, CaseData.data_class.in_(_TELLING), CaseData.current
        )
    )
    known = {row.data_class: sealed.open_class(key, case.id, row.data_class, row.version, row.sealed) for row in rows}
    if open_text.says_who(text, known, sealed.case_number(key, case)):
        raise IdentityInOpenText(
            [
                FieldError(
                    pointer,
                    "identity-in-open-text",
                    "This is read before acceptance: say what is needed without names, numbers or addresses of this case.",
                )
            ]
        )


def _check_names(w: Work, case: Case, row: Mapping[str, Any]) -> None:
    """The ids of a body name things that exist and fit together."""
    problems: list[FieldError] = []
    receiver = active_agency(w.session, row["to_agency_id"])
    if receiver is None:
        problems.append(FieldError("/to_agency_id", "not-found", "There is no such thing."))
    elif receiver.id == case.owner_agency_id:
        problems.append(FieldError("/to_agency_id", "owner", "The owner does not refer to itself."))
    elif receiver.type in rules.NO_RECEIVERS:
        problems.append(FieldError("/to_agency_id", "recipient-type", "An oversight body takes no referrals."))
    elif row["kind"] == "protection_report" and receiver.type not in rules.REPORT_RECEIVERS:
        problems.append(
            FieldError(
                "/to_agency_id", "recipient-type", "A protection report goes to police or a child-protection authority."
            )
        )
    elif is_excluded(w.session, case.id, agency_id=receiver.id):
        problems.append(FieldError("/to_agency_id", "excluded", "This agency is kept out of the case."))
    if row.get("service_id") is not None and not offers(w.session, row["service_id"], row["to_agency_id"]):
        problems.append(FieldError("/service_id", "not-found", "There is no such thing."))
    problems += _consent_problems(case, row)
    if problems:
        raise Invalid(problems)


def _consent_problems(case: Case, row: Mapping[str, Any]) -> list[FieldError]:
    if row.get("consent_id") is None:
        return []
    current = session()
    basis = current.execute(
        select(Consent.basis).where(Consent.id == row["consent_id"], Consent.case_id == case.id)
    ).scalar_one_or_none()
    if basis is None:
        return [FieldError("/consent_id", "not-found", "There is no such thing.")]
    if problem := rules.report_needs_duty(row["kind"], basis):
        return [problem]
    if row["questioning"] == "may_question":
        purposes = select(ConsentGrant.purpose).where(
            ConsentGrant.consent_id == row["consent_id"], ConsentGrant.recipient_agency_id == row["to_agency_id"]
        )
        if not set(current.execute(purposes).scalars()) & {"investigation", "court"}:
            return [FieldError("/questioning", "purpose", "Questioning is for investigation or court only.")]
    return []
