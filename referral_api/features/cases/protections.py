"""What protects the child in a case is the owner's alone to take back: another party that is shown a class adds to it what it learned."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["taken_back"]

_NAMES = ("given_names", "family_names", "preferred_name")
_CAREFUL: Mapping[str, tuple[Any, ...]] = {
    "suspected_involved": ("yes",),
    "informed": ("no", "not_safe"),
    "legal_authority": (False,),
}
"""What a party may say of a caregiver of whom it was not known: the careful side alone."""

Content = Mapping[str, Any]


def taken_back(before: Mapping[str, Content], after: Mapping[str, Content]) -> list[str]:
    """Where a change (data class -> content) undoes a protection, as JSON Pointers."""
    found: list[str] = []
    if "identity" in after:
        found += [f"identity/{name}" for name in _who(before.get("identity", {}), after["identity"])]
    if "contact" in after and before.get("contact", {}).get("protected_location"):
        found += [] if after["contact"].get("protected_location") else ["contact/protected_location"]
    if "family" in after:
        found += [f"family/caregivers{at}" for at in _carers(before.get("family", {}), after["family"])]
    return [f"/subject/{each}" for each in found]


def _who(before: Content, after: Content) -> Iterator[str]:
    """A name that is taken away, and a birth year once it is known: it decides who speaks for the child, and until when."""
    yield from (name for name in _NAMES if before.get(name) and not after.get(name))
    if born := before.get("date_of_birth"):
        if not (after.get("date_of_birth") or "").startswith(born[:4]):
            yield "date_of_birth"
        if bool(before.get("date_of_birth_estimated")) != bool(after.get("date_of_birth_estimated")):
            yield "date_of_birth_estimated"


def _carers(before: Content, after: Content) -> Iterator[str]:
    """Nobody on file goes or loses their name, no flag turns, and whoever is added is not cleared by whoever added them."""
    known: dict[str, Content] = {carer["id"]: carer for carer in before.get("caregivers") or ()}
    now: Sequence[Content] = after.get("caregivers") or ()
    if known.keys() - {carer["id"] for carer in now}:
        yield ""
    for index, carer in enumerate(now):
        old = known.get(carer["id"])
        if old is None:
            yield from [f"/{index}/suspected_involved"] if carer.get("suspected_involved") == "no" else []
            continue
        yield from [f"/{index}/name"] if old.get("name") and not carer.get("name") else []
        for name, careful in _CAREFUL.items():
            unsaid = old.get(name) in (None, "unknown")
            if old.get(name) != carer.get(name) and not (unsaid and carer.get(name) in careful):
                yield f"/{index}/{name}"
