"""Finding and reading cases. `find_case` is internal; `read_case` discloses: decided, recorded, then shown."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, select

from referral_api import vault, work
from referral_api.access import Permission
from referral_api.features.cases import rules, sealed
from referral_api.features.cases.models import Case, CaseData, ContactAcknowledgement, Standing, case_disclosures
from referral_api.features.cases.scope import assigned_here, excluded_here, relations_here, visible_cases
from referral_api.features.cases.viewer import VIEWER, seen_by
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import IllegalStep, NotFound
from referral_api.kernel.words import Relation
from referral_api.store import session
from referral_api.store.pages import Page, Rows, page_from, paged
from referral_api.vault import CaseKey
from referral_api.work import OwnAgency, disclose

__all__ = [
    "CaseErased",
    "CaseFile",
    "CaseView",
    "case_ref_of",
    "documents",
    "find_case",
    "list_cases",
    "number_in_list",
    "lock_case",
    "read_case",
    "view",
    "view_now",
]

_SECRET = ("safe_contact",)


class CaseErased(IllegalStep):
    """The owner asks for what was erased: it knows that much, and there is nothing left to do or to read. To all others it is missing."""

    def __init__(self, case: Case) -> None:
        super().__init__("erased", [], "This case is erased; nothing of it is left.")
        self.case = case
        self.case_ref = case.case_ref


@dataclass(slots=True)
class CaseFile:
    """A case with its sealed current data, as one statement found them, and the wrapped key that opens them."""

    case: Case
    kek_id: str
    wrapped: bytes | None
    rows: dict[str, tuple[int, bytes, datetime]]
    writers: dict[str, UUID]
    """Which agency wrote the current version of a class."""
    shown: "CaseView | None" = None
    """What its finder is shown of it, once that was asked for: opening it all is not done twice."""

    def key(self) -> bytes:
        if self.wrapped is None:
            raise NotFound(case_ref=self.case.case_ref)
        return vault.ring().unwrap(self.kek_id, self.wrapped)

    def versions(self, classes: Iterable[str]) -> dict[str, int]:
        return {c: self.rows[c][0] for c in classes if c in self.rows}


@dataclass(slots=True)
class CaseView:
    """What one viewer is shown of a case."""

    case: Case
    relation: Relation
    case_number: str | None
    subject: dict[str, dict[str, Any]]
    withheld: Sequence[tuple[str, str]]
    safe_contact: dict[str, Any] | None
    versions: dict[str, int]
    updated_at: datetime
    shown: rules.Shown

    def etag(self, actor: Actor) -> str:
        return work.etag(actor, "case", self.case.id, self.case.seen or ())


_LOCK = select(Case.id).where(Case.id == bindparam("case_id")).with_for_update()


def lock_case(case_id: UUID) -> None:
    """Wait for whoever changes this case, then see what they left. The first lock of every changing unit."""
    current = session()
    if current.get_bind().dialect.name == "postgresql":
        current.connection().execute(_LOCK, {"case_id": case_id})


_FIND = (
    select(
        Case,
        CaseKey.kek_id,
        CaseKey.wrapped,
        relations_here(VIEWER).label("relations"),
        assigned_here(VIEWER).label("assigned"),
        excluded_here(VIEWER).label("excluded"),
        CaseData.data_class,
        CaseData.version.label("data_version"),
        CaseData.sealed,
        CaseData.at,
        CaseData.agency_id,
    )
    .join(CaseKey, CaseKey.case_id == Case.id)
    .outerjoin(CaseData, (CaseData.case_id == Case.id) & CaseData.current)
    .where(Case.id == bindparam("case_id"))
)


def case_ref_of(thing: type[Any]) -> Callable[[UUID], str | None]:
    """How the log's pseudonym of its case is found for a thing of this table (`Room.cases_of`)."""

    def find(thing_id: UUID) -> str | None:
        query = select(Case.case_ref).join(thing, thing.case_id == Case.id).where(thing.id == thing_id)
        return session().execute(query).scalar_one_or_none()

    return find


def find_case(actor: Actor, case_id: UUID) -> CaseFile:
    """The case and all that deciding about it needs, in one statement; NotFound for whoever may not know of it."""
    if actor.request.changing:
        lock_case(case_id)
    file = _find(actor, case_id)
    if actor.request.if_match is not None:
        view(actor, file)  # An ETag is of what its viewer is shown, so that must be known before the two are compared.
    return file


def _find(actor: Actor, case_id: UUID) -> CaseFile:
    current = session()
    found = current.execute(
        _FIND,
        {"case_id": case_id, **seen_by(actor)},
        # A session that holds nothing yet holds nothing stale, and the case comes once for each of its data classes.
        execution_options={"populate_existing": bool(current.identity_map)},
    ).all()
    if not found:
        raise NotFound(case_ref=work.case_ref(case_id))
    first = found[0]
    case: Case = first[0]
    relations = frozenset(Relation(r) for r in (first.relations or "").split(",") if r)
    case.standing = Standing(relations, bool(first.assigned))
    if (
        case.status == "erased"
        and actor.agency_id == case.owner_agency_id
        and actor.works_with_children
        and not first.excluded
    ):
        case.standing = Standing(frozenset({Relation.OWNER}), False)
        raise CaseErased(case)
    readable = relations - {Relation.FORMER}
    if first.excluded or not readable or not actor.works_with_children:
        raise NotFound(case_ref=case.case_ref, reason="excluded" if first.excluded else None)
    rows = {row.data_class: (row.data_version, row.sealed, row.at) for row in found if row.data_class is not None}
    writers = {row.data_class: row.agency_id for row in found if row.data_class is not None}
    return CaseFile(case, first.kek_id, first.wrapped, rows, writers)


_d = case_disclosures.c
_ACKNOWLEDGED = exists().where(
    ContactAcknowledgement.referral_id == _d.referral_id,
    ContactAcknowledgement.member_id == VIEWER.person_id,
    ContactAcknowledgement.at > bindparam("acknowledged_since"),
    ContactAcknowledgement.safe_contact_version == bindparam("safe_contact_version"),
)
_GRANTS = select(
    _d.data_class, _d.purpose, _d.basis, _d.consent_id, _d.referral_id, _d.valid_from, _d.valid_until, _d.consent_state,
    _ACKNOWLEDGED.label("acknowledged"),
).where(_d.case_id == bindparam("case_id"), _d.agency_id == VIEWER.agency_id)  # fmt: skip


def grants_to(actor: Actor, file: CaseFile) -> list[rules.Grant]:
    """What the consents of the agency's own open referrals of this case grant it: the join, judged at this request's time."""
    read = {
        "acknowledged_since": actor.now - rules.ACKNOWLEDGED_FOR,
        "safe_contact_version": file.rows["safe_contact"][0] if "safe_contact" in file.rows else 0,
    }
    rows = session().connection().execute(_GRANTS, {"case_id": file.case.id, **read, **seen_by(actor)})
    return [
        rules.Grant(
            r.data_class,
            r.purpose,
            r.basis,
            r.consent_id,
            r.referral_id,
            r.consent_state in ("active", "withdrawal_requested")
            and r.valid_from <= actor.now
            and (r.valid_until is None or actor.now < r.valid_until),
            bool(r.acknowledged),
        )
        for r in rows
    ]


def view(actor: Actor, file: CaseFile) -> CaseView:
    """What this actor is shown, opened class by class; nothing else is decrypted."""
    if file.shown is None:
        file.shown = _view(actor, file)
    return file.shown


def _view(actor: Actor, file: CaseFile) -> CaseView:
    case = file.case
    standing = case.standing or Standing(frozenset(), False)
    key = file.key()
    owner = Relation.OWNER in standing.relations
    grants = [] if owner else grants_to(actor, file)
    contact = _open(file, key, "contact")
    shown = rules.what_is_shown(
        actor,
        standing.relations,
        standing.assigned,
        grants=grants,
        by_others={c for c, writer in file.writers.items() if writer != actor.agency_id},
        protected_location=bool(contact and contact.get("protected_location")),
    )
    subject = {
        c: content for c in sorted(shown.classes) if (content := contact if c == "contact" else _open(file, key, c))
    }
    versions = file.versions([*shown.classes, *(_SECRET if shown.safe_contact else ())])
    case.seen = (case.version, standing.relation.value, sorted(versions.items()), shown.withheld)
    return CaseView(
        case=case,
        relation=standing.relation,
        case_number=sealed.case_number(key, case)
        if "identity" in shown.classes or (owner and actor.person_id is None)
        else None,
        subject=subject,
        withheld=shown.withheld,
        safe_contact=_open(file, key, "safe_contact") if shown.safe_contact else None,
        versions=versions,
        updated_at=max([case.updated_at, *(file.rows[c][2] for c in versions)]),
        shown=shown,
    )


def _open(file: CaseFile, key: bytes, data_class: str) -> dict[str, Any] | None:
    row = file.rows.get(data_class)
    return sealed.open_class(key, file.case.id, data_class, row[0], row[1]) if row else None


def documents(file: CaseFile, classes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The content of some classes, for the service's own judgement; never shown by itself."""
    key = file.key()
    return {c: content for c in classes if (content := _open(file, key, c))}


def view_now(actor: Actor, case_id: UUID) -> CaseView:
    """What this actor is shown after what this unit of work, which holds the case's lock, has written."""
    return view(actor, _find(actor, case_id))


def read_case(actor: Actor, case_id: UUID) -> CaseView | Case:
    """Read a case: what is shown depends on relation, consent, purpose, assignment and certificate, and leaves its entry.

    Of an erased case its owner gets the bare row.
    """
    try:
        shown = view(actor, find_case(actor, case_id))
    except CaseErased as gone:
        disclose(actor, Permission.CASE_READ, gone.case, fields=["status"])
        return gone.case
    basis = next((g for g in shown.shown.grants), None)
    disclose(
        actor,
        Permission.CASE_READ,
        shown.case,
        data_classes=sorted(shown.subject),
        versions=shown.versions,
        fields=sorted({f"{c}.{name}" for c, content in shown.subject.items() for name in content}),
        basis="break_glass" if shown.shown.by_glass else basis.basis if basis else None,
        consent_id=basis.consent_id if basis else None,
        referral_id=basis.referral_id if basis else None,
    )
    return shown


@cache
def _listing(filters: tuple[str, ...], later: bool) -> Rows:
    """The statement of the work list under these filters, built at its first use."""
    c = Case.__table__.c
    query: Rows = select(
        *(c[n] for n in _LISTED),
        CaseKey.kek_id,
        CaseKey.wrapped,
        relations_here(VIEWER).label("relations"),
        assigned_here(VIEWER).label("assigned"),
    ).join(CaseKey, CaseKey.case_id == c.id)
    query = visible_cases(query, VIEWER).where(*(c[name] == bindparam(name) for name in filters))
    return paged(query, c.id, later=later)


def list_cases(
    actor: Actor, *, limit: int, after: UUID | None, status: str | None = None, risk_level: str | None = None
) -> Page:
    """One page of the agency's work list: the minimum of each case, and of its own the number, for whom the identity is open."""
    filters = {name: value for name, value in (("status", status), ("risk_level", risk_level)) if value}
    statement = _listing(tuple(filters), after is not None)
    page = page_from(session(), statement, {**filters, **seen_by(actor)}, limit=limit, after=after)
    disclose(
        actor,
        Permission.CASE_LIST,
        OwnAgency(_agency(actor)),
        returned_ids=[ids.show("case", row.id) for row in page.rows],
    )
    return page


def number_in_list(actor: Actor, row: Any) -> str | None:
    """The case number of a line of the work list."""
    own = row.owner_agency_id == actor.agency_id and row.wrapped is not None
    if not own or not (actor.person_id is None or rules.opens_identity(actor, bool(row.assigned))):
        return None
    return sealed.case_number(vault.ring().unwrap(row.kek_id, row.wrapped), row)


_LISTED = (
    "id", "owner_agency_id", "lead_agency_id", "identification_status", "subject_role", "intake_channel", "risk_level", "risk_flags",
    "case_number_sealed", "language", "area_country", "area_subdivision", "age_band", "status", "retention_until", "legal_hold", "created_at", "updated_at",
)  # fmt: skip


def _agency(actor: Actor) -> UUID:
    if actor.agency_id is None:
        raise NotFound()
    return actor.agency_id
