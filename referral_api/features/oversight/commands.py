"""From a complaint to its entries, and from a witness to its checkpoint."""

from uuid import UUID

from flask import current_app
from sqlalchemy import select

from referral_api import vault
from referral_api.access import Permission, decide
from referral_api.audit import cosignatures
from referral_api.audit.note import NoteError, VerifierKey
from referral_api.features.cases.models import Case
from referral_api.features.oversight.models import CaseRefRequest
from referral_api.features.oversight.queries import own_agency
from referral_api.kernel import ids
from referral_api.kernel.actor import Actor
from referral_api.kernel.errors import FieldError, Invalid, NotFound
from referral_api.kernel.messages import Message
from referral_api.store import db, session
from referral_api.work import work

__all__ = ["cosign_checkpoint", "make_case_ref"]


def make_case_ref(actor: Actor, *, agency_id: UUID, case_number: str, reason: str) -> list[str]:
    """The pseudonyms under which the log knows the cases of this number of this agency. Asking is recorded, with its reason."""
    own = own_agency(actor)
    decide(actor, Permission.CASE_REF_MAKE, own)
    wanted = vault.ring().digest("search", case_number.strip().casefold().encode())
    query = select(Case.id, Case.case_ref).where(Case.owner_agency_id == agency_id, Case.case_number_hash == wanted)
    if actor.agency_type != "oversight":
        query = query.where(Case.owner_agency_id == actor.agency_id)
    found = session().execute(query.order_by(Case.id.desc()).limit(50)).all()
    if not found:
        raise NotFound()
    with work(actor, Permission.CASE_REF_MAKE, on=own) as w:
        for row in found:
            request = CaseRefRequest(id=ids.new(), case_id=row.id, member_id=actor.person_id, at=w.now)
            request.reason_sealed = w.seal(
                vault.case_key(w.session, vault.ring(), row.id), reason, request.place(), pointer="/reason"
            )
            w.add(request)
        w.record(own, tell=(), returned_ids=[row.case_ref for row in found])
    return [row.case_ref for row in found]


def cosign_checkpoint(actor: Actor, *, size: int, lines: str) -> list[str]:
    """Keep a witness's cosignatures. They leave no entry, and so are no unit of work (`audit.cosignatures` says why)."""
    decide(actor, Permission.AUDIT_COSIGN, own_agency(actor))
    witnesses = [VerifierKey.parse(line) for line in current_app.extensions["settings"].witnesses]
    current = session()
    try:
        found = cosignatures.checked(current, size=size, lines=lines, witnesses=witnesses)
    except cosignatures.UnknownCheckpoint:
        raise Invalid([FieldError("/size", "not-found", "This log signed no checkpoint of this size.")]) from None
    except NoteError as wrong:
        raise Invalid(
            [FieldError("/lines", "invalid", Message("Not kept: {why}.").format(why=wrong.args[0]))]
        ) from None
    current.rollback()
    cosignatures.keep(db.engine, size, found, now=actor.now)
    return sorted({witness for witness, _ in cosignatures.witnesses_of(current, size)})
