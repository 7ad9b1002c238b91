"""What arrives at once: one wins, the others are told, and nothing is half done. On both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.world import CASE

POLICE, CLINIC = "police.caseworker1", "clinic.caseworker1"


def at_once(*calls):
    barrier = Barrier(len(calls))

    def one(call):
        barrier.wait(5)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(30) for future in [pool.submit(one, call) for call in calls]]


def test_eight_equal_creations_make_one_case(world):
    world.sign_in(POLICE)
    answers = at_once(*[lambda: world.post("/v1/cases", CASE, by=POLICE, Idempotency_Key='"same"')] * 8)
    assert {201} == {answer.status_code for answer in answers}
    assert 1 == len({answer.json["id"] for answer in answers})
    assert 1 == len(world.get("/v1/cases", by=POLICE).json["items"])


def test_of_two_steps_at_once_one_wins(world):
    _, _, referral = world.sent_referral()
    world.sign_in("clinic.caseworker2")
    etag = world.get(f"/v1/referrals/{referral['id']}", by=CLINIC).headers["ETag"]
    path = f"/v1/referrals/{referral['id']}"
    answers = at_once(
        lambda: world.post(f"{path}/accept", {}, by=CLINIC, If_Match=etag),
        lambda: world.post(f"{path}/decline", {"reason_code": "no_capacity"}, by="clinic.caseworker2", If_Match=etag),
    )
    assert [200, 412] == sorted(answer.status_code for answer in answers)
    assert 2 == len(world.get(path, by=POLICE).json["history"])


def test_of_two_steps_that_do_not_care_one_is_illegal(world):
    _, _, referral = world.sent_referral()
    world.sign_in("clinic.caseworker2"), world.sign_in(CLINIC)
    path = f"/v1/referrals/{referral['id']}"
    answers = at_once(
        lambda: world.post(f"{path}/accept", {}, by=CLINIC, If_Match="*"),
        lambda: world.post(f"{path}/decline", {"reason_code": "no_capacity"}, by="clinic.caseworker2", If_Match="*"),
    )
    assert [200, 409] == sorted(answer.status_code for answer in answers)


def test_a_referral_is_never_left_open_when_it_is_sent_during_a_withdrawal(world):
    for _ in range(4):
        case = world.open_case()
        consent = world.give_consent(case)
        world.sign_in("police.caseworker2")
        sent, withdrawn = at_once(
            lambda case=case, consent=consent: world.refer(case, consent),
            lambda consent=consent: world.post(
                f"/v1/consents/{consent['id']}/withdraw", {"by": "child"}, by="police.caseworker2"
            ),
        )
        assert 200 == withdrawn.status_code
        if sent.status_code == 201:
            assert "suspended" == world.get(f"/v1/referrals/{sent.json['id']}", by=POLICE).json["state"]
            assert [sent.json["id"]] == withdrawn.json["effects"]["suspended_referral_ids"]
        else:
            assert (409, "consent-ended") == (sent.status_code, sent.json["type"].rpartition("/")[2])


def test_an_acceptance_during_a_withdrawal_opens_nothing(world):
    for _ in range(4):
        case, consent, referral = world.sent_referral()
        world.sign_in("police.caseworker2"), world.sign_in(CLINIC)
        path = f"/v1/referrals/{referral['id']}/accept"
        at_once(
            lambda path=path: world.post(path, {}, by=CLINIC, If_Match="*"),
            lambda consent=consent: world.post(
                f"/v1/consents/{consent['id']}/withdraw", {"by": "child"}, by="police.caseworker2"
            ),
        )
        assert "suspended" == world.get(f"/v1/referrals/{referral['id']}", by=POLICE).json["state"]
        assert 404 == world.get(f"/v1/cases/{case['id']}", by=CLINIC).status_code


def test_two_changes_of_one_case_do_not_lose_each_other(world):
    case = world.open_case()
    path = f"/v1/cases/{case['id']}"
    world.sign_in("police.supervisor")
    etag = world.get(path, by=POLICE).headers["ETag"]
    answers = at_once(
        lambda: world.call("PATCH", path, {"subject": {"notes": {"text": "First."}}}, by=POLICE, If_Match=etag),
        lambda: world.call(
            "PATCH", path, {"subject": {"notes": {"text": "Second."}}}, by="police.supervisor", If_Match=etag
        ),
    )
    assert [200, 412] == sorted(answer.status_code for answer in answers)
    assert 2 == world.get(path, by=POLICE).json["versions"]["notes"]


def test_of_three_equal_links_one_is_made_and_the_others_are_told(world):
    one, other = (world.open_case(case_number=f"PNP-{n}") for n in range(2))
    link = {"to_case_id": other["id"], "kind": "sibling"}
    path = f"/v1/cases/{one['id']}/links"
    answers = at_once(*[lambda: world.post(path, link, by=POLICE)] * 3)
    assert [201, 409, 409] == sorted(answer.status_code for answer in answers)
    assert (409, "linked") == ((again := world.post(path, link, by=POLICE)).status_code, again.json["state"])
    assert 1 == len(world.get(path, by=POLICE).json["items"])
    assert 201 == world.post(path, {**link, "kind": "same_household"}, by=POLICE).status_code
