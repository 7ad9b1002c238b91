"""What decides about a referral: pure functions over words."""

import base64
import secrets
from collections.abc import Collection
from datetime import datetime

from referral_api.features.consent.rules import in_force, shown_state
from referral_api.features.consent.states import AGREEMENTS
from referral_api.kernel.errors import ConsentEnded, ConsentMissing, FieldError

__all__ = [
    "NO_RECEIVERS", "REPORT_RECEIVERS", "REPORT_REDIRECTS", "consent_carries", "receipt_number", "report_needs_duty",
]  # fmt: skip

REPORT_RECEIVERS = frozenset(
    {"police_unit", "prosecutor", "social_service_authority", "national_central_bureau", "hotline"}
)
NO_RECEIVERS = frozenset({"oversight"})
"""Types of agency that work with no child, so nothing is referred to them."""
REPORT_REDIRECTS = frozenset({"wrong_recipient", "outside_area"})


def consent_carries(
    state: str | None,
    valid_from: datetime | None,
    valid_until: datetime | None,
    recipients: Collection[object],
    receiver: object,
    now: datetime,
) -> None:
    """Sending, accepting and resuming need a consent of this case, in force, with a grant that names the receiver."""
    if state is None or valid_from is None:
        raise ConsentMissing("No consent of this case is named.", reason="consent_missing")
    if shown_state(state, valid_until, now) in ("withdrawn", "ended", "refused", "expired"):
        raise ConsentEnded("The consent on which this rests is over.", reason="consent_ended")
    if not in_force(state, valid_from, valid_until, now):
        raise ConsentMissing("The consent is not in force yet.", reason="consent_missing")
    if receiver not in recipients:
        raise ConsentMissing("The consent does not name the receiving agency.", reason="consent_missing")


def report_needs_duty(referral_kind: str, basis: str) -> FieldError | None:
    """What is wrong if a protection report would rest on an agreement: it is a duty, and nobody's to withdraw."""
    if referral_kind == "protection_report" and basis in AGREEMENTS:
        return FieldError("/consent_id", "basis", "A protection report rests on a duty.")
    return None


def receipt_number(now: datetime) -> str:
    """What a reporter is given to refer to a report: the year and 40 random bits, in letters that can be read aloud."""
    return f"PR-{now.year}-{base64.b32encode(secrets.token_bytes(5)).decode()}"
