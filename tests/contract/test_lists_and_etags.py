"""Lists are keyset pages with signed cursors; a validator says what this viewer was shown, and nothing else."""

POLICE, CLINIC = "police.caseworker1", "clinic.caseworker1"


def test_pages_follow_each_other_without_a_gap_or_a_repeat(world):
    opened = [world.open_case(case_number=f"N-{n}")["id"] for n in range(5)]
    seen, path = [], "/v1/cases?limit=2&status=open"
    while path:
        answer = world.get(path, by=POLICE)
        seen += [item["id"] for item in answer.json["items"]]
        link = answer.headers.get("Link")
        path = link[1:].partition(">")[0].removeprefix("http://127.0.0.1:8080") if link else None
        assert (link is None) == (answer.json["next_cursor"] is None)
    assert list(reversed(opened)) == seen
    assert not {"subject", "withheld", "safe_contact"} & answer.json["items"][0].keys()
    [last] = world.entries("case.listed")[-1:]
    assert [opened[0]] == last["returned_ids"]


def test_a_cursor_of_another_person_list_or_filter_is_refused(world):
    for n in range(3):
        world.open_case(case_number=f"N-{n}")
    cursor = world.get("/v1/cases?limit=1", by=POLICE).json["next_cursor"]
    assert 200 == world.get(f"/v1/cases?limit=2&cursor={cursor}", by=POLICE).status_code
    for path, who in (
        (f"/v1/cases?limit=1&cursor={cursor}", "police.caseworker2"),
        (f"/v1/cases?limit=1&status=closed&cursor={cursor}", POLICE),
        (f"/v1/referrals?limit=1&cursor={cursor}", POLICE),
        (f"/v1/cases?limit=1&cursor={cursor[:-2]}zz", POLICE),
    ):
        assert 422 == world.get(path, by=who).status_code


def test_a_stale_etag_is_412_and_changes_nothing(world):
    case = world.open_case()
    path = f"/v1/cases/{case['id']}"
    etag = world.get(path, by=POLICE).headers["ETag"]
    assert 200 == world.call("PATCH", path, {"risk_level": "low"}, by=POLICE, If_Match=etag).status_code
    stale = world.call("PATCH", path, {"risk_level": "medium"}, by=POLICE, If_Match=etag)
    assert (412, "precondition-failed") == (stale.status_code, stale.json["type"].rpartition("/")[2])
    assert "low" == world.get(path, by=POLICE).json["risk_level"]
    assert 428 == world.call("PATCH", path, {"risk_level": "low"}, by=POLICE).status_code
    assert 412 == world.call("PATCH", path, {"risk_level": "low"}, by=POLICE, If_Match="W/" + etag).status_code


def test_an_etag_tells_one_viewer_nothing_of_what_only_another_is_shown(world):
    case, _, referral = world.sent_referral()
    path = f"/v1/referrals/{referral['id']}"
    mine, theirs = (world.get(path, by=who).headers["ETag"] for who in (POLICE, CLINIC))
    assert mine != theirs
    world.patch(f"/v1/cases/{case['id']}", {"subject": {"identity": {"preferred_name": "Kha"}}}, by=POLICE)
    assert theirs == world.get(path, by=CLINIC).headers["ETag"]
    world.patch(f"/v1/cases/{case['id']}", {"risk_level": "medium"}, by=POLICE)
    assert theirs != world.get(path, by=CLINIC).headers["ETag"]


def test_a_change_keeps_what_was_there_before(world):
    case = world.open_case()
    path = f"/v1/cases/{case['id']}"
    changed = world.patch(
        path,
        {"subject": {"identity": {"given_names": "Sokhom", "date_of_birth": None}}, "change_reason": "correction"},
        by=POLICE,
    )
    assert ("Sokhom", "Chan") == (
        changed.json["subject"]["identity"]["given_names"],
        changed.json["subject"]["identity"]["family_names"],
    )
    assert "date_of_birth" not in changed.json["subject"]["identity"]
    assert (2, 1) == (changed.json["versions"]["identity"], changed.json["versions"]["contact"])
    versions = world.get(f"{path}/versions?data_class=identity", by=POLICE).json["items"]
    assert [("Sokhom", 2, "correction"), ("Sokha", 1, None)] == [
        (v["content"]["given_names"], v["version"], v["change_reason"]) for v in versions
    ]


def test_only_what_is_shown_may_be_changed(world):
    case, _, referral = world.sent_referral()
    world.step(referral, "accept", by=CLINIC)
    path = f"/v1/cases/{case['id']}"
    assert 403 == world.patch(path, {"subject": {"notes": {"text": "mine now"}}}, by=CLINIC).status_code
    assert 403 == world.patch(path, {"risk_level": "low"}, by=CLINIC).status_code
    ok = world.patch(path, {"subject": {"health_need": {"summary": "Sleeps better."}}}, by=CLINIC)
    assert (200, "Sleeps better.") == (ok.status_code, ok.json["subject"]["health_need"]["summary"])
    assert "Sleeps better." == world.get(path, by=POLICE).json["subject"]["health_need"]["summary"]


def test_an_unidentified_victim_is_a_case_and_gains_an_identity_later(world):
    answer = world.post("/v1/cases", {"case_number": "V-1", "identification_status": "unidentified"}, by=POLICE)
    assert (201, "victim", "unknown", {}) == (
        answer.status_code,
        answer.json["subject_role"],
        answer.json["age_band"],
        answer.json["subject"],
    )
    body = {
        "identification_status": "identified",
        "subject": {"identity": {"given_names": "Dara"}},
        "change_reason": "identified",
    }
    assert (
        "Dara"
        == world.patch(f"/v1/cases/{answer.json['id']}", body, by=POLICE).json["subject"]["identity"]["given_names"]
    )


def test_the_feed_has_each_step_once_and_in_order(world):
    from referral_api.outbox import number_events
    from referral_api.store.session import db

    _, _, referral = world.sent_referral()
    world.step(referral, "acknowledge", by=CLINIC)
    world.step(referral, "accept", by=CLINIC)
    with world.app.app_context(), db.engine.begin() as connection:
        number_events(connection)
    first = world.get("/v1/events?limit=2", by=POLICE).json
    rest = world.get(f"/v1/events?cursor={first['next_cursor']}", by=POLICE).json
    told = [event["type"] for event in [*first["items"], *rest["items"]]]
    assert ["case.opened", "consent.given", "referral.sent", "referral.acknowledged", "referral.accepted"] == told
    assert [] == world.get(f"/v1/events?cursor={rest['next_cursor']}", by=POLICE).json["items"]
    clinic = [event["type"] for event in world.get("/v1/events", by=CLINIC).json["items"]]
    assert ["referral.sent", "referral.acknowledged", "referral.accepted"] == clinic
