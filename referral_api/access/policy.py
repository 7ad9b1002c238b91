"""The policy. Each row reads: *these roles*, standing in *one of these relations* to the thing, may *do this*, because ...

Reading a case opens its minimum; which data classes are shown is decided class by class (`wall.py`, and the consents in force).
"""

from dataclasses import dataclass

from referral_api.access.permissions import Permission as P
from referral_api.kernel.words import Relation as R
from referral_api.kernel.words import Role

__all__ = ["POLICY", "Rule", "permits_role"]

WORKERS = frozenset({Role.CASEWORKER, Role.SUPERVISOR, Role.SYSTEM})
CASE_PEOPLE = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})
AGENCY_ADMINS = frozenset({Role.AGENCY_ADMIN})
AUDITORS = frozenset({Role.AUDITOR})
PLATFORM = frozenset({Role.PLATFORM_ADMIN})
SYSTEMS = frozenset({Role.SYSTEM})
PEOPLE = frozenset({Role.CASEWORKER, Role.SUPERVISOR, Role.AGENCY_ADMIN, Role.AUDITOR, Role.PLATFORM_ADMIN})
EVERYBODY = frozenset(Role) - {Role.SERVICE}
CLOCK = frozenset({Role.SERVICE})


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `assigned`: only a worker assigned to the case, a supervisor of the agency, or the agency's system."""

    permission: P
    roles: frozenset[Role]
    relations: frozenset[R]
    because: str
    assigned: bool = False


def _allow(permission: P, roles: frozenset[Role], *relations: R, because: str, assigned: bool = False) -> Rule:
    return Rule(permission, roles, frozenset(relations), because, assigned)


POLICY: tuple[Rule, ...] = (
    _allow(P.CASE_OPEN, WORKERS, R.OWN_AGENCY, because="the agency that meets the child opens its case"),
    _allow(
        P.CASE_READ,
        WORKERS,
        R.OWNER,
        R.RECEIVING,
        R.PLAN_MEMBER,
        R.BREAK_GLASS,
        because="a party of the case reads what it is shown",
    ),
    _allow(
        P.CASE_LIST,
        WORKERS,
        R.OWN_AGENCY,
        because="a work list holds the agency's own cases and those that it was admitted to",
    ),
    _allow(
        P.CASE_CHANGE, WORKERS, R.OWNER, R.RECEIVING, because="who is shown a data class may correct it", assigned=True
    ),
    _allow(P.CASE_CLOSE, WORKERS, R.OWNER, because="the owner decides when its work is done", assigned=True),
    _allow(P.CASE_REOPEN, WORKERS, R.OWNER, because="the owner decides when work begins again", assigned=True),
    _allow(P.CASE_ASSIGN, SUPERVISORS, R.OWNER, R.RECEIVING, because="a supervisor says who works on a case"),
    _allow(P.CASE_UNASSIGN, CLOCK, R.CLOCKWORK, because="who has left the agency works on none of its cases"),
    _allow(
        P.CASE_EXCLUDE,
        SUPERVISORS,
        R.OWNER,
        because="the owner's supervisor keeps people with a conflict of interest out",
    ),
    _allow(P.CASE_LINK, WORKERS, R.OWNER, because="the owner of both cases links them", assigned=True),
    _allow(P.CASE_HISTORY, WORKERS, R.OWNER, because="the owner answers for who held what and when", assigned=True),
    _allow(
        P.CASE_HOLD,
        SUPERVISORS,
        R.OWNER,
        because="the owner's supervisor says what must be kept for a court, and until when",
    ),
    _allow(
        P.CASE_ERASE, SUPERVISORS, R.OWNER, because="the owner's supervisor asks for an erasure; another carries it"
    ),
    _allow(
        P.ERASURE_CONFIRM,
        SUPERVISORS | AGENCY_ADMINS,
        R.OWNER,
        because="what cannot be undone needs a second person, who is shown no child data",
    ),
    _allow(
        P.ERASURE_REFUSE,
        SUPERVISORS | AGENCY_ADMINS,
        R.OWNER,
        because="who may confirm may refuse, and who asked may take it back",
    ),
    _allow(
        P.ERASURE_READ,
        WORKERS | AGENCY_ADMINS | AUDITORS,
        R.OWNER,
        because="the certificate holds ids and dates, and answers for what is gone",
    ),
    _allow(
        P.ERASURE_READ, AUDITORS, R.OVERSEER, because="oversight sees that an erasure was asked for and carried out"
    ),
    _allow(
        P.ERASURE_LIST,
        SUPERVISORS | AGENCY_ADMINS | AUDITORS,
        R.OWN_AGENCY,
        because="a request must be found by whoever may confirm it",
    ),
    _allow(P.ERASURE_APPLY, CLOCK, R.CLOCKWORK, because="what was erased stays erased when a backup is restored"),
    _allow(
        P.RETENTION_LIST,
        SUPERVISORS,
        R.OWN_AGENCY,
        because="the owner's supervisors decide about what is kept too long",
    ),
    _allow(
        P.RETENTION_WARN, CLOCK, R.CLOCKWORK, because="the owner hears in time, and decides: time alone erases nothing"
    ),
    _allow(P.DISCLOSURE_LIST, WORKERS, R.OWNER, because="the child may ask the owner who was told what", assigned=True),
    _allow(P.CONSENT_GIVE, WORKERS, R.OWNER, because="the owner asked, so the owner records", assigned=True),
    _allow(P.CONSENT_READ, WORKERS, R.OWNER, because="the owner keeps the consents", assigned=True),
    _allow(P.CONSENT_READ, WORKERS, R.RECEIVING, because="a receiver sees the basis on which it was told"),
    _allow(
        P.CONSENT_HISTORY,
        WORKERS,
        R.OWNER,
        because="the owner answers for it that the end of a consent was heard",
        assigned=True,
    ),
    _allow(P.CONSENT_WITHDRAW, WORKERS, R.OWNER, because="whoever of the owner hears a withdrawal records it at once"),
    _allow(P.CONSENT_APPROVE, SUPERVISORS, R.OWNER, because="a second person looks at what a first one decided"),
    _allow(P.CONSENT_REFUSE, SUPERVISORS, R.OWNER, because="a second person looks at what a first one decided"),
    _allow(P.CONSENT_END, SUPERVISORS, R.OWNER, because="a duty ends by the owner's supervisor, not by withdrawal"),
    _allow(P.REFERRAL_CREATE, WORKERS, R.OWNER, because="the owner of the case asks others for help", assigned=True),
    _allow(P.REFERRAL_READ, WORKERS, R.SENDER, R.RECEIVER, because="both ends of a referral read it"),
    _allow(P.REFERRAL_LIST, WORKERS, R.OWN_AGENCY, because="an agency's work lists"),
    _allow(P.REFERRAL_CHANGE, WORKERS, R.SENDER, because="a draft belongs to its sender", assigned=True),
    _allow(P.REFERRAL_SEND, WORKERS, R.SENDER, because="the sender sends", assigned=True),
    _allow(
        P.REFERRAL_ACKNOWLEDGE,
        WORKERS,
        R.RECEIVER,
        because="an agency was asked, so anybody who works there may say that it heard",
    ),
    _allow(P.REFERRAL_ACCEPT, WORKERS, R.RECEIVER, because="an agency was asked; who accepts is assigned"),
    _allow(P.REFERRAL_DECLINE, WORKERS, R.RECEIVER, because="an agency may say no, with a reason"),
    _allow(P.REFERRAL_REDIRECT, WORKERS, R.RECEIVER, because="an agency may name a better one"),
    _allow(P.REFERRAL_START, WORKERS, R.RECEIVER, because="the agency that accepted does the work"),
    _allow(P.REFERRAL_COMPLETE, WORKERS, R.RECEIVER, because="the agency that accepted reports the outcome"),
    _allow(P.REFERRAL_FAIL, WORKERS, R.RECEIVER, because="the agency that accepted says when it cannot"),
    _allow(P.REFERRAL_CLOSE, WORKERS, R.SENDER, because="the sender closes what it opened"),
    _allow(P.REFERRAL_WITHDRAW, WORKERS, R.SENDER, because="the sender may take its request back"),
    _allow(P.REFERRAL_SUSPEND, WORKERS, R.SENDER, R.RECEIVER, because="either end may pause"),
    _allow(
        P.REFERRAL_RESUME, WORKERS, R.SENDER, because="the sender goes on once a consent is in force", assigned=True
    ),
    _allow(
        P.REFERRAL_MARK_IN_ERROR,
        SUPERVISORS,
        R.SENDER,
        because="a mistake is marked by the sender's supervisor, and kept",
    ),
    _allow(
        P.CONSENT_EXPIRE, CLOCK, R.CLOCKWORK, because="what has run out is put down as expired, and receivers are told"
    ),
    _allow(P.CONSENT_REVIEW, CLOCK, R.CLOCKWORK, because="agreements that rest on a suspected caregiver go to review"),
    _allow(
        P.REFERRAL_EXPIRE, CLOCK, R.CLOCKWORK, because="what nobody answers goes back to the sender as an unmet need"
    ),
    _allow(P.REFERRAL_ESCALATE, CLOCK, R.CLOCKWORK, because="a deadline that passes is told to the second contact"),
    _allow(
        P.CONTACT_REVEAL,
        WORKERS,
        R.RECEIVER,
        because="who will contact the child first learns how it is safe",
        assigned=True,
    ),
    _allow(P.MESSAGE_SEND, WORKERS, R.SENDER, R.RECEIVER, because="both ends talk about the referral"),
    _allow(P.MESSAGE_LIST, WORKERS, R.SENDER, R.RECEIVER, because="both ends talk about the referral"),
    _allow(P.APPOINTMENT_MAKE, WORKERS, R.RECEIVER, because="the agency that does the work sets the times"),
    _allow(P.APPOINTMENT_CHANGE, WORKERS, R.RECEIVER, because="the agency that does the work sets the times"),
    _allow(P.APPOINTMENT_LIST, WORKERS, R.SENDER, R.RECEIVER, because="both ends need to know when"),
    _allow(
        P.GLASS_BREAK,
        CASE_PEOPLE,
        R.OWNER,
        R.RECEIVING,
        R.PLAN_MEMBER,
        R.BREAK_GLASS,
        R.FORMER,
        because="in danger somebody who knows the child must be able to help at once; a person answers for it, never a system",
    ),
    _allow(P.GLASS_END, CASE_PEOPLE, R.SELF, because="who no longer needs it gives it back"),
    _allow(P.GLASS_END, SUPERVISORS, R.OWNER, because="the owner's supervisor stops what should not go on"),
    _allow(P.GLASS_REVIEW, SUPERVISORS, R.OWNER, because="the owner's supervisor judges what another agency did"),
    _allow(P.GLASS_REVIEW, AUDITORS, R.OVERSEER, because="where the owner did it itself, oversight judges"),
    _allow(P.GLASS_READ, CASE_PEOPLE, R.SELF, because="who broke the glass sees what became of it"),
    _allow(P.GLASS_READ, SUPERVISORS, R.OWNER, because="who reviews must read"),
    _allow(P.GLASS_READ, AUDITORS, R.OWNER, R.OWN_AGENCY, R.OVERSEER, because="auditors see each use, without words"),
    _allow(
        P.GLASS_LIST, CASE_PEOPLE | AUDITORS, R.OWN_AGENCY, because="each sees the uses that are its own to answer for"
    ),
    _allow(
        P.LOOKUP_ASK, SUPERVISORS, R.OWNER, because="a supervisor asks about the child of the agency's own case alone"
    ),
    _allow(
        P.LOOKUP_PASS_ON,
        CLOCK,
        R.CLOCKWORK,
        because="holders are told apart from the asking, so that its answer tells nothing",
    ),
    _allow(
        P.LOOKUP_ANSWER,
        CASE_PEOPLE,
        R.RECEIVER,
        because="who holds a case of the child chooses whether to say so",
        assigned=True,
    ),
    _allow(P.LOOKUP_READ, SUPERVISORS, R.SENDER, because="who asked reads what was answered"),
    _allow(P.LOOKUP_READ, CASE_PEOPLE, R.RECEIVER, because="who is asked reads who asks, and why", assigned=True),
    _allow(P.LOOKUP_LIST, CASE_PEOPLE, R.OWN_AGENCY, because="what the agency asked, and what it is asked"),
    _allow(P.SERVICE_OFFER, AGENCY_ADMINS | SUPERVISORS, R.OWN_AGENCY, because="an agency describes its own services"),
    _allow(P.SERVICE_CHANGE, AGENCY_ADMINS | SUPERVISORS, R.OWN_AGENCY, because="an agency describes its own services"),
    _allow(P.SERVICE_READ, EVERYBODY, R.ANY, because="the directory is for all who are signed in"),
    _allow(P.AGENCY_CREATE, PLATFORM, R.ANY, because="the platform admits agencies"),
    _allow(P.AGENCY_CHANGE, AGENCY_ADMINS, R.OWN_AGENCY, because="an agency keeps its own entry"),
    _allow(P.AGENCY_CHANGE, PLATFORM, R.ANY, because="the platform admits and suspends agencies"),
    _allow(P.AGENCY_READ, EVERYBODY, R.ANY, because="one must know whom one can ask"),
    _allow(P.MEMBER_INVITE, AGENCY_ADMINS, R.OWN_AGENCY, because="an agency invites its own people"),
    _allow(P.MEMBER_INVITE, PLATFORM, R.ANY, because="the platform invites an agency's first admin, and nobody below"),
    _allow(P.MEMBER_CHANGE, AGENCY_ADMINS, R.OWN_AGENCY, because="an agency keeps its own people"),
    _allow(
        P.MEMBER_CONFIRM, AGENCY_ADMINS | SUPERVISORS, R.OWN_AGENCY, because="a role counts once a second person looked"
    ),
    _allow(
        P.MEMBER_CONFIRM,
        PLATFORM,
        R.ANY,
        because="the platform is the second person where an agency has nobody else yet",
    ),
    _allow(P.MEMBER_JOIN, PEOPLE, R.SELF, because="who was invited takes the invitation up"),
    _allow(
        P.MEMBER_READMIT,
        CLOCK,
        R.ANY,
        because="an only admin who lost every factor has nobody else; whoever runs the installation does it, at its command line",
    ),
    _allow(
        P.MEMBER_READ,
        AGENCY_ADMINS | SUPERVISORS | AUDITORS,
        R.OWN_AGENCY,
        because="who assigns, confirms or checks must see who there is",
    ),
    _allow(P.CLIENT_CREATE, AGENCY_ADMINS, R.OWN_AGENCY, because="an agency connects its own systems"),
    _allow(P.CLIENT_CHANGE, AGENCY_ADMINS, R.OWN_AGENCY, because="an agency connects its own systems"),
    _allow(
        P.CLIENT_READ,
        AGENCY_ADMINS | SUPERVISORS | AUDITORS,
        R.OWN_AGENCY,
        because="who confirms a system must see it, and who audits too",
    ),
    _allow(
        P.CLIENT_CONFIRM,
        AGENCY_ADMINS | SUPERVISORS,
        R.OWN_AGENCY,
        because="a second person agrees before a system is shown identities",
    ),
    _allow(
        P.CLIENT_CONFIRM,
        PLATFORM,
        R.ANY,
        because="the platform is the second person where an agency has nobody else yet",
    ),
    _allow(
        P.IDENTITY_READ,
        SYSTEMS,
        R.SELF,
        because="a system that acts for a member is shown identities, for a year after a second person agreed",
    ),
    _allow(P.CERTIFICATE_ENTER, AGENCY_ADMINS, R.OWN_AGENCY, because="an agency vouches for its people's training"),
    _allow(
        P.CERTIFICATE_CONFIRM,
        AGENCY_ADMINS | SUPERVISORS,
        R.OWN_AGENCY,
        because="a second person confirms what opens identities",
    ),
    _allow(
        P.CERTIFICATE_CONFIRM,
        PLATFORM,
        R.ANY,
        because="the platform is the second person where an agency has nobody else yet",
    ),
    _allow(
        P.CERTIFICATE_END,
        AGENCY_ADMINS | SUPERVISORS,
        R.OWN_AGENCY,
        because="what was entered wrongly or is withdrawn opens nothing more",
    ),
    _allow(
        P.CERTIFICATE_READ,
        AGENCY_ADMINS | SUPERVISORS | AUDITORS,
        R.OWN_AGENCY,
        because="who assigns must know who is trained",
    ),
    _allow(
        P.PROVIDER_ENTER,
        AGENCY_ADMINS,
        R.OWN_AGENCY,
        because="an agency says who vouches for its people when they sign in",
    ),
    _allow(P.PROVIDER_CHANGE, AGENCY_ADMINS, R.OWN_AGENCY, because="an agency keeps its own identity provider"),
    _allow(
        P.PROVIDER_CONFIRM,
        AGENCY_ADMINS | SUPERVISORS,
        R.OWN_AGENCY,
        because="a second person agrees before anybody is let in by another's word",
    ),
    _allow(
        P.PROVIDER_CONFIRM,
        PLATFORM,
        R.ANY,
        because="the platform is the second person where an agency has nobody else yet",
    ),
    _allow(
        P.PROVIDER_END,
        AGENCY_ADMINS | SUPERVISORS,
        R.OWN_AGENCY,
        because="whoever sees that a provider cannot be relied on stops it at once",
    ),
    _allow(
        P.PROVIDER_READ,
        AGENCY_ADMINS | SUPERVISORS | AUDITORS,
        R.OWN_AGENCY,
        because="who confirms a provider must see it, and who audits too",
    ),
    _allow(
        P.LINK_ENTER,
        AGENCY_ADMINS,
        R.OWN_AGENCY,
        because="an agency says which of its provider's people is which member",
    ),
    _allow(
        P.LINK_CONFIRM,
        AGENCY_ADMINS | SUPERVISORS,
        R.OWN_AGENCY,
        because="a second person says the same, since a wrong link lets one person in as another",
    ),
    _allow(
        P.LINK_CONFIRM,
        PLATFORM,
        R.ANY,
        because="the platform is the second person where an agency has nobody else yet",
    ),
    _allow(
        P.LINK_END,
        AGENCY_ADMINS | SUPERVISORS,
        R.OWN_AGENCY,
        because="a link that is wrong or no longer needed lets nobody in",
    ),
    _allow(
        P.LINK_READ,
        AGENCY_ADMINS | SUPERVISORS | AUDITORS,
        R.OWN_AGENCY,
        because="who confirms a link must see it, and who audits too",
    ),
    _allow(P.SESSION_TRY, CLOCK, R.CLOCKWORK, because="the service counts tries to sign in, so that guessing is slow"),
    _allow(P.SESSION_OPEN, PEOPLE, R.SELF, because="whoever proved who they are signs in"),
    _allow(P.SESSION_REFRESH, PEOPLE, R.SELF, because="who is signed in stays so while working"),
    _allow(P.SESSION_LIST, PEOPLE, R.SELF, because="everybody sees where they are signed in"),
    _allow(P.SESSION_END, PEOPLE, R.SELF, because="everybody may sign out"),
    _allow(
        P.PASSKEY_CHALLENGE, CLOCK, R.CLOCKWORK, because="the service asks a passkey to sign what nobody has signed yet"
    ),
    _allow(P.FACTOR_READ, PEOPLE, R.SELF, because="everybody sees with what they sign in"),
    _allow(P.FACTOR_PREPARE, PEOPLE, R.SELF, because="everybody enrols their own second factor, and nobody another's"),
    _allow(P.FACTOR_ENROLL, PEOPLE, R.SELF, because="everybody enrols their own second factor, and nobody another's"),
    _allow(P.FACTOR_REMOVE, PEOPLE, R.SELF, because="whoever proves to hold a factor may give it up"),
    _allow(
        P.PASSWORD_CHANGE, PEOPLE, R.SELF, because="everybody chooses their own password, and proves to be who they are"
    ),
    _allow(P.RECOVERY_RENEW, PEOPLE, R.SELF, because="whoever proves to hold a factor may have new recovery codes"),
    _allow(P.TOKEN_ISSUE, SYSTEMS, R.SELF, because="an agency's system signs in as itself"),
    _allow(P.TOKEN_REVOKE, SYSTEMS, R.SELF, because="an agency's system gives its own tokens back"),
    _allow(
        P.TOKEN_INTROSPECT,
        SYSTEMS,
        R.SELF,
        because="an agency's system asks whether a token of its agency still counts",
    ),
    _allow(
        P.AUDIT_READ,
        AUDITORS,
        R.OWN_AGENCY,
        because="an auditor reads the acts of its agency and on its agency's cases; one of an oversight body reads all",
    ),
    _allow(
        P.CASE_REF_MAKE, AUDITORS, R.OWN_AGENCY, because="a complaint names a case number; the log knows a pseudonym"
    ),
    _allow(
        P.AUDIT_EXPORT,
        AUDITORS,
        R.OWN_AGENCY,
        because="who may read entries may take them along, to be checked elsewhere",
    ),
    _allow(
        P.REFUSAL_COUNT,
        AGENCY_ADMINS,
        R.OWN_AGENCY,
        because="an agency's admin sees how often imagery was refused and trains its people, without seeing whose or what",
    ),
    _allow(P.AUDIT_ARCHIVE, CLOCK, R.CLOCKWORK, because="whoever owns the database takes old months into signed files"),
    _allow(
        P.AUDIT_COSIGN,
        AUDITORS | SYSTEMS,
        R.OWN_AGENCY,
        because="a witness is another agency's, and brings its signatures by its auditor or its system",
    ),
    _allow(
        P.ACCESS_READ,
        WORKERS,
        R.OWNER,
        because="the owner answers for who could read its case, and when",
        assigned=True,
    ),
    _allow(
        P.ACCESS_READ,
        AUDITORS,
        R.OWNER,
        R.OVERSEER,
        because="an auditor sees who could read a case, without a word about the child",
    ),
    _allow(
        P.EVENT_LIST,
        WORKERS | AUDITORS,
        R.OWN_AGENCY,
        because="an agency hears of what concerns it; an oversight body of each break-glass",
    ),
)

_ROLES: dict[P, frozenset[Role]] = {}
for _rule in POLICY:
    _ROLES[_rule.permission] = _ROLES.get(_rule.permission, frozenset()) | _rule.roles


def permits_role(permission: P, roles: frozenset[Role]) -> bool:
    """Whether any row could allow this permission to somebody in these roles, whatever the thing."""
    return bool(_ROLES.get(permission, frozenset()) & roles)
