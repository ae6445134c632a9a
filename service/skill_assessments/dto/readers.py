"""Outputs of who reads what is said of a person's skills."""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from service.core.dto import OutputDTO
from service.core.sorting import Sorting


class ReaderKind(StrEnum):
    """As what somebody reads."""

    MANAGER = "manager"
    """Above the person."""
    ENABLEMENT = "enablement"
    ADMIN = "admin"
    KEY = "key"
    """A key of the organization."""


class SkillReaderDTO(OutputDTO):
    """Somebody besides the person who can read what others than peers say of their skills."""

    kind: ReaderKind
    """As what; who is above the person and something else besides is a manager here."""
    person_id: UUID | None
    """Null: a key of the organization."""
    key_id: UUID | None
    """Null: a person."""
    name: str
    """The person's or the key's."""
    is_logged: bool
    """Each time they read it is told to the person: they are outside the reporting line."""


ACCESS_SORTING = Sorting({"occurred_at": datetime}, default="-occurred_at")


class SkillAccessDTO(OutputDTO):
    """Somebody outside the reporting line read what is said of a person's skills."""

    id: UUID
    occurred_at: datetime
    """When they read it."""
    person_id: UUID | None
    """Who it was; null: a key of the organization."""
    key_id: UUID | None
    """With which key."""
    name: str | None
    """The person's, or else the key's; null where they are gone."""
    surface: Literal["rest", "graphql"]
    """`rest` or `graphql`."""
