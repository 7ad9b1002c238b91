"""A case full of words that nobody else says, closed, and the two people who erase it."""

from tests.world import CASE

CASEWORKER, SUPERVISOR, ADMIN = "police.caseworker1", "police.supervisor", "police.admin"
CLINIC = "clinic.caseworker1"
WORDS = (
    "Zarqavel", "Mirobrand", "Xylotheque", "Quillandor", "Fennimarch", "Ostravine", "Belcourtis", "Hesperidyl", "Vantorquay", "Lumbrecht",
    "Cindervane", "Tessalonde", "Nightjarrow", "Wolframite", "Perilune",
)  # fmt: skip
FULL = {
    **CASE,
    "case_number": "Zarqavel-77",
    "language": "qxq-Zarq-ZV",
    "area": {"country": "KH", "subdivision": "KH-99"},
    "subject": {
        **CASE["subject"],
        "identity": {"given_names": "Mirobrand", "family_names": "Xylotheque", "date_of_birth": "2013-05-04"},
        "contact": {"address": "12 Quillandor Street", "phones": ["+855 12 345 678"]},
        "notes": {"text": "Fennimarch said so."},
    },
    "safe_contact": {**CASE["safe_contact"], "safe_times": "after the Ostravine bus"},
}


def closed_case(world):
    """A case with a consent, a finished referral with messages and an appointment, notes, holds, links: everything that can be said."""
    case = world.open_case(**FULL)
    sibling = world.open_case()
    consent = world.give_consent(case, restrictions="Not to Belcourtis.")
    made = world.refer(case, consent, need="Help with Hesperidyl trouble.")
    assert 201 == made.status_code, made.text
    referral = made.json
    path = f"/v1/referrals/{referral['id']}"
    world.step(referral, "accept", {"note": "Vantorquay takes it."}, by=CLINIC)
    world.post(f"{path}/contact", {"acknowledged": True}, by=CLINIC)
    for who, text in ((CLINIC, "Lumbrecht called."), (CASEWORKER, "Cindervane answered.")):
        assert 201 == world.post(f"{path}/messages", {"text": text}, by=who).status_code
    place = {"at": "2026-12-01T07:00:00Z", "place": "Tessalonde hall"}
    assert 201 == world.post(f"{path}/appointments", place, by=CLINIC).status_code
    link = {"to_case_id": sibling["id"], "kind": "sibling"}
    assert 201 == world.post(f"/v1/cases/{case['id']}/links", link, by=CASEWORKER).status_code
    world.patch(f"/v1/cases/{case['id']}", {"subject": {"notes": {"text": "Nightjarrow came too."}}}, by=CASEWORKER)
    for on in (True, False):
        held = world.post(f"/v1/cases/{case['id']}/hold", {"on": on, "reason": "The Wolframite trial."}, by=SUPERVISOR)
        assert 200 == held.status_code, held.text
    asked = {"agency_id": world.ids["police"], "case_number": "Zarqavel-77", "reason": "Belcourtis complained."}
    assert 200 == world.post("/v1/audit/case-refs", asked, by="police.auditor").status_code
    assert 200 == world.step(referral, "complete", {"outcome": "service_completed"}, by=CLINIC).status_code
    assert 200 == world.step(referral, "close", by=CASEWORKER).status_code
    close(world, case, note="Perilune is well.")
    return case, consent, referral


def close(world, case, **more):
    etag = world.get(f"/v1/cases/{case['id']}", by=CASEWORKER).headers["ETag"]
    answer = world.post(
        f"/v1/cases/{case['id']}/close", {"reason_code": "goals_met", **more}, by=CASEWORKER, If_Match=etag
    )
    assert 200 == answer.status_code, answer.text


def ask(world, case, reason_code="erasure_granted", *, by=SUPERVISOR, **more):
    said = {"reason_code": reason_code, "reason": "The Wolframite letter asks for it."}
    return world.post(f"/v1/cases/{case['id']}/erase", said, by=by, **more)


def confirm(world, erasure, *, by=ADMIN, **more):
    return world.post(f"/v1/erasures/{erasure['id']}/confirm", by=by, **more)


def erased(world):
    case, consent, referral = closed_case(world)
    erasure = ask(world, case)
    assert 201 == erasure.status_code, erasure.text
    done = confirm(world, erasure.json)
    assert 200 == done.status_code, done.text
    return case, consent, referral, done.json


def problem(answer):
    return answer.status_code, answer.json["type"].rpartition("/")[2]
