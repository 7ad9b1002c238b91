"""All addresses of this room; importing them hangs them in it."""

from referral_api.features.accounts.certificates import routes as certificates
from referral_api.features.accounts.clients import routes as clients
from referral_api.features.accounts.factors import routes as factors
from referral_api.features.accounts.federation import routes as federation
from referral_api.features.accounts.members import routes as members
from referral_api.features.accounts.oauth import routes as oauth
from referral_api.features.accounts.passkeys import routes as passkeys
from referral_api.features.accounts.room import room
from referral_api.features.accounts.sessions import routes as sessions

__all__ = ["certificates", "clients", "factors", "federation", "members", "oauth", "passkeys", "room", "sessions"]
