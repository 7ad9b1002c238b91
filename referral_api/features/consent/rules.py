"""Who may give what, and what is in force: pure decisions over words and times."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from referral_api.features.consent.states import AGREEMENTS, DUTIES, OWN_VOICE
from referral_api.kernel.errors import FieldError, Invalid

__all__ = [
    "REVIEW_WITHIN",
    "Carer",
    "SuspectDecides",
    "first_state",
    "in_force",
    "majority_of",
    "problems_of",
    "shown_state",
    "suspect_gave",
]

REVIEW_WITHIN = timedelta(hours=24)
_VITAL_INTEREST = timedelta(hours=72)
_REPORT_TO = frozenset({"police_unit", "prosecutor", "social_service_authority", "hotline", "national_central_bureau"})

Carer = Mapping[str, Any]


class SuspectDecides(Invalid):
    """A caregiver who is suspected would give or withdraw: answered as a bad field, and kept by the log as a refusal."""

    outcome = "refused"


def in_force(state: str, valid_from: datetime, valid_until: datetime | None, now: datetime) -> bool:
    """Active, and within its time, whatever a sweeper has done yet."""
    return (
        state in ("active", "withdrawal_requested") and valid_from <= now and (valid_until is None or now < valid_until)
    )


def shown_state(state: str, valid_until: datetime | None, now: datetime) -> str:
    """The state as it is at this moment: what has run out is expired."""
    over = valid_until is not None and now >= valid_until
    return "expired" if over and state in ("active", "withdrawal_requested", "pending_approval") else state


def majority_of(identity: Mapping[str, Any]) -> datetime | None:
    """When the child comes of age, at 18 (CRC art. 1). An estimated birth date counts as the earliest day of its year, so that own rights come early."""
    text = identity.get("date_of_birth")
    if not text:
        return None
    born = date.fromisoformat(text)
    if identity.get("date_of_birth_estimated"):
        born = born.replace(month=1, day=1)
    try:
        day = born.replace(year=born.year + 18)
    except ValueError:
        day = date(born.year + 18, 3, 1)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def first_state(consent: Mapping[str, Any], carers: Sequence[Carer]) -> str:
    """Where a consent begins its life: active, waiting for a second person, or refused because the child disagrees."""
    if consent["basis"] == "best_interests_documented":
        return "pending_approval"
    if consent["basis"] in DUTIES:
        return "active"
    if (consent.get("child_view") or {}).get("agrees") is False:
        return "refused"
    # A guardian who is not named need not be on file, so their involvement is not known to be unknown.
    named = [carer for carer in carers if carer.get("id") == consent.get("given_by_caregiver_id")]
    cleared = all(carer.get("suspected_involved") == "no" for carer in named)
    return "active" if cleared else "pending_approval"


def suspect_gave(consent: Mapping[str, Any], carers: Sequence[Carer]) -> bool:
    """Whether somebody who is suspected now may be the giver: then nobody makes this agreement act."""
    return consent["basis"] in AGREEMENTS and any(
        carer.get("suspected_involved") == "yes" for carer in _givers(consent, carers)
    )


def _givers(consent: Mapping[str, Any], carers: Sequence[Carer]) -> list[Carer]:
    """The caregivers on file who may be the giver: the one who is named; unnamed, each who could sign as guardian."""
    if consent.get("given_by") not in ("caregiver", "legal_guardian"):
        return []
    named = consent.get("given_by_caregiver_id")
    if named is not None:
        return [carer for carer in carers if carer.get("id") == named]
    return [carer for carer in carers if carer.get("legal_authority") is not False]


def problems_of(
    consent: Mapping[str, Any],
    *,
    carers: Sequence[Carer],
    identity: Mapping[str, Any],
    recipient_types: Mapping[Any, str],
    owner: Any,
    now: datetime,
) -> Iterator[FieldError]:
    """Everything that keeps this consent from being recorded."""
    agreement = consent["basis"] in AGREEMENTS
    yield from _basis_problems(consent, agreement)
    if agreement:
        yield from _giver_problems(consent, carers)
    yield from _time_problems(consent, identity, agreement, now)
    for line, grant in enumerate(consent["grants"]):
        if agreement and "investigation" in grant["data_classes"]:
            yield FieldError(
                f"/grants/{line}/data_classes",
                "not-by-agreement",
                "Investigation data is not opened by agreement, only by a duty.",
            )
        for index, recipient in enumerate(grant["recipients"]):
            pointer = f"/grants/{line}/recipients/{index}"
            if recipient not in recipient_types:
                yield FieldError(pointer, "not-found", "There is no such thing.")
            elif recipient == owner:
                yield FieldError(pointer, "owner", "The owner needs no consent to read its own case.")
            elif (
                consent["basis"] in ("mandatory_reporting", "statutory_task")
                and recipient_types[recipient] not in _REPORT_TO
            ):
                yield FieldError(
                    pointer,
                    "recipient-type",
                    "This duty reports to police, prosecutors, child-protection authorities, hotlines and national bureaus only.",
                )


def _basis_problems(consent: Mapping[str, Any], agreement: bool) -> Iterator[FieldError]:
    if not agreement and not consent.get("legal_reference"):
        yield FieldError(
            "/legal_reference", "required", "A duty names the law, the order or the finding on which it rests."
        )
    if agreement and not consent.get("given_by"):
        yield FieldError("/given_by", "required", "Say who agreed.")
    if agreement and consent.get("explained_limits") is not True:
        yield FieldError(
            "/explained_limits",
            "required",
            "The limits are explained before anybody agrees: what a report or an order would do whatever is agreed.",
        )
    if agreement and not consent.get("child_view"):
        yield FieldError("/child_view", "required", "The child's own view is recorded apart.")


def _giver_problems(consent: Mapping[str, Any], carers: Sequence[Carer]) -> Iterator[FieldError]:
    named = consent.get("given_by_caregiver_id")
    given_by = consent.get("given_by")
    if given_by == "child" and not consent.get("maturity"):
        yield FieldError("/maturity", "required", "A child gives consent alone only with a finding of maturity.")
    if named is not None and not any(carer.get("id") == named for carer in carers):
        yield FieldError("/given_by_caregiver_id", "not-found", "There is no such thing.")
    if given_by == "caregiver" and carers and named is None:
        yield FieldError("/given_by_caregiver_id", "required", "Name which of the caregivers on file agreed.")
    if suspect_gave(consent, carers):
        yield FieldError(
            "/given_by_caregiver_id",
            "suspected",
            "A caregiver who is suspected can neither give nor withdraw consent. If another gave it, name which.",
        )


def _time_problems(
    consent: Mapping[str, Any], identity: Mapping[str, Any], agreement: bool, now: datetime
) -> Iterator[FieldError]:
    start, end = consent["valid_from"], consent.get("valid_until")
    if end is not None and end <= start:
        yield FieldError("/valid_until", "order", "It ends before it begins.")
        return
    if end is not None and end <= now:
        yield FieldError("/valid_until", "past", "It is over already.")
    if consent["basis"] == "vital_interest" and (end is None or end - start > _VITAL_INTEREST):
        yield FieldError("/valid_until", "too-long", "A vital interest carries for 72 hours at most.")
    majority = majority_of(identity)
    if (
        agreement
        and consent.get("given_by") not in OWN_VOICE
        and majority is not None
        and (end is None or end > majority)
    ):
        yield FieldError("/valid_until", "majority", "Nobody else's consent outlives the child's majority.")
