"""Asking whether a child is known, and answering."""

from referral_api.access import Permission
from referral_api.features.cases.queries import CaseFile
from referral_api.features.lookups import rules
from referral_api.features.lookups.models import Lookup
from referral_api.features.lookups.queries import Asking, LookupFile, LookupView, view
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden, IllegalStep, NotFound, RateLimited
from referral_api.kernel.messages import Message
from referral_api.kernel.words import Relation
from referral_api.work import work

__all__ = ["answer_lookup", "ask_lookup"]


def ask_lookup(actor: Actor, file: CaseFile, before: Asking, *, reason: str) -> LookupView:
    """Ask about the child of an own case. Nothing is compared here: whether somebody holds it makes no difference to this call."""
    case = file.case
    with work(actor, Permission.LOOKUP_ASK, on=case) as w:
        agency, person = actor.agency_id, actor.person_id
        if agency is None or person is None:
            raise NotFound(case_ref=case.case_ref)
        if (why := rules.refusal(actor.agency_type, actor.certified)) is not None:
            raise Forbidden(
                "Certified supervisors of police and of the child-protection authority ask this.", reason=why
            )
        if (wait := rules.wait(before.used, before.oldest, w.now)) is not None:
            raise RateLimited(
                Message("Nobody asks more than {most} times in 24 hours.").format(most=rules.MOST_A_DAY),
                retry_after=wait,
            )
        if before.value is None:
            raise IllegalStep(case.identification_status, [], "The case holds no name with a birth date to ask about.")
        lookup = Lookup(id=ids.new(), case_id=case.id, agency_id=agency, member_id=person, value=before.value, at=w.now)
        lookup.standing, lookup.case_ref = frozenset({Relation.SENDER}), case.case_ref
        lookup.reason_sealed = w.seal(file.key(), reason, lookup.reason_place(), pointer="/reason")
        w.add(lookup)
        w.record(lookup)
        shown = view(LookupFile(lookup, None, file.kek_id, file.wrapped))
    return shown


def answer_lookup(actor: Actor, file: LookupFile, *, answer: str) -> LookupView:
    """Say whether the agency knows the child, or that it does not say. Only `known` ever reaches the asker."""
    lookup, holder = file.lookup, file.holder
    with work(actor, Permission.LOOKUP_ANSWER, on=lookup) as w:
        if holder is None or holder.answer is not None:
            raise IllegalStep("answered", [])
        holder.answer, holder.answered_at, holder.answered_by = answer, w.now, actor.person_id
        lookup.state = "answered"
        w.record(lookup, reason_code=answer, fields=["answer"], tell=(lookup.agency_id,) if answer == "known" else ())
        shown = view(file)
    return shown
