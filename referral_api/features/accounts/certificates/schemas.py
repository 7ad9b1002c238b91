"""A certificate as JSON, in and out."""

from typing import Any

from referral_api.api.fields import Body, Code, Day, Id, ListQuery, Moment, Text
from referral_api.features.accounts.models import Certificate
from referral_api.kernel import clock, ids

__all__ = ["CertificateList", "CertificateOut", "EnterCertificate", "certificate_out"]


class EnterCertificate(Body):
    member_id = Id("member", required=True, metadata={"description": "Whose it is."})
    kind = Code("certificate", required=True, metadata={"description": "What for.", "example": "safeguarding"})
    issuer = Text(required=True, metadata={"description": "Who examined.", "example": "National training centre"})
    expires_on = Day(
        required=True, metadata={"description": "The last day on which it counts.", "example": "2028-06-30"}
    )


class CertificateList(ListQuery):
    member_id = Id("member", load_default=None, metadata={"description": "Of this member alone."})
    expires_before = Day(
        load_default=None, metadata={"description": "Confirmed ones that count today and no longer on this day."}
    )


class CertificateOut(EnterCertificate):
    id = Id("certificate")
    agency_id = Id("agency")
    state = Code(among=("entered", "confirmed", "ended"))
    entered_by = Id("member")
    entered_at = Moment()
    confirmed_by = Id("member", allow_none=True)
    confirmed_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)


def certificate_out(certificate: Certificate) -> dict[str, Any]:
    return {
        "id": ids.show("certificate", certificate.id),
        "agency_id": ids.show("agency", certificate.agency_id),
        "member_id": ids.show("member", certificate.member_id),
        "kind": certificate.certificate_kind,
        "issuer": certificate.issuer,
        "expires_on": certificate.expires_on.isoformat(),
        "state": certificate.state,
        "entered_by": ids.show("member", certificate.entered_by),
        "entered_at": clock.show(certificate.entered_at),
        "confirmed_by": ids.show("member", certificate.confirmed_by) if certificate.confirmed_by else None,
        "confirmed_at": clock.show(certificate.confirmed_at) if certificate.confirmed_at else None,
        "ended_at": clock.show(certificate.ended_at) if certificate.ended_at else None,
    }
