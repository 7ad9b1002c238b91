"""The very first account: an installation begins with the platform's own agency and one platform admin, made on the command line."""

from sqlalchemy import select

from referral_api.access import Permission
from referral_api.features.accounts.members.commands import INVITATION_HOLDS
from referral_api.features.accounts.models import Member, MemberRole
from referral_api.features.agencies.commands import admit_agency
from referral_api.features.agencies.models import Agency
from referral_api.identity import secrets
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor, Request
from referral_api.kernel.errors import Forbidden
from referral_api.kernel.words import Role
from referral_api.store.session import session
from referral_api.work import work

__all__ = ["found_platform"]


def found_platform(
    request: Request, *, name: str, country: str, username: str, language: str = "en"
) -> tuple[Agency, Member, str]:
    """Make the platform's agency and invite its first admin; once, before anything else. Returns the invitation too."""
    if session().execute(select(Agency.id).limit(1)).first() is not None:
        raise Forbidden("The platform is founded already.", reason="founded")
    founder = Actor("service", None, None, request, roles=frozenset({Role.PLATFORM_ADMIN}))
    agency = admit_agency(
        founder,
        name=name,
        type="oversight",
        country=country,
        languages=[language],
        capabilities=[],
        time_zone="UTC",
        answers_24_7=False,
        duty_contacts=[],
    )
    invitation = secrets.new_secret("invitation")
    member = Member(
        id=ids.new(),
        agency_id=agency.id,
        username=username,
        language=language,
        status="invited",
        invitation_hash=secrets.digest(invitation),
        invitation_expires_at=request.now + INVITATION_HOLDS,
        version=1,
        created_at=request.now,
        updated_at=request.now,
    )
    with work(founder, Permission.MEMBER_INVITE, on=agency) as w:
        w.add(member)
        w.add(
            MemberRole(
                id=ids.new(), member_id=member.id, role=Role.PLATFORM_ADMIN, granted_at=w.now, confirmed_at=w.now
            )
        )
        w.record(member, fields=["language", "roles", "username"])
    return agency, member, invitation
