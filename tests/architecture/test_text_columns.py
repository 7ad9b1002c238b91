"""Every column of plain text is guarded, or is here with the reason why nobody's words get into it."""

from sqlalchemy import JSON, String

from referral_api.store import Base
from referral_api.store.columns import GuardedJson, GuardedText

LONGEST_CODE = 48
"""What `choice` keeps: a code of a closed set, checked at the door and by the rules."""

MACHINE = {
    "agencies.capabilities": "codes",
    "agencies.languages": "language tags",
    "agencies.time_zone": "a name of the zone database",
    "audit_archives.file": "a name that the service makes",
    "audit_archives.note": "a note that the service signs",
    "audit_checkpoints.note": "a note that the service signs",
    "audit_cosignatures.line": "a signature that was verified",
    "audit_cosignatures.witness": "a name from the settings",
    "audit_entries.case_ref": "an HMAC",
    "audit_entries.data_classes": "codes",
    "audit_entries.reason_code": "a code",
    "case_disclosures.basis": "a code",
    "case_disclosures.consent_state": "a code",
    "case_disclosures.data_class": "a code",
    "case_disclosures.purpose": "a code",
    "cases.case_ref": "an HMAC",
    "cases.risk_flags": "codes",
    "clients.jwks": "public keys, read by their own grammar",
    "clients.scope": "permissions",
    "members.password_hash": "a hash",
    "referrals.deadline_policy": "a name of a policy",
    "replay_keys.key": "a structured-field string, shown to nobody",
    "replay_keys.route": "a route and ids",
    "revoked_tokens.jti": "an id that the service makes",
    "services.countries": "codes",
    "services.languages": "language tags",
    "sessions.network": "the network of an address",
    "sign_in_tries.account_hash": "a keyed hash",
    "sign_in_tries.address": "an address",
}


def unguarded():
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String | JSON)
        and not isinstance(column.type, GuardedText | GuardedJson)
        and not (isinstance(column.type, String) and 0 < (column.type.length or 0) <= LONGEST_CODE)
    }


def test_every_column_of_plain_text_is_guarded_or_holds_what_a_machine_made(world):
    assert set(MACHINE) == unguarded()
