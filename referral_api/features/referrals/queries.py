"""Finding and reading referrals: one statement brings the referral, its case's minimum and what deciding needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select

from referral_api import vault, work
from referral_api.access import Permission
from referral_api.features.cases import sealed
from referral_api.features.cases.models import Case, CaseData
from referral_api.features.cases.queries import lock_case
from referral_api.features.cases.scope import assigned_here, excluded_here, visible_referrals
from referral_api.features.cases.viewer import VIEWER, seen_by
from referral_api.features.consent.models import Consent
from referral_api.features.consent.queries import lock_consent
from referral_api.features.consent.rules import in_force
from referral_api.features.referrals.models import Referral, ReferralStep
from referral_api.features.referrals.states import CASE_SHOWN, TOLD
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import Forbidden, NotFound
from referral_api.kernel.words import Relation, Role
from referral_api.store import session
from referral_api.store.pages import Page, Rows, page_from, paged
from referral_api.vault import CaseKey
from referral_api.work import OwnAgency, disclose

__all__ = [
    "ReferralFile",
    "find_referral",
    "is_told",
    "list_referrals",
    "may_read_words",
    "read_referral",
    "view_now",
    "view_referral",
]


@dataclass(slots=True)
class ReferralFile:
    """A referral as one statement found it, with the wrapped key of its case."""

    referral: Referral
    kek_id: str
    wrapped: bytes | None
    consent_state: str | None
    valid_from: Any
    valid_until: Any
    access_needs: tuple[int, bytes] | None

    def key(self) -> bytes:
        if self.wrapped is None:
            raise NotFound(case_ref=self.referral.case_ref)
        return vault.ring().unwrap(self.kek_id, self.wrapped)

    def consent_in_force(self, actor: Actor) -> bool:
        return self.consent_state is not None and in_force(
            self.consent_state, self.valid_from, self.valid_until, actor.now
        )


@dataclass(slots=True)
class ReferralView:
    """What one viewer is shown of a referral."""

    referral: Referral
    sender: bool
    told: bool
    need: str | None
    access_needs: dict[str, Any] | None
    history: list[tuple[ReferralStep, str | None]]
    allowed_steps: list[str]
    warnings: list[str]
    alternatives: list[dict[str, str | None]]

    def etag(self, actor: Actor) -> str:
        return work.etag(actor, "referral", self.referral.id, self.referral.shown_versions(actor) or ())


_FIND = (
    select(
        Referral,
        Case,
        CaseKey.kek_id,
        CaseKey.wrapped,
        Consent.state.label("consent_state"),
        Consent.valid_from,
        Consent.valid_until,
        assigned_here(VIEWER).label("assigned"),
        excluded_here(VIEWER).label("excluded"),
        CaseData.version.label("needs_version"),
        CaseData.sealed.label("needs"),
    )
    .join(Case, Case.id == Referral.case_id)
    .join(CaseKey, CaseKey.case_id == Case.id)
    .outerjoin(Consent, Consent.id == Referral.consent_id)
    .outerjoin(CaseData, and_(CaseData.case_id == Case.id, CaseData.data_class == "access_needs", CaseData.current))
    .where(Referral.id == bindparam("referral_id"))
)


def find_referral(actor: Actor, referral_id: UUID) -> ReferralFile:
    """The referral, for its two ends alone; locked in the order case, consent, referral when the call changes something."""
    if actor.request.changing:
        _lock(referral_id)
    return _find(actor, referral_id)


def _find(actor: Actor, referral_id: UUID) -> ReferralFile:
    row = (
        session()
        .execute(_FIND, {"referral_id": referral_id, **seen_by(actor)}, execution_options={"populate_existing": True})
        .one_or_none()
    )
    if row is None:
        raise NotFound()
    referral: Referral = row[0]
    referral.case = row[1]
    referral.worker_assigned = bool(row.assigned)
    stranger = referral.relations(actor) == {Relation.NONE} or not (
        actor.works_with_children or actor.kind == "service"
    )
    if stranger or row.excluded:
        raise NotFound(case_ref=referral.case_ref, reason="excluded" if row.excluded else None)
    needs = (row.needs_version, row.needs) if row.needs is not None else None
    return ReferralFile(referral, row.kek_id, row.wrapped, row.consent_state, row.valid_from, row.valid_until, needs)


_LINKS = select(Referral.case_id, Referral.consent_id).where(Referral.id == bindparam("referral_id"))
_LOCK = select(Referral.id).where(Referral.id == bindparam("referral_id")).with_for_update()


def _lock(referral_id: UUID) -> None:
    current = session()
    if current.get_bind().dialect.name != "postgresql":
        return
    found = current.connection().execute(_LINKS, {"referral_id": referral_id}).one_or_none()
    if found is None:
        return
    lock_case(found.case_id)
    if found.consent_id is not None:
        lock_consent(found.consent_id)
    current.connection().execute(_LOCK, {"referral_id": referral_id})


def is_told(actor: Actor, file: ReferralFile) -> bool:
    """Whether the viewer is shown the need and the minimum: the sender always, the receiver while it is open and consented to."""
    referral = file.referral
    if referral.case.status == "erased":
        return False
    if Relation.SENDER in referral.relations(actor):
        return True
    return referral.state in TOLD and file.consent_in_force(actor)


def may_read_words(actor: Actor, referral: Referral) -> bool:
    """After acceptance, messages and notes may say who the child is: they are for assigned workers and their supervisors."""
    if referral.state in ("draft", "sent", "acknowledged"):
        return True
    return referral.worker_assigned or Role.SUPERVISOR in actor.roles


def view_referral(
    actor: Actor,
    file: ReferralFile,
    *,
    warnings: Sequence[str] = (),
    alternatives: Sequence[dict[str, str | None]] = (),
) -> ReferralView:
    """What this actor is shown now."""
    referral = file.referral
    sender = Relation.SENDER in referral.relations(actor)
    told = is_told(actor, file)
    key = file.key() if told else b""
    needs = (
        sealed.open_class(key, referral.case_id, "access_needs", *file.access_needs)
        if told and file.access_needs
        else None
    )
    if needs and not sender:
        needs = {name: value for name, value in needs.items() if name != "support_person"}
    return ReferralView(
        referral=referral,
        sender=sender,
        told=told,
        need=vault.open_sealed(key, referral.need_sealed, referral.need_place()) if told else None,
        access_needs=needs,
        history=_history(referral, key if told and may_read_words(actor, referral) else b""),
        allowed_steps=referral.allowed_steps(actor),
        warnings=list(warnings),
        alternatives=list(alternatives),
    )


_STEPS = select(ReferralStep).where(ReferralStep.referral_id == bindparam("referral_id")).order_by(ReferralStep.seq)


def view_now(actor: Actor, referral_id: UUID, **more: Any) -> ReferralView:
    """What this actor is shown after what this unit of work, which holds the locks, has written."""
    return view_referral(actor, _find(actor, referral_id), **more)


def _history(referral: Referral, key: bytes) -> list[tuple[ReferralStep, str | None]]:
    steps = session().execute(_STEPS, {"referral_id": referral.id}).scalars()
    return [
        (
            step,
            vault.open_sealed(key, step.note_sealed, step.note_place(referral.case_id))
            if key and step.note_sealed
            else None,
        )
        for step in steps
    ]


def read_referral(actor: Actor, referral_id: UUID) -> ReferralView:
    """Read a referral from one of its ends."""
    shown = view_referral(actor, find_referral(actor, referral_id))
    disclose(
        actor,
        Permission.REFERRAL_READ,
        shown.referral,
        data_classes=["access_needs"] if shown.access_needs and not shown.sender else [],
        fields=["need", "subject"] if shown.told else [],
        consent_id=shown.referral.consent_id,
    )
    return shown


_UNLISTED = frozenset(
    {"need_sealed", "need_version", "left_state", "steps_taken", "version", "escalated_at", "created_by"}
)
_MINIMUM = ("owner_agency_id", "age_band", "language", "area_country", "area_subdivision", "risk_level", "risk_flags")


@cache
def _listing(box: str | None, filters: tuple[str, ...], overdue: str | None, later: bool) -> Rows:
    """The statement of a list under these filters, built at its first use."""
    r, c = Referral.__table__.c, Case.__table__.c
    query: Rows = (
        select(
            *(column for column in r if column.name not in _UNLISTED),
            *(c[name].label(f"case_{name}") for name in _MINIMUM),
            Consent.state.label("consent_state"),
            Consent.valid_from,
            Consent.valid_until,
        )
        .select_from(Referral)
        .join(Case, Case.id == Referral.case_id)
        .outerjoin(Consent, Consent.id == Referral.consent_id)
    )
    query = visible_referrals(query, VIEWER, Referral, box).where(*(r[name] == bindparam(name) for name in filters))
    if "case_id" in filters:
        # Whoever is not shown the case of a referral cannot find the referral by it either.
        current = and_(
            Consent.state.in_(("active", "withdrawal_requested")),
            Consent.valid_from <= VIEWER.now,
            or_(Consent.valid_until.is_(None), Consent.valid_until > VIEWER.now),
        )
        opened = or_(r.referral_kind == "protection_report", r.state.in_(CASE_SHOWN))
        query = query.where(or_(c.owner_agency_id == VIEWER.agency_id, and_(current, r.state.in_(TOLD), opened)))
    if overdue == "answer":
        query = query.where(r.state.in_(("sent", "acknowledged")), r.answer_by <= VIEWER.now)
    elif overdue == "acknowledge":
        query = query.where(
            r.state == "sent", r.acknowledge_by <= VIEWER.now, or_(r.answer_by.is_(None), r.answer_by > VIEWER.now)
        )
    return paged(query, r.id, later=later)


def list_referrals(
    actor: Actor,
    *,
    limit: int,
    after: UUID | None,
    box: str | None = None,
    state: str | None = None,
    urgency: str | None = None,
    overdue: str | None = None,
    service_type: str | None = None,
    case_id: UUID | None = None,
) -> Page:
    """One page of the agency's referrals. Rows, not objects: a list shows the minimum and opens nothing."""
    wanted = {"state": state, "urgency": urgency, "service_type": service_type, "case_id": case_id}
    filters = {name: value for name, value in wanted.items() if value is not None}
    statement = _listing(box, tuple(filters), overdue, after is not None)
    page = page_from(session(), statement, {**filters, **seen_by(actor)}, limit=limit, after=after)
    if actor.agency_id is None:
        raise Forbidden("Only agencies have referrals.")
    disclose(
        actor,
        Permission.REFERRAL_LIST,
        OwnAgency(actor.agency_id),
        returned_ids=[ids.show("referral", row.id) for row in page.rows],
    )
    return page
