"""Inputs and outputs of organizations, people, reporting lines and keys."""

import zoneinfo
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from service.core.dto import Day, InputDTO, Instant, Key, OutputDTO, SearchText, Text, example, refuse_unstorable
from service.core.principal import Role
from service.core.sorting import Sorting


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    """Read once: the library walks its folders each time."""
    return frozenset(zoneinfo.available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("is not an IANA time zone")
    return name


def _email(text: str) -> str:
    """Lower case, as it is compared; domains that only exist inside a company (`.local`, `.test`) are addresses too."""
    try:
        found = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    if "." not in found.domain:
        raise ValueError("The part after the @-sign has no dot.")
    return found.normalized.lower()


TimeZoneName = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""
Locale = Annotated[str, StringConstraints(max_length=35, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""BCP 47 language tag."""
Email = Annotated[
    str, StringConstraints(max_length=320), AfterValidator(_email), Field(json_schema_extra={"format": "email"})
]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


ScopeName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z_]+(:[a-z_]+)?$")]
"""A permission, or `admin` for all."""


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

    @field_validator("*")
    @classmethod
    def _required(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("cannot be null")
        return value


class OrganizationDTO(OutputDTO):
    """A customer's calendar and currency."""

    id: UUID
    name: str
    time_zone: str
    """IANA name; days begin and end at its midnight."""
    currency: str
    """ISO 4217 code of every sum."""
    week_start: int
    """ISO weekday, 1 = Monday."""
    fiscal_year_start_month: int
    """1 = January."""
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
    hired_on: Day | None = None
    left_on: Day | None = None

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

    people: list[dict[str, Any]] = Field(min_length=1, max_length=500)


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


class BulkItemResult(OutputDTO):
    """What became of one item of a bulk request."""

    index: int
    status: Literal["created", "updated", "unchanged", "failed"]
    id: UUID | None = None
    code: str | None = None
    errors: list[dict[str, str]] = Field(default_factory=list)


class CreateApiKey(InputDTO):
    """A key of the organization (`scopes`), or one that acts as a person (`person_id`, no scopes)."""

    model_config = example(
        name="Nightly sync", scopes=["people:write", "people:read"], expires_at="2027-03-02T00:00:00Z"
    )

    name: Text
    person_id: UUID | None = None
    scopes: list[ScopeName] = Field(default_factory=list, max_length=50, validate_default=True)
    expires_at: Instant | None = None

    @field_validator("scopes")
    @classmethod
    def _person_or_scopes(cls, value: list[str], info: ValidationInfo) -> list[str]:
        if "person_id" in info.data and (info.data["person_id"] is None) == (not value):
            raise ValueError("give either person_id or scopes")
        return value


class UpdateApiKey(InputDTO):
    """Merge-patch of a key."""

    name: Text | None = None
    scopes: list[ScopeName] | None = Field(default=None, max_length=50)
    expires_at: Instant | None = None

    @field_validator("name", "scopes")
    @classmethod
    def _required(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("cannot be null")
        return value


API_KEY_SORTING = Sorting({"created_at": datetime, "name": str}, default="created_at")


class ApiKeyDTO(OutputDTO):
    """A key without its secret; `prefix` is what to recognise it by."""

    id: UUID
    name: str
    prefix: str
    """The first characters, to recognise it by."""
    person_id: UUID | None
    """Whom it acts as; null for a key of the organization."""
    scopes: list[str]
    """Permissions of a key of the organization."""
    created_at: datetime
    expires_at: datetime | None
    """When it stops working by itself."""
    revoked_at: datetime | None
    """When it was revoked."""
    last_used_at: datetime | None
    """When it was used last, to within a minute or so."""
    previous_expires_at: datetime | None
    """Until when the secret before the present one works too; null: there is none."""


class RotateApiKey(InputDTO):
    """A new secret; the one before goes on working for `grace_hours`."""

    grace_hours: int = Field(default=24, ge=0, le=720, strict=True)


class CreatedApiKeyDTO(ApiKeyDTO):
    """A new key with the secret, which is shown this once."""

    key: str


class MeDTO(OutputDTO):
    """Who the caller is and may do."""

    organization: OrganizationDTO
    """Whose rows the caller sees."""
    person: PersonDTO | None
    """Whom the key acts as; null for a key of the organization."""
    role: Role | None
    """The person's."""
    permissions: list[str]
    """What the caller may do."""


Members = Annotated[list[UUID], Field(max_length=500)]


class CreateTeam(InputDTO):
    """A new team."""

    name: Text
    description: Text | None = None
    member_ids: Members = Field(default_factory=list)


class UpdateTeam(InputDTO):
    """Merge-patch of a team: absent fields stay; `member_ids` replaces all members."""

    name: Text | None = None
    description: Text | None = None
    member_ids: Members | None = None

    @field_validator("name", "member_ids")
    @classmethod
    def _required(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("cannot be null")
        return value


TEAM_SORTING = Sorting({"name": str, "created_at": datetime}, default="name")


class TeamDTO(OutputDTO):
    """A team; `member_ids` are those of its people whom the caller may see."""

    id: UUID
    name: str
    description: str | None
    """What it is for."""
    member_ids: list[UUID]
    """Those of its people whom the caller may see."""
    created_at: datetime
    updated_at: datetime


AUDIT_SORTING = Sorting({"occurred_at": datetime}, default="-occurred_at")


class AuditEventDTO(OutputDTO):
    """One operation that was carried out, on either surface; `fields` are the names that the request held."""

    id: UUID
    occurred_at: datetime
    """When it was carried out."""
    action: str
    """The operation id, the same on both surfaces."""
    surface: Literal["rest", "graphql"]
    """`rest` or `graphql`."""
    person_id: UUID | None
    """Who did it; null for a key of the organization."""
    key_id: UUID | None
    """With which key."""
    target_id: str | None
    """The row that it was about."""
    fields: list[str]
    """The names that the request held."""
    request_id: str | None
    """Finds it in the logs."""
    trace_id: str | None
    """Finds everything it caused in the logs."""


class AuditEventFilter(InputDTO):
    """Which operations a list holds; `since` is inclusive, `until` is not."""

    action: SearchText | None = None
    person_id: UUID | None = None
    key_id: UUID | None = None
    target_id: SearchText | None = None
    since: Instant | None = None
    until: Instant | None = None


TENANT_CLAIMS = ("hd", "organization", "org_id", "tenant", "tid")
"""Claims by which providers tell the customers of one issuer apart (Google, Auth0, Microsoft Entra and others)."""


class PutIdentityProvider(InputDTO):
    """The OpenID provider whose tokens the organization takes."""

    model_config = example(issuer="https://id.example.com", audience="https://api.example.com")

    issuer: Annotated[str, StringConstraints(min_length=8, max_length=500), BeforeValidator(refuse_unstorable)]
    """As it stands in the tokens' `iss`; discovery starts there."""
    audience: Text
    """What the tokens' `aud` must hold."""
    claim_name: Literal["hd", "organization", "org_id", "tenant", "tid"] | None = None
    """The claim that tells this organization from others of the same issuer."""
    claim_value: Text | None = None
    """What that claim must hold."""

    @model_validator(mode="after")
    def _claim_is_whole(self) -> "PutIdentityProvider":
        if (self.claim_name is None) != (self.claim_value is None):
            raise ValueError("claim_name and claim_value go together")
        return self


class IdentityProviderDTO(OutputDTO):
    """The OpenID provider whose tokens the organization takes."""

    issuer: str
    """As it stands in the tokens' `iss`."""
    audience: str
    """What the tokens' `aud` must hold."""
    claim_name: str | None
    """The claim that tells this organization from others of the same issuer."""
    claim_value: str | None
    """What that claim must hold."""
    created_at: datetime
    updated_at: datetime
