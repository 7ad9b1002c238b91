"""For each route: what it is called with, and on what. Who may is not said here; the policy says it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from referral_api.access import Permission as P
from tests.access.cast import GLASS, PROVIDER
from tests.world import CASE, CONSENT, REFERRAL

Things = dict[str, Any]


@dataclass(frozen=True)
class Expected:
    """`on`: the thing whose relations count. `refused`: who is refused although a row permits, and why a row cannot say it."""

    on: str
    body: Callable[[Things], Any] | dict[str, Any] | None = None
    permission: P | None = None
    query: Callable[[Things], str] | str = ""
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    stranger: int = 404


PUBLIC = {
    "POST /oauth/token", "POST /oauth/revoke", "POST /oauth/introspect", "GET /.well-known/oauth-authorization-server",
    "GET /.well-known/jwks.json", "GET /.well-known/oauth-protected-resource", "POST /v1/sessions", "POST /v1/sessions/refresh", "POST /v1/sessions/passkey/options", "POST /v1/sessions/passkey",
    "POST /v1/sessions/federated/start", "POST /v1/sessions/federated/callback", "POST /v1/invitations/accept", "GET /v1/codes",
}  # fmt: skip
"""What needs no token, whole."""

A_PERSON = {"system": (403, "a person answers for it: a system names the member in On-Behalf-Of")}
WORDS = dict.fromkeys(
    ("police.caseworker2", "clinic.caseworker2", "system"),
    (403, "after acceptance words are for assigned workers and their supervisors"),
)
ELSEWHERE = dict.fromkeys(
    ("clinic.auditor", "ngo.auditor"), (404, "an act of another agency on a case of another agency")
)
SECOND = {
    "oversight.platform": (403, "the platform stands in only where an agency has no second person"),
    "police.admin": (403, "a second person: not who entered it"),
}

NO_SESSION = {"system": (404, "a system has no session and no factor")}
_PEOPLE = ("caseworker", "supervisor", "agency_admin", "auditor", "platform_admin")
A_CODE = {**dict.fromkeys(_PEOPLE, (422, "whoever has a factor proves it by a code")), **NO_SESSION}

_PASSKEY = {"name": "Telephone", "credential": {
    "id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "oA"},
}}  # fmt: skip


def _grants(things: Things) -> dict[str, Any]:
    return {
        **CONSENT,
        "grants": [{"recipients": [things["agency of clinic"]], "purposes": ["care"], "data_classes": ["identity"]}],
    }


def _referral(things: Things) -> dict[str, Any]:
    return {
        **REFERRAL,
        "case_id": things["case"],
        "consent_id": things["consent"],
        "to_agency_id": things["agency of clinic"],
    }


_SENTENCE = {"reason": "As the file says."}
_AGENCY = "/v1/agencies/{agency_id}"
ROUTES: dict[str, Expected] = {
    # Cases
    "POST /v1/cases": Expected("own agency", CASE),
    "GET /v1/cases": Expected("own agency"),
    "GET /v1/cases/{case_id}": Expected("case"),
    "PATCH /v1/cases/{case_id}": Expected("case", {"subject": {"access_needs": {"interpreter": True}}}, refused={
        "clinic.caseworker1": (403, "a class is changed by who is shown it, and access needs are not granted"),
        "clinic.supervisor": (403, "the same"), "clinic.system": (403, "the same")}),
    "POST /v1/cases/{case_id}/close": Expected("case", {"reason_code": "goals_met"}),
    "POST /v1/cases/{case_id}/reopen": Expected("closed", {}),
    "GET /v1/cases/{case_id}/parties": Expected("case"),
    "GET /v1/cases/{case_id}/versions": Expected("case", query="?data_class=access_needs"),
    "GET /v1/cases/{case_id}/timeline": Expected("case"),
    "GET /v1/cases/{case_id}/disclosures": Expected("case"),
    "GET /v1/cases/{case_id}/disclosures/page": Expected("case"),
    "GET /v1/cases/{case_id}/assignments": Expected("case"),
    "POST /v1/cases/{case_id}/assignments": Expected("case", lambda t: {"member_id": t["agency's own"], "no_conflict": True}),
    "POST /v1/cases/{case_id}/assignments/{assignment_id}/end": Expected("case", refused={"clinic.supervisor": (404, "who works at another agency is that agency's to say")}),
    "POST /v1/cases/{case_id}/exclusions/{exclusion_id}/end": Expected("case"),
    "GET /v1/cases/{case_id}/exclusions": Expected("case"),
    "POST /v1/cases/{case_id}/exclusions": Expected("case", lambda t: {"agency_id": t["agency of ngo"], "reason_code": "other"}),
    "GET /v1/cases/{case_id}/links": Expected("case"),
    "POST /v1/cases/{case_id}/links": Expected("case", lambda t: {"to_case_id": t["sibling"], "kind": "sibling"}),
    # Consent
    "POST /v1/cases/{case_id}/consents": Expected("case", _grants),
    "GET /v1/cases/{case_id}/consents": Expected("case"),
    "GET /v1/consents/{consent_id}": Expected("consent"),
    "GET /v1/consents/{consent_id}/notices": Expected("consent"),
    "POST /v1/consents/{consent_id}/withdraw": Expected("consent", {"by": "child"}),
    "POST /v1/consents/{consent_id}/approve": Expected("waiting", {}),
    "POST /v1/consents/{consent_id}/refuse": Expected("waiting", {}),
    "POST /v1/consents/{consent_id}/end": Expected("duty", {}),
    # Referrals
    "POST /v1/referrals": Expected("sending", _referral, permission=P.REFERRAL_SEND, stranger=422),
    "GET /v1/referrals": Expected("own agency"),
    "GET /v1/referrals/{referral_id}": Expected("working"),
    "PATCH /v1/referrals/{referral_id}": Expected("draft", {"urgency": "low"}),
    "POST /v1/referrals/{referral_id}/send": Expected("draft", {}),
    "POST /v1/referrals/{referral_id}/acknowledge": Expected("asked", {}),
    "POST /v1/referrals/{referral_id}/accept": Expected("asked", {}),
    "POST /v1/referrals/{referral_id}/decline": Expected("asked", {"reason_code": "no_capacity"}),
    "POST /v1/referrals/{referral_id}/redirect": Expected("asked", lambda t: {"to_agency_id": t["agency of ngo"], "reason_code": "outside_area"}),
    "POST /v1/referrals/{referral_id}/start": Expected("working", {}),
    "POST /v1/referrals/{referral_id}/complete": Expected("working", {"outcome": "service_completed"}),
    "POST /v1/referrals/{referral_id}/fail": Expected("working", {"reason_code": "no_capacity"}),
    "POST /v1/referrals/{referral_id}/close": Expected("completed", {}),
    "POST /v1/referrals/{referral_id}/withdraw": Expected("working", {}),
    "POST /v1/referrals/{referral_id}/suspend": Expected("working", {"reason_code": "child_asked"}),
    "POST /v1/referrals/{referral_id}/resume": Expected("suspended", lambda t: {"consent_id": t["consent"]}),
    "POST /v1/referrals/{referral_id}/mark-in-error": Expected("working", _SENTENCE),
    "POST /v1/referrals/{referral_id}/contact": Expected("working", {"acknowledged": True}, refused=A_PERSON),
    "GET /v1/referrals/{referral_id}/messages": Expected("working", refused=WORDS),
    "POST /v1/referrals/{referral_id}/messages": Expected("working", {"text": "Good morning."}, refused=WORDS),
    "GET /v1/referrals/{referral_id}/appointments": Expected("working", refused=WORDS),
    "POST /v1/referrals/{referral_id}/appointments": Expected("working", {"at": "2026-12-02T07:00:00Z"}, refused=WORDS),
    "GET /v1/referrals/{referral_id}/appointments/{appointment_id}": Expected("working", refused=WORDS),
    "PATCH /v1/referrals/{referral_id}/appointments/{appointment_id}": Expected("working", {"status": "attended"}, refused=WORDS),
    # Erasure
    "POST /v1/cases/{case_id}/hold": Expected("case", {"on": True, "reason": "For the trial."}),
    "GET /v1/cases/{case_id}/holds": Expected("case"),
    "POST /v1/cases/{case_id}/erase": Expected("closed", {"reason_code": "erasure_granted", **_SENTENCE}),
    "GET /v1/erasures": Expected("own agency"),
    "GET /v1/erasures/{erasure_id}": Expected("erasure"),
    "POST /v1/erasures/{erasure_id}/confirm": Expected("erasure", {}, refused={"police.supervisor": (403, "another than who asked")}),
    "POST /v1/erasures/{erasure_id}/refuse": Expected("erasure", {}),
    "GET /v1/retention": Expected("own agency"),
    # Lookups
    "POST /v1/cases/{case_id}/lookups": Expected("case", _SENTENCE),
    "GET /v1/lookups": Expected("own agency"),
    "GET /v1/lookups/{lookup_id}": Expected("lookup"),
    "POST /v1/lookups/{lookup_id}/answer": Expected("lookup", {"answer": "known"}),
    # Break-glass
    "POST /v1/cases/{case_id}/break-glass": Expected("behind", GLASS),
    "POST /v1/referrals/{referral_id}/break-glass": Expected("behind", GLASS),
    "GET /v1/break-glass": Expected("own agency"),
    "GET /v1/break-glass/{glass_id}": Expected("glass"),
    "POST /v1/break-glass/{glass_id}/end": Expected("glass", {}),
    "POST /v1/break-glass/{glass_id}/review": Expected("glass", {"outcome": "justified"}, refused={
        "oversight.auditor": (403, "the owner reviews what another agency did")}),
    # Agencies, their people and systems, what they offer
    "GET /v1/agencies": Expected("anything"),
    "POST /v1/agencies": Expected("anything", {"name": "Court", "type": "court", "country": "KH"}),
    "GET /v1/agencies/{agency_id}": Expected("agency"),
    "PATCH /v1/agencies/{agency_id}": Expected("agency", {"languages": ["km"]}),
    f"GET {_AGENCY}/refusals": Expected("people"),
    f"GET {_AGENCY}/members": Expected("people"),
    f"POST {_AGENCY}/members": Expected("people", {"username": "another.one", "roles": ["agency_admin"]}, refused={
        "oversight.platform": (403, "the platform invites an agency's first admin alone")}),
    f"GET {_AGENCY}/members/{{member_id}}": Expected("people"),
    f"PATCH {_AGENCY}/members/{{member_id}}": Expected("people", {"language": "km"}),
    f"POST {_AGENCY}/members/{{member_id}}/confirm": Expected("people", {}, refused=SECOND),
    f"GET {_AGENCY}/certificates": Expected("people"),
    f"POST {_AGENCY}/certificates": Expected("people", lambda t: {"member_id": t["member"], "kind": "icse_user", "issuer": "A", "expires_on": "2028-01-01"}),
    f"GET {_AGENCY}/certificates/{{certificate_id}}": Expected("people"),
    f"POST {_AGENCY}/certificates/{{certificate_id}}/confirm": Expected("people", {}, refused=SECOND),
    f"POST {_AGENCY}/certificates/{{certificate_id}}/end": Expected("people", {}),
    f"GET {_AGENCY}/clients": Expected("people"),
    f"POST {_AGENCY}/clients": Expected("people", {"name": "Second bridge", "scope": "case:read"}),
    f"GET {_AGENCY}/clients/{{client_id}}": Expected("people"),
    f"PATCH {_AGENCY}/clients/{{client_id}}": Expected("people", {"name": "First bridge"}),
    f"POST {_AGENCY}/clients/{{client_id}}/confirm": Expected("people", {}, refused=SECOND),
    f"GET {_AGENCY}/identity-providers": Expected("people"),
    f"POST {_AGENCY}/identity-providers": Expected("people", PROVIDER),
    f"GET {_AGENCY}/identity-providers/{{identity_provider_id}}": Expected("people"),
    f"PATCH {_AGENCY}/identity-providers/{{identity_provider_id}}": Expected("people", {"client_id": "other"}),
    f"POST {_AGENCY}/identity-providers/{{identity_provider_id}}/confirm": Expected("people", {}, refused=SECOND),
    f"POST {_AGENCY}/identity-providers/{{identity_provider_id}}/end": Expected("people", {}),
    f"GET {_AGENCY}/identity-links": Expected("people"),
    f"POST {_AGENCY}/identity-links": Expected("people", lambda t: {"provider_id": t["identity_provider"], "member_id": t["member"], "subject": "24400321"}),
    f"GET {_AGENCY}/identity-links/{{identity_link_id}}": Expected("people"),
    f"POST {_AGENCY}/identity-links/{{identity_link_id}}/confirm": Expected("people", {"subject": "24400320"}, refused=SECOND),
    f"POST {_AGENCY}/identity-links/{{identity_link_id}}/end": Expected("people", {}),
    "GET /v1/services": Expected("anything"),
    "POST /v1/services": Expected("own agency", {"name": "Therapy", "service_type": "mental_health", "countries": ["KH"]}),
    "GET /v1/services/{service_id}": Expected("service"),
    "PATCH /v1/services/{service_id}": Expected("service", {"capacity": "waitlist"}),
    # The log, events, oneself
    "GET /v1/events": Expected("own agency"),
    "GET /v1/audit/entries": Expected("own agency"),
    "GET /v1/audit/entries/{entry_id}": Expected("own agency", refused=ELSEWHERE),
    "GET /v1/audit/entries/{entry_id}/proof": Expected("own agency", refused=ELSEWHERE),
    "GET /v1/audit/export": Expected("own agency", query="?format=ndjson"),
    "GET /v1/audit/questions": Expected("nothing"),
    "GET /v1/audit/questions/{name}": Expected("own agency"),
    "GET /v1/audit/checkpoint": Expected("nothing"),
    "POST /v1/audit/cosignatures": Expected("own agency", lambda t: t["line"], query=lambda t: f"?size={t['size']}"),
    "GET /v1/audit/consistency": Expected("nothing", query="?from=1"),
    "GET /v1/cases/{case_id}/access": Expected("access"),
    "POST /v1/audit/case-refs": Expected("own agency", lambda t: {"agency_id": t["agency of police"], "case_number": "PNP-2026-0147", **_SENTENCE}, refused=ELSEWHERE),
    "GET /v1/access-matrix": Expected("nothing"),
    "GET /v1/me": Expected("nothing"),
    "DELETE /v1/sessions/current": Expected("oneself", refused=NO_SESSION),
    "DELETE /v1/sessions": Expected("oneself", refused=NO_SESSION),
    "GET /v1/sessions": Expected("oneself", refused=NO_SESSION),
    "DELETE /v1/sessions/{session_id}": Expected("session"),
    "GET /v1/me/factors": Expected("oneself", refused=NO_SESSION),
    "POST /v1/me/totp": Expected("oneself", {}, refused=A_CODE),
    "POST /v1/me/totp/confirm": Expected("oneself", {"one_time_code": "123456"}, refused={
        **dict.fromkeys(_PEOPLE, (409, "no secret waits to be confirmed")), **NO_SESSION,
    }),
    "POST /v1/me/totp/remove": Expected("oneself", {"one_time_code": "no code"}, refused=A_CODE),
    "POST /v1/me/passkeys/options": Expected("oneself", {}, refused=A_CODE),
    "POST /v1/me/passkeys": Expected("oneself", _PASSKEY, refused={**dict.fromkeys(_PEOPLE, (422, "no passkey was made for this session")), **NO_SESSION}),
    "GET /v1/me/passkeys": Expected("oneself", refused=NO_SESSION),
    "POST /v1/me/passkeys/{passkey_id}/remove": Expected("passkey", {"one_time_code": "no code"}, refused=A_CODE),
    "POST /v1/me/password": Expected("oneself", {"password": "no such password", "new_password": "heron-lantern-copper-42", "one_time_code": "no code"}, refused=A_CODE),
    "POST /v1/me/recovery-codes": Expected("oneself", {"one_time_code": "no code"}, refused=A_CODE),
}  # fmt: skip
