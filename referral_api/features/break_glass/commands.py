"""Breaking the glass, giving it back or stopping it, and reviewing what was done."""

from datetime import timedelta
from uuid import UUID

from referral_api.access import Permission
from referral_api.features.agencies.queries import overseers
from referral_api.features.break_glass import rules
from referral_api.features.break_glass.behind import Behind
from referral_api.features.break_glass.models import Glass
from referral_api.features.break_glass.queries import GlassFile, GlassView, view
from referral_api.features.cases.parties import admit, dismiss
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden, IllegalStep, NotFound
from referral_api.kernel.messages import Message
from referral_api.kernel.words import Relation
from referral_api.work import Work, work

__all__ = ["break_glass", "end_glass", "review_glass"]

_REFUSED = "Access to this case ended in a way that break-glass does not undo. Call the agency that owns the case, or the police."
_USED_UP = Message("Nobody breaks the glass more than {most} times in seven days. Let a colleague act.").format(
    most=rules.MOST_A_WEEK
)


def break_glass(
    actor: Actor, behind: Behind, *, reason_code: str, reason: str, minutes: int, referral_id: UUID | None = None
) -> GlassView:
    """Open a little of the case to this person for these minutes; the owner and oversight hear of it at once."""
    agency, person, case = actor.agency_id, actor.person_id, behind.case
    if agency is None or person is None:
        raise NotFound(case_ref=case.case_ref)
    with work(actor, Permission.GLASS_BREAK, on=case) as w:
        if (why := behind.refused_because) is not None:
            raise Forbidden(_USED_UP if why == "glass_limit" else _REFUSED, reason=why)
        glass = Glass(
            id=ids.new(),
            case_id=case.id,
            referral_id=referral_id,
            agency_id=agency,
            member_id=person,
            reason_code=reason_code,
            minutes=minutes,
            started_at=w.now,
            expires_at=w.now + timedelta(minutes=minutes),
            review_due=w.now + rules.REVIEW_WITHIN,
            version=1,
        )
        glass.case, glass.until = case, glass.expires_at
        glass.reason_sealed = w.seal(behind.key(), reason, glass.reason_place(), pointer="/reason")
        w.add(glass)
        admit(
            w,
            case,
            agency,
            as_=Relation.BREAK_GLASS,
            because=("glass", glass.id),
            member_id=person,
            until=glass.expires_at,
        )
        told = (case.owner_agency_id, *overseers(w.session))
        w.record(glass, tell=told, reason_code=reason_code, referral_id=referral_id, fields=["minutes"])
        shown = view(actor, GlassFile(glass, behind.kek_id, behind.wrapped))
    return shown


def end_glass(actor: Actor, file: GlassFile) -> GlassView:
    """Give it back, or stop it before it runs out."""
    glass = file.glass
    with work(actor, Permission.GLASS_END, on=glass) as w:
        if glass.until <= w.now:
            raise IllegalStep("ended" if glass.ended_at else "expired", [] if glass.reviewed_at else ["review"])
        _shut(w, glass)
        w.record(glass, fields=["ended_at"])
        shown = view(actor, file)
    return shown


def review_glass(actor: Actor, file: GlassFile, *, outcome: str, note: str | None) -> GlassView:
    """Say whether it was justified, as somebody of another agency than the one that used it. What was not, ends at once."""
    glass = file.glass
    why = rules.reviewer_refusal(
        reviewer=actor.person_id,
        reviewer_agency=actor.agency_id,
        user=glass.member_id,
        user_agency=glass.agency_id,
        owner_agency=glass.case.owner_agency_id,
    )
    refused = Forbidden("Another agency than the one that used it reviews this.", reason=why) if why else None
    with work(actor, Permission.GLASS_REVIEW, on=glass, refused=refused) as w:
        if glass.reviewed_at is not None:
            raise IllegalStep("reviewed", ["end"] if glass.until > w.now else [])
        glass.reviewed_at, glass.reviewed_by, glass.review_outcome = w.now, actor.person_id, outcome
        if note:
            glass.review_note_sealed = w.seal(file.key(), note, glass.note_place(), pointer="/note")
        if outcome == "not_justified" and glass.until > w.now:
            _shut(w, glass)
        glass.version += 1
        w.record(glass, reason_code=outcome, fields=["review_outcome"])
        shown = view(actor, file)
    return shown


def _shut(w: Work, glass: Glass) -> None:
    dismiss(w, glass.case_id, because=("glass", glass.id))
    glass.until = w.now
