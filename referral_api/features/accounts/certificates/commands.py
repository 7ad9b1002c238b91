"""Entering a certificate, confirming it as a second person, ending it."""

from datetime import date
from uuid import UUID

from referral_api.access import Permission
from referral_api.features.accounts.members import rules
from referral_api.features.accounts.members.queries import confirmers
from referral_api.features.accounts.models import Certificate
from referral_api.features.accounts.queries import is_member
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, Forbidden, IllegalStep, Invalid
from referral_api.work import OwnAgency, work

__all__ = ["confirm_certificate", "end_certificate", "enter_certificate"]


def enter_certificate(
    actor: Actor, agency: OwnAgency, *, member_id: UUID, kind: str, issuer: str, expires_on: date
) -> Certificate:
    """Enter what a member is trained for. It counts once a second person has confirmed it."""
    certificate = Certificate(
        id=ids.new(),
        agency_id=agency.id,
        member_id=member_id,
        certificate_kind=kind,
        issuer=issuer,
        expires_on=expires_on,
        entered_by=actor.id,
        entered_at=actor.now,
    )
    with work(actor, Permission.CERTIFICATE_ENTER, on=agency) as w:
        if not is_member(w.session, member_id, agency.id):
            raise Invalid([FieldError("/member_id", "not-found", "There is no such thing.")])
        w.add(certificate)
        w.record(certificate, fields=["expires_on", "issuer", "kind", "member_id"])
    return certificate


def confirm_certificate(actor: Actor, certificate: Certificate) -> Certificate:
    """Confirm a certificate: not who entered it, and not whose it is."""
    with work(actor, Permission.CERTIFICATE_CONFIRM, on=certificate) as w:
        if certificate.state != "entered":
            raise IllegalStep(certificate.state, ["end"] if certificate.state == "confirmed" else [])
        others = confirmers(w.session, certificate.agency_id)
        first, of = certificate.entered_by, certificate.member_id
        if not rules.may_confirm(actor, certificate.agency_id, first=first, of=of, others=others):
            raise Forbidden(
                "A second person confirms: not who entered it, and not whose it is.", reason="second_person"
            )
        certificate.confirmed_by, certificate.confirmed_at = actor.id, w.now
        w.record(certificate, fields=["state"])
    return certificate


def end_certificate(actor: Actor, certificate: Certificate) -> Certificate:
    """End a certificate that was entered wrongly or withdrawn: from now on it opens nothing."""
    with work(actor, Permission.CERTIFICATE_END, on=certificate) as w:
        if certificate.state == "ended":
            raise IllegalStep("ended", [])
        certificate.ended_at = w.now
        w.record(certificate, fields=["state"])
    return certificate
