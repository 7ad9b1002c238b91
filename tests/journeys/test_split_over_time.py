"""Material that is cut over several messages, notes or patches is seen, and leaves no trace."""

import base64
import random

POLICE, CLINIC = "police.caseworker1", "clinic.caseworker1"


def crumbs(size=14, count=40):
    noise = base64.b64encode(random.Random(4).randbytes(600)).decode()
    return [noise[i * size : (i + 1) * size] for i in range(count)]


def test_a_file_cut_over_messages_is_refused_before_it_is_through(world):
    _, _, referral = world.sent_referral()
    path = f"/v1/referrals/{referral['id']}/messages"
    answers = [world.post(path, {"text": f"And then {crumb} as said."}, by=CLINIC) for crumb in crumbs()]
    refused = [a for a in answers if a.status_code == 422]
    assert refused, [a.status_code for a in answers]
    assert "imagery-refused" == refused[0].json["type"].rpartition("/")[2]
    assert "/text" == refused[0].json["errors"][0]["pointer"]
    kept = sum(len(crumbs()[0]) for a in answers if a.status_code == 201)
    assert kept < 300


def test_an_ordinary_conversation_goes_on(world):
    _, _, referral = world.sent_referral()
    path = f"/v1/referrals/{referral['id']}/messages"
    for n in range(12):
        text = f"Visit {n} went well; the next one is on 2026-12-{n + 10} at 14:30, docket PNP-2026-{n:04}."
        assert 201 == world.post(path, {"text": text}, by=CLINIC).status_code


def test_a_refusal_leaves_the_tail_and_everything_else_as_it_was(world):
    case = world.open_case()
    path = f"/v1/cases/{case['id']}"
    before = world.get(path, by=POLICE).json["versions"]
    answer = world.patch(path, {"subject": {"notes": {"text": "".join(crumbs(size=60, count=10))}}}, by=POLICE)
    assert 422 == answer.status_code
    assert before == world.get(path, by=POLICE).json["versions"]
    assert 200 == world.patch(path, {"subject": {"notes": {"text": "She likes drawing."}}}, by=POLICE).status_code
