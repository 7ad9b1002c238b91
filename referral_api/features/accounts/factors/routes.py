"""The addresses of one's own second factors."""

from referral_api.access import Permission
from referral_api.api.rooms import Call, Reply
from referral_api.features.accounts.factors import commands, password, queries, schemas
from referral_api.features.accounts.room import room
from referral_api.features.accounts.sessions.schemas import signed_in_out

__all__ = ["room"]


@room.get(
    "/v1/me/factors",
    permission=Permission.FACTOR_READ,
    answer=schemas.FactorsOut,
    before_factor=True,
    problems=("not-found",),
)
def show_factors(call: Call) -> Reply:
    """Say with what I sign in beside the password."""
    return Reply(schemas.factors_out(queries.read_factors(call.actor)))


@room.post(
    "/v1/me/totp",
    permission=Permission.FACTOR_PREPARE,
    body=schemas.PrepareTotp,
    answer=schemas.PreparedOut,
    before_factor=True,
    problems=("not-found",),
)
def prepare_totp(call: Call) -> Reply:
    """Make a secret for my authenticator app; it counts once its first code has come.

    Whoever has a factor already sends a one-time code, or a recovery code.
    """
    return Reply(schemas.prepared_out(commands.prepare_totp(call.actor, **call.body)))


@room.post(
    "/v1/me/totp/confirm",
    permission=Permission.FACTOR_ENROLL,
    body=schemas.ConfirmTotp,
    answer=schemas.EnrolledOut,
    before_factor=True,
    problems=("not-found", "illegal-step"),
)
def confirm_totp(call: Call) -> Reply:
    """Enrol my authenticator app by its first code: all sessions end, and a new one begins."""
    signed_in, codes = commands.confirm_totp(call.actor, **call.body)
    return Reply({**signed_in_out(signed_in), "recovery_codes": codes})


@room.post(
    "/v1/me/totp/remove",
    permission=Permission.FACTOR_REMOVE,
    body=schemas.ProveCode,
    status=204,
    problems=("not-found",),
)
def remove_totp(call: Call) -> Reply:
    """Give up my authenticator app and the recovery codes; all sessions end."""
    commands.remove_totp(call.actor, **call.body)
    return Reply(None)


@room.post(
    "/v1/me/password",
    permission=Permission.PASSWORD_CHANGE,
    body=schemas.ChangePassword,
    status=204,
    problems=("not-found",),
)
def change_password(call: Call) -> Reply:
    """Choose another password; all sessions end."""
    password.change_password(call.actor, **call.body)
    return Reply(None)


@room.post(
    "/v1/me/recovery-codes",
    permission=Permission.RECOVERY_RENEW,
    body=schemas.ProveCode,
    answer=schemas.RecoveryCodesOut,
    problems=("not-found",),
)
def renew_recovery_codes(call: Call) -> Reply:
    """Get ten new recovery codes in the place of the old ones."""
    return Reply({"recovery_codes": commands.renew_recovery_codes(call.actor, **call.body)})
