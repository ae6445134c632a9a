"""Inputs and outputs of API keys."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from service.core.dto import InputDTO, Instant, OutputDTO, Text, example, refuse_null
from service.core.sorting import Sorting

ScopeName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z_]+(:[a-z_]+)?$")]
"""A permission, or `admin` for all."""


class CreateApiKey(InputDTO):
    """A key of the organization (`scopes`), or one that acts as a person (`person_id`, no scopes)."""

    model_config = example(
        name="Nightly sync", scopes=["people:write", "people:read"], expires_at="2027-03-02T00:00:00Z"
    )

    name: Text
    person_id: UUID | None = None
    scopes: list[ScopeName] = Field(default_factory=list, max_length=100, validate_default=True)
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
    scopes: list[ScopeName] | None = Field(default=None, max_length=100)
    expires_at: Instant | None = None

    _required = field_validator("name", "scopes")(refuse_null)


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
