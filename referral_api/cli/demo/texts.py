"""The invented cases. Every name, number and event is made up; none is of a real person."""

from typing import Any, Final

__all__ = ["CASES", "NEEDS", "NOTES"]

CASES: Final[dict[str, dict[str, Any]]] = {
    "harbour": {
        "case_number": "MB-2026-0147",
        "identification_status": "identified",
        "intake_channel": "hotline",
        "risk_level": "high",
        "risk_flags": ["suspect_has_access", "ongoing_online_contact"],
        "language": "en",
        "area": {"country": "KH", "subdivision": "KH-17"},
        "subject": {
            "identity": {
                "given_names": "Dara Lin",
                "family_names": "Velaska",
                "date_of_birth": "2014-03-09",
                "date_of_birth_estimated": True,
                "sex": "female",
                "nationalities": ["KH"],
                "references": [{"kind": "school_number", "value": "SCH 0412-77"}],
            },
            "contact": {"address": "Pier Lane 12, Mekong Bay", "phones": ["+855 23 555 0142"], "living_with": "mother"},
            "family": {
                "caregivers": [
                    {
                        "name": "Mealea Velaska",
                        "relationship": "mother",
                        "legal_authority": True,
                        "informed": "yes",
                        "suspected_involved": "no",
                    }
                ]
            },
            "protection_concern": {
                "concerns": ["grooming", "sexual_extortion"],
                "summary": "An adult who is not yet identified wrote to the child through a game and now threatens her.",
                "immediate_safety_concern": True,
                "first_reported_on": "2026-11-02",
            },
            "access_needs": {"spoken": ["km", "en"], "worker_sex": "female"},
            "health_need": {"summary": "Sleeps badly, has missed meals since the threats began."},
            "justice_status": {"police_reference": "CPU 311/26", "stage": "investigation_opened", "interviews": []},
            "investigation": {
                "icse_references": ["ICSE-0000-4471"],
                "summary": "Account data was asked for by letter rogatory.",
            },
            "notes": {"text": "She asked that her teacher is not told."},
        },
        "safe_contact": {
            "allowed_channels": ["phone"],
            "safe_times": "weekdays 14:00 to 16:00",
            "safe_person": "mother",
            "may_leave_message": False,
            "may_name_agency": False,
            "caregiver_may_know": "yes",
            "device_may_be_monitored": True,
            "cover_wording": "A call about the reading club.",
            "do_not_contact": ["uncle"],
            "last_confirmed_on": "2026-11-20",
        },
    },
    "unknown": {
        "case_number": "MB-2026-0152",
        "identification_status": "unidentified",
        "intake_channel": "icse",
        "risk_level": "unknown",
        "age_band": "5-9",
        "area": {"country": "KH"},
        "subject": {
            "protection_concern": {
                "concerns": ["depicted_in_child_sexual_abuse_material"],
                "summary": "A victim whose name is not known; described in words by the national unit.",
            },
            "investigation": {
                "icse_references": ["ICSE-0000-5190"],
                "summary": "Background speech is in two languages.",
            },
        },
    },
    "camp": {
        "case_number": "OC-2026-33",
        "identification_status": "identified",
        "intake_channel": "community",
        "risk_level": "medium",
        "risk_flags": ["retaliation_or_witness_intimidation"],
        "language": "ar",
        "area": {"country": "KH", "subdivision": "KH-17"},
        "subject": {
            "identity": {
                "given_names": "سلمى",
                "family_names": "الحيدراني",
                "date_of_birth": "2012-07-01",
                "date_of_birth_estimated": True,
                "sex": "female",
                "nationalities": ["SY"],
                "references": [{"kind": "refugee_registration", "value": "RR-2025-90817"}],
            },
            "contact": {"phones": ["+855 23 555 0188"], "living_with": "الجدة"},
            "family": {
                "caregivers": [
                    {
                        "name": "نجاة الحيدراني",
                        "relationship": "grandparent",
                        "legal_authority": True,
                        "informed": "yes",
                        "suspected_involved": "no",
                    }
                ]
            },
            "protection_concern": {
                "concerns": ["child_marriage", "psychological_violence"],
                "summary": "تضغط عليها العائلة من أجل زواج لا تريده، وقد طلبت المساعدة من معلمتها.",
                "first_reported_on": "2026-11-10",
            },
            "access_needs": {"spoken": ["ar"], "interpreter": True, "interpreter_sex": "female"},
            "health_need": {"summary": "قلق شديد وصعوبة في النوم."},
        },
        "safe_contact": {
            "allowed_channels": ["in_person", "through_school"],
            "safe_times": "في أوقات المدرسة",
            "may_leave_message": False,
            "may_name_agency": False,
            "caregiver_may_know": "no",
            "device_may_be_monitored": True,
        },
    },
    "night": {
        "case_number": "HM-88041",
        "identification_status": "partially_identified",
        "intake_channel": "helpline",
        "risk_level": "high",
        "risk_flags": ["suicide_or_self_harm"],
        "language": "en",
        "area": {"country": "PH", "subdivision": "PH-CEB"},
        "subject": {
            "identity": {
                "preferred_name": "Juno",
                "date_of_birth": "2010-01-15",
                "sex": "male",
                "nationalities": ["PH"],
            },
            "contact": {"phones": ["+63 32 555 0119"]},
            "protection_concern": {
                "concerns": ["domestic_violence_exposure"],
                "summary": "Calls at night from a neighbour's house and is afraid to go home.",
            },
            "access_needs": {"spoken": ["en", "fil"]},
        },
        "safe_contact": {
            "allowed_channels": ["phone"],
            "safe_times": "after 21:00",
            "may_leave_message": False,
            "may_name_agency": False,
            "caregiver_may_know": "no",
        },
    },
    "rivage": {
        "case_number": "MER-2026-19",
        "identification_status": "identified",
        "intake_channel": "school",
        "risk_level": "medium",
        "language": "fr",
        "area": {"country": "FR", "subdivision": "FR-2A"},
        "subject": {
            "identity": {
                "given_names": "Éloi",
                "family_names": "Marsouin-Delcourt",
                "date_of_birth": "2011-09-30",
                "sex": "male",
                "nationalities": ["FR"],
            },
            "contact": {"phones": ["+33 1 99 00 55 12"], "living_with": "tante"},
            "protection_concern": {
                "concerns": ["non_consensual_sharing"],
                "summary": "Des propos intimes ont été diffusés par d'anciens camarades ; il ne veut plus aller en classe.",
                "first_reported_on": "2026-10-28",
            },
            "access_needs": {"spoken": ["fr"]},
            "education": {"enrolled": True, "summary": "Absent depuis trois semaines."},
        },
        "safe_contact": {
            "allowed_channels": ["video_call", "email"],
            "safe_times": "le mercredi après-midi",
            "may_leave_message": True,
            "may_name_agency": False,
            "caregiver_may_know": "yes",
        },
    },
    "puente": {
        "case_number": "MER-2026-23",
        "identification_status": "identified",
        "intake_channel": "social_services",
        "risk_level": "low",
        "language": "es",
        "area": {"country": "FR"},
        "subject": {
            "identity": {
                "given_names": "Inés",
                "family_names": "Quintabarrio",
                "date_of_birth": "2015-05-21",
                "sex": "female",
                "nationalities": ["ES"],
            },
            "contact": {"phones": ["+34 910 55 00 37"], "living_with": "madre"},
            "family": {
                "caregivers": [
                    {
                        "name": "Rocío Quintabarrio",
                        "relationship": "mother",
                        "legal_authority": True,
                        "informed": "yes",
                        "suspected_involved": "no",
                    }
                ]
            },
            "protection_concern": {
                "concerns": ["neglect"],
                "summary": "La familia cambió de país dos veces en un año; la niña pasa muchas horas sola.",
            },
            "access_needs": {"spoken": ["es"], "interpreter": True},
        },
    },
    "lantern": {
        "case_number": "LH-2026-7",
        "identification_status": "identified",
        "subject_role": "at_risk",
        "intake_channel": "self_report",
        "risk_level": "high",
        "risk_flags": ["lives_with_suspect"],
        "language": "en",
        "area": {"country": "PH"},
        "subject": {
            "identity": {
                "given_names": "Tala",
                "family_names": "Bituinera",
                "date_of_birth": "2013-12-02",
                "sex": "female",
                "nationalities": ["PH"],
            },
            "contact": {"address": "kept by the agency", "protected_location": True},
            "protection_concern": {
                "concerns": ["livestreamed_child_sexual_abuse"],
                "summary": "She told a house parent what a relative makes her do in front of a camera.",
                "immediate_safety_concern": True,
            },
            "access_needs": {"spoken": ["fil", "en"], "worker_sex": "female"},
        },
    },
}

NEEDS: Final = {
    "therapy": "Weekly trauma therapy for a girl of primary school age, with a woman therapist; online contact with the suspect has ended.",
    "therapy_again": "A second block of sessions after the first went well. The same therapist if that can be.",
    "group": "A place in a small group for children of her age, close to her school.",
    "calls": "A call twice a week until therapy begins, by one and the same counsellor.",
    "case_manager": "A named case manager for the family, once the investigation allows it.",
    "ar_therapy": "نطلب جلسات دعم نفسي أسبوعية لفتاة تتحدث العربية، مع مترجمة عند الحاجة.",
    "ar_shelter": "مكان آمن لفترة قصيرة إلى أن يُحسم وضع العائلة.",
    "ar_police": "نطلب تقييم الخطر ومرافقة الفتاة من المدرسة وإليها هذا الأسبوع.",
    "ar_mistake": "طلب أُرسل على سبيل الخطأ إلى الجهة غير المعنية.",
    "fr_therapy": "Suivi hebdomadaire par visioconférence pour un adolescent qui n'ose plus aller en classe.",
    "fr_calls": "Un numéro à appeler le soir, en attendant le premier rendez-vous.",
    "es_support": "Apoyo psicosocial semanal para una niña que habla español; la madre participa.",
    "night_school": "Help to come back to school after weeks away, with somebody to talk to on the first days.",
    "night_therapy": "A first assessment this week; he speaks of harming himself.",
    "night_bed": "A bed for some nights, away from home, if he wants it.",
    "report": "A child told us of abuse that goes on. We report it as the law asks, and keep her safe meanwhile.",
}

NOTES: Final = {
    "begin": "First session is on Thursday. She chose the room with the window.",
    "fr_done": "Six séances. Il est retourné en classe avec un camarade.",
    "es_onward": "Nuestra lista es larga; la clínica atiende en español por video.",
    "unreachable": "The number was not answered on five evenings at the safe time.",
    "too_old": "Our assessment team for his age is full until January.",
}
