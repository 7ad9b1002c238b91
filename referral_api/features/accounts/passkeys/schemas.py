"""Passkeys as JSON, in and out, in the words of WebAuthn (`RegistrationResponseJSON` and its kin), so that a browser's objects pass as they are."""

from typing import Any

from marshmallow import EXCLUDE

from referral_api.api.fields import Body, Code, Codes, Flag, Id, Machine, Moment, Nested, Text, Whole, many
from referral_api.features.accounts.factors.schemas import EnrolledOut
from referral_api.features.accounts.passkeys.commands import Enrolled
from referral_api.features.accounts.passkeys.models import MOST
from referral_api.features.accounts.sessions.schemas import one_time_code, signed_in_out
from referral_api.identity.passkeys import LONGEST_ID, Assertion, Attestation
from referral_api.kernel import clock, ids

__all__ = [
    "AskForPasskey",
    "CreationOptionsOut",
    "OpenWithPasskey",
    "PasskeyOut",
    "PreparePasskey",
    "RegisterPasskey",
    "RegisteredOut",
    "RemovePasskey",
    "RequestOptionsOut",
    "assertion_in",
    "attestation_in",
    "passkey_out",
    "registered_out",
]

_TRANSPORTS = ("ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb")
_ID = LONGEST_ID * 4 // 3
"""The longest id of a credential in base64url."""


def _bytes(maximum: int, json_name: str | None = None, **more: Any) -> Machine:
    return Machine(maximum, data_key=json_name, **more)


def _public_key(**more: Any) -> Code:
    return Code(among=("public-key",), **more)


class PreparePasskey(Body):
    one_time_code = one_time_code()


class RemovePasskey(Body):
    one_time_code = one_time_code(required=True)


class AskForPasskey(Body):
    username = Machine(
        64,
        metadata={"description": "For a passkey that its authenticator cannot find by itself.", "example": "amina.k"},
    )


class ClientExtensionResults(Body):
    """What extensions brought. None is asked for, and nothing in it is signed: it is not looked at."""

    class Meta:
        unknown = EXCLUDE


class AttestationResponse(Body):
    client_data = _bytes(4_000, "clientDataJSON", required=True)
    attestation = _bytes(16_000, "attestationObject", required=True)
    transports = Codes(among=_TRANSPORTS)
    authenticator_data = _bytes(8_000, "authenticatorData")
    public_key = _bytes(4_000, "publicKey", allow_none=True)
    public_key_algorithm = Whole(-65_536, 65_536, data_key="publicKeyAlgorithm")


class AssertionResponse(Body):
    client_data = _bytes(4_000, "clientDataJSON", required=True)
    authenticator_data = _bytes(4_000, "authenticatorData", required=True)
    signature = _bytes(2_000, required=True)
    user_handle = _bytes(88, "userHandle", allow_none=True)
    attestation = _bytes(16_000, "attestationObject", allow_none=True)


class _Credential(Body):
    id = _bytes(_ID, required=True)
    raw_id = _bytes(_ID, "rawId")
    type = _public_key(required=True)
    authenticator_attachment = Code(
        among=("platform", "cross-platform"), data_key="authenticatorAttachment", allow_none=True
    )
    client_extension_results = Nested(ClientExtensionResults, data_key="clientExtensionResults")


class NewCredential(_Credential):
    """What `navigator.credentials.create` gave, by its `toJSON`."""

    response = Nested(AttestationResponse, required=True)


class UsedCredential(_Credential):
    """What `navigator.credentials.get` gave, by its `toJSON`."""

    response = Nested(AssertionResponse, required=True)


class RegisterPasskey(Body):
    name = Text(
        64, required=True, metadata={"description": "For oneself, to know it again.", "example": "Office phone"}
    )
    credential = Nested(NewCredential, required=True)


class OpenWithPasskey(Body):
    credential = Nested(UsedCredential, required=True)


class DescriptorOut(Body):
    id = _bytes(_ID)
    type = _public_key()


class RelyingPartyOut(Body):
    id = Machine(253, metadata={"description": "The host of this service.", "example": "referrals.example.org"})
    name = Machine(253)


class UserOut(Body):
    id = _bytes(88, metadata={"description": "Random; it says nothing of its member."})
    name = Machine(64)
    display_name = Machine(64, data_key="displayName")


class AlgorithmOut(Body):
    type = _public_key()
    alg = Whole(-65_536, 65_536, metadata={"description": "Of the COSE registry.", "example": -7})


class SelectionOut(Body):
    resident_key = Code(among=("preferred",), data_key="residentKey")
    require_resident_key = Flag(data_key="requireResidentKey")
    user_verification = Code(among=("required",), data_key="userVerification")


class CreationOptionsOut(Body):
    """For `PublicKeyCredential.parseCreationOptionsFromJSON`."""

    rp = Nested(RelyingPartyOut)
    user = Nested(UserOut)
    challenge = _bytes(64)
    pub_key_cred_params = many(Nested(AlgorithmOut), data_key="pubKeyCredParams")
    timeout = Whole(0, 600_000, metadata={"description": "Milliseconds.", "example": 300_000})
    exclude_credentials = many(Nested(DescriptorOut), maximum=MOST, data_key="excludeCredentials")
    authenticator_selection = Nested(SelectionOut, data_key="authenticatorSelection")
    attestation = Code(among=("none",))


class RequestOptionsOut(Body):
    """For `PublicKeyCredential.parseRequestOptionsFromJSON`."""

    challenge = _bytes(64)
    timeout = Whole(0, 600_000, metadata={"description": "Milliseconds.", "example": 300_000})
    rp_id = Machine(253, data_key="rpId")
    allow_credentials = many(Nested(DescriptorOut), maximum=MOST, data_key="allowCredentials")
    user_verification = Code(among=("required",), data_key="userVerification")


class PasskeyOut(Body):
    id = Id("passkey")
    name = Text(64)
    registered_at = Moment()
    last_used_at = Moment(allow_none=True)


class RegisteredOut(PasskeyOut, EnrolledOut):
    """The passkey; and as one's first factor new tokens, since every session has ended, and the recovery codes."""

    sometimes = tuple(EnrolledOut().fields)


def attestation_in(body: dict[str, Any]) -> Attestation:
    response = body["response"]
    return Attestation(body["id"], response["client_data"], response["attestation"])


def assertion_in(body: dict[str, Any]) -> Assertion:
    response = body["response"]
    return Assertion(
        body["id"],
        response["client_data"],
        response["authenticator_data"],
        response["signature"],
        response.get("user_handle"),
    )


def passkey_out(passkey: Any) -> dict[str, Any]:
    used = passkey.last_used_at
    return {
        "id": ids.show("passkey", passkey.id),
        "name": passkey.name,
        "registered_at": clock.show(passkey.registered_at),
        "last_used_at": clock.show(used) if used else None,
    }


def registered_out(enrolled: Enrolled) -> dict[str, Any]:
    shown = passkey_out(enrolled.passkey)
    if enrolled.signed_in is None:
        return shown
    return {**shown, **signed_in_out(enrolled.signed_in), "recovery_codes": list(enrolled.recovery_codes)}
