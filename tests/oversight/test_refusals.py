"""An agency's admin sees how often imagery was refused, and nothing else; the auditors see each attempt, and how large it was."""

from tests.world import CASE

PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"


def test_refusals_are_counted_by_day_and_family_without_who_where_or_what(world):
    refused = [world.post("/v1/cases", {**CASE, "case_number": PICTURE}, by="police.caseworker1") for _ in range(2)]
    assert [("/case_number", "data-uri")] * 2 == [
        (answer.json["errors"][0]["pointer"], answer.json["errors"][0]["code"]) for answer in refused
    ]
    assert all(word in refused[0].json["errors"][0]["detail"] for word in ("national", "ICSE"))
    world.clock.pass_by(days=1)
    world.post("/v1/cases", {**CASE, "case_number": "<img src=x>"}, by="police.caseworker2")
    world.post("/v1/cases", {**CASE, "case_number": PICTURE}, by="clinic.caseworker1", purpose="care")

    path = f"/v1/agencies/{world.ids['police']}/refusals"
    answer = world.get(path, by="police.admin")
    assert 200 == answer.status_code, answer.text
    assert {
        "counts": [
            {"day": "2026-11-25", "family": "embedding", "refused": 1},
            {"day": "2026-11-24", "family": "data-uri", "refused": 2},
        ]
    } == answer.json
    assert "refusal.counted" == world.entries()[-1]["action"]
    assert {("data-uri", len(PICTURE)), ("embedding", len("<img src=x>"))} == {
        (entry["reason_code"], entry["versions"]["size"])
        for entry in world.entries("case.opened")
        if entry["outcome"] == "refused"
    }


def test_nobody_but_the_agencys_admin_counts_them(world):
    path = f"/v1/agencies/{world.ids['police']}/refusals"
    assert [403, 404] == [world.get(path, by=who).status_code for who in ("police.caseworker1", "clinic.admin")]
    assert ["denied", "denied"] == [entry["outcome"] for entry in world.entries("refusal.counted")]
