def test_a_password_opens_a_session_and_the_token_says_who_calls(office):
    answer = office.sign_in("CAL")
    assert ("Bearer", 300, 28_800) == (
        answer.json["token_type"],
        answer.json["expires_in"],
        answer.json["refresh_expires_in"],
    )
    me = office.get("/v1/me", by=answer.json["access_token"]).json
    assert {
        "id": office.ids["cal"],
        "username": "cal",
        "agency_id": office.ids["Police"],
        "roles": ["caseworker"],
        "purposes": ["investigation", "protection", "court"],
        "certificates": [],
    } == me
