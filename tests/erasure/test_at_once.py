"""Erasing while others act: two who confirm, and one who still writes."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from referral_api.store import session
from tests.erasure.story import ADMIN, CASEWORKER, ask, close, confirm


def at_once(*acts):
    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(act) for act in acts]]


def test_two_confirm_at_once_and_one_certificate_is_made(world):
    case = world.open_case()
    close(world, case)
    erasure = ask(world, case).json
    world.sign_in(ADMIN)
    answers = at_once(*[lambda: confirm(world, erasure).status_code] * 3)
    assert [200, 409, 409] == sorted(answers)
    assert ["allowed", "refused", "refused"] == sorted(entry["outcome"] for entry in world.entries("case.erased"))


def test_whoever_reads_or_reopens_meanwhile_is_before_or_after_and_never_between(world):
    world.sign_in(ADMIN)
    for _ in range(3):
        case = world.open_case()
        close(world, case)
        path = f"/v1/cases/{case['id']}"
        erasure = ask(world, case).json
        confirmed, reopened, read, _ = at_once(
            lambda e=erasure: confirm(world, e).status_code,
            lambda p=path: world.post(f"{p}/reopen", by=CASEWORKER, If_Match="*").status_code,
            lambda p=path: world.get(p, by=CASEWORKER),
            lambda e=erasure: world.get(f"/v1/erasures/{e['id']}", by=ADMIN).status_code,
        )
        assert {200, 409} == {confirmed, reopened}
        assert 200 == read.status_code
        assert read.json == {"id": case["id"], "status": "erased"} or "Sokha" in read.text
    with world.app.app_context():
        wrapped = "SELECT count(*) FROM case_keys k JOIN cases c ON c.id = k.case_id WHERE (k.wrapped IS NULL) <> (c.status = 'erased')"
        assert 0 == session().execute(text(wrapped)).scalar_one()
        session().rollback()
