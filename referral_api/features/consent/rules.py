"""Who may give what, and what is in force: pure decisions over words and times."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from referral_api.features.consent.states import AGREEMENTS, DUTIES, OWN_VOICE
from referral_api.kernel.actor import purposes_of
from referral_api.kernel.errors import FieldError, Invalid
from referral_api.kernel.words import Role

__all__ = [
    "REVIEW_WITHIN",
    "Carer",
    "SuspectDecides",
    "first_state",
    "givers",
    "in_force",
    "majority_of",
    "problems_of",
    "shown_state",
    "suspect_gave",
]

REVIEW_WITHIN = timedelta(hours=24)
_VITAL_INTEREST = timedelta(hours=72)
_MAJORITY = 18
_LEGAL_AGE = 14
"""The youngest age at which a law that we know lets somebody decide alone about a service, by age and nothing else (policy default-1)."""
_KEPT_FROM = frozenset({"no", "not_safe"})
_CARERS = frozenset({"caregiver", "legal_guardian"})
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
    """When the child comes of age, at 18 (CRC art. 1)."""
    return _birthday(identity, _MAJORITY)


def _birthday(identity: Mapping[str, Any], years: int) -> datetime | None:
    """When the child becomes so old. An estimated birth date counts as the earliest day of its year, so that own rights come early."""
    text = identity.get("date_of_birth")
    if not text:
        return None
    born = date.fromisoformat(text)
    if identity.get("date_of_birth_estimated"):
        born = born.replace(month=1, day=1)
    try:
        day = born.replace(year=born.year + years)
    except ValueError:
        day = date(born.year + years, 3, 1)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def first_state(consent: Mapping[str, Any], carers: Sequence[Carer]) -> str:
    """Where a consent begins its life: active, waiting for a second person, or refused because the child disagrees."""
    if consent["basis"] == "best_interests_documented":
        return "pending_approval"
    if consent["basis"] in DUTIES:
        return "active"
    if (consent.get("child_view") or {}).get("agrees") is False:
        return "refused"
    cleared = all(carer.get("suspected_involved") == "no" for carer in givers(consent, carers))
    return "active" if cleared else "pending_approval"


def suspect_gave(consent: Mapping[str, Any], carers: Sequence[Carer]) -> bool:
    """Whether somebody who is suspected now may be the giver: then nobody makes this agreement act."""
    return consent["basis"] in AGREEMENTS and any(
        carer.get("suspected_involved") == "yes" for carer in givers(consent, carers)
    )


def givers(consent: Mapping[str, Any], carers: Sequence[Carer]) -> list[Carer]:
    """The caregivers on file who may have spoken: the one who is named, whatever they are called; unnamed, each who may be the guardian.

    That is whoever has authority, or may have it; where nobody has, whoever there is. Whoever is kept from knowing was not asked, so a
    guardian who agreed is somebody else; but that is never taken for granted of one who is suspected.
    """
    named = consent.get("given_by_caregiver_id")
    if named is not None:
        return [carer for carer in carers if carer.get("id") == named]
    if consent.get("given_by") not in _CARERS:
        return []
    able = [carer for carer in carers if carer.get("legal_authority") is not False] or carers
    return [c for c in able if c.get("suspected_involved") == "yes" or c.get("informed") not in _KEPT_FROM]


def problems_of(
    consent: Mapping[str, Any],
    *,
    carers: Sequence[Carer],
    identity: Mapping[str, Any],
    age_band: str,
    recipient_types: Mapping[Any, str],
    owner: Any,
    now: datetime,
) -> Iterator[FieldError]:
    """Everything that keeps this consent from being recorded."""
    agreement = consent["basis"] in AGREEMENTS
    yield from _basis_problems(consent, agreement)
    if agreement:
        yield from _view_problems(consent)
        yield from _giver_problems(consent, carers)
        yield from _age_problems(consent, identity, age_band, now)
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
            elif not set(grant["purposes"]) & set(purposes_of(recipient_types[recipient], (Role.CASEWORKER,))):
                yield FieldError(pointer, "purpose", "An agency of this type works for none of these purposes.")


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


def _view_problems(consent: Mapping[str, Any]) -> Iterator[FieldError]:
    """What the child thinks is said if the child was asked, and only then; assent is the child's own yes."""
    view = consent.get("child_view")
    if not view:
        return
    asked, agrees = view.get("asked") == "yes", view.get("agrees")
    if asked and agrees is None:
        yield FieldError("/child_view/agrees", "required", "The child was asked: say whether the child agrees.")
    if not asked and agrees is not None:
        yield FieldError("/child_view/agrees", "not-asked", "A child who was not asked neither agrees nor disagrees.")
    if not asked and consent["basis"] == "assent_and_guardian_consent":
        yield FieldError(
            "/child_view/asked", "assent", "Assent is the child's own: a child who was not asked gave none."
        )


def _giver_problems(consent: Mapping[str, Any], carers: Sequence[Carer]) -> Iterator[FieldError]:
    named = consent.get("given_by_caregiver_id")
    given_by = consent.get("given_by")
    if consent["basis"] == "assent_and_guardian_consent" and given_by in OWN_VOICE:
        yield FieldError("/given_by", "assent", "Beside the child's assent somebody else agrees: say who.")
    if named is not None and not any(carer.get("id") == named for carer in carers):
        yield FieldError("/given_by_caregiver_id", "not-found", "There is no such thing.")
    elif named is not None and given_by in (*OWN_VOICE, "court"):
        yield FieldError("/given_by_caregiver_id", "giver", "Who is named here is not who agreed.")
    if given_by == "caregiver" and carers and named is None:
        yield FieldError("/given_by_caregiver_id", "required", "Name which of the caregivers on file agreed.")
    if suspect_gave(consent, carers):
        yield FieldError(
            "/given_by_caregiver_id",
            "suspected",
            "A caregiver who is suspected can neither give nor withdraw consent. If another gave it, name which.",
        )


def _age_problems(
    consent: Mapping[str, Any], identity: Mapping[str, Any], age_band: str, now: datetime
) -> Iterator[FieldError]:
    """A child decides alone with a finding of maturity, an adult without one."""
    maturity, of_age = consent.get("maturity"), majority_of(identity)
    adult = consent.get("given_by") == "survivor" and (now >= of_age if of_age else age_band == "18+")
    if consent.get("given_by") in OWN_VOICE and not maturity and not adult:
        yield FieldError("/maturity", "required", "A child gives consent alone only with a finding of maturity.")
    old_enough = _birthday(identity, _LEGAL_AGE)
    young = now < old_enough if old_enough else age_band in ("0-4", "5-9")
    if maturity == "legal_age_reached" and young:
        yield FieldError("/maturity", "age", "By the birth date the child is younger than that.")


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
