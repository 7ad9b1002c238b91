"""What the machine that reads the document has found, told as people would."""

import pytest

from tests.world import CASE, World


def test_an_interview_keeps_its_time_and_its_agency(world: World) -> None:
    interview = {"kind": "initial_account", "at": "2026-11-20T10:00:00+07:00", "agency_id": world.ids["clinic"]}
    status = {"stage": "investigation_opened", "interviews": [interview]}
    case = world.open_case(subject={**CASE["subject"], "justice_status": status})
    shown = case["subject"]["justice_status"]["interviews"]
    assert [{**interview, "at": "2026-11-20T03:00:00.000Z"}] == shown


def test_a_trailing_line_end_is_not_part_of_a_code(world: World) -> None:
    answer = world.post("/v1/cases", {**CASE, "area": {"country": "KH\n"}}, by="police.caseworker1")
    assert (422, "/area/country") == (answer.status_code, answer.json["errors"][0]["pointer"])


def test_a_list_that_a_patch_replaces_is_whole(world: World) -> None:
    path = f"/v1/cases/{world.open_case()['id']}"
    answer = world.patch(path, {"subject": {"identity": {"references": [{"value": "1"}]}}}, by="police.caseworker1")
    assert (422, "/subject/identity/references/0/kind") == (answer.status_code, answer.json["errors"][0]["pointer"])


@pytest.mark.parametrize("kind", ["agency", "member"])
def test_whoever_does_not_exist_is_not_kept_out_of_a_case(kind: str, world: World) -> None:
    path = f"/v1/cases/{world.open_case()['id']}/exclusions"
    body = {f"{kind}_id": f"{kind}_01m86a7s04e5vtfdx32bwdvnvj", "reason_code": "is_suspect"}
    answer = world.post(path, body, by="police.supervisor")
    assert (422, f"/{kind}_id", "not-found") == (
        answer.status_code,
        answer.json["errors"][0]["pointer"],
        answer.json["errors"][0]["code"],
    )
