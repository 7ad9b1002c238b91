"""Asking whether a child is known: the same answer whatever there is, and only a holder's `known` says who holds."""

import pytest
from sqlalchemy import event, select

from referral_api import work
from referral_api.features.cases.models import BlindIndex
from referral_api.features.lookups.models import Lookup, LookupHolder
from referral_api.features.lookups.passing_on import pass_on_lookups
from referral_api.kernel import ids
from referral_api.outbox import OutboxEvent
from referral_api.store.session import db, session
from tests.erasure.story import ask as request_erasure
from tests.erasure.story import close, confirm
from tests.races.test_races import at_once
from tests.world import CASE

ASKER, HOLDER, WORKER = "police.supervisor", "clinic.supervisor", "clinic.caseworker1"
REASON = {"reason": "Sokha was found at the bus station and says little."}


def problem(answer):
    return answer.status_code, answer.json["type"].rpartition("/")[2]


def ask(world, case, by=ASKER, **more):
    return world.post(f"/v1/cases/{case['id']}/lookups", REASON, by=by, **more)


def pass_on(world):
    with world.app.app_context():
        return pass_on_lookups(world.clock)


def answer(world, lookup, said, by=HOLDER, **more):
    return world.post(f"/v1/lookups/{lookup['id']}/answer", {"answer": said}, by=by, **more)


def told(world, kind="lookup.asked"):
    with world.app.app_context():
        e = OutboxEvent
        rows = session().execute(select(e.agency_id, e.subject_id, e.state).where(e.type == kind)).all()
        session().rollback()
    return [(ids.show("agency", row.agency_id), ids.show("lookup", row.subject_id), row.state) for row in rows]


def spelled(**identity):
    return {**CASE["subject"], "identity": {**CASE["subject"]["identity"], **identity}}


@pytest.fixture
def held(world):
    """The clinic has a case of the same child, spelled another way."""
    return world.open_case(by=WORKER, case_number="C-9", subject=spelled(given_names="CHAN", family_names="sokhá"))


@pytest.fixture
def asked(world, held):
    case = world.open_case()
    lookup = ask(world, case).json
    pass_on(world)
    return case, lookup, held


def test_a_supervisor_asks_and_a_holder_says_that_it_knows_the_child(world, held):
    case = world.open_case()
    answered = ask(world, case)
    assert 201 == answered.status_code, answered.text
    lookup = answered.json
    assert (case["id"], "asked", [], None) == (
        lookup["case_id"],
        lookup["state"],
        lookup["answers"],
        lookup["your_answer"],
    )
    assert [] == world.get("/v1/lookups", by=HOLDER).json["items"]
    assert 1 == pass_on(world)
    assert [(world.ids["clinic"], lookup["id"], "asked")] == told(world)

    [seen] = world.get("/v1/lookups", by=HOLDER).json["items"]
    assert (lookup["id"], held["id"], world.ids["police"], world.ids[ASKER]) == (
        seen["id"],
        seen["case_id"],
        seen["agency_id"],
        seen["member_id"],
    )
    assert (REASON["reason"], "asked", [], None) == (
        seen["reason"],
        seen["state"],
        seen["answers"],
        seen["your_answer"],
    )
    assert case["id"] not in str(seen)

    world.clock.pass_by(minutes=1)
    said = answer(world, lookup, "known")
    assert (200, "answered", "known") == (said.status_code, said.json["state"], said.json["your_answer"])
    heard = world.get(f"/v1/lookups/{lookup['id']}", by=ASKER).json
    known = {"agency_id": world.ids["clinic"], "answer": "known", "at": "2026-11-24T09:01:00.000Z"}
    assert ("answered", [known], case["id"]) == (heard["state"], heard["answers"], heard["case_id"])
    assert [(world.ids["police"], lookup["id"], "answered")] == told(world, "lookup.answered")
    assert (409, "illegal-step") == problem(answer(world, lookup, "not_known"))


@pytest.mark.parametrize("said", ["not_known", "no_answer", None])
def test_whatever_else_a_holder_says_looks_like_no_holder_at_all(world, asked, said):
    _, lookup, _ = asked
    if said:
        assert (200, said) == ((done := answer(world, lookup, said)).status_code, done.json["your_answer"])
    other = world.open_case(subject=spelled(given_names="Nobody"))
    unknown = ask(world, other).json
    pass_on(world)
    same = ("id", "case_id", "at")
    views = [world.get(f"/v1/lookups/{each['id']}", by=ASKER) for each in (lookup, unknown)]
    assert 1 == len({str({k: v for k, v in view.json.items() if k not in same}) for view in views})
    assert [] == told(world, "lookup.answered")


def test_the_asking_does_the_same_whether_or_not_there_is_a_match(world, held):
    known, unknown = world.open_case(), world.open_case(subject=spelled(given_names="Nobody"))
    done = {}
    world.sign_in(ASKER)
    for case in (known, unknown):
        statements = []
        with world.app.app_context():
            engine = db.engine
            listen = lambda *said, kept=statements: kept.append(said[2])  # noqa: E731
            event.listen(engine, "before_cursor_execute", listen)
        reply = ask(world, case)
        event.remove(engine, "before_cursor_execute", listen)
        kept = {k: v for k, v in reply.json.items() if k not in ("id", "case_id", "at")}
        done[case["id"]] = (reply.status_code, sorted(reply.headers.keys()), kept, statements)
    assert done[known["id"]] == done[unknown["id"]]
    assert any("lookups" in statement for statement in done[known["id"]][3])
    pass_on(world)
    trails = [
        [(e["action"], e["fields"], e["outcome"]) for e in world.entries() if e["case_ref"] == self_ref(world, case)]
        for case in (known, unknown)
    ]
    assert trails[0] == trails[1]
    assert [("lookup.asked", [], "allowed"), ("lookup.passed_on", [], "allowed")] == trails[0][-2:]


def self_ref(world, case):
    with world.app.app_context():
        return work.case_ref(ids.read("case", case["id"]))


def test_the_askers_side_of_the_log_does_not_say_who_holds(world, asked):
    case, lookup, held = asked
    answer(world, lookup, "not_known")
    trail = world.get("/v1/audit/entries?limit=100", by="police.auditor").json["items"]
    mine = [entry for entry in trail if entry["subject"]["id"] == lookup["id"]]
    assert [("lookup.passed_on", self_ref(world, case)), ("lookup.asked", self_ref(world, case))] == [
        (entry["action"], entry["case_ref"]) for entry in mine
    ]
    assert world.ids["clinic"] not in str(mine)
    assert self_ref(world, held) not in str(trail)
    theirs = world.get("/v1/audit/entries?limit=100", by="clinic.auditor").json["items"]
    assert {"lookup.asked", "lookup.answered"} <= {e["action"] for e in theirs if e["subject"]["id"] == lookup["id"]}
    assert self_ref(world, case) not in str(theirs)


def test_the_words_are_sealed_under_each_sides_own_key_and_are_not_in_the_log(world, asked):
    world.get("/v1/lookups", by=HOLDER)
    assert not any("bus station" in str(entry) or "Sokha" in str(entry) for entry in world.entries())
    with world.app.app_context():
        lookup = session().execute(select(Lookup.reason_sealed, Lookup.value)).one()
        copy = session().execute(select(LookupHolder.reason_sealed)).scalar_one()
        session().rollback()
    assert lookup.value is None
    assert lookup.reason_sealed != copy
    assert b"bus station" not in lookup.reason_sealed + copy


def test_agencies_that_opted_out_are_never_told(world, held):
    etag = world.get(f"/v1/agencies/{world.ids['clinic']}", by="clinic.admin").headers["ETag"]
    path = f"/v1/agencies/{world.ids['clinic']}"
    out = world.call("PATCH", path, {"lookups_opt_out": True}, by="clinic.admin", If_Match=etag)
    assert 200 == out.status_code, out.text
    lookup = ask(world, world.open_case()).json
    pass_on(world)
    assert [] == told(world)
    assert (404, "not-found") == problem(answer(world, lookup, "known"))


def test_an_agency_that_is_kept_out_of_the_askers_case_is_never_told(world, held):
    case = world.open_case()
    kept_out = {"agency_id": world.ids["clinic"], "reason_code": "is_suspect"}
    assert 201 == world.post(f"/v1/cases/{case['id']}/exclusions", kept_out, by=ASKER).status_code
    ask(world, case)
    pass_on(world)
    assert [] == told(world)


def test_the_agencys_own_other_cases_are_not_asked(world):
    world.open_case(case_number="P-2")
    ask(world, world.open_case())
    pass_on(world)
    assert [] == told(world)
    assert 1 == len(world.get("/v1/lookups", by=ASKER).json["items"])


def test_the_index_follows_the_identity(world):
    case = world.open_case(by=WORKER)
    path = f"/v1/cases/{case['id']}"
    mine = world.open_case()
    world.patch(path, {"subject": {"identity": {"family_names": "Other"}}}, by=WORKER)
    ask(world, mine)
    pass_on(world)
    assert [] == told(world)
    world.patch(path, {"subject": {"identity": {"family_names": "Chan"}}}, by=WORKER)
    lookup = ask(world, mine).json
    pass_on(world)
    assert [(world.ids["clinic"], lookup["id"], "asked")] == told(world)
    world.patch(path, {"subject": {"identity": {"date_of_birth": None}}}, by=WORKER)
    with world.app.app_context():
        kept = session().execute(select(BlindIndex.case_id, BlindIndex.value)).all()
        session().rollback()
    assert [mine["id"]] == [ids.show("case", row.case_id) for row in kept]
    assert 32 == len(kept[0].value)


@pytest.mark.parametrize("differs", [{"date_of_birth": "2013-05-05"}, {"sex": "male"}, {"given_names": "Dara"}])
def test_names_birth_date_and_sex_count_together(world, held, differs):
    ask(world, world.open_case(subject=spelled(**differs)))
    pass_on(world)
    assert [] == told(world)


def test_a_case_without_a_name_or_a_birth_date_has_nothing_to_ask_with(world):
    for identity in ({}, {"given_names": "Dara"}, {"date_of_birth": "2013-05-04"}):
        case = world.open_case(subject={"identity": identity})
        refused = ask(world, case)
        assert (409, "illegal-step") == problem(refused)
        assert ("identified", []) == (refused.json["state"], refused.json["allowed_steps"])
    assert {"refused"} == {entry["outcome"] for entry in world.entries("lookup.asked")}


def test_only_certified_supervisors_of_police_and_child_protection_ask_and_only_about_their_own_case(world, held):
    case, _, referral = world.sent_referral()
    for who in ("police.caseworker1", "police.lapsed"):
        assert (403, "forbidden") == problem(ask(world, case, by=who))
    assert (403, "forbidden") == problem(ask(world, held, by=HOLDER))
    assert (404, "not-found") == problem(ask(world, case, by="authority.supervisor"))
    assert (404, "not-found") == problem(ask(world, {"id": "case_01m86a7s04e5vtfdx32bwdvnvj"}))
    world.step(referral, "accept", by=WORKER)
    assert (403, "forbidden") == problem(ask(world, case, by=HOLDER))
    theirs = world.open_case(by="authority.caseworker1")
    assert 201 == ask(world, theirs, by="authority.supervisor").status_code


def test_ten_a_day_and_no_more(world):
    case = world.open_case()
    for _ in range(10):
        assert 201 == ask(world, case).status_code
        world.clock.pass_by(minutes=1)
        world.tokens.clear()
    refused = ask(world, case)
    assert (429, "rate-limited") == problem(refused)
    assert str((24 * 60 - 10) * 60) == refused.headers["Retry-After"]
    world.clock.pass_by(hours=23, minutes=50)
    world.tokens.clear()
    assert 201 == ask(world, case).status_code
    assert 429 == ask(world, case).status_code


def test_the_eleventh_of_many_at_once_is_refused_too(world):
    cases = [world.open_case() for _ in range(4)]
    world.sign_in(ASKER)
    for _ in range(8):
        assert 201 == ask(world, cases[0]).status_code
    answers = at_once(*[lambda case=case: ask(world, case) for case in cases])
    assert [201, 201, 429, 429] == sorted(each.status_code for each in answers)


def test_for_strangers_a_lookup_is_as_missing_as_a_missing_one(world, asked):
    _, lookup, _ = asked
    missing = {"id": "lookup_01m86a7s04e5vtfdx32bwdvnvj"}
    gone = answer(world, missing, "known", by="ngo.supervisor").json
    for stranger, purpose in (
        ("ngo.supervisor", "care"),
        ("authority.supervisor", "care"),
        ("clinic.admin", "statistics"),
        ("police.auditor", "oversight"),
    ):
        reply = answer(world, lookup, "known", by=stranger, purpose=purpose)
        assert (404, {**gone, "instance": None}) == (reply.status_code, {**reply.json, "instance": None})
        read = world.get(f"/v1/lookups/{lookup['id']}", by=stranger, purpose=purpose)
        assert 404 == read.status_code
    assert [] == world.get("/v1/lookups", by="ngo.supervisor").json["items"]


def test_who_is_assigned_or_supervises_answers_and_nobody_else(world, asked):
    _, lookup, _ = asked
    assert (403, "forbidden") == problem(answer(world, lookup, "known", by="clinic.caseworker2"))
    assert (403, "forbidden") == problem(world.get(f"/v1/lookups/{lookup['id']}", by="clinic.caseworker2"))
    assert [] == world.get("/v1/lookups", by="clinic.caseworker2").json["items"]
    assert (403, "forbidden") == problem(answer(world, lookup, "known", by=ASKER))
    assert (403, "forbidden") == problem(world.get(f"/v1/lookups/{lookup['id']}", by="police.caseworker1"))
    assert 1 == len(world.get("/v1/lookups", by=WORKER).json["items"])
    assert 200 == answer(world, lookup, "known", by=WORKER).status_code


def test_whoever_is_kept_out_of_the_held_case_is_not_asked(world, asked):
    _, lookup, held = asked
    kept_out = {"member_id": world.ids[WORKER], "reason_code": "related_to_child"}
    world.post(f"/v1/cases/{held['id']}/exclusions", kept_out, by=HOLDER)
    assert (404, "not-found") == problem(answer(world, lookup, "known", by=WORKER))
    assert [] == world.get("/v1/lookups", by=WORKER).json["items"]


def test_the_boxes_and_the_pages_of_a_list(world, asked):
    case, lookup, _ = asked
    second = ask(world, case).json
    assert [second["id"], lookup["id"]] == [
        each["id"] for each in world.get("/v1/lookups?box=outbox", by=ASKER).json["items"]
    ]
    assert [] == world.get("/v1/lookups?box=inbox", by=ASKER).json["items"]
    assert [lookup["id"]] == [each["id"] for each in world.get("/v1/lookups?box=inbox", by=HOLDER).json["items"]]
    first = world.get("/v1/lookups?limit=1", by=ASKER).json
    rest = world.get(f"/v1/lookups?limit=1&cursor={first['next_cursor']}", by=ASKER).json
    assert [lookup["id"]] == [each["id"] for each in rest["items"]]
    assert 403 == world.get("/v1/lookups", by="clinic.auditor").status_code


def test_each_lookup_is_passed_on_once_and_a_repeated_call_asks_once(world, held):
    case = world.open_case()
    first, again = (ask(world, case, Idempotency_Key='"once"') for _ in range(2))
    assert (201, first.json) == (again.status_code, again.json)
    assert (1, 0) == (pass_on(world), pass_on(world))
    assert 1 == len(told(world))


def test_an_answer_to_what_has_changed_meanwhile_is_stale(world, asked):
    _, lookup, _ = asked
    etag = world.get(f"/v1/lookups/{lookup['id']}", by=HOLDER).headers["ETag"]
    assert (412, "precondition-failed") == problem(answer(world, lookup, "known", If_Match='"other"'))
    assert 200 == answer(world, lookup, "known", If_Match=etag).status_code


def test_what_is_said_is_checked(world):
    case = world.open_case()
    path = f"/v1/cases/{case['id']}/lookups"
    for wrong in ({}, {"reason": ""}, {"reason": "x", "name": "Sokha"}):
        assert (422, "validation-failed") == problem(world.post(path, wrong, by=ASKER))
    assert (400, "idempotency-key-required") == problem(world.post(path, REASON, by=ASKER, Idempotency_Key=""))
    assert (400, "purpose-required") == problem(world.post(path, REASON, by=ASKER, purpose=None))


def test_what_is_erased_is_not_compared_and_the_holder_keeps_its_own_copy(world, asked):
    case, lookup, held = asked
    waiting = ask(world, case).json
    close(world, case)
    assert 200 == confirm(world, request_erasure(world, case).json).status_code
    assert 0 == pass_on(world)
    mine = world.get("/v1/lookups", by=ASKER).json["items"]
    assert [(waiting["id"], None), (lookup["id"], None)] == [(each["id"], each["reason"]) for each in mine]
    [theirs] = world.get("/v1/lookups", by=HOLDER).json["items"]
    assert (lookup["id"], held["id"], REASON["reason"]) == (theirs["id"], theirs["case_id"], theirs["reason"])
    with world.app.app_context():
        indexed = session().execute(select(BlindIndex.case_id)).scalars().all()
        session().rollback()
    assert [held["id"]] == [ids.show("case", each) for each in indexed]
