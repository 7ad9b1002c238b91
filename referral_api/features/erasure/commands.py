"""Holding a case back, and erasing it: one asks, another confirms."""

from uuid import UUID

from sqlalchemy import select

from referral_api.access import Permission
from referral_api.features.cases.models import Case, CaseExclusion, CaseParty
from referral_api.features.cases.queries import CaseFile, CaseView, view_now
from referral_api.features.erasure import rules
from referral_api.features.erasure.destroying import destroy
from referral_api.features.erasure.models import CaseHold, Erasure
from referral_api.features.erasure.states import STEPS
from referral_api.features.referrals.models import Referral
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden, IllegalStep
from referral_api.kernel.words import Relation
from referral_api.work import Work, work

__all__ = ["LIVING_REFERRALS", "carry_out", "confirm_erasure", "hold_case", "refuse_erasure", "request_erasure"]

LIVING_REFERRALS = ("draft", "sent", "acknowledged", "accepted", "in_progress", "completed", "failed", "suspended")
_OWNER_SIDE = ("owner",)


def hold_case(actor: Actor, file: CaseFile, *, on: bool, reason: str) -> CaseView:
    """Set the legal hold or lift it, with a reason that is kept sealed. While it is on, nobody erases the case."""
    case = file.case
    with work(actor, Permission.CASE_HOLD, on=case) as w:
        row = CaseHold(id=ids.new(), case_id=case.id, held=on, member_id=actor.person_id, at=w.now)
        row.reason_sealed = w.seal(file.key(), reason, row.place(), pointer="/reason")
        w.add(row)
        case.legal_hold = on
        case.version += 1
        case.updated_at = w.now
        w.session.flush()
        after = view_now(actor, case.id)
        w.record(
            case,
            None if on else "case.released",
            fields=["legal_hold"],
            data_classes=sorted(after.subject),
            versions=after.versions,
        )
    return after


def request_erasure(actor: Actor, file: CaseFile, *, reason_code: str, reason: str) -> tuple[Erasure, str]:
    """Ask that a case be erased. Nothing is destroyed before a second person confirms it."""
    case = file.case
    with work(actor, Permission.CASE_ERASE, on=case) as w:
        if actor.person_id is None:
            raise Forbidden("A person answers for an erasure.", reason="on_behalf_of")
        _refuse_unless_erasable(w, case, reason_code)
        pending = select(Erasure.id).where(Erasure.case_id == case.id, Erasure.state == "requested")
        if w.session.execute(pending).first() is not None:
            raise IllegalStep("requested", STEPS.allowed("requested", _OWNER_SIDE), "Its erasure is asked for already.")
        erasure = Erasure(
            id=ids.new(),
            case_id=case.id,
            state="requested",
            reason_code=reason_code,
            requested_by=actor.person_id,
            requested_at=w.now,
        )
        erasure.case = case
        erasure.reason_sealed = w.seal(file.key(), reason, erasure.place(), pointer="/reason")
        w.add(erasure)
        w.record(case, reason_code=reason_code, returned_ids=[ids.show("erasure", erasure.id)])
        w.made = (erasure.kind, erasure.id)
    return erasure, reason


def confirm_erasure(actor: Actor, erasure: Erasure) -> Erasure:
    """Carry the erasure out, as another person than the one who asked for it."""
    with work(actor, Permission.ERASURE_CONFIRM, on=erasure) as w:
        if actor.person_id is None or actor.person_id == erasure.requested_by:
            raise Forbidden("Another person than the one who asked for it confirms this.", reason="same_person")
        STEPS.target("confirm", erasure.state, _OWNER_SIDE)
        _refuse_unless_erasable(w, erasure.case, erasure.reason_code)
        erasure.confirmed_by, erasure.confirmed_at = actor.person_id, w.now
        carry_out(w, erasure)
        w.made = (erasure.kind, erasure.id)
    return erasure


def refuse_erasure(actor: Actor, erasure: Erasure) -> Erasure:
    """Keep the case: the second person does not agree, or the first one takes it back."""
    with work(actor, Permission.ERASURE_REFUSE, on=erasure) as w:
        erasure.state = STEPS.target("refuse", erasure.state, _OWNER_SIDE) or erasure.state
        erasure.refused_by, erasure.refused_at = actor.person_id, w.now
        w.session.flush()
        w.record(erasure, reason_code=erasure.reason_code, fields=["state"])
    return erasure


def carry_out(w: Work, erasure: Erasure) -> None:
    """Destroy, fill in the certificate, and tell the owner and those who were once told of the child (GDPR, article 19)."""
    case = erasure.case
    told = _once_told(w, case)
    erasure.kek_id, erasure.rows_destroyed = destroy(w, case)
    erasure.state, erasure.reason_sealed = "erased", None
    erasure.backups_gone_on = rules.backups_gone_on(erasure.kek_id, w.now.date())
    w.session.flush()
    w.record(
        case,
        tell=told,
        reason_code=erasure.reason_code,
        fields=["status"],
        returned_ids=[ids.show("erasure", erasure.id)],
    )


def _once_told(w: Work, case: Case) -> list[UUID]:
    kept_out = select(CaseExclusion.agency_id).where(
        CaseExclusion.case_id == case.id, CaseExclusion.agency_id.is_not(None)
    )
    told = select(CaseParty.agency_id).where(
        CaseParty.case_id == case.id, CaseParty.relation == Relation.RECEIVING, CaseParty.agency_id.not_in(kept_out)
    )
    return [case.owner_agency_id, *w.session.execute(told.distinct().order_by(CaseParty.agency_id)).scalars()]


def _refuse_unless_erasable(w: Work, case: Case, reason_code: str) -> None:
    living = select(Referral.id).where(Referral.case_id == case.id, Referral.state.in_(LIVING_REFERRALS)).limit(1)
    detail = rules.why_not(
        status=case.status,
        held=case.legal_hold,
        open_referrals=w.session.execute(living).first() is not None,
        retention_until=case.retention_until,
        reason_code=reason_code,
        now=w.now,
    )
    if detail is not None:
        steps = {"open": ["close", "hold"], "closed": ["reopen", "hold"]}
        raise IllegalStep(case.status, steps.get(case.status, []), detail)
