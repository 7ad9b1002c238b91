"""Erasing a case takes two people, one transaction, and leaves a certificate and nothing to read."""

from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, inspect, text

from referral_api.audit.export import whole_log
from referral_api.audit.integrator import integrate
from referral_api.audit.note import SignerKey
from referral_api.audit.verifier import Trust, verify_export
from referral_api.cli.worker import chores
from referral_api.features.erasure.destroying import of_this_case
from referral_api.kernel import ids
from referral_api.store import db, session
from tests.erasure.story import (
    ADMIN,
    CASEWORKER,
    CLINIC,
    FULL,
    SUPERVISOR,
    WORDS,
    ask,
    close,
    closed_case,
    confirm,
    erased,
    problem,
)


def test_one_asks_another_confirms_and_the_certificate_says_what_is_gone(world):
    case, _, _ = closed_case(world)
    asked = ask(world, case)
    assert (201, "requested", "The Wolframite letter asks for it.") == (
        asked.status_code, asked.json["state"], asked.json["reason"],
    )  # fmt: skip
    assert [asked.json["id"]] == [e["id"] for e in world.get("/v1/erasures?state=requested", by=ADMIN).json["items"]]

    done = confirm(world, asked.json)

    assert 200 == done.status_code, done.text
    found = world.get(f"/v1/erasures/{asked.json['id']}", by=CASEWORKER).json
    assert done.json == found
    assert {
        "id": asked.json["id"],
        "case_id": case["id"],
        "state": "erased",
        "reason_code": "erasure_granted",
        "reason": None,
        "requested_by": world.ids[SUPERVISOR],
        "requested_at": "2026-11-24T09:00:00.000Z",
        "confirmed_by": world.ids[ADMIN],
        "confirmed_at": "2026-11-24T09:00:00.000Z",
        "refused_by": None,
        "refused_at": None,
        "kek_id": "2026q4",
        "backups_gone_on": "2027-03-31",
    } == {name: value for name, value in found.items() if name != "rows_destroyed"}
    assert 20 < found["rows_destroyed"] < 100


def test_the_owner_reads_that_it_is_erased_and_everybody_else_that_there_is_no_such_case(world):
    case, consent, _, _ = erased(world)
    path = f"/v1/cases/{case['id']}"
    assert {"id": case["id"], "status": "erased"} == world.get(path, by=CASEWORKER).json
    missing = world.get(f"/v1/cases/{ids.show('case', ids.new())}", by=CLINIC)
    for who in (CLINIC, "shelter.caseworker1", "police.admin"):
        hidden = world.get(path, by=who)
        assert {**missing.json, "instance": ""} == {**hidden.json, "instance": ""}
    assert [] == [c for c in world.get("/v1/cases", by=CASEWORKER).json["items"] if c["id"] == case["id"]]
    verbs = [
        ("PATCH", path, {"risk_level": "low"}),
        ("POST", f"{path}/close", {"reason_code": "goals_met"}),
        ("POST", f"{path}/reopen", {}),
        ("POST", f"{path}/hold", {"on": True, "reason": "x"}),
        ("POST", f"{path}/erase", {"reason_code": "erasure_granted", "reason": "x"}),
        ("GET", f"{path}/parties", None),
        ("GET", f"{path}/versions?data_class=identity", None),
        ("GET", f"{path}/timeline", None),
        ("GET", f"{path}/disclosures", None),
        ("GET", f"{path}/holds", None),
        ("GET", f"/v1/consents/{consent['id']}", None),
    ]
    for method, address, body in verbs:
        mine = world.call(method, address, body, by=SUPERVISOR, If_Match="*")
        assert (409, "illegal-step", "erased", []) == (*problem(mine), mine.json["state"], mine.json["allowed_steps"])
        assert (404, "not-found") == problem(world.call(method, address, body, by=CLINIC, If_Match="*")), address


def test_the_ends_of_a_referral_keep_its_codes_and_dates_alone(world):
    _, _, referral, _ = erased(world)
    for who in (CASEWORKER, CLINIC):
        shown = world.get(f"/v1/referrals/{referral['id']}", by=who).json
        assert ("closed", "service_completed") == (shown["state"], shown["outcome"])
        assert [None] * 4 == [shown.get("need"), *(step["note"] for step in shown["history"][:3])]
        assert 403 == world.get(f"/v1/referrals/{referral['id']}/messages", by=who).status_code


def test_a_repeat_of_an_earlier_call_answers_nothing_of_it(world):
    opened = world.post("/v1/cases", FULL, by=CASEWORKER, Idempotency_Key='"first"')
    case = opened.json
    etag = opened.headers["ETag"]
    closing = {"reason_code": "goals_met"}
    world.post(f"/v1/cases/{case['id']}/close", closing, by=CASEWORKER, If_Match=etag, Idempotency_Key='"shut"')
    confirm(world, ask(world, case).json)
    again = world.post("/v1/cases", FULL, by=CASEWORKER, Idempotency_Key='"first"')
    shut = world.post(f"/v1/cases/{case['id']}/close", closing, by=CASEWORKER, If_Match=etag, Idempotency_Key='"shut"')
    assert [{"id": case["id"], "status": "erased"}] * 2 == [again.json, shut.json]


def columns(world):
    """Every value of every column of every table, as the bytes that lie there."""
    with world.app.app_context():
        for table in inspect(db.engine).get_table_names():
            for row in session().execute(text(f'SELECT * FROM "{table}"')):
                for value in row:
                    data = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    yield table, data
        session().rollback()


def planted(case_id):
    """The words, and what only this case's minimum says."""
    return [word.lower().encode() for word in (*WORDS, FULL["language"].lower(), "KH-99", FULL["case_number"])]


def test_nothing_that_was_said_is_left_in_any_table(world):
    case, _, _, _ = erased(world)
    for table, data in columns(world):
        assert [] == [word for word in planted(case) if word in data.lower()], table
    assert not any(word in str(entry).lower().encode() for entry in world.entries() for word in planted(case))
    with world.app.app_context():
        uuid = ids.read("case", case["id"])
        key = session().execute(text("SELECT wrapped, destroyed_at FROM case_keys ORDER BY case_id")).all()
        sealed = [
            (table.name, column.name)
            for table in db.metadata.sorted_tables
            for column in table.columns
            if column.name.endswith("sealed") and "case_id" in table.c
            for (value,) in session().execute(
                text(f"SELECT {column.name} FROM {table.name} WHERE case_id = :case"),
                {"case": uuid.hex if db.engine.dialect.name == "sqlite" else uuid},
            )
            if value
        ]
        session().rollback()
    assert [] == sealed
    assert (None, True) == (key[0].wrapped, key[0].destroyed_at is not None)
    assert key[1].wrapped is not None


def test_no_byte_of_it_is_left_in_the_file(world):
    with world.app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("a file is SQLite's")
    case, _, _ = closed_case(world)
    with world.app.app_context():
        uuid = ids.read("case", case["id"])
        query = text("SELECT wrapped FROM case_keys WHERE case_id = :case")
        wrapped = session().execute(query, {"case": uuid.hex}).scalar_one()
        sealed = text("SELECT sealed FROM case_data WHERE case_id = :case")
        ciphertexts = list(session().execute(sealed, {"case": uuid.hex}).scalars())
        session().rollback()
        path = db.engine.url.database
        checkpoint(world)
    before = Path(path).read_bytes()
    assert all(data in before for data in (wrapped, FULL["language"].encode(), b"KH-99"))
    assert any(data[:200] in before for data in ciphertexts)

    confirm(world, ask(world, case).json)
    checkpoint(world)

    after = b"".join(Path(f"{path}{part}").read_bytes() for part in ("", "-wal"))
    assert not any(data[:48] in after for data in (wrapped, *ciphertexts))
    assert not any(word in after.lower() for word in planted(case))


def checkpoint(world):
    signer = SignerKey.parse(world.app.extensions["settings"].log_key.strip())
    [chore] = [c for c in chores(signer, world.clock) if c.name == "overwrite_old_pages"]
    with world.app.app_context():
        session().rollback()
        db.session.remove()
        chore.act()


def test_the_log_keeps_its_entries_and_they_still_verify(world):
    case, _, _, certificate = erased(world)
    [entry] = world.entries("case.erased")
    assert (case["id"], "erasure_granted", [certificate["id"]]) == (
        entry["subject"]["id"], entry["reason_code"], entry["returned_ids"],
    )  # fmt: skip
    assert entry["case_ref"] == world.entries("case.opened")[0]["case_ref"]
    signer = SignerKey.parse(world.app.extensions["settings"].log_key.strip())
    with world.app.app_context():
        integrate(db.engine, signer, now=world.clock())
        with db.engine.connect() as connection:
            verdict = verify_export(whole_log(connection, signer.verifier), Trust(key=signer.verifier))
    assert (True, len(world.entries())) == (verdict.valid, verdict.tree_size)


def test_the_owner_and_who_was_once_told_hear_that_it_is_erased(world):
    erased(world)
    with world.app.app_context():
        told = session().execute(text("SELECT agency_id, state FROM outbox_events WHERE type = 'case.erased'")).all()
        session().rollback()
    found = {ids.show("agency", ids.UUID(str(row.agency_id))) for row in told}
    assert ({world.ids["police"], world.ids["clinic"]}, {"erased"}) == (found, {row.state for row in told})


@pytest.mark.parametrize("who", [CASEWORKER, ADMIN, CLINIC])
def test_only_the_owners_supervisor_asks(world, who):
    case = world.open_case()
    close(world, case)
    purpose = "statistics" if who == ADMIN else "?"
    assert (403 if who == CASEWORKER else 404) == ask(world, case, by=who, purpose=purpose).status_code


def test_who_asked_does_not_confirm_and_a_stranger_knows_of_nothing(world):
    case = world.open_case()
    close(world, case)
    erasure = ask(world, case).json
    assert (403, "forbidden") == problem(confirm(world, erasure, by=SUPERVISOR))
    assert (403, "forbidden") == problem(confirm(world, erasure, by=CASEWORKER))
    for who in ("clinic.supervisor", "clinic.admin"):
        assert (404, "not-found") == problem(confirm(world, erasure, by=who))
        assert (404, "not-found") == problem(world.get(f"/v1/erasures/{erasure['id']}", by=who))
    assert "open" == world.get(f"/v1/cases/{world.open_case()['id']}", by=CASEWORKER).json["status"]
    assert "closed" == world.get(f"/v1/cases/{case['id']}", by=CASEWORKER).json["status"]


def test_the_words_of_a_request_are_for_supervisors_and_auditors_see_the_rest(world):
    case = world.open_case()
    close(world, case)
    path = f"/v1/erasures/{ask(world, case).json['id']}"
    assert "The Wolframite letter asks for it." == world.get(path, by=SUPERVISOR).json["reason"]
    for who in (ADMIN, CASEWORKER, "police.auditor", "oversight.auditor"):
        shown = world.get(path, by=who)
        assert (200, None) == (shown.status_code, shown.json["reason"])
    assert 1 == len(world.get("/v1/erasures", by="oversight.auditor").json["items"])
    assert 403 == world.get("/v1/erasures", by=CASEWORKER).status_code
    assert [] == world.get("/v1/erasures", by="clinic.admin").json["items"]


def test_an_open_a_held_or_a_referred_case_is_not_erased(world):
    case, _, referral = world.sent_referral()
    open_ = ask(world, case)
    assert (409, "illegal-step", "open") == (*problem(open_), open_.json["state"])
    close(world, case)
    assert "withdraw or close them first" in ask(world, case).json["detail"]
    world.step(referral, "withdraw", by=CASEWORKER)
    assert "retention date" in ask(world, case, "retention_over").json["detail"]
    erasure = ask(world, case).json
    twice = ask(world, case)
    assert (409, "requested", ["confirm", "refuse"]) == (
        twice.status_code, twice.json["state"], twice.json["allowed_steps"],
    )  # fmt: skip
    world.post(f"/v1/cases/{case['id']}/hold", {"on": True, "reason": "Trial."}, by=SUPERVISOR)
    held = confirm(world, erasure)
    assert (409, "A legal hold keeps this case.") == (held.status_code, held.json["detail"])
    world.post(f"/v1/cases/{case['id']}/hold", {"on": False, "reason": "Over."}, by=SUPERVISOR)
    assert 200 == confirm(world, erasure).status_code
    assert (409, "illegal-step") == problem(confirm(world, erasure))


def test_when_the_retention_date_is_over_no_other_reason_is_needed(world):
    case = world.open_case()
    close(world, case)
    world.clock.pass_by(days=3654)
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE certificates SET expires_on = '2099-01-01'"))
    world.tokens.clear()
    erasure = ask(world, case, "retention_over")
    assert 201 == erasure.status_code, erasure.text
    certificate = confirm(world, erasure.json).json
    assert "2036-11-25" < certificate["backups_gone_on"] < "2037-03-01"


def test_a_request_that_is_refused_leaves_the_case_and_can_be_made_again(world):
    case = world.open_case()
    close(world, case)
    erasure = ask(world, case).json
    refused = world.post(f"/v1/erasures/{erasure['id']}/refuse", by=ADMIN)
    assert (200, "refused", world.ids[ADMIN]) == (
        refused.status_code, refused.json["state"], refused.json["refused_by"],
    )  # fmt: skip
    assert (409, "illegal-step") == problem(confirm(world, erasure))
    assert 201 == ask(world, case).status_code


def test_a_case_that_was_opened_again_meanwhile_is_kept(world):
    case = world.open_case()
    close(world, case)
    erasure = ask(world, case).json
    etag = world.get(f"/v1/cases/{case['id']}", by=CASEWORKER).headers["ETag"]
    world.post(f"/v1/cases/{case['id']}/reopen", by=CASEWORKER, If_Match=etag)
    refused = confirm(world, erasure)
    assert (409, "open") == (refused.status_code, refused.json["state"])


def test_who_is_kept_out_of_the_case_neither_confirms_nor_knows(world):
    case = world.open_case()
    out = {"member_id": world.ids[ADMIN], "reason_code": "is_suspect"}
    assert 201 == world.post(f"/v1/cases/{case['id']}/exclusions", out, by=SUPERVISOR).status_code
    close(world, case)
    erasure = ask(world, case).json
    assert (404, "not-found") == problem(confirm(world, erasure))
    assert [] == world.get("/v1/erasures", by=ADMIN).json["items"]


def test_a_case_that_is_erased_is_no_case_to_link_to(world):
    case, _, _, _ = erased(world)
    other = world.open_case()
    link = {"to_case_id": case["id"], "kind": "sibling"}
    answer = world.post(f"/v1/cases/{other['id']}/links", link, by=CASEWORKER)
    assert (422, "/to_case_id") == (answer.status_code, answer.json["errors"][0]["pointer"])


STEPS = {
    "send": {}, "acknowledge": {}, "accept": {}, "start": {}, "close": {}, "withdraw": {}, "mark-in-error": {"reason": "Wrong."},
    "decline": {"reason_code": "duplicate", "declined_by": "provider"}, "complete": {"outcome": "service_completed"},
    "fail": {"reason_code": "duplicate"}, "suspend": {"reason_code": "safety_concern"}, "contact": {"acknowledged": True},
    "messages": {"text": "Perilune"}, "appointments": {"at": "2026-12-01T07:00:00Z", "place": "Perilune"},
}  # fmt: skip


def test_nothing_more_is_said_on_a_referral_of_an_erased_case(world):
    _, _, referral, _ = erased(world)
    path = f"/v1/referrals/{referral['id']}"
    for who in (SUPERVISOR, CLINIC):
        for step, body in STEPS.items():
            answer = world.post(f"{path}/{step}", body, by=who, If_Match="*")
            assert answer.status_code in (403, 404, 409), (who, step, answer.text)
        for part in ("messages", "appointments"):
            assert 403 == world.get(f"{path}/{part}", by=who).status_code
    assert 404 == world.post("/v1/audit/case-refs", {
        "agency_id": world.ids["police"], "case_number": "Zarqavel-77", "reason": "x"}, by="police.auditor",
    ).status_code  # fmt: skip
    assert not any(word in data.lower() for _, data in columns(world) for word in planted(None))


UNSEALED = {
    "audit_checkpoints.root", "audit_entries.leaf", "audit_leaves.leaf_hash", "audit_nodes.hash", "blind_index.value", "case_keys.wrapped",
    "cases.case_number_hash", "client_assertions.jti_hash", "clients.secret_hash", "lookups.value", "members.invitation_hash",
    "members.totp_pending_sealed", "members.totp_secret_sealed", "recovery_codes.code_hash", "refresh_tokens.token_hash",
    "replay_keys.body_hash", "used_proofs.digest", "passkeys.public_key", "passkeys.credential_id", "passkey_challenges.digest",
    "members.passkey_handle", "federated_starts.secret_hash", "identity_links.subject_hash", "identity_providers.client_secret_sealed",
}  # fmt: skip
"""Bytes that are not under a case's key: hashes, the log, wrapped keys. A new one must be judged: does it tell of a child?"""


def test_every_other_column_of_bytes_is_named_sealed_and_belongs_to_a_case():
    binaries = [
        (f"{table.name}.{column.name}", table)
        for table in db.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    ]
    assert UNSEALED == {
        name for name, table in binaries if not (name.endswith("sealed") and of_this_case(table, ids.new()) is not None)
    }
