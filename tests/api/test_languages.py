"""Problems and their pages in four languages, as Accept-Language asks; and no sentence without its translations."""

import json
import re
import string
import unicodedata
from pathlib import Path

import pytest
from flask import Flask

from referral_api.api import languages
from referral_api.api.explanations import EXPLANATIONS, title_of
from referral_api.api.languages import TRANSLATIONS, say
from referral_api.kernel import ids
from referral_api.kernel.codes import LANGUAGES
from referral_api.kernel.messages import Message
from tests.api import said
from tests.kernel.test_codes import ADVISED_AGAINST, says
from tests.world import CASE, World

OTHERS = LANGUAGES[1:]
FILES = sorted(Path(languages.__file__).parent.glob("*.json"))
SAID = [(sentence, language, text) for sentence, in_ in TRANSLATIONS.items() for language, text in in_.items()]


# The catalogue.


def test_whatever_can_be_said_has_its_translations_and_nothing_else_has():
    """Errors, titles, details, faults of fields (marshmallow's own too) and pages. A new sentence joins a file of api/languages."""
    assert set(TRANSLATIONS) == said.everything()
    assert [] == [sentence for sentence, in_ in TRANSLATIONS.items() if tuple(in_) != OTHERS]


def test_a_file_that_gives_an_error_other_words_than_its_own_is_known():
    """They make lists of faults, or pass on what is said elsewhere; tests/api/said.py reads it there."""
    assert {
        "api/bodies.py", "features/accounts/clients/schemas.py", "features/accounts/sessions/tries.py", "features/consent/commands.py", "features/erasure/commands.py",
        "features/oversight/routes.py", "features/referrals/commands.py", "features/referrals/steps.py", "kernel/errors.py",
        "store/columns.py", "vault/sealing.py",
    } == said.not_followed()  # fmt: skip


def test_no_sentence_is_translated_twice():
    """JSON keeps the last of two equal names in silence."""
    names = []
    for path in FILES:
        json.loads(path.read_text("utf-8"), object_pairs_hook=lambda pairs: names.extend(name for name, _ in pairs))
    sentences = [name for name in names if name not in OTHERS]
    assert sorted(set(sentences)) == sorted(sentences)


def test_places_and_code_and_addresses_are_the_same_in_each_language():
    def kept(text):
        places = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        return places, sorted(re.findall(r"`[^`]*`", text)), sorted(re.findall(r"(?:GET|POST) /[\w/{}-]+", text))

    assert [] == [each for each in SAID if kept(each[0]) != kept(each[2])]


def test_a_sentence_ends_as_in_english():
    assert [] == [each for each in SAID if each[0].endswith(".") != each[2].endswith(".")]


def test_punctuation_is_that_of_the_language():
    wrong = {
        "ar": r"[\u0600-\u06ff]\s*[,;?]",
        "fr": r"[^\u202f][;?!]|[^\u00a0]: |'|\"[^\"]*\u00a0\"",
        "es": r"^[^¿]*\?|^[^¡]*!| [:;,.]",
    }
    plain = {"{seen} {instead}", "{where}: {fault}"}
    found = [each for each in SAID if each[0] not in plain and re.search(wrong[each[1]], each[2])]
    # A header is written as it is sent.
    assert [] == [
        each for each in found if "Authorization: Bearer" not in each[2] and "Idempotency-Key: " not in each[2]
    ]


def test_arabic_is_in_arabic_script_and_the_others_in_latin():
    def scripts(text):
        return {unicodedata.name(c).split()[0] for c in text if c.isalpha()}

    assert [] == [each for each in SAID if each[1] != "ar" and scripts(each[2]) != {"LATIN"}]


def test_no_translation_uses_a_term_that_the_guidelines_advise_against():
    assert [] == [(*each, found) for each in SAID if (found := says(each[2], each[1], ADVISED_AGAINST[each[1]]))]


def test_a_message_reads_as_its_words_and_is_said_anew_with_its_values():
    fault = Message("{where}: {fault}").format(where="mon", fault="Spans are in order and do not overlap.")
    assert "mon: Spans are in order and do not overlap." == fault
    assert "mon: Las franjas van en orden y no se solapan." == say(fault, "es")
    assert "Nobody has translated this." == say("Nobody has translated this.", "fr")


# The choice.


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, "en"), ("", "en"), ("en", "en"), ("fr", "fr"), ("AR", "ar"), ("es-419", "es"), ("fr-CA", "fr"), ("ar-EG, en;q=0.9", "ar"),
        ("fr-CA, en;q=0.5", "fr"), ("en;q=0.3, es;q=0.7, fr;q=0.5", "es"), ("fr, en", "fr"), ("en, fr", "en"), ("km", "en"),
        ("km, fr;q=0.2", "fr"), ("*", "en"), ("km, *;q=0.1", "en"), ("es, *;q=0.5", "es"), ("en;q=0, *", "ar"), ("fr;q=0, es;q=0.1", "es"),
        ("fr;q=0", "en"), ("fr;q=nonsense", "en"), (";;,,", "en"), ("zh-Hant-TW, fr-CH;q=0.4, en-GB;q=0.3", "fr"),
    ],
)  # fmt: skip
def test_the_best_liked_language_that_we_speak_is_chosen(header, chosen):
    with Flask("choosing").test_request_context(headers={} if header is None else {"Accept-Language": header}):
        assert chosen == languages.asked()


# Over HTTP.

TITLES = {"en": "You may not do this", "ar": "هذا الإجراء غير مسموح لكم به", "fr": "Cette action ne vous est pas permise", "es": "Esta acción no le está permitida"}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_of_problem_speaks_the_language_that_was_asked_for(language: str, world: World) -> None:
    case, police = world.open_case(), "police.caseworker1"
    at, spoken = f"/v1/cases/{case['id']}", {"Accept_Language": f"{language}-001, km;q=0.1"}
    answers = {
        "unauthenticated": world.get(at, by=None, **spoken),
        "purpose-required": world.get(at, by=police, purpose=None, **spoken),
        "purpose-not-allowed": world.get(at, by=police, purpose="care", **spoken),
        "not-found": world.get(f"{at}0", by=police, **spoken),
        "method-not-allowed": world.call("PUT", at, by=police, **spoken),
        "validation-failed": world.post("/v1/cases", {**CASE, "area": {"country": "xx"}, "odd": 1}, by=police, **spoken),
        "imagery-refused": world.post("/v1/cases", {**CASE, "case_number": "data:image/png;base64,AAAA"}, by=police, **spoken),
        "forbidden": world.post("/v1/cases", CASE, by="police.admin", **spoken),
        "precondition-required": world.call("PATCH", at, {"risk_level": "low"}, by=police, **spoken),
        "illegal-step": world.post(f"{at}/reopen", {}, by="police.supervisor", If_Match="*", **spoken),
    }  # fmt: skip
    for code, answer in answers.items():
        expected = (
            f"http://127.0.0.1:8080/problems/{code}",
            say(title_of(code), language),
            language,
            "Accept-Language",
        )
        found = (answer.json["type"], answer.json["title"], answer.headers["Content-Language"], answer.headers["Vary"])
        assert expected == found
        assert "application/problem+json" == answer.content_type
    assert TITLES[language] == answers["forbidden"].json["title"]


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("en", "In state open this step is not allowed."),
        ("ar", "هذه الخطوة غير مسموح بها في الحالة open."),
        ("fr", "Cette étape n’est pas autorisée dans l’état open."),
        ("es", "Este paso no está permitido en el estado open."),
    ],
)
def test_states_and_steps_are_codes_in_every_language(language: str, detail: str, world: World) -> None:
    case = world.open_case()
    answer = world.post(
        f"/v1/cases/{case['id']}/reopen", {}, by="police.supervisor", If_Match="*", Accept_Language=language
    )
    assert (409, detail, "open", ["close"]) == (
        answer.status_code,
        answer.json["detail"],
        answer.json["state"],
        answer.json["allowed_steps"],
    )


def test_the_faults_of_fields_keep_their_pointers_and_codes(world: World) -> None:
    body = {**CASE, "case_number": "y " * 100, "risk_level": "huge", "odd": 1}
    english, french = (
        world.post("/v1/cases", body, by="police.caseworker1", Accept_Language=each).json["errors"]
        for each in ("en", "fr")
    )
    assert [(e["pointer"], e["code"]) for e in english] == [(f["pointer"], f["code"]) for f in french]
    assert {
        "La longueur doit être comprise entre 1 et 64.",
        "Ce n’est pas un code de ce jeu de valeurs.",
        "Champ inconnu.",
    } == {f["detail"] for f in french}


def test_what_imagery_was_seen_is_said_in_both_its_sentences(world: World) -> None:
    body = {**CASE, "case_number": "data:image/png;base64,AAAA"}
    answer = world.post("/v1/cases", body, by="police.caseworker1", Accept_Language="es")
    assert (
        "Se ha detectado una dirección data:, que lleva un archivo dentro del texto. Este servicio solo contiene texto. Ese material debe "
        "entregarse a la unidad nacional especializada, que lo registra en ICSE; escriba aquí su referencia."
        == answer.json["errors"][0]["detail"]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_hidden_and_missing_are_the_same_bytes_in_each_language(language: str, world: World) -> None:
    hidden, missing = world.open_case()["id"], ids.show("case", ids.new())
    answers = [
        world.get(f"/v1/cases/{each}", by="shelter.caseworker1", X_Request_ID="same", Accept_Language=language)
        for each in (hidden, missing)
    ]
    left_out = ("RateLimit",)
    first, second = ([(name, value) for name, value in a.headers if name not in left_out] for a in answers)
    assert (404, answers[0].data, first) == (answers[1].status_code, answers[1].data, second)
    assert say("There is no such thing", language) == answers[0].json["title"]


def test_the_log_holds_the_same_whatever_the_language(world: World) -> None:
    def refused(language):
        before = len(world.entries())
        world.post("/v1/cases", CASE, by="police.admin", Accept_Language=language, X_Request_ID="same")
        return [{**entry, "id": None, "seq": None} for entry in world.entries()[before:]]

    world.sign_in("police.admin")
    assert refused("en") == refused("ar")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_in_the_language_and_its_direction(language: str, world: World) -> None:
    start = f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">'
    for code in EXPLANATIONS:
        page = world.get(f"/problems/{code}", by=None, Accept_Language=language)
        assert start in page.text
        assert f"<h1>{say(title_of(code), language)}</h1>" in page.text
        assert f"{code}</code>" in page.text
        assert (language, "Accept-Language") == (page.headers["Content-Language"], page.headers["Vary"])
    listed = world.get("/problems", by=None, Accept_Language=language)
    assert start in listed.text
    assert say(title_of("forbidden"), language) in listed.text


def test_oauth_speaks_ascii_english(world: World) -> None:
    """RFC 6749, 5.2: the characters of `error_description` are a part of ASCII."""
    form = {"grant_type": "client_credentials"}
    answer = world.app.test_client().post("/oauth/token", data=form, headers={"Accept-Language": "ar"})
    assert answer.json["error_description"].isascii()
    assert "Content-Language" not in answer.headers


def test_the_document_tells_of_the_languages(contract) -> None:
    assert ["en", "ar", "fr", "es"] == contract["components"]["headers"]["Content-Language"]["schema"]["enum"]
    asked = {"$ref": "#/components/parameters/AcceptLanguage"}
    assert asked in contract["paths"]["/v1/cases/{case_id}"]["get"]["parameters"]
    problems = [r for name, r in contract["components"]["responses"].items() if name[0] in "45"]
    assert [] == [r for r in problems if not {"Content-Language", "Vary"} <= r["headers"].keys()]
