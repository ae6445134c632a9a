"""Inputs and outputs of organizations, people, reporting lines and keys."""

import zoneinfo
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, EmailStr, Field, StringConstraints, field_validator, model_validator

from service.core.dto import InputDTO, Key, OutputDTO, Text
from service.core.principal import Role


def _known_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError("is not an IANA time zone")
    return name


TimeZoneName = Annotated[str, AfterValidator(_known_zone)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""BCP 47 language tag."""
Email = Annotated[EmailStr, AfterValidator(str.lower)]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class CreateOrganization(InputDTO):
    """A new customer and its first administrator."""

    name: Text
    time_zone: TimeZoneName = "UTC"
    currency: Currency = "USD"
    week_start: int = Field(default=1, ge=1, le=7, strict=True)
    fiscal_year_start_month: int = Field(default=1, ge=1, le=12, strict=True)
    admin_email: Email
    admin_name: Text | None = None


class UpdateOrganization(InputDTO):
    """Merge-patch of an organization: absent fields stay."""

    name: Text | None = None
    time_zone: TimeZoneName | None = None
    currency: Currency | None = None
    week_start: int | None = Field(default=None, ge=1, le=7, strict=True)
    fiscal_year_start_month: int | None = Field(default=None, ge=1, le=12, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_nullable(cls, data: Any) -> Any:
        if isinstance(data, dict) and any(value is None for value in data.values()):
            raise ValueError("no field of an organization can be null")
        return data


class OrganizationDTO(OutputDTO):
    """A customer's calendar and currency."""

    id: UUID
    name: str
    time_zone: str
    currency: str
    week_start: int
    fiscal_year_start_month: int
    created_at: datetime
    updated_at: datetime


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
    hired_on: date | None = None
    left_on: date | None = None

    @model_validator(mode="after")
    def _left_after_hired(self) -> "PersonFields":
        if self.hired_on and self.left_on and self.left_on < self.hired_on:
            raise ValueError("left_on must not be before hired_on")
        return self


class CreatePerson(PersonFields):
    """A new person, with the manager they report to from `manager_from` (default: the day they were hired)."""

    manager_id: UUID | None = None
    manager_from: date | None = None
    external_identities: list[ExternalIdentityInput] = Field(default_factory=list, max_length=20)


class UpdatePerson(InputDTO):
    """Merge-patch of a person: absent fields stay, null clears where that has a meaning."""

    email: Email | None = None
    name: Text | None = None
    role: Role | None = None
    job_role: Text | None = None
    time_zone: TimeZoneName | None = None
    locale: Locale | None = None
    hired_on: date | None = None
    left_on: date | None = None

    @field_validator("email", "name", "role")
    @classmethod
    def _required(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("cannot be null")
        return value


class UpsertPerson(PersonFields):
    """One item of a bulk upsert, found by its id in another system, else by e-mail."""

    system: Key
    external_id: ExternalId
    manager_external_id: ExternalId | None = None
    manager_from: date | None = None


class BulkUpsertPeople(InputDTO):
    """Up to 500 people; each item is answered on its own."""

    people: list[dict[str, Any]] = Field(min_length=1, max_length=500)


class ManagerPeriodInput(InputDTO):
    """From `start_on` on, the person reports to `manager_id`; an open period ends the day the next starts."""

    manager_id: UUID
    start_on: date
    end_on: date | None = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> "ManagerPeriodInput":
        if self.end_on is not None and self.end_on <= self.start_on:
            raise ValueError("end_on must be after start_on")
        return self


class ManagerPeriodDTO(OutputDTO):
    """A dated reporting line; `end_on` is exclusive."""

    id: UUID
    person_id: UUID
    manager_id: UUID
    start_on: date
    end_on: date | None


class ExternalIdentityDTO(OutputDTO):
    """Who a person is in another system."""

    system: str
    external_id: str


class PersonDTO(OutputDTO):
    """A person; `manager_id` is whom they report to today."""

    id: UUID
    email: str
    name: str
    role: Role
    job_role: str | None
    time_zone: str | None
    locale: str | None
    hired_on: date | None
    left_on: date | None
    manager_id: UUID | None
    external_identities: list[ExternalIdentityDTO]
    created_at: datetime
    updated_at: datetime


class PersonFilter(InputDTO):
    """Which people a list holds."""

    role: Role | None = None
    job_role: str | None = None
    email: str | None = None
    manager_id: UUID | None = None


class BulkItemResult(OutputDTO):
    """What became of one item of a bulk request."""

    index: int
    status: Literal["created", "updated", "unchanged", "failed"]
    id: UUID | None = None
    code: str | None = None
    errors: list[dict[str, str]] = Field(default_factory=list)


class CreateApiKey(InputDTO):
    """A key of the organization (`scopes`), or one that acts as a person (`person_id`, no scopes)."""

    name: Text
    person_id: UUID | None = None
    scopes: list[str] = Field(default_factory=list, max_length=50)
    expires_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _person_or_scopes(self) -> "CreateApiKey":
        if (self.person_id is None) == (not self.scopes):
            raise ValueError("give either person_id or scopes")
        return self


class UpdateApiKey(InputDTO):
    """Merge-patch of a key."""

    name: Text | None = None
    scopes: list[str] | None = Field(default=None, max_length=50)
    expires_at: AwareDatetime | None = None


class ApiKeyDTO(OutputDTO):
    """A key without its secret; `prefix` is what to recognise it by."""

    id: UUID
    name: str
    prefix: str
    person_id: UUID | None
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class CreatedApiKeyDTO(ApiKeyDTO):
    """A new key with the secret, which is shown this once."""

    key: str


class MeDTO(OutputDTO):
    """Who the caller is and may do."""

    organization: OrganizationDTO
    person: PersonDTO | None
    role: Role | None
    permissions: list[str]
