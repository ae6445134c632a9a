"""Inputs and outputs of people, reporting lines and identities in other systems."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from service.core.bulk_items import MAX_ITEMS
from service.core.dto import Day, InputDTO, Key, OutputDTO, SearchText, Text, example, refuse_null
from service.core.principal import Role
from service.core.sorting import Sorting
from service.organizations.dto.fields import Email, ExternalId, HolidayCalendarName, Locale, TimeZoneName


class ExternalIdentityInput(InputDTO):
    """Who a person is in another system."""

    system: Key
    external_id: ExternalId


class PersonFields(InputDTO):
    """The fields a person is created with."""

    email: Email
    name: Text
    role: Role = Role.REP
    job_role: Text | None = None
    time_zone: TimeZoneName | None = None
    locale: Locale | None = None
    hired_on: Day | None = None
    left_on: Day | None = None
    holiday_calendar: HolidayCalendarName | None = None

    @field_validator("left_on")
    @classmethod
    def _left_after_hired(cls, value: date | None, info: ValidationInfo) -> date | None:
        hired_on = info.data.get("hired_on")
        if value and hired_on and value < hired_on:
            raise ValueError("must not be before hired_on")
        return value


class CreatePerson(PersonFields):
    """A new person, with the manager they report to from `manager_from` (default: the day they were hired)."""

    manager_id: UUID | None = None
    manager_from: Day | None = None
    external_identities: list[ExternalIdentityInput] = Field(default_factory=list, max_length=20)

    @field_validator("manager_from")
    @classmethod
    def _needs_a_manager(cls, value: date | None, info: ValidationInfo) -> date | None:
        if value is not None and info.data.get("manager_id") is None:
            raise ValueError("needs manager_id")
        return value


class UpdatePerson(InputDTO):
    """Merge-patch of a person: absent fields stay, null clears where that has a meaning."""

    email: Email | None = None
    name: Text | None = None
    role: Role | None = None
    job_role: Text | None = None
    time_zone: TimeZoneName | None = None
    locale: Locale | None = None
    hired_on: Day | None = None
    left_on: Day | None = None
    holiday_calendar: HolidayCalendarName | None = None

    _required = field_validator("email", "name", "role")(refuse_null)


class UpsertPerson(PersonFields):
    """One item of a bulk upsert, found by its id in another system, else by e-mail."""

    system: Key
    external_id: ExternalId
    manager_external_id: ExternalId | None = None
    manager_from: Day | None = None


class BulkUpsertPeople(InputDTO):
    """Up to 500 people; each item is answered on its own."""

    model_config = example(
        people=[
            {
                "system": "hubspot",
                "external_id": "4711",
                "email": "ada@example.org",
                "name": "Ada Lovelace",
                "job_role": "AE",
                "manager_external_id": "4710",
            }
        ]
    )

    people: list[dict[str, Any]] = Field(min_length=1, max_length=MAX_ITEMS)


class ManagerPeriodInput(InputDTO):
    """From `start_on` on, the person reports to `manager_id`; an open period ends the day the next starts."""

    manager_id: UUID
    start_on: Day
    end_on: Day | None = None

    @field_validator("end_on")
    @classmethod
    def _ends_after_start(cls, value: date | None, info: ValidationInfo) -> date | None:
        start_on = info.data.get("start_on")
        if value and start_on and value <= start_on:
            raise ValueError("must be after start_on")
        return value


class ManagerPeriodDTO(OutputDTO):
    """A dated reporting line; `end_on` is exclusive."""

    id: UUID
    person_id: UUID
    """Who reports."""
    manager_id: UUID
    """To whom."""
    start_on: date
    """The first day."""
    end_on: date | None
    """The first day on which it no longer holds; null: still holds."""


class ExternalIdentityDTO(OutputDTO):
    """Who a person is in another system."""

    system: str
    """`hubspot`, `salesforce`, …"""
    external_id: str
    """The owner id there."""


class PersonDTO(OutputDTO):
    """A person; `manager_id` is whom they report to today."""

    id: UUID
    email: str
    """In lower case; their own within the organization."""
    name: str
    role: Role
    """What they may do."""
    job_role: str | None
    """SDR, AE, …: which model and targets hold for them."""
    time_zone: str | None
    """IANA name, where it is not the organization's."""
    locale: str | None
    """BCP 47 tag."""
    hired_on: date | None
    """Their first day."""
    left_on: date | None
    """Their last day."""
    holiday_calendar: str | None
    """Whose public holidays they keep, where these are not the organization's."""
    manager_id: UUID | None
    """Whom they report to today."""
    external_identities: list[ExternalIdentityDTO]
    """Who they are in other systems."""
    created_at: datetime
    updated_at: datetime


PERSON_SORTING = Sorting({"name": str, "email": str, "created_at": datetime}, default="name")


class PersonFilter(InputDTO):
    """Which people a list holds."""

    role: Role | None = None
    job_role: SearchText | None = None
    email: SearchText | None = None
    manager_id: UUID | None = None
