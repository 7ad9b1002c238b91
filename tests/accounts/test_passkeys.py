"""Passkeys: registering, signing in, and what an attacker gets who has copied, replayed, phished or stolen something."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from referral_api.features.accounts.factors.codes import MOST_MISSED
from referral_api.features.accounts.models import Member
from referral_api.features.accounts.passkeys.models import Passkey, PasskeyChallenge
from referral_api.features.accounts.sessions.tries import MOST
from referral_api.kernel import ids
from referral_api.store.session import only_here, session
from tests.accounts.authenticator import Authenticator, text
from tests.accounts.office import BOTH
from tests.accounts.test_factors import answer_of, code, newcomer, try_to_sign_in

OPTIONS, MINE = "/v1/me/passkeys/options", "/v1/me/passkeys"


def options_for(office, who="cal"):
    """The options to make a passkey, for somebody with an app."""
    office.clock.pass_by(seconds=30)
    answer = office.post(OPTIONS, {"one_time_code": code(office, who)}, by=who)
    assert 200 == answer.status_code, answer.json
    return answer.json


def register(office, who="cal", authenticator=None, *, name="Telephone"):
    held = authenticator or Authenticator()
    answer = office.post(MINE, {"name": name, "credential": held.make(options_for(office, who))}, by=who)
    assert 201 == answer.status_code, answer.json
    return held, answer.json


def first_factor(office, who="new"):
    """Somebody whose only factor is a passkey: the authenticator, and what registering it answered."""
    token = newcomer(office, who)["access_token"]
    held = Authenticator()
    made = held.make(office.post(OPTIONS, by=token).json)
    answer = office.post(MINE, {"name": "Telephone", "credential": made}, by=token)
    assert 201 == answer.status_code, answer.json
    return held, answer.json


def asked(office, username=None, **more):
    return office.post("/v1/sessions/passkey/options", {} if username is None else {"username": username}, **more).json


def show(office, credential, **more):
    return office.post("/v1/sessions/passkey", {"credential": credential}, **more)


def refused(office, credential):
    """The status and the body, which are those of a wrong password whatever was wrong."""
    wrong = try_to_sign_in(office, "nobody-here", address="198.51.100.20")
    answer = show(office, credential)
    assert answer_of(wrong) == answer_of(answer)
    return answer.status_code


# Registering.


@BOTH
def test_a_passkey_signs_in_alone_and_the_log_says_so(office):
    held, _ = register(office)
    answer = show(office, held.sign(asked(office)))
    assert (200, False) == (answer.status_code, answer.json["enrolment_required"])
    assert "passkey" == office.entries("session.opened")[-1]["reason_code"]
    assert 200 == office.get("/v1/agencies", by=answer.json["access_token"]).status_code
    shown = office.get("/v1/sessions", by=answer.json["access_token"]).json["items"][0]
    assert ("passkey", True) == (shown["factor"], shown["current"])


@BOTH
def test_a_passkey_as_the_first_factor_ends_every_session_begins_a_new_one_and_asks_for_no_app(office):
    theirs = newcomer(office)
    mine = try_to_sign_in(office, "new").json
    made = Authenticator().make(office.post(OPTIONS, by=mine["access_token"]).json)
    answer = office.post(MINE, {"name": "Telephone", "credential": made}, by=mine["access_token"])
    assert (201, False, 10) == (
        answer.status_code, answer.json["enrolment_required"], len(set(answer.json["recovery_codes"])),
    )  # fmt: skip
    for token in (theirs["access_token"], mine["access_token"]):
        assert 401 == office.get("/v1/me", by=token).status_code
    assert 200 == office.get("/v1/agencies", by=answer.json["access_token"]).status_code
    assert [
        ("factor.enrolled", "passkey"), ("session.ended", "factor_enrolled"), ("session.ended", "factor_enrolled"), ("session.opened", "passkey"),
    ] == [(entry["action"], entry["reason_code"]) for entry in office.entries()][-5:-1]  # fmt: skip


def test_beside_a_passkey_the_password_alone_opens_nothing_and_a_recovery_code_does(office):
    _, registered = first_factor(office)
    assert 401 == try_to_sign_in(office, "new").status_code
    answer = try_to_sign_in(office, "new", one_time_code=registered["recovery_codes"][0])
    assert (200, False) == (answer.status_code, answer.json["enrolment_required"])


def test_a_second_passkey_takes_a_code_and_ends_nothing(office):
    register(office)
    before = office.tokens["cal"]
    for said in ({}, {"one_time_code": "000000"}):
        assert 422 == office.post(OPTIONS, said, by="cal").status_code
    register(office, name="Key on the ring")
    assert 200 == office.get("/v1/me", by=before).status_code
    listed = office.get(MINE, by="cal").json["items"]
    assert ["Key on the ring", "Telephone"] == [each["name"] for each in listed]
    assert {"id", "name", "registered_at", "last_used_at"} == set(listed[0])


def test_the_options_name_this_service_a_random_handle_and_what_is_held(office):
    held, _ = register(office)
    options = options_for(office)
    assert ("127.0.0.1", "cal", "required", "preferred", "none") == (
        options["rp"]["id"], options["user"]["name"], options["authenticatorSelection"]["userVerification"],
        options["authenticatorSelection"]["residentKey"], options["attestation"],
    )  # fmt: skip
    assert [text(held.id)] == [each["id"] for each in options["excludeCredentials"]]
    assert (text(held.handle), 64) == (options["user"]["id"], len(held.handle))
    assert held.handle != register(office, "sam")[0].handle


@pytest.mark.parametrize(
    ("wrong", "how"),
    [
        ({"origin": "https://referrals.example.org"}, {}),
        ({"rp_id": "example.org"}, {}),
        ({"verified": False}, {}),
        ({}, {"type": "webauthn.get"}),
        ({}, {"format": "android-safetynet"}),
        ({"id": b"i" * 256}, {}),
        ({"id": b"\x89PNG\r\n\x1a\n" + b"i" * 24}, {}),
        ({"id": b"\xff\xd8\xff\xe0" + b"i" * 200}, {}),
    ],
)
def test_what_was_not_made_for_this_session_is_not_registered(office, wrong, how):
    made = Authenticator(**wrong).make(options_for(office), **how)
    answer = office.post(MINE, {"name": "Telephone", "credential": made}, by="cal")
    assert 422 == answer.status_code
    assert [] == office.get(MINE, by="cal").json["items"]


def test_the_longest_credential_id_that_authenticators_give_out_is_taken(office):
    held, _ = register(office, authenticator=Authenticator(id=b"i" * 255))
    assert [text(held.id)] == [each["id"] for each in asked(office, "cal")["allowCredentials"]]


def test_an_answer_that_is_nonsense_is_not_registered(office):
    made = Authenticator().make(options_for(office))
    for name, said in (("attestationObject", "oWE"), ("attestationObject", "a+/="), ("clientDataJSON", "e30"), ("clientDataJSON", "W10")):  # fmt: skip
        wrong = {**made, "response": {**made["response"], name: said}}
        answer = office.post(MINE, {"name": "Telephone", "credential": wrong}, by="cal")
        assert ("/credential", "not-verified") == tuple(answer.json["errors"][0][each] for each in ("pointer", "code"))


@BOTH
def test_a_registration_counts_once_even_for_two_at_once(office):
    made = Authenticator().make(options_for(office))
    said = {"name": "Telephone", "credential": made}
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda _: office.post(MINE, said, by="cal"), range(2)))
    assert [201, 422] == sorted(answer.status_code for answer in answers)


@BOTH
def test_a_credential_is_one_members_only(office):
    held, _ = register(office)
    copied = held.copy(handle=None)
    answer = office.post(MINE, {"name": "Mine", "credential": copied.make(options_for(office, "sam"))}, by="sam")
    assert 422 == answer.status_code
    assert [] == office.get(MINE, by="sam").json["items"]


def test_options_are_for_the_session_that_asked_and_for_five_minutes(office):
    stolen = Authenticator().make(options_for(office, "sam"))
    assert 422 == office.post(MINE, {"name": "Theirs", "credential": stolen}, by="cal").status_code
    late = Authenticator().make(options_for(office))
    office.clock.pass_by(minutes=5)
    again = try_to_sign_in(office, "cal", one_time_code=code(office, "cal")).json["access_token"]
    assert 422 == office.post(MINE, {"name": "Late", "credential": late}, by=again).status_code


def test_a_challenge_to_sign_in_registers_nothing(office):
    options = options_for(office)
    made = Authenticator().make({**options, "challenge": asked(office)["challenge"]})
    assert 422 == office.post(MINE, {"name": "Telephone", "credential": made}, by="cal").status_code


def test_a_name_is_read_like_every_text(office):
    made = Authenticator().make(options_for(office))
    answer = office.post(MINE, {"name": "data:image/png;base64,AAAA", "credential": made}, by="cal")
    assert "imagery-refused" == answer.json["type"].rpartition("/")[2]


def multiply(office, more):
    """So many more passkeys beside the one there is."""
    with office.app.app_context(), only_here(session()):
        row = session().execute(select(Passkey.__table__)).one()._mapping
        others = [{**row, "id": ids.new(), "credential_id": bytes([each])} for each in range(more)]
        session().execute(Passkey.__table__.insert(), others)
        session().commit()


def test_nobody_has_more_than_twenty(office):
    register(office)
    multiply(office, 19)
    office.clock.pass_by(seconds=30)
    assert 409 == office.post(OPTIONS, {"one_time_code": code(office, "cal")}, by="cal").status_code
    assert 20 == office.get("/v1/me/factors", by="cal").json["passkeys"]


def test_options_that_wait_in_several_sessions_do_not_make_more_than_twenty(office):
    first, second = Authenticator().make(options_for(office)), Authenticator().make(options_for(office))
    register(office)
    multiply(office, 18)
    answers = [office.post(MINE, {"name": "One", "credential": made}, by="cal") for made in (first, second)]
    assert [201, 409] == [answer.status_code for answer in answers]
    assert 20 == office.get("/v1/me/factors", by="cal").json["passkeys"]


# Signing in.


def test_the_whole_way_is_as_the_document_says(world):
    """The fixture holds each answer against it."""
    who, held = "police.caseworker1", Authenticator()
    world.sign_in(who)
    proof = {"one_time_code": world.apps.code(who, world.clock())}
    made = held.make(world.post(OPTIONS, proof, by=who, purpose=None).json)
    assert 201 == world.post(MINE, {"name": "Telephone", "credential": made}, by=who, purpose=None).status_code
    for said in ({}, {"username": who}, {"username": "nobody-here"}):
        options = world.post("/v1/sessions/passkey/options", said, by=None)
        assert 200 == options.status_code
        answer = world.post("/v1/sessions/passkey", {"credential": held.sign(options.json)}, by=None)
        assert (401 if said == {"username": "nobody-here"} else 200) == answer.status_code
    assert 1 == len(world.get(MINE, by=who, purpose=None).json["items"])


def test_every_failure_to_sign_in_is_that_of_a_wrong_password(office):
    held, _ = register(office)
    other, _ = register(office, "sam")
    used = held.sign(asked(office))
    assert 200 == show(office, used).status_code
    register_challenge = options_for(office)
    failures = {
        "replayed": lambda: used,
        "unknown": lambda: Authenticator(rp_id="127.0.0.1", handle=held.handle).sign(asked(office)),
        "wrong origin": lambda: held.copy(origin="https://127.0.0.1.example.org", count=100).sign(asked(office)),
        "wrong relying party": lambda: held.copy(rp_id="example.org", count=100).sign(asked(office)),
        "nobody verified": lambda: held.copy(verified=False, count=100).sign(asked(office)),
        "another's key": lambda: held.copy(key=other.key, count=100).sign(asked(office)),
        "another's handle": lambda: held.copy(handle=other.handle, count=100).sign(asked(office)),
        "no handle, nobody named": lambda: held.copy(handle=None, count=100).sign(asked(office)),
        "of another who was named": lambda: other.copy(count=100).sign(asked(office, "cal")),
        "a challenge of ours for something else": lambda: held.copy(count=100).sign(register_challenge),
        "a challenge of theirs": lambda: held.copy(count=100).sign({"challenge": text(b"c" * 32)}),
        "of another ceremony": lambda: held.copy(count=100).sign(asked(office), type="webauthn.create"),
        "nonsense": lambda: held.copy(count=100).sign(asked(office), authenticatorData="AAAA"),
    }
    found = {}
    for number, (name, credential) in enumerate(failures.items()):
        office.clock.pass_by(minutes=1 if number % 5 else 11)
        found[name] = refused(office, credential())
    assert dict.fromkeys(failures, 401) == found


@BOTH
def test_an_assertion_counts_once_even_for_two_at_once(office):
    held, _ = register(office, authenticator=Authenticator(counts=False))
    signed = held.sign(asked(office))
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda _: show(office, signed), range(2)))
    assert [200, 401] == sorted(answer.status_code for answer in answers)
    assert 401 == show(office, signed).status_code


def test_a_challenge_is_gone_with_its_first_answer_whatever_that_is_worth(office):
    held, _ = register(office)
    options = asked(office)
    assert 401 == show(office, held.copy(verified=False).sign(options)).status_code
    assert 401 == show(office, held.sign(options)).status_code
    assert 200 == show(office, held.sign(asked(office))).status_code


def test_a_challenge_holds_five_minutes_and_is_then_forgotten(office):
    held, _ = register(office)
    signed = held.sign(asked(office))
    office.clock.pass_by(minutes=5)
    assert 401 == show(office, signed).status_code
    asked(office)
    asked(office)
    with office.app.app_context():
        assert 2 == session().execute(select(func.count()).select_from(PasskeyChallenge)).scalar_one()


@BOTH
def test_a_counter_that_goes_back_is_refused_and_always_leaves_an_entry(office):
    held, _ = register(office)
    copied = held.copy()
    for _ in range(2):
        assert 200 == show(office, held.sign(asked(office))).status_code
    for _ in range(2):
        copied.count = 0
        assert 401 == refused(office, copied.sign(asked(office)))
    entries = [
        entry for entry in office.entries("session.opened") if entry["reason_code"] == "passkey_counter_went_back"
    ]
    told = [(entry["subject"]["id"], entry["outcome"]) for entry in entries]
    assert [(office.ids["cal"], "denied")] * 2 == told
    assert 200 == show(office, held.sign(asked(office))).status_code


def test_a_counter_without_a_signature_says_nothing(office):
    held, _ = register(office)
    show(office, held.sign(asked(office)))
    assert (
        401
        == show(office, Authenticator(id=held.id, rp_id=held.rp_id, handle=held.handle).sign(asked(office))).status_code
    )
    assert [] == [e for e in office.entries("session.opened") if e["reason_code"] == "passkey_counter_went_back"]


def test_a_passkey_that_never_counts_signs_in_again(office):
    held, _ = register(office, authenticator=Authenticator(counts=False))
    assert [200, 200] == [show(office, held.sign(asked(office))).status_code for _ in range(2)]


def test_a_passkey_that_is_not_discoverable_signs_in_whoever_was_named(office):
    held, _ = register(office)
    options = asked(office, "CAL")
    assert [text(held.id)] == [each["id"] for each in options["allowCredentials"]]
    assert 200 == show(office, held.copy(handle=None).sign(options)).status_code


def test_the_options_do_not_tell_whether_there_is_somebody(office):
    register(office)
    somebody, nobody, without = (asked(office, name) for name in ("cal", "nobody-here", "sam"))
    assert {tuple(somebody)} == {tuple(nobody), tuple(without)}
    assert {1} == {len(each["allowCredentials"]) for each in (somebody, nobody, without)}
    assert nobody["allowCredentials"] == asked(office, "nobody-here")["allowCredentials"]
    assert nobody["allowCredentials"] != without["allowCredentials"]
    assert [] == asked(office)["allowCredentials"]


def test_passkeys_and_passwords_share_one_throttle(office):
    held, _ = register(office)
    for number in range(MOST):
        answer = (
            try_to_sign_in(office, "cal", password="not the password at all")
            if number % 2
            else show(office, held.copy(verified=False).sign(asked(office)))
        )
        assert 401 == answer.status_code
    assert 429 == show(office, held.sign(asked(office, address="192.0.2.9"))).status_code
    assert 200 == show(office, held.sign(asked(office, address="192.0.2.9")), address="192.0.2.9").status_code


def test_a_passkey_opens_what_wrong_codes_have_closed_and_leaves_the_password_closed(office):
    held, _ = register(office)
    with office.app.app_context(), only_here(session()):
        session().execute(update(Member).where(Member.username == "cal").values(codes_missed=MOST_MISSED))
        session().commit()
    assert 200 == show(office, held.sign(asked(office))).status_code
    office.clock.pass_by(seconds=30)
    assert 401 == try_to_sign_in(office, "cal", one_time_code=code(office, "cal")).status_code


# Giving up, leaving, coming back.


def removed(office, who, passkey_id, said, **more):
    return office.post(f"{MINE}/{passkey_id}/remove", {"one_time_code": said}, by=who, **more)


def test_giving_a_passkey_up_takes_a_code_and_ends_every_session(office):
    held, registered = register(office)
    assert 422 == removed(office, "cal", registered["id"], "000000").status_code
    office.clock.pass_by(seconds=30)
    assert 404 == removed(office, "sam", registered["id"], code(office, "sam")).status_code
    assert 204 == removed(office, "cal", registered["id"], code(office, "cal")).status_code
    assert 401 == office.get("/v1/me", by="cal").status_code
    assert 401 == show(office, held.sign(asked(office))).status_code
    office.clock.pass_by(seconds=30)
    assert not try_to_sign_in(office, "cal", one_time_code=code(office, "cal")).json["enrolment_required"]


@BOTH
def test_without_the_last_factor_a_session_may_only_enrol(office):
    _, registered = first_factor(office)
    token, codes = registered["access_token"], registered["recovery_codes"]
    assert 404 == office.post("/v1/me/totp/remove", {"one_time_code": codes[0]}, by=token).status_code
    assert 204 == removed(office, token, registered["id"], codes[0]).status_code
    assert try_to_sign_in(office, "new").json["enrolment_required"]


def test_giving_the_app_up_leaves_the_passkey_and_the_recovery_codes(office):
    codes = office.post("/v1/me/recovery-codes", {"one_time_code": code(office, "cal")}, by="cal").json[
        "recovery_codes"
    ]
    held, _ = register(office)
    office.clock.pass_by(seconds=30)
    assert 204 == office.post("/v1/me/totp/remove", {"one_time_code": code(office, "cal")}, by="cal").status_code
    assert 401 == try_to_sign_in(office, "cal").status_code
    assert 200 == show(office, held.sign(asked(office))).status_code
    assert 200 == try_to_sign_in(office, "cal", one_time_code=codes[0]).status_code


@pytest.mark.parametrize("status", ["left", "invited"])
def test_whoever_leaves_or_is_invited_anew_has_no_passkey(office, status):
    held, _ = register(office)
    path = f"/v1/agencies/{office.ids['Police']}/members/{office.ids['cal']}"
    changed = office.patch(path, {"status": status}, by="ana")
    assert 200 == changed.status_code
    assert 401 == show(office, held.sign(asked(office))).status_code
    if status == "invited":
        assert 200 == office.accept("cal", changed.json["invitation"]).status_code
        assert 401 == show(office, held.sign(asked(office))).status_code
        assert 200 == office.confirm("Police", "cal", by="sam").status_code
        assert try_to_sign_in(office, "cal").json["enrolment_required"]
    with office.app.app_context():
        assert 0 == session().execute(select(func.count()).select_from(Passkey)).scalar_one()
        assert session().execute(select(Member.passkey_handle).where(Member.username == "cal")).scalar_one() is None


def test_a_session_without_a_factor_sees_no_passkeys_and_a_system_has_none(office):
    assert 403 == office.get(MINE, by=newcomer(office)["access_token"]).status_code
    client = office.connect("Police", "case:read", by="ana")
    token = office.form("/oauth/token", {"grant_type": "client_credentials"}, basic=(client["client_id"], client["client_secret"])).json["access_token"]  # fmt: skip
    assert 404 == office.get(MINE, by=token).status_code
    assert 404 == office.post(OPTIONS, by=token).status_code
    made = Authenticator().make(options_for(office))
    assert 404 == office.post(MINE, {"name": "Ours", "credential": made}, by=token).status_code
