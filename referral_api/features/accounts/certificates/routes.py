"""The addresses of certificates."""

from uuid import UUID

from referral_api.access import Permission
from referral_api.api import paging
from referral_api.api.rooms import OPTIONAL, REQUIRED, Call, Reply
from referral_api.features.accounts.agency import people_of
from referral_api.features.accounts.certificates import commands, queries
from referral_api.features.accounts.certificates.schemas import (
    CertificateList,
    CertificateOut,
    EnterCertificate,
    certificate_out,
)
from referral_api.features.accounts.members.schemas import Nothing
from referral_api.features.accounts.models import Certificate
from referral_api.features.accounts.room import room
from referral_api.work import etag

__all__ = ["room"]

_ALL = "/v1/agencies/{agency_id}/certificates"
_ONE = "/v1/agencies/{agency_id}/certificates/{certificate_id}"


def _reply(call: Call, certificate: Certificate) -> Reply:
    versions = (certificate.state,)
    return Reply(certificate_out(certificate), etag=etag(call.actor, "certificate", certificate.id, versions))


def _again(call: Call, certificate_id: UUID) -> Reply:
    agency = people_of(call.actor, call.id("agency"))
    return _reply(call, queries.read_certificate(call.actor, agency.id, certificate_id))


@room.get(_ALL, permission=Permission.CERTIFICATE_READ, query=CertificateList, answer=CertificateOut, listed=True)
def list_certificates(call: Call) -> Reply:
    """List the certificates of your agency's people."""
    found, next_after = queries.list_certificates(
        call.actor,
        people_of(call.actor, call.id("agency")),
        member_id=call.query["member_id"],
        expires_before=call.query["expires_before"],
        limit=call.query["limit"],
        after=paging.after(call),
    )
    return paging.page(call, [certificate_out(each) for each in found], next_after)


@room.post(
    _ALL,
    permission=Permission.CERTIFICATE_ENTER,
    body=EnterCertificate,
    answer=CertificateOut,
    status=201,
    idempotency=REQUIRED,
    again=_again,
    etag=True,
)
def enter_certificate(call: Call) -> Reply:
    """Enter what a member is trained for; a second person confirms it."""
    agency = people_of(call.actor, call.id("agency"))
    return _reply(call, commands.enter_certificate(call.actor, agency, **call.body))


@room.get(_ONE, permission=Permission.CERTIFICATE_READ, answer=CertificateOut, etag=True)
def read_certificate(call: Call) -> Reply:
    """Read a certificate."""
    return _again(call, call.id("certificate"))


@room.post(
    _ONE + "/confirm",
    permission=Permission.CERTIFICATE_CONFIRM,
    body=Nothing,
    answer=CertificateOut,
    if_match=OPTIONAL,
    etag=True,
    problems=("illegal-step",),
)
def confirm_certificate(call: Call) -> Reply:
    """Confirm, as a second person, a certificate that another entered."""
    agency = people_of(call.actor, call.id("agency"))
    certificate = queries.find_certificate(agency.id, call.id("certificate"), lock=True)
    return _reply(call, commands.confirm_certificate(call.actor, certificate))


@room.post(
    _ONE + "/end",
    permission=Permission.CERTIFICATE_END,
    body=Nothing,
    answer=CertificateOut,
    if_match=OPTIONAL,
    etag=True,
    problems=("illegal-step",),
)
def end_certificate(call: Call) -> Reply:
    """End a certificate: from now on it opens nothing."""
    agency = people_of(call.actor, call.id("agency"))
    certificate = queries.find_certificate(agency.id, call.id("certificate"), lock=True)
    return _reply(call, commands.end_certificate(call.actor, certificate))
