"""The safe-contact reveal: how the child may be contacted is read and acknowledged before its contact data is shown."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from referral_api.access import Permission
from referral_api.features.cases import queries as cases
from referral_api.features.cases.models import ContactAcknowledgement
from referral_api.features.referrals.queries import ReferralFile
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import ConsentMissing, FieldError, Forbidden, Invalid
from referral_api.work import work

__all__ = ["Revealed", "reveal_contact"]


@dataclass(frozen=True, slots=True)
class Revealed:
    safe_contact: dict[str, Any] | None
    contact: dict[str, Any] | None
    receipt_id: UUID


def reveal_contact(actor: Actor, file: ReferralFile, *, acknowledged: bool) -> Revealed:
    """Acknowledge the rules of safe contact; for one member, one referral and one version, thirty days at most."""
    referral = file.referral
    if not acknowledged:
        raise Invalid(
            [
                FieldError(
                    "/acknowledged",
                    "required",
                    "Contact data is shown only to whoever has read how the child may be contacted.",
                )
            ]
        )
    with work(actor, Permission.CONTACT_REVEAL, on=referral) as w:
        if actor.person_id is None:
            raise Forbidden("A system acts for a person here: name the member in On-Behalf-Of.", reason="on_behalf_of")
        seen = cases.find_case(actor, referral.case_id)
        before = cases.view(actor, seen)
        why = dict(before.withheld).get("contact")
        if why in ("not_in_consent", "consent_ended", "purpose", "wall"):
            raise ConsentMissing("No consent in force opens contact data to you for this purpose.", reason=why)
        if why not in (None, "safe_contact_not_acknowledged"):
            raise Forbidden("Contact data is not shown to you.", reason=why)
        grant = next((g for g in before.shown.contact_grants if g.referral_id == referral.id), None)
        if grant is None:
            raise ConsentMissing("This referral does not open contact data to you.", reason="not_in_consent")
        version = before.versions.get("safe_contact", 0)
        w.add(
            ContactAcknowledgement(
                id=ids.new(),
                case_id=referral.case_id,
                referral_id=referral.id,
                member_id=actor.person_id,
                safe_contact_version=version,
                at=w.now,
            )
        )
        contact = cases.documents(seen, ["contact"]).get("contact")
        entry = w.record(
            referral,
            data_classes=["contact"],
            versions=seen.versions(["contact", "safe_contact"]),
            fields=sorted(f"contact.{name}" for name in contact or ()),
            consent_id=grant.consent_id,
            basis=grant.basis,
        )
    return Revealed(before.safe_contact, contact, entry)
