"""Inputs and outputs of teams."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, field_validator

from service.core.dto import InputDTO, OutputDTO, Text, refuse_null
from service.core.sorting import Sorting

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

    _required = field_validator("name", "member_ids")(refuse_null)


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
