"""What somebody might try who knows ids that are not theirs to know, or wants more than is shown: refused, and written down.

Fields that are wrong, 422, leave no entry: nothing was reached by them.
"""

import pytest
from sqlalchemy import select, update

from referral_api import vault
from referral_api.features.cases.models import CaseData
from referral_api.features.lookups.passing_on import pass_on_lookups
from referral_api.kernel import ids
from referral_api.outbox import number_events
from referral_api.store.session import db
from tests.access.cast import stage
from tests.access.expectations import ROUTES
from tests.access.test_routes import ENDPOINTS, OF_THE_CHILD, called
from tests.world import CASE, CONSENT, REFERRAL

CLINIC, POLICE, BOSS, NGO = "clinic.caseworker1", "police.caseworker1", "police.supervisor", "ngo.caseworker1"


def denied(world, before):
    """The entries since then; each must say that something was not allowed."""
    since = world.entries()[before:]
    assert all(entry["outcome"] in ("denied", "refused") for entry in since), since
    return since


def pointers(answer):
    return [error["pointer"] for error in answer.json["errors"]]


def test_every_verb_on_ids_of_another_agency_is_refused_and_each_try_is_written_down(world):
    things = stage(world)
    routes = [key for key, route in ROUTES.items() if route.on in OF_THE_CHILD]
    before = len(world.entries())
    for who in (NGO, "ngo.system"):
        statuses = {key: called(world, who, ENDPOINTS[key], ROUTES[key], things) for key in routes}
        assert {"POST /v1/referrals": 422} == {key: status for key, status in statuses.items() if status != 404}
    tried = denied(world, before)
    assert 2 * (len(routes) - 1) == len(tried)
    assert {world.ids["ngo"]} == {entry["actor"]["agency_id"] for entry in tried}


def test_what_hangs_on_one_thing_is_not_reached_through_another(world):
    case, consent, referral = world.sent_referral()
    other_case, other_consent, other = world.sent_referral()
    for each in (referral, other):
        world.step(each, "accept", by=CLINIC)
    place = f"/v1/referrals/{referral['id']}/appointments"
    appointment = world.post(place, {"at": "2026-12-01T07:00:00Z"}, by=CLINIC).json["id"]
    world.step(other, "suspend", {"reason_code": "child_asked"}, by=POLICE)
    through = f"/v1/referrals/{other['id']}"
    before = len(world.entries())
    assert 404 == world.get(f"{through}/appointments/{appointment}", by=POLICE).status_code
    changed = world.call(
        "PATCH", f"{through}/appointments/{appointment}", {"status": "attended"}, by=CLINIC, If_Match="*"
    )
    assert changed.status_code in (403, 404)
    assert 422 == world.post(f"{through}/resume", {"consent_id": consent["id"]}, by=POLICE, If_Match="*").status_code
    crossed = {
        **REFERRAL,
        "case_id": case["id"],
        "consent_id": other_consent["id"],
        "to_agency_id": world.ids["clinic"],
    }
    assert ["/consent_id"] == pointers(world.post("/v1/referrals", crossed, by=POLICE))
    assert {"not-found"} <= {entry["reason_code"] for entry in denied(world, before)}
    assert "suspended" == world.get(through, by=POLICE).json["state"]
    assert 404 == world.get(f"/v1/cases/{other_case['id']}", by=CLINIC).status_code


@pytest.mark.parametrize(
    ("path", "body", "more"),
    [
        ("/v1/cases", CASE, {"owner_agency_id": "agency_01m86a7s04e5vtfdx32bwdvnvj"}),
        ("/v1/cases", CASE, {"status": "closed", "legal_hold": False, "your_relation": "owner"}),
        ("/v1/cases/{case}/consents", CONSENT, {"state": "active"}),
        ("/v1/cases/{case}/consents", CONSENT, {"recorded_by": "member_01m86a7s04e5vtfdx32bwdvnvj"}),
        ("/v1/referrals", REFERRAL, {"from_agency_id": "agency_01m86a7s04e5vtfdx32bwdvnvj", "state": "accepted"}),
        ("/v1/referrals/{referral}/accept", {}, {"member_id": "member_01m86a7s04e5vtfdx32bwdvnvj"}),
        ("/v1/cases/{case}/break-glass", {"reason_code": "missing_child", "reason": "Lost.", "minutes": 60}, {"expires_at": "2030-01-01T00:00:00Z"}),
    ],
)  # fmt: skip
def test_a_body_sets_nothing_that_is_the_services_to_say(world, path, body, more):
    case, _, referral = world.sent_referral()
    by = CLINIC if "accept" in path else POLICE
    world.sign_in(by)
    before = len(world.entries())
    answer = world.post(path.format(case=case["id"], referral=referral["id"]), {**body, **more}, by=by, If_Match="*")
    assert 422 == answer.status_code
    assert len(more) == [error["code"] for error in answer.json["errors"]].count("unknown-field")
    assert [] == denied(world, before)


@pytest.mark.parametrize(
    ("who", "purpose"),
    [(CLINIC, "investigation"), (CLINIC, "oversight"), (CLINIC, "CARE"), (CLINIC, "care, investigation"), (POLICE, "care"),
     ("police.admin", "investigation"), ("oversight.auditor", "care")],
)  # fmt: skip
def test_a_purpose_is_ones_own_or_none(world, who, purpose):
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    world.sign_in(who)
    before = len(world.entries())
    answer = world.get(f"/v1/cases/{case['id']}", by=who, purpose=purpose)
    assert (403, "purpose-not-allowed") == (answer.status_code, answer.json["type"].rpartition("/")[2])
    assert ["purpose"] == [entry["reason_code"] for entry in denied(world, before)]


@pytest.mark.parametrize("how", ["withdrawn", "over"])
def test_a_consent_that_ends_between_two_pages_ends_them(world, how):
    told = [world.sent_referral() for _ in range(3)]
    for _, _, referral in told:
        world.step(referral, "accept", by=CLINIC)
        world.post(f"/v1/referrals/{referral['id']}/messages", {"text": "First."}, by=CLINIC)
        world.post(f"/v1/referrals/{referral['id']}/messages", {"text": "Second."}, by=CLINIC)
    oldest, consent, referral = told[0]
    words = f"/v1/referrals/{referral['id']}/messages?limit=1"
    cases, messages = (world.get(path, by=CLINIC).json["next_cursor"] for path in ("/v1/cases?limit=2", words))
    if how == "withdrawn":
        world.post(f"/v1/consents/{consent['id']}/withdraw", {"by": "child"}, by=POLICE)
        assert [] == world.get(f"/v1/cases?limit=2&cursor={cases}", by=CLINIC).json["items"]
    else:
        world.clock.pass_by(days=200)
        world.tokens.clear()
        assert {} == world.get(f"/v1/cases/{oldest['id']}", by=CLINIC).json["subject"]
    before = len(world.entries())
    after = world.get(f"{words}&cursor={messages}", by=CLINIC)
    assert 403 == after.status_code
    assert ["consent_ended"] == [entry["reason_code"] for entry in denied(world, before)]


def test_what_is_withheld_reads_the_same_whether_there_is_anything_or_nothing(world):
    seen = []
    for subject in (CASE["subject"], {"identity": CASE["subject"]["identity"]}):
        case = world.open_case(subject=subject)
        consent = world.give_consent(case, classes=["identity"])
        world.step(world.refer(case, consent).json, "accept", by=CLINIC)
        answer = world.get(f"/v1/cases/{case['id']}", by=CLINIC).json
        seen.append((answer["withheld"], answer["versions"], list(answer["subject"]), answer["safe_contact"]))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("moved", ["case", "class", "version"])
def test_a_ciphertext_opens_nowhere_but_in_its_own_row_column_and_version(world, moved):
    case, other = world.open_case(), world.open_case()
    path = f"/v1/cases/{case['id']}"
    world.patch(path, {"subject": {"notes": {"text": "Prefers mornings."}}}, by=POLICE)
    here, there = (ids.read("case", each["id"]) for each in (case, other))
    source = {"case": (there, "identity", 1), "class": (here, "protection_concern", 1), "version": (here, "notes", 1)}[
        moved
    ]
    target = (here, "notes", 2) if moved == "version" else (here, "identity", 1)
    with world.app.app_context(), db.engine.begin() as connection:
        d = CaseData.__table__

        def row(place):
            return (d.c.case_id == place[0]) & (d.c.data_class == place[1]) & (d.c.version == place[2])

        sealed = connection.execute(select(d.c.sealed).where(row(source))).scalar_one()
        connection.execute(update(d).where(row(target)).values(sealed=sealed))
    with pytest.raises(vault.SealBroken):
        world.get(path, by=POLICE)
    world.app.testing = False
    answer = world.get(path, by=POLICE)
    assert (500, False) == (answer.status_code, "Sokha" in answer.text)


def test_a_suspected_caregivers_withdrawal_is_refused_and_written_down_and_the_childs_is_not(world):
    case = world.open_case()
    mother = case["subject"]["family"]["caregivers"][0]
    consent = world.give_consent(case, given_by="caregiver", given_by_caregiver_id=mother["id"])
    family = {"caregivers": [{**mother, "suspected_involved": "yes"}]}
    world.patch(f"/v1/cases/{case['id']}", {"subject": {"family": family}}, by=POLICE)
    path, before = f"/v1/consents/{consent['id']}", len(world.entries())
    assert ["/by"] == pointers(world.post(f"{path}/withdraw", {"by": "caregiver"}, by=POLICE))
    named = {"given_by": "caregiver", "given_by_caregiver_id": mother["id"]}
    grants = [{"recipients": [world.ids["clinic"]], "purposes": ["care"], "data_classes": ["identity"]}]
    given = world.post(f"/v1/cases/{case['id']}/consents", {**CONSENT, **named, "grants": grants}, by=POLICE)
    assert ["/given_by_caregiver_id"] == pointers(given)
    tried = [(entry["action"], entry["reason_code"]) for entry in denied(world, before)]
    assert [("consent.withdrawn", "suspected"), ("consent.given", "suspected")] == tried
    assert "withdrawn" == world.post(f"{path}/withdraw", {"by": "child"}, by=POLICE).json["state"]


@pytest.mark.parametrize("who", [CLINIC, "hotline.caseworker1"])
def test_whoever_is_kept_out_breaks_no_glass_and_hears_of_nothing(world, who):
    agency = who.split(".")[0]
    case, consent, referral = world.sent_referral(agency)
    world.step(referral, "accept", by=who)
    named = {"member_id": world.ids[who]} if who == CLINIC else {"agency_id": world.ids[agency]}
    world.post(f"/v1/cases/{case['id']}/exclusions", {**named, "reason_code": "is_suspect"}, by=BOSS)
    before = len(world.entries())
    glass = {"reason_code": "missing_child", "reason": "Did not come home.", "minutes": 60}
    for path in (f"/v1/cases/{case['id']}/break-glass", f"/v1/referrals/{referral['id']}/break-glass"):
        assert 404 == world.post(path, glass, by=who).status_code
    assert ["excluded"] * 2 == [entry["reason_code"] for entry in denied(world, before)]
    world.post(f"/v1/consents/{consent['id']}/withdraw", {"by": "child"}, by=POLICE)
    with world.app.app_context(), db.engine.begin() as connection:
        number_events(connection)
    assert [] == world.get("/v1/events", by=who).json["items"]
    assert (who == CLINIC) == bool(world.get("/v1/events", by=f"{agency}.supervisor").json["items"])


def test_a_lookup_finds_no_child_that_its_holder_hides(world):
    """The asker gets the same answer if the holder is silent, if whoever is asked is kept out, and if nobody holds anything."""
    hidden = world.open_case(by=CLINIC, case_number="C-9")
    said = {"member_id": world.ids["clinic.caseworker2"], "reason_code": "is_suspect"}
    world.post(f"/v1/cases/{hidden['id']}/exclusions", said, by="clinic.supervisor")
    unknown = {
        **CASE["subject"],
        "identity": {"given_names": "Dara", "family_names": "Prak", "date_of_birth": "2014-02-03"},
    }
    answers = []
    for subject in (CASE["subject"], unknown):
        case = world.open_case(subject=subject)
        asked = world.post(f"/v1/cases/{case['id']}/lookups", {"reason": "Found alone."}, by=BOSS)
        with world.app.app_context():
            pass_on_lookups(world.clock)
        shown = world.get(f"/v1/lookups/{asked.json['id']}", by=BOSS)
        answers.append([{**each.json, "id": 0, "case_id": 0} for each in (asked, shown)])
    assert answers[0] == answers[1]
    lookup = next(each["id"] for each in world.get("/v1/lookups", by="clinic.supervisor").json["items"])
    for who in ("clinic.caseworker2", NGO):
        world.sign_in(who)
    before = len(world.entries())
    for who in ("clinic.caseworker2", NGO):
        assert 404 == world.get(f"/v1/lookups/{lookup}", by=who).status_code
    assert 403 == world.post(f"/v1/cases/{hidden['id']}/lookups", {"reason": "Whose?"}, by=CLINIC).status_code
    assert 404 == world.post(f"/v1/cases/{hidden['id']}/lookups", {"reason": "Whose?"}, by=BOSS).status_code
    assert 4 == len(denied(world, before))
