"""Inputs and outputs of organizations."""

from datetime import datetime
from uuid import UUID

from pydantic import Field, field_validator

from service.core.dto import InputDTO, OutputDTO, Text, refuse_null
from service.organizations.dto.fields import Currency, Email, TimeZoneName


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

    _required = field_validator("*")(refuse_null)


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
