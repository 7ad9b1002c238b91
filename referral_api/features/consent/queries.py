"""Finding and reading consents."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from referral_api import vault, work
from referral_api.access import Permission
from referral_api.features.cases.models import case_disclosures
from referral_api.features.cases.queries import CaseFile, find_case
from referral_api.features.consent.models import Consent, ConsentGrant
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import NotFound
from referral_api.kernel.words import Relation
from referral_api.store import session
from referral_api.store.pages import Page, page_of
from referral_api.vault import Place
from referral_api.work import disclose

__all__ = [
    "ConsentView",
    "details_place",
    "find_consent",
    "grants_of",
    "list_consents",
    "lock_consent",
    "read_consent",
    "view_consent",
]


@dataclass(slots=True)
class ConsentView:
    """A consent as one viewer is shown it: the owner all, a receiver its validity, restrictions and the grants to itself."""

    consent: Consent
    details: dict[str, Any]
    grants: list[dict[str, Any]]

    def etag(self, actor: Actor) -> str:
        return work.etag(actor, "consent", self.consent.id, self.consent.shown_versions(actor) or ())


def details_place(consent: Consent) -> Place:
    return Place("consents", "details", consent.case_id, consent.id, consent.details_version)


def lock_consent(consent_id: UUID) -> None:
    """The second lock of a changing unit, after the case."""
    current = session()
    if current.get_bind().dialect.name == "postgresql":
        current.execute(select(Consent.id).where(Consent.id == consent_id).with_for_update())


def find_consent(actor: Actor, consent_id: UUID) -> tuple[Consent, CaseFile]:
    """The consent and its case; NotFound for whoever may not know of it."""
    case_id = session().execute(select(Consent.case_id).where(Consent.id == consent_id)).scalar_one_or_none()
    if case_id is None:
        raise NotFound()
    file = find_case(actor, case_id)
    if actor.request.changing:
        lock_consent(consent_id)
    consent = (
        session()
        .execute(select(Consent).where(Consent.id == consent_id), execution_options={"populate_existing": True})
        .scalar_one()
    )
    consent.case = file.case
    consent.full_view = Relation.OWNER in file.case.relations(actor)
    if not consent.full_view and not _told(actor, consent_id):
        raise NotFound(case_ref=file.case.case_ref)
    return consent, file


def _told(actor: Actor, consent_id: UUID) -> bool:
    d = case_disclosures.c
    return (
        session()
        .execute(select(d.consent_id).where(d.consent_id == consent_id, d.agency_id == actor.agency_id).limit(1))
        .first()
        is not None
    )


def grants_of(consent_ids: Sequence[UUID], recipient: UUID | None = None) -> dict[UUID, list[dict[str, Any]]]:
    """The grants, as the documents said them."""
    g = ConsentGrant
    query = select(g.consent_id, g.line, g.recipient_agency_id, g.purpose, g.data_class).where(
        g.consent_id.in_(consent_ids)
    )
    if recipient is not None:
        query = query.where(g.recipient_agency_id == recipient)
    lines: dict[tuple[UUID, int], tuple[dict[UUID, None], dict[str, None], dict[str, None]]] = defaultdict(
        lambda: ({}, {}, {})
    )
    for row in session().execute(query.order_by(g.consent_id, g.line, g.recipient_agency_id, g.purpose, g.data_class)):
        recipients, purposes, classes = lines[(row.consent_id, row.line)]
        recipients[row.recipient_agency_id], purposes[row.purpose], classes[row.data_class] = None, None, None
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for (consent_id, _), (recipients, purposes, classes) in lines.items():
        found[consent_id].append(
            {"recipients": list(recipients), "purposes": list(purposes), "data_classes": list(classes)}
        )
    return found


def view_consent(actor: Actor, consent: Consent, file: CaseFile) -> ConsentView:
    """What this actor is shown of the consent."""
    details = vault.open_sealed_document(file.key(), consent.details_sealed, details_place(consent))
    grants = grants_of([consent.id], None if consent.full_view else actor.agency_id)[consent.id]
    return ConsentView(consent, details, grants)


def read_consent(actor: Actor, consent_id: UUID) -> ConsentView:
    consent, file = find_consent(actor, consent_id)
    shown = view_consent(actor, consent, file)
    disclose(actor, Permission.CONSENT_READ, consent, basis=consent.basis)
    return shown


def list_consents(
    actor: Actor, file: CaseFile, *, limit: int, after: UUID | None
) -> tuple[list[ConsentView], UUID | None]:
    """The owner's consents of a case; for a receiver those alone on which it was told."""
    owner = Relation.OWNER in file.case.relations(actor)
    query = select(Consent.id, Consent).where(Consent.case_id == file.case.id)
    if not owner:
        d = case_disclosures.c
        query = query.where(
            Consent.id.in_(select(d.consent_id).where(d.case_id == file.case.id, d.agency_id == actor.agency_id))
        )
    page: Page = page_of(session(), query, Consent.id, limit=limit, after=after)
    consents: list[Consent] = [row[1] for row in page.rows]
    grants = grants_of([c.id for c in consents], None if owner else actor.agency_id)
    key = file.key()
    views = []
    for consent in consents:
        consent.case, consent.full_view = file.case, owner
        views.append(
            ConsentView(
                consent,
                vault.open_sealed_document(key, consent.details_sealed, details_place(consent)),
                grants[consent.id],
            )
        )
    disclose(actor, Permission.CONSENT_READ, file.case, returned_ids=[ids.show("consent", c.id) for c in consents])
    return views, page.next_after
