"""An agency as JSON, in and out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields

from referral_api.api.fields import (
    Body,
    Code,
    Codes,
    Country,
    Email,
    Flag,
    Id,
    Language,
    ListQuery,
    Moment,
    Nested,
    Text,
    many,
)
from referral_api.kernel import clock, deadlines, hours, ids
from referral_api.kernel.messages import Message

__all__ = [
    "AgencyList",
    "AgencyOut",
    "ChangeAgency",
    "CreateAgency",
    "agency_out",
    "countries",
    "languages",
]


def languages(**more: Any) -> fields.List[Any]:
    return _each_once(many(Language(), **more))


def countries(**more: Any) -> fields.List[Any]:
    return _each_once(many(Country(), maximum=250, **more))


def _each_once(made: fields.List[Any]) -> fields.List[Any]:
    made.validators.append(_distinct)
    return made


def _distinct(values: list[str]) -> None:
    if len(set(values)) != len(values):
        raise ValidationError("An entry comes twice.")


class TimeZone(Text):
    """A name of the IANA time zone database."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        if name not in available_timezones():
            raise ValidationError("Not a time zone.")
        return name


class Contact(Body):
    """Whom to reach. Who refers to the agency sees this, so it names people on duty, never a shelter's address."""

    name = Text(allow_none=True, metadata={"description": "A person or a desk.", "example": "Duty desk"})
    phone = Text(40, allow_none=True, pattern=r"\+?[0-9 ()./-]{3,40}", metadata={"example": "+855 23 555 0100"})
    email = Email(allow_none=True)


class Judged(fields.Field[Any]):
    """A document that the domain's own rules judge."""

    def __init__(self, check: Callable[[Any], Sequence[tuple[str, str, str]]], **kwargs: Any) -> None:
        self.check = check
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if faults := self.check(value):
            raise ValidationError(
                [
                    Message("{where}: {fault}").format(where=pointer.lstrip("/"), fault=detail) if pointer else detail
                    for pointer, _, detail in faults[:20]
                ]
            )
        return value


class CreateAgency(Body):
    name = Text(
        required=True, metadata={"description": "What it is called.", "example": "Child protection unit, north"}
    )
    type = Code(
        "agency_type", required=True, metadata={"description": "What it is: this decides what it may be shown."}
    )
    country = Country(required=True)
    languages = languages(load_default=list, metadata={"description": "In which languages one can talk to it."})
    capabilities = Codes("capability", load_default=list, metadata={"description": "What its people can do."})
    time_zone = TimeZone(64, load_default="UTC", metadata={"description": "IANA name.", "example": "Asia/Phnom_Penh"})
    opening_hours = Judged(
        hours.check, allow_none=True, load_default=None, metadata={"description": "When somebody is there."}
    )
    answers_24_7 = Flag(load_default=False, metadata={"description": "Somebody answers at all times."})
    duty_contacts = many(
        Nested(Contact),
        maximum=10,
        load_default=list,
        metadata={"description": "Whom to call, for those who refer to it."},
    )
    second_contact = Nested(
        Contact, allow_none=True, load_default=None, metadata={"description": "Who is told when nobody answers."}
    )
    deadline_policy = Judged(
        deadlines.check,
        allow_none=True,
        load_default=None,
        metadata={"description": "Other deadlines than the default, as agreed."},
    )
    lookups_opt_out = Flag(
        allow_none=True,
        load_default=None,
        metadata={"description": 'Left out of "is this child known?"; shelters are by default.'},
    )
    dpop_required = Flag(
        load_default=False, metadata={"description": "Its systems get no token that is not bound to a key (RFC 9449)."}
    )


class ChangeAgency(CreateAgency):
    lookups_opt_out = Flag(metadata={"description": 'Left out of "is this child known?"'})
    status = Code("agency_status", metadata={"description": "The platform's to say."})


class AgencyList(ListQuery):
    type = Code("agency_type", load_default=None)
    country = Country(load_default=None)
    capability = Code("capability", load_default=None)


class AgencyOut(CreateAgency):
    id = Id("agency")
    status = Code("agency_status")
    created_at = Moment()
    updated_at = Moment()


def agency_out(agency: Any) -> dict[str, Any]:
    return {
        "id": ids.show("agency", agency.id),
        "name": agency.name,
        "type": agency.type,
        "country": agency.country,
        "languages": agency.languages,
        "capabilities": agency.capabilities,
        "time_zone": agency.time_zone,
        "opening_hours": agency.opening_hours,
        "answers_24_7": agency.answers_24_7,
        "duty_contacts": agency.duty_contacts,
        "second_contact": agency.second_contact,
        "deadline_policy": agency.deadline_policy,
        "lookups_opt_out": agency.lookups_opt_out,
        "dpop_required": agency.dpop_required,
        "status": agency.status,
        "created_at": clock.show(agency.created_at),
        "updated_at": clock.show(agency.updated_at),
    }
