"""Second factors as JSON, in and out."""

from typing import Any

from referral_api.api.fields import Body, Machine, Moment, Whole, many
from referral_api.features.accounts.factors.codes import RECOVERY_CODES
from referral_api.features.accounts.factors.commands import Prepared
from referral_api.features.accounts.factors.queries import Factors
from referral_api.features.accounts.passkeys.models import MOST
from referral_api.features.accounts.sessions.schemas import SignedInOut, one_time_code
from referral_api.kernel import clock

__all__ = [
    "ConfirmTotp",
    "EnrolledOut",
    "FactorsOut",
    "PrepareTotp",
    "PreparedOut",
    "ProveCode",
    "RecoveryCodesOut",
    "factors_out",
    "prepared_out",
]


class PrepareTotp(Body):
    one_time_code = one_time_code()


class ConfirmTotp(Body):
    one_time_code = Machine(
        12, required=True, metadata={"description": "The first code of the new app.", "example": "123456"}
    )


class ProveCode(Body):
    one_time_code = one_time_code(required=True)


class ChangePassword(ProveCode):
    password = Machine(512, required=True, metadata={"description": "The one until now."})
    new_password = Machine(512, required=True, metadata={"description": "15 to 128 characters."})


class PreparedOut(Body):
    secret = Machine(
        64,
        metadata={"description": "For the app, in base32; shown once.", "example": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"},
    )
    otpauth_uri = Machine(500, metadata={"description": "The same as an address, for a QR code that the client draws."})
    expires_at = Moment(metadata={"description": "Until then its first code must have come."})


class RecoveryCodesOut(Body):
    recovery_codes = many(
        Machine(40, metadata={"example": "k3fq-7wzt-b5ha-x2mn-q6dv-j4ue-2rcp"}),
        maximum=RECOVERY_CODES,
        metadata={"description": "Shown once; each signs in once in the place of a one-time code."},
    )


class EnrolledOut(SignedInOut, RecoveryCodesOut):
    """New tokens, since every session has ended, and the recovery codes."""


class FactorsOut(Body):
    totp_enrolled_at = Moment(allow_none=True)
    passkeys = Whole(0, MOST, metadata={"description": "How many; `GET /v1/me/passkeys` lists them.", "example": 1})
    recovery_codes_left = Whole(0, RECOVERY_CODES)


def prepared_out(prepared: Prepared) -> dict[str, Any]:
    return {
        "secret": prepared.secret,
        "otpauth_uri": prepared.otpauth_uri,
        "expires_at": clock.show(prepared.expires_at),
    }


def factors_out(factors: Factors) -> dict[str, Any]:
    enrolled = factors.totp_enrolled_at
    return {
        "totp_enrolled_at": clock.show(enrolled) if enrolled else None,
        "passkeys": factors.passkeys,
        "recovery_codes_left": factors.recovery_codes_left,
    }
