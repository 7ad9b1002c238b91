"""The rooms, one folder each; a room may import those to its right, never the reverse:

oversight  withdrawal  referrals  consent  cases  directory  accounts  agencies
"""

from referral_api.features.accounts.routes import room as accounts
from referral_api.features.agencies.routes import room as agencies
from referral_api.features.cases.routes import room as cases
from referral_api.features.consent.routes import room as consent
from referral_api.features.directory.routes import room as directory
from referral_api.features.oversight.routes import room as oversight
from referral_api.features.referrals.routes import room as referrals
from referral_api.features.withdrawal.routes import room as withdrawal

ROOMS = (agencies, accounts, directory, cases, consent, referrals, withdrawal, oversight)
