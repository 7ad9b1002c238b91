"""Passkeys (WebAuthn level 2): what a browser is asked for, and whether what it brings back proves anything.

The relying party is this service at its public address; a passkey of another address is worth nothing here, which is why it cannot be
phished. The authenticator must have verified its user (a finger, a face, a PIN), so that a passkey is two factors in one. Where it was
made is not asked (attestation `none`): no choice of makers would help here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
    parse_attestation_object,
    parse_client_data_json,
)
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from referral_api.guard.signatures import starts_a_file
from referral_api.identity import base64url

__all__ = [
    "CHALLENGE_SIZE",
    "HANDLE_SIZE",
    "LONGEST_ID",
    "Assertion",
    "Attestation",
    "InvalidPasskey",
    "Registered",
    "RelyingParty",
    "read_challenge",
]

CHALLENGE_SIZE: Final = 32
"""Bytes; 16 are the least (WebAuthn, 13.4.3)."""
HANDLE_SIZE: Final = 64
"""Bytes of the user handle, the most there may be; random, so that it says nothing of its member (14.6.1)."""
LONGEST_ID: Final = 255
"""Bytes of a credential's id. 1023 are allowed (5.1); what authenticators give out has 16 to 250, and who asks for options is shown it."""
_SECONDS: Final = 300
_FORMATS: Final = (AttestationFormat.NONE, AttestationFormat.PACKED)
"""Asked for none, a browser lets no other through but an authenticator's own signature (5.1.3, step 20)."""


class InvalidPasskey(Exception):
    """What came back proves nothing: whatever was wrong, the caller is told the same."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """A browser's `RegistrationResponseJSON`: what counts of it, still in base64url."""

    id: str
    client_data: str
    attestation: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """A browser's `AuthenticationResponseJSON`: what counts of it, still in base64url."""

    id: str
    client_data: str
    authenticator_data: str
    signature: str
    user_handle: str | None


@dataclass(frozen=True, slots=True)
class Registered:
    """A new passkey: its public key (COSE) and how often it says that it was used."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This service, as authenticators know it: the host they bind a passkey to, and the origin that a browser vouches for."""

    id: str
    origin: str

    @classmethod
    def at(cls, public_url: str) -> Self:
        where = urlsplit(public_url)
        usual = {"https": ":443", "http": ":80"}[where.scheme]
        return cls(where.hostname or "", f"{where.scheme}://{where.netloc.lower().removesuffix(usual)}")

    def creation_options(
        self, *, challenge: bytes, handle: bytes, username: str, held: Iterable[bytes]
    ) -> dict[str, Any]:
        """What `PublicKeyCredential.parseCreationOptionsFromJSON` takes; no authenticator makes a second passkey beside one that is held."""
        options = generate_registration_options(
            rp_id=self.id,
            rp_name=self.id,
            user_id=handle,
            user_name=username,
            challenge=challenge,
            timeout=_SECONDS * 1_000,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in held],
        )
        return options_to_json_dict(options)

    def request_options(self, *, challenge: bytes, allowed: Iterable[bytes]) -> dict[str, Any]:
        """What `PublicKeyCredential.parseRequestOptionsFromJSON` takes; with nothing allowed, any discoverable passkey of this service will do."""
        options = generate_authentication_options(
            rp_id=self.id,
            challenge=challenge,
            timeout=_SECONDS * 1_000,
            allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in allowed],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json_dict(options)

    def register(self, said: Attestation, *, challenge: bytes) -> Registered:
        """The passkey that was made for this challenge (7.1); InvalidPasskey if none was, or its key is none that can be checked later."""
        # What it is made of is the caller's, and its parsers fail in many ways.
        try:
            attestation = base64url.decode(said.attestation)
            if parse_attestation_object(attestation).fmt not in _FORMATS:
                raise InvalidPasskey
            credential_id = base64url.decode(said.id)
            found = verify_registration_response(
                credential=RegistrationCredential(
                    id=said.id,
                    raw_id=credential_id,
                    response=AuthenticatorAttestationResponse(base64url.decode(said.client_data), attestation),
                ),
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
                require_user_verification=True,
            )
            decoded_public_key_to_cryptography(decode_credential_public_key(found.credential_public_key))
        except Exception as error:
            raise InvalidPasskey from error
        if found.credential_id != credential_id or len(credential_id) > LONGEST_ID or starts_a_file(credential_id):
            raise InvalidPasskey
        return Registered(credential_id, found.credential_public_key, found.sign_count)

    def verify(self, said: Assertion, *, challenge: bytes, public_key: bytes) -> int:
        """How often the passkey says it was used, once its signature over this challenge is verified (7.2); InvalidPasskey if it is not.

        Whether that number went back is the caller's to judge: before the signature is checked it says nothing.
        """
        try:
            found = verify_authentication_response(
                credential=AuthenticationCredential(
                    id=said.id,
                    raw_id=base64url.decode(said.id),
                    response=AuthenticatorAssertionResponse(
                        base64url.decode(said.client_data),
                        base64url.decode(said.authenticator_data),
                        base64url.decode(said.signature),
                    ),
                ),
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
                credential_public_key=public_key,
                credential_current_sign_count=-1,
                require_user_verification=True,
            )
        except Exception as error:
            raise InvalidPasskey from error
        return found.new_sign_count


def read_challenge(client_data: str) -> bytes:
    """The challenge that this answer says it is for; empty if it says none."""
    try:
        return parse_client_data_json(base64url.decode(client_data)).challenge
    except Exception:
        return b""
