"""The invented agencies and their people."""

from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["AGENCIES", "LAPSED", "PLATFORM_ADMIN", "Place"]

PLATFORM_ADMIN: Final = "platform.admin"
LAPSED: Final = "police.caseworker3"
"""Whose safeguarding certificate is over, to show what that does."""

_OFFICE: Final = [["08:00", "12:00"], ["13:00", "17:00"]]
_WEEK: Final = {day: _OFFICE for day in ("mon", "tue", "wed", "thu", "fri")}


@dataclass(frozen=True, kw_only=True)
class Place:
    """An agency: the name that its people's user names begin with, what it is, and what it offers."""

    key: str
    name: str
    type: str
    country: str
    languages: tuple[str, ...]
    time_zone: str
    capabilities: tuple[str, ...] = ()
    around_the_clock: bool = False
    purpose: str = "care"
    extra_roles: tuple[str, ...] = ()
    services: tuple[dict[str, Any], ...] = field(default=())

    @property
    def works_with_children(self) -> bool:
        return self.type != "oversight"

    def body(self) -> dict[str, Any]:
        """As `POST /v1/agencies` takes it."""
        return {
            "name": self.name,
            "type": self.type,
            "country": self.country,
            "languages": list(self.languages),
            "capabilities": list(self.capabilities),
            "time_zone": self.time_zone,
            "opening_hours": None if self.around_the_clock else _WEEK,
            "answers_24_7": self.around_the_clock,
            "duty_contacts": [{"name": "Duty desk", "email": f"duty@{self.key}.example"}],
            "second_contact": {"name": "Head of unit", "email": f"head@{self.key}.example"},
        }


AGENCIES: Final = (
    Place(
        key="police",
        name="Child Protection Police Unit, Mekong Bay",
        type="police_unit",
        country="KH",
        languages=("km", "en"),
        time_zone="Asia/Phnom_Penh",
        capabilities=("child_forensic_interview", "victim_identification"),
        around_the_clock=True,
        purpose="investigation",
        extra_roles=("auditor",),
        services=(
            {
                "name": "Victim identification desk",
                "service_type": "victim_identification",
                "countries": ["KH"],
                "languages": ["km", "en"],
                "capacity": "has_capacity",
                "description": "Works from reference numbers and descriptions in words.",
            },
        ),
    ),
    Place(
        key="welfare",
        name="Provincial Office for Children, Mekong Bay",
        type="social_service_authority",
        country="KH",
        languages=("km", "en", "ar"),
        time_zone="Asia/Phnom_Penh",
        services=(
            {
                "name": "Child protection case management",
                "service_type": "child_protection_case_management",
                "countries": ["KH"],
                "languages": ["km", "ar"],
                "age_max": 17,
                "capacity": "has_capacity",
                "description": "A named case manager for each child.",
            },
        ),
    ),
    Place(
        key="ngo",
        name="Lantern House for Children",
        type="ngo_provider",
        country="PH",
        languages=("fil", "en", "es"),
        time_zone="Asia/Manila",
        capabilities=("safe_accommodation", "cross_border_casework"),
        services=(
            {
                "name": "Safe accommodation",
                "service_type": "safe_accommodation",
                "countries": ["PH", "KH"],
                "languages": ["fil", "en"],
                "age_min": 6,
                "age_max": 17,
                "capacity": "waitlist",
                "description": "Short stays with care day and night. Its address is told to assigned workers alone.",
            },
            {
                "name": "Apoyo psicosocial para niñas y niños",
                "service_type": "psychosocial_support",
                "countries": ["PH"],
                "languages": ["es", "en"],
                "age_min": 4,
                "age_max": 17,
                "capacity": "has_capacity",
                "description": "Acompañamiento semanal, individual o en grupo pequeño.",
            },
        ),
    ),
    Place(
        key="clinic",
        name="Willow Clinic for Young Minds",
        type="mental_health_provider",
        country="KH",
        languages=("km", "en", "fr", "ar"),
        time_zone="Asia/Phnom_Penh",
        capabilities=("trauma_therapy",),
        services=(
            {
                "name": "Trauma therapy for children",
                "service_type": "mental_health",
                "countries": ["KH", "PH"],
                "languages": ["km", "en", "fr"],
                "age_min": 5,
                "age_max": 17,
                "capacity": "has_capacity",
                "description": "Weekly sessions, on site or by video call.",
            },
            {
                "name": "دعم نفسي للأطفال",
                "service_type": "psychosocial_support",
                "countries": ["KH"],
                "languages": ["ar"],
                "age_min": 5,
                "age_max": 17,
                "capacity": "assessment_required",
                "description": "جلسات أسبوعية مع مختصة تتحدث العربية.",
            },
        ),
    ),
    Place(
        key="hotline",
        name="Hear Me Child Helpline",
        type="hotline",
        country="PH",
        languages=("fil", "en"),
        time_zone="Asia/Manila",
        around_the_clock=True,
        services=(
            {
                "name": "Call and chat at any hour",
                "service_type": "psychosocial_support",
                "countries": ["PH"],
                "languages": ["fil", "en"],
                "capacity": "has_capacity",
                "description": "First talk, safety questions, and the way to help nearby.",
            },
        ),
    ),
    Place(
        key="maison",
        name="Maison des Enfants du Rivage",
        type="ngo_provider",
        country="FR",
        languages=("fr", "es", "ar"),
        time_zone="Europe/Paris",
        services=(
            {
                "name": "Accompagnement vers l'école",
                "service_type": "education_reintegration",
                "countries": ["FR"],
                "languages": ["fr", "es"],
                "age_min": 6,
                "age_max": 17,
                "capacity": "has_capacity",
                "description": "Soutien individuel pour reprendre la scolarité.",
            },
        ),
    ),
    Place(
        key="oversight",
        name="Office of the Inspector for Children's Data",
        type="oversight",
        country="KH",
        languages=("en", "fr"),
        time_zone="Asia/Phnom_Penh",
        extra_roles=("auditor",),
    ),
)
