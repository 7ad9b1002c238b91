"""Every act that the service knows: what may be permitted (present tense, also an OAuth scope) and what the log calls it once done (past)."""

from enum import StrEnum

__all__ = ["Permission"]


class Permission(StrEnum):
    """`thing:act`, with `event` as `thing.acted`."""

    event: str

    def __new__(cls, value: str, event: str) -> "Permission":
        permission = str.__new__(cls, value)
        permission._value_ = value
        permission.event = event
        return permission

    CASE_OPEN = "case:open", "case.opened"
    CASE_READ = "case:read", "case.read"
    CASE_LIST = "case:list", "case.listed"
    CASE_CHANGE = "case:change", "case.changed"
    CASE_CLOSE = "case:close", "case.closed"
    CASE_REOPEN = "case:reopen", "case.reopened"
    CASE_ASSIGN = "case:assign", "case.assigned"
    CASE_EXCLUDE = "case:exclude", "case.excluded"
    CASE_LINK = "case:link", "case.linked"
    CASE_HISTORY = "case:history", "case.history_read"
    DISCLOSURE_LIST = "disclosure:list", "disclosure.listed"

    CONSENT_GIVE = "consent:give", "consent.given"
    CONSENT_READ = "consent:read", "consent.read"
    CONSENT_WITHDRAW = "consent:withdraw", "consent.withdrawn"
    CONSENT_APPROVE = "consent:approve", "consent.approved"
    CONSENT_REFUSE = "consent:refuse", "consent.refused"
    CONSENT_END = "consent:end", "consent.ended"
    CONSENT_EXPIRE = "consent:expire", "consent.expired"

    REFERRAL_CREATE = "referral:create", "referral.drafted"
    REFERRAL_READ = "referral:read", "referral.read"
    REFERRAL_LIST = "referral:list", "referral.listed"
    REFERRAL_CHANGE = "referral:change", "referral.changed"
    REFERRAL_SEND = "referral:send", "referral.sent"
    REFERRAL_ACKNOWLEDGE = "referral:acknowledge", "referral.acknowledged"
    REFERRAL_ACCEPT = "referral:accept", "referral.accepted"
    REFERRAL_DECLINE = "referral:decline", "referral.declined"
    REFERRAL_REDIRECT = "referral:redirect", "referral.redirected"
    REFERRAL_START = "referral:start", "referral.started"
    REFERRAL_COMPLETE = "referral:complete", "referral.completed"
    REFERRAL_FAIL = "referral:fail", "referral.failed"
    REFERRAL_CLOSE = "referral:close", "referral.closed"
    REFERRAL_WITHDRAW = "referral:withdraw", "referral.withdrawn"
    REFERRAL_SUSPEND = "referral:suspend", "referral.suspended"
    REFERRAL_RESUME = "referral:resume", "referral.resumed"
    REFERRAL_EXPIRE = "referral:expire", "referral.expired"
    REFERRAL_ESCALATE = "referral:escalate", "referral.escalated"
    REFERRAL_MARK_IN_ERROR = "referral:mark-in-error", "referral.marked_in_error"
    CONTACT_REVEAL = "contact:reveal", "contact.revealed"
    MESSAGE_SEND = "message:send", "message.sent"
    MESSAGE_LIST = "message:list", "message.listed"
    APPOINTMENT_MAKE = "appointment:make", "appointment.made"
    APPOINTMENT_CHANGE = "appointment:change", "appointment.changed"
    APPOINTMENT_LIST = "appointment:list", "appointment.listed"

    GLASS_BREAK = "glass:break", "glass.broken"
    GLASS_END = "glass:end", "glass.ended"
    GLASS_REVIEW = "glass:review", "glass.reviewed"
    GLASS_READ = "glass:read", "glass.read"
    GLASS_LIST = "glass:list", "glass.listed"
    LOOKUP_ASK = "lookup:ask", "lookup.asked"
    LOOKUP_PASS_ON = "lookup:pass-on", "lookup.passed_on"
    LOOKUP_ANSWER = "lookup:answer", "lookup.answered"
    LOOKUP_READ = "lookup:read", "lookup.read"
    LOOKUP_LIST = "lookup:list", "lookup.listed"

    SERVICE_OFFER = "service:offer", "service.offered"
    SERVICE_CHANGE = "service:change", "service.changed"
    SERVICE_READ = "service:read", "service.read"

    AGENCY_CREATE = "agency:create", "agency.created"
    AGENCY_CHANGE = "agency:change", "agency.changed"
    AGENCY_READ = "agency:read", "agency.read"
    MEMBER_INVITE = "member:invite", "member.invited"
    MEMBER_CHANGE = "member:change", "member.changed"
    MEMBER_READ = "member:read", "member.read"
    MEMBER_CONFIRM = "member:confirm", "member.confirmed"
    MEMBER_JOIN = "member:join", "member.joined"
    CLIENT_CREATE = "client:create", "client.created"
    CLIENT_CHANGE = "client:change", "client.changed"
    CLIENT_READ = "client:read", "client.read"
    CERTIFICATE_ENTER = "certificate:enter", "certificate.entered"
    CERTIFICATE_CONFIRM = "certificate:confirm", "certificate.confirmed"
    CERTIFICATE_END = "certificate:end", "certificate.ended"
    CERTIFICATE_READ = "certificate:read", "certificate.read"
    SESSION_TRY = "session:try", "session.tried"
    SESSION_OPEN = "session:open", "session.opened"
    SESSION_REFRESH = "session:refresh", "session.refreshed"
    SESSION_END = "session:end", "session.ended"
    TOKEN_ISSUE = "token:issue", "token.issued"
    TOKEN_INTROSPECT = "token:introspect", "token.introspected"
    TOKEN_REVOKE = "token:revoke", "token.revoked"

    AUDIT_READ = "audit:read", "audit.read"
    CASE_REF_MAKE = "audit:case-ref", "audit.case_ref_made"
    EVENT_LIST = "event:list", "event.listed"
