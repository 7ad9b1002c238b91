"""Value sets: complete, in the field's own words, and never changed under the feet of those who hold a code."""

import json
import re
import unicodedata
from pathlib import Path

import pytest

from referral_api.kernel import codes
from referral_api.kernel.words import DATA_CLASSES, Purpose, Relation, Role

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "referral_api/kernel/codes").glob("*.json"))
LABELS = [
    (name, code, language, label)
    for name, found in codes.SETS.items()
    for code, labels in found.labels.items()
    for language, label in labels.items()
]

# What has been published, in its order. A line here only ever grows (docs/value-sets.md).
PUBLISHED = {
    "age_band": "unknown 0-4 5-9 10-14 15-17 18+",
    "agency_status": "active suspended",
    "agency_type": "police_unit prosecutor court social_service_authority ngo_provider health_facility mental_health_provider legal_aid shelter school victim_support child_advocacy_center "
    "hotline national_central_bureau central_authority international_social_service oversight",
    "appointment_status": "scheduled attended no_show cancelled",
    "box": "inbox outbox",
    "break_glass_reason": "immediate_danger medical_emergency missing_child owner_unreachable other",
    "break_glass_review": "justified not_justified",
    "capability": "child_forensic_interview digital_forensics victim_identification trauma_therapy forensic_medical_examination sign_language interpretation safe_accommodation family_tracing "
    "legal_representation disability_support cross_border_casework online_investigation child_friendly_premises",
    "capacity": "has_capacity waitlist no_capacity assessment_required",
    "caregiver_may_know": "yes no unknown",
    "case_close": "goals_met survivor_asked survivor_died transferred moved_abroad contact_lost not_a_protection_case merged entered_in_error",
    "case_status": "open closed erased",
    "certificate": "safeguarding child_forensic_interview victim_identification digital_forensics icse_user trauma_informed_practice",
    "change_reason": "correction update identified",
    "child_view_asked": "yes no_too_young no_unsafe no_unreachable no_other",
    "client_status": "active revoked",
    "concern": "child_sexual_abuse sexual_exploitation technology_facilitated_sexual_abuse_or_exploitation depicted_in_child_sexual_abuse_material livestreamed_child_sexual_abuse grooming "
    "sexual_extortion non_consensual_sharing generated_or_altered_material exploitation_in_prostitution exploitation_in_travel_and_tourism trafficking child_marriage "
    "harmful_sexual_behaviour_by_another_child physical_violence psychological_violence neglect domestic_violence_exposure other",
    "consent_basis": "consent assent_and_guardian_consent mandatory_reporting statutory_task court_order vital_interest best_interests_documented",
    "consent_state": "pending_approval active withdrawal_requested expired withdrawn ended refused",
    "contact_channel": "phone sms messaging_app email post in_person video_call through_school through_safe_person",
    "data_class": "identity contact family protection_concern access_needs health_need clinical education justice_status investigation notes",
    "decline_reason": "no_capacity waitlist_too_long not_eligible_age not_eligible_other outside_area service_not_offered insufficient_information no_valid_consent duplicate conflict_of_interest "
    "unsafe_to_contact could_not_contact child_or_family_declined child_unavailable referred_elsewhere resources_unavailable wrong_recipient other",
    "declined_by": "provider child caregiver system",
    "erasure_reason": "retention_over erasure_granted entered_in_error",
    "erasure_state": "requested erased refused",
    "exclusion": "is_suspect related_to_suspect related_to_child personal_interest other",
    "feedback_code": "taken_on joint_inquiry no_further_action passed_on",
    "given_by": "child survivor caregiver legal_guardian court other",
    "identification": "unidentified partially_identified identified",
    "informed": "yes no not_safe unknown",
    "intake_channel": "hotline helpline police_report online_report online_platform icse national_central_bureau school health_facility social_services court shelter border_or_migration community "
    "self_report family other_agency other",
    "interview_kind": "initial_account forensic_interview pre_recorded_testimony court_testimony",
    "link_kind": "sibling same_household same_incident same_suspect possible_duplicate merged",
    "lookup_answer": "known not_known no_answer",
    "lookup_state": "asked answered",
    "maturity": "sufficient_maturity_found professional_assessment legal_age_reached court_finding",
    "member_status": "invited active left",
    "message_kind": "message phone_contact",
    "outcome": "service_completed partially_completed ongoing_transferred child_withdrew could_not_contact no_longer_needed not_delivered consent_withdrawn",
    "overdue": "acknowledge answer",
    "purpose": "care investigation protection court oversight statistics",
    "questioning": "do_not_question_about_incident safety_questions_only may_question",
    "redirect_reason": "wrong_recipient outside_area better_placed_agency specialised_service_needed no_capacity conflict_of_interest other",
    "reference_kind": "national_id passport birth_registration refugee_registration health_number school_number case_reference other",
    "referral_kind": "service_request protection_report",
    "referral_state": "draft sent acknowledged accepted in_progress completed failed declined redirected suspended closed withdrawn expired entered_in_error",
    "relation": "owner receiving plan_member break_glass former none",
    "relationship": "mother father step_parent adoptive_parent partner_of_parent grandparent sibling aunt_or_uncle spouse_or_partner other_relative legal_guardian foster_carer institution_staff "
    "no_relation other",
    "risk_flag": "suicide_or_self_harm suspect_has_access lives_with_suspect missing_from_care abduction trafficking_or_retrafficking retaliation_or_witness_intimidation ongoing_online_contact "
    "pregnancy_or_urgent_medical worker_safety",
    "risk_level": "high medium low unknown",
    "role": "caseworker supervisor agency_admin auditor platform_admin",
    "service_status": "offered withdrawn",
    "service_type": "emergency_medical clinical_care_sexual_violence mental_health psychosocial_support safe_accommodation alternative_care child_protection_case_management "
    "child_protection_inquiry criminal_investigation police_protection victim_identification forensic_interview forensic_medical_examination legal_aid court_support victim_advocate interpretation "
    "family_tracing_reunification education_reintegration economic_support disability_support content_removal_support other",
    "sex": "female male other unknown not_stated",
    "stage": "report_received investigation_opened victim_identified forensic_interview_planned forensic_interview_done medical_exam_done suspect_identified suspect_arrested "
    "suspect_released_on_conditions protective_order_issued protective_order_breached safety_plan_reviewed case_sent_to_prosecutor prosecution_declined charges_filed hearing_scheduled hearing_held "
    "hearing_postponed testimony_support_arranged testimony_given plea verdict sentence appeal_filed appeal_decided compensation_applied compensation_decided convicted_person_release_scheduled "
    "convicted_person_released person_escaped case_closed_no_further_action post_trial_support_review",
    "subject_role": "victim at_risk witness",
    "suspend_reason": "consent_withdrawn consent_expired consent_ended child_asked child_unavailable safety_concern awaiting_information awaiting_court_decision capacity_interrupted other",
    "suspected_involved": "yes no unknown",
    "urgency": "high medium low",
    "withdraw_reason": "no_longer_needed need_met_elsewhere child_or_family_asked sent_to_wrong_agency circumstances_changed unsafe_to_continue duplicate no_answer child_died other",
    "withdrawn_by": "child survivor caregiver legal_guardian court other",
    "withhold_reason": "not_in_consent purpose wall safe_contact_not_acknowledged protected_location not_assigned on_behalf_of certificate role consent_ended",
    "worker_kind": "lead worker cover",
}

# Terms that the Luxembourg Guidelines (2nd edition, 2025) advise against or allow only with special care, and those that judge before a
# verdict. Beginnings of words where the language inflects; folded as `folded` folds.
ADVISED_AGAINST = {
    "en": "child prostitut, prostituted child, victim of prostitution, porn, sex tour, webcam child, sex with a child, paedophil, pedophil, customer, client, buyer, sex work, minor, underage, "
    "sextortion, sexting, self-generated, deepfake, molest, predator, offender, perpetrator, abuser",
    "ar": "بغاء الاطفال, اطفال البغاء, دعاره, اباحي, سياحه جنسيه, السياحه الجنسيه, بيدوفيل, زبون, زبائن, عميل, عملاء, عاملات الجنس, عامله جنس, العمل الجنسي, قاصر, تزييف عميق, متحرش, معتدي, "
    "الجاني, جناه, مجرم, مرتكب",
    "fr": "prostitution enfantine, prostitution infantile, prostitution des enfants, enfant prostitu, enfants prostitu, pornographi, pedoporno, vengeance porno, revenge porn, tourisme sexuel, pedophil, "
    "client, travailleuse du sexe, travailleur du sexe, travail du sexe, mineur, sextorsion, sexting, autoproduit, hypertrucage, deepfake, predateur, delinquant, agresseur, abuseur, auteur, coupable",
    "es": "prostitucion infantil, prostitucion de ninas, nina prostituida, nino prostituido, porno, turismo sexual, pedofil, paidofil, pederast, cliente, trabajadora sexual, trabajador sexual, "
    "trabajo sexual, menor, sextorsion, sexting, autogenerad, ultrafals, deepfake, depredador, delincuente, agresor, abusador, perpetrador, victimario, culpable",
}  # fmt: skip
AFTER_A_VERDICT = {"en": "convict", "ar": "مدان", "fr": "condamn", "es": "condenad"}


def folded(text: str) -> str:
    """Without accents, vowel signs, forms of alef and ta marbuta, so that a spelling cannot hide a word."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return bare.replace("ة", "ه").replace("’", "'")


def says(label: str, language: str, terms: str) -> list[str]:
    """The terms that a label uses. Arabic puts articles and prepositions before a word, so there the word may begin anywhere."""
    start = "" if language == "ar" else r"\b"
    return [term for term in terms.split(", ") if re.search(start + re.escape(term), folded(label))]


def test_every_published_set_is_there_with_the_codes_it_was_published_with():
    assert PUBLISHED == {name: " ".join(found.codes) for name, found in codes.SETS.items()}


def test_the_words_of_the_rules_are_the_words_of_the_sets():
    of_a_case = [
        Relation.OWNER,
        Relation.RECEIVING,
        Relation.PLAN_MEMBER,
        Relation.BREAK_GLASS,
        Relation.FORMER,
        Relation.NONE,
    ]
    assert DATA_CLASSES == codes.values("data_class")
    assert tuple(Purpose) == codes.values("purpose")
    assert tuple(of_a_case) == codes.values("relation")
    assert {*Role} - {Role.SYSTEM, Role.SERVICE} == {*codes.values("role")}


def test_a_code_is_snake_case_except_where_it_is_a_span_of_years():
    odd = {
        (name, code)
        for name, found in codes.SETS.items()
        for code in (name, *found.codes)
        if not re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
    }
    assert {("age_band", code) for code in ("0-4", "5-9", "10-14", "15-17", "18+")} == odd


def test_no_set_and_no_code_is_written_twice_in_the_files():
    """JSON keeps the last of two equal names in silence, and the translator's work on the first would be lost."""

    def once(pairs):
        names = [name for name, _ in pairs]
        assert sorted(set(names)) == sorted(names)
        return dict(pairs)

    names = [name for path in FILES for name in json.loads(path.read_text("utf-8"), object_pairs_hook=once)]
    assert sorted(codes.SETS) == sorted(names)


def test_every_code_has_its_label_in_each_language_and_in_no_other():
    assert [] == [
        (found.name, code)
        for found in codes.SETS.values()
        for code, labels in found.labels.items()
        if ("en", "ar", "fr", "es") != tuple(labels)
    ]
    assert [] == [each for each in LABELS if not each[3].strip() or each[3] != each[3].strip()]


def test_labels_of_a_set_can_be_told_apart_in_each_language():
    for found in codes.SETS.values():
        for language in codes.LANGUAGES:
            said = [labels[language] for labels in found.labels.values()]
            assert sorted(set(said)) == sorted(said), (found.name, language)


def test_arabic_labels_are_in_arabic_script_and_the_others_in_latin():
    def scripts(text):
        return {unicodedata.name(c).split()[0] for c in text if c.isalpha()}

    assert [] == [each for each in LABELS if {"ARABIC" if each[2] == "ar" else "LATIN"} != scripts(each[3])]


def test_a_label_is_made_of_letters_and_plain_punctuation_only():
    """No direction marks, no hidden characters, no apostrophe of a typewriter."""
    assert [] == [
        each for each in LABELS if not all(c.isalnum() or unicodedata.combining(c) or c in " ()-,.’،" for c in each[3])
    ]


def test_no_label_uses_a_term_that_the_guidelines_advise_against():
    assert [] == [(*each, found) for each in LABELS if (found := says(each[3], each[2], ADVISED_AGAINST[each[2]]))]


def test_only_a_stage_after_the_verdict_speaks_of_a_convicted_person():
    speaking = {
        (name, code, language)
        for name, code, language, label in LABELS
        if says(label, language, AFTER_A_VERDICT[language])
    }
    after = {"convicted_person_release_scheduled", "convicted_person_released"}
    assert {("stage", code, language) for code in after for language in codes.LANGUAGES} == speaking


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("en", "Child prostitution"), ("en", "Child pornography"), ("en", "Child sex tourism"), ("en", "Paedophile ring"), ("en", "Customer of a child"), ("en", "Young sex worker"),
        ("en", "Revenge porn"), ("en", "The Offender"), ("ar", "بغاءُ الأطفال"), ("ar", "المواد الإباحية"), ("ar", "السياحة الجنسية"), ("ar", "والجاني"), ("fr", "Pédopornographie"),
        ("fr", "Réseau de pédophiles"), ("fr", "Tourisme sexuel"), ("fr", "L’auteur des faits"), ("es", "Prostitución infantil"), ("es", "Pornografía"), ("es", "Red de pedófilos"),
        ("es", "Cliente de una niña"),
    ],
)  # fmt: skip
def test_a_term_advised_against_is_found_whatever_its_spelling(language, label):
    assert says(label, language, ADVISED_AGAINST[language])


def test_an_unknown_code_is_in_no_set_and_an_unknown_set_is_an_error():
    assert "mental_health" in codes.SETS["service_type"]
    assert "Mental_Health" not in codes.SETS["service_type"]
    assert [] == [name for name, found in codes.SETS.items() if "" in found or None in found or "unheard_of" in found]
    with pytest.raises(KeyError):
        codes.values("unheard_of")


def test_the_document_shows_every_set_with_its_version_and_labels():
    document = codes.document()
    sets = {item["name"]: item for item in document["items"]}
    assert (None, [*codes.SETS]) == (document["next_cursor"], [item["name"] for item in document["items"]])
    inbox = {"code": "inbox", "labels": {"en": "Received", "ar": "الوارد", "fr": "Reçues", "es": "Recibidas"}}
    outbox = {"code": "outbox", "labels": {"en": "Sent", "ar": "الصادر", "fr": "Envoyées", "es": "Enviadas"}}
    assert {"name": "box", "version": 1, "codes": [inbox, outbox]} == sets["box"]
    assert document == json.loads(json.dumps(document))


def test_the_table_of_the_documentation_is_in_step_with_the_files():
    rows = re.findall(
        r"^\| `(\w+)` \| (\d+) \| (\d+) \| `(\w+\.json)` \|", (ROOT / "docs/value-sets.md").read_text("utf-8"), re.M
    )
    written = [
        (name, str(said["version"]), str(len(said["codes"])), path.name)
        for path in FILES
        for name, said in json.loads(path.read_text("utf-8")).items()
    ]
    assert sorted(written) == sorted(rows)
