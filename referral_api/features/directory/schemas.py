"""A service as JSON, in and out; and the published value sets."""

from typing import Any

from marshmallow import fields

from referral_api.api.fields import (
    Body,
    Code,
    Country,
    Id,
    Language,
    Limits,
    ListQuery,
    Moment,
    Nested,
    Text,
    Whole,
    many,
)
from referral_api.features.agencies.schemas import countries, languages
from referral_api.kernel import clock, ids

__all__ = ["ChangeService", "OfferService", "ServiceList", "ServiceOut", "ValueSetOut", "service_out"]

_OLDEST = 120


class OfferService(Body):
    name = Text(required=True, metadata={"description": "What it is called.", "example": "Trauma therapy for children"})
    service_type = Code("service_type", required=True, metadata={"description": "Of a value set."})
    countries = countries(minimum=1, required=True, metadata={"description": "Where it is offered."})
    languages = languages(load_default=list, metadata={"description": "In which languages."})
    age_min = Whole(0, _OLDEST, allow_none=True, load_default=None, metadata={"description": "Youngest age, in years."})
    age_max = Whole(0, _OLDEST, allow_none=True, load_default=None, metadata={"description": "Oldest age, in years."})
    capacity = Code("capacity", load_default="assessment_required", metadata={"description": "Whether there is room."})
    description = Text(
        Limits.TEXT, allow_none=True, load_default=None, metadata={"description": "In words. No address of a shelter."}
    )


class ChangeService(OfferService):
    status = Code("service_status", metadata={"description": "What is withdrawn is no longer found."})


class ServiceList(ListQuery):
    service_type = Code("service_type", load_default=None)
    country = Country(load_default=None)
    language = Language(load_default=None)
    age = Whole(0, _OLDEST, text=True, load_default=None, metadata={"description": "For somebody of this age."})
    capacity = Code("capacity", load_default=None)
    agency_id = Id("agency", load_default=None)


class ServiceOut(OfferService):
    id = Id("service")
    agency_id = Id("agency")
    status = Code("service_status")
    created_at = Moment()
    updated_at = Moment()


class LabelledCode(Body):
    code = Text()
    labels = fields.Dict(keys=Text(8), values=Text(), metadata={"description": "By language: en, ar, fr, es."})


class ValueSetOut(Body):
    name = Text(metadata={"example": "service_type"})
    version = Whole(1, 10_000, metadata={"description": "Counts the changes of this set."})
    codes = many(Nested(LabelledCode), maximum=1_000)


def service_out(service: Any) -> dict[str, Any]:
    return {
        "id": ids.show("service", service.id),
        "agency_id": ids.show("agency", service.agency_id),
        "name": service.name,
        "service_type": service.service_type,
        "countries": service.countries,
        "languages": service.languages,
        "age_min": service.age_min,
        "age_max": service.age_max,
        "capacity": service.capacity,
        "description": service.description,
        "status": service.status,
        "created_at": clock.show(service.created_at),
        "updated_at": clock.show(service.updated_at),
    }
