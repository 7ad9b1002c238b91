"""Entries of acts that the service itself would never allow: what a question must find if they happened all the same."""

from typing import Any

from referral_api.audit import Entry, append
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor, Request
from referral_api.store.session import only_here, session
from referral_api.work import case_ref
from tests.world import World


def happened(
    world: World,
    who: str,
    action: str,
    *,
    case: dict[str, Any] | None = None,
    about: tuple[str, str] | None = None,
    consent: dict[str, Any] | None = None,
    **said: Any,
) -> str:
    """Write that `who` did this now, and commit it. Returns the entry's id."""
    case_id = ids.read("case", case["id"]) if case else None
    kind, shown = about or ("case", case["id"] if case else "")
    request = Request(id="forged", now=world.clock())
    actor = Actor("member", _id("member", world.ids[who]), _id("agency", world.ids[who.split(".")[0]]), request)
    with world.app.app_context():
        entry = Entry(
            action=action,
            subject_type=kind,
            subject_id=ids.read(kind, shown),
            case_ref=case_ref(case_id) if case_id else None,
            consent_id=_id("consent", consent["id"]) if consent else None,
            **said,
        )
        current = session()
        with only_here(current):
            entry_id = append(current, actor, entry)
            current.commit()
    return ids.show("entry", entry_id)


def _id(kind: str, text: str) -> Any:
    found = ids.read(kind, text)
    assert found is not None
    return found
